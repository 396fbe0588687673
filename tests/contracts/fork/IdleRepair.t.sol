// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {AssetConfig, PositionSetup, TokenRole, VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";

/// @notice Repairs from idle funds: no swap, no price, token budgets of their own.
contract IdleRepairForkTest is VaultTest {
    function test_addCollateral_movesIdleIntoThePosition() public {
        fundIdle(Mainnet.WETH, 10 ether);
        Outcome memory outcome = send(addCollateral(4 ether));
        assertEq(outcome.spent, 4 ether);
        assertApproxEqAbs(outcome.obtained, 4 ether, 2);
        assertEq(weth.balanceOf(address(vault)), 6 ether, "the rest stays idle");
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), 104 ether, 2);
        assertGt(outcome.healthAfterWad, outcome.healthBeforeWad);
        assertEq(outcome.notionalWad + outcome.lossWad, 0, "no price was asked");
        assertEq(vault.idleBudget(Mainnet.WETH), 46 ether, "burst of 50 less 4");
    }

    function test_repayFromIdle_lowersTheDebt() public {
        uint256 debt = usdcDebt.balanceOf(address(vault));
        fundIdle(Mainnet.USDC, 20_000e6);
        Outcome memory outcome = send(repayFromIdle(15_000e6));
        assertEq(outcome.spent, 15_000e6);
        assertApproxEqAbs(debt - usdcDebt.balanceOf(address(vault)), 15_000e6, 2);
        assertEq(usdc.balanceOf(address(vault)), 5000e6);
        assertEq(vault.idleBudget(Mainnet.USDC), 85_000e6);
    }

    function test_maxIn_meansAllThereIs_idleOrDebt() public {
        fundIdle(Mainnet.WETH, 3 ether);
        assertEq(send(addCollateral(type(uint256).max)).spent, 3 ether, "all idle funds");
        vm.startPrank(owner);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(Defaults.POSITION, Mainnet.USDC, 170_000e6);
        vm.stopPrank();
        uint256 debt = usdcDebt.balanceOf(address(vault));
        fundIdle(Mainnet.USDC, 5000e6);
        Decision memory d = repayFromIdle(type(uint256).max);
        d.nonce = 2;
        expectRefusalBy(d, IVaultTerms.HealthAboveCeiling.selector); // no debt is above the owner's 2.5
        configure(_withoutCeiling());
        d = repayFromIdle(type(uint256).max);
        d.nonce = 2;
        assertApproxEqAbs(send(d).spent, debt, 1e6, "all of the debt, not all idle funds");
        assertEq(usdcDebt.balanceOf(address(vault)), 0);
    }

    /// @dev A debt that stays as it was has not risen; it was not repaid either.
    function test_repayment_thatLeavesTheDebtAsItWas_isNoRepayment() public {
        fundIdle(Mainnet.USDC, 1000e6);
        uint256 debt = usdcDebt.balanceOf(address(vault));
        bytes memory question = abi.encodeCall(adapter.debtOf, (address(vault), 0, Mainnet.USDC));
        vm.mockCall(address(adapter), question, abi.encode(debt));
        expectRefusal(repayFromIdle(1000e6), abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 0, 0));
    }

    // ---------------------------------------------------------------- dead feeds

    function test_deadFeeds_doNotStopRepairs() public {
        fundIdle(Mainnet.WETH, 1 ether);
        fundIdle(Mainnet.USDC, 1000e6);
        killFeeds();
        Outcome memory outcome = send(addCollateral(1 ether));
        assertEq(outcome.healthBeforeWad + outcome.healthAfterWad, 0, "the venue cannot tell");
        assertApproxEqAbs(outcome.obtained, 1 ether, 2);
        Decision memory d = repayFromIdle(1000e6);
        d.nonce = 2;
        assertApproxEqAbs(send(d).obtained, 1000e6, 2);
    }

    function test_deadFeeds_stopSwaps() public {
        Decision memory d = deleverage(1 ether);
        killFeeds();
        bytes memory signature = sign(d);
        vm.expectRevert();
        vault.execute(d, signature);
    }

    /// @dev The relayer chooses the gas. Whatever he chooses, a venue that can tell its health does tell it, or nothing happens at all.
    function test_gasLimit_neverSwitchesTheHealthRuleOff() public {
        fundIdle(Mainnet.WETH, 90 ether);
        Decision memory d = addCollateral(40 ether);
        d.healthCeilingWad = 1.5e18; // crossed by this repair: only a mute venue would let it pass
        bytes memory call = abi.encodeCall(vault.execute, (d, sign(d)));
        for (uint256 gas_ = 100_000; gas_ < 2_500_000; gas_ += 10_000) {
            (bool done,) = address(vault).call{gas: gas_}(call);
            assertFalse(done, vm.toString(gas_));
        }
        (, bytes memory reason) = address(vault).call{gas: 2_500_000}(call);
        assertEq(bytes4(reason), IVaultTerms.HealthAboveCeiling.selector, "refused for the ceiling");
        (, reason) = address(vault).call{gas: 600_000}(call);
        assertEq(bytes4(reason), IVaultTerms.InsufficientGas.selector, "refused for the gas");
    }

    // ---------------------------------------------------------------- limits

    function test_idleBudget_boundary_perToken() public {
        fundIdle(Mainnet.WETH, 90 ether);
        expectRefusal(
            addCollateral(50 ether + 1),
            abi.encodeWithSelector(IVaultTerms.IdleBudgetExceeded.selector, Mainnet.WETH, 50 ether + 1, 50 ether)
        );
        send(addCollateral(50 ether));
        Decision memory d = addCollateral(1);
        d.nonce = 2;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.IdleBudgetExceeded.selector, Mainnet.WETH, 1, 0));
        fundIdle(Mainnet.USDC, 1000e6);
        d = repayFromIdle(1000e6);
        d.nonce = 2;
        send(d); // another token, another budget
    }

    function test_zeroIdleBudget_forbids() public {
        AssetConfig memory config = Defaults.weth();
        config.idlePerWindow = 0;
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, config)));
        fundIdle(Mainnet.WETH, 1 ether);
        expectRefusal(
            addCollateral(1 ether),
            abi.encodeWithSelector(IVaultTerms.IdleBudgetExceeded.selector, Mainnet.WETH, 1 ether, 0)
        );
    }

    function test_nothingIdle_isSaid() public {
        expectRefusal(addCollateral(1 ether), abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
        expectRefusal(repayFromIdle(1e6), abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
    }

    function test_roles_areHeld() public {
        fundIdle(Mainnet.USDC, 1e6);
        Decision memory d = addCollateral(1e6);
        (d.tokenIn, d.tokenOut) = (Mainnet.USDC, Mainnet.USDC);
        expectRefusal(
            d,
            abi.encodeWithSelector(
                IVaultTerms.TokenForbidden.selector, Mainnet.USDC, TokenRole.Debt, TokenRole.Collateral
            )
        );
        d = repayFromIdle(1);
        (d.tokenIn, d.tokenOut) = (Mainnet.WETH, Mainnet.WETH);
        expectRefusal(
            d,
            abi.encodeWithSelector(
                IVaultTerms.TokenForbidden.selector, Mainnet.WETH, TokenRole.Collateral, TokenRole.Debt
            )
        );
    }

    function test_routePathAndSecondToken_mustBeEmptyOrTheSame() public {
        fundIdle(Mainnet.WETH, 1 ether);
        Decision memory d = addCollateral(1 ether);
        d.route.kind = RouteKind.UniswapV3FlashSwap;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, 1, 0));
        d = addCollateral(1 ether);
        d.route.path = hex"00";
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PathInvalid.selector, hex"00"));
        d = addCollateral(1 ether);
        d.tokenOut = Mainnet.USDC;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "tokenOut"));
    }

    function test_halted_forbids() public {
        fundIdle(Mainnet.WETH, 1 ether);
        vm.prank(guardian);
        vault.setState(VaultState.Reducing);
        send(addCollateral(0.5 ether));
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        Decision memory d = addCollateral(0.5 ether);
        d.nonce = 2;
        expectRefusal(
            d, abi.encodeWithSelector(IVaultTerms.StateForbids.selector, VaultState.Halted, ActionKind.AddCollateral)
        );
    }

    function test_repairFromBelowTheFloor_boundary_needsTheLeastGain() public {
        setEthPrice(2400e8); // health 1.16, floor 1.2
        fundIdle(Mainnet.WETH, 10 ether);
        expectRefusalBy(addCollateral(0.4 ether), IVaultTerms.HealthNotImproved.selector); // gains 0.0046
        send(addCollateral(0.45 ether)); // gains 0.0052
    }

    function test_donatedDust_neverStopsARepair() public {
        fundIdle(Mainnet.WETH, 1 ether + 1);
        deal(Mainnet.USDC, stranger, 10e6);
        vm.startPrank(stranger);
        usdc.approve(Mainnet.AAVE_POOL, 10e6);
        (bool repaid,) = Mainnet.AAVE_POOL
            .call(
                abi.encodeWithSignature("repay(address,uint256,uint256,address)", Mainnet.USDC, 5e6, 2, address(vault))
            );
        (bool supplied,) = Mainnet.AAVE_POOL
            .call(
                abi.encodeWithSignature("supply(address,uint256,address,uint16)", Mainnet.USDC, 5e6, address(vault), 0)
            );
        vm.stopPrank();
        assertTrue(repaid && supplied, "gifts to the position");
        send(addCollateral(1 ether));
        Decision memory d = deleverage(1 ether);
        d.nonce = 2;
        send(d);
    }

    function _withoutCeiling() private view returns (bytes memory) {
        return abi.encodeCall(vault.setPosition, (_setup()));
    }

    function _setup() private view returns (PositionSetup memory setup) {
        setup = Defaults.position(address(adapter));
        setup.config.healthCeilingWad = type(uint128).max;
    }
}
