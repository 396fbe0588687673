// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {QueueTerms, VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome} from "ballast/types/Decision.sol";

/// @notice New debt for more collateral: what raises risk is allowed where everything is calm, and waits where it is large.
contract LeverageTest is VaultTest {
    uint256 private constant RISK_WAD = 100_000e18; // half of it is the burst

    function setUp() public override {
        super.setUp();
        configure(abi.encodeCall(vault.setQueue, (queueTerms())));
        passTime(1 days); // a risk budget begins empty and fills within a window
    }

    function test_riskBudget_beginsEmpty() public {
        vault = createVault("fresh");
        openPosition(Defaults.COLLATERAL, Defaults.START_HEALTH_WAD);
        configure(abi.encodeCall(vault.setQueue, (queueTerms())));
        expectRefusal(leverage(1000), abi.encodeWithSelector(IVaultTerms.RiskBudgetExceeded.selector, 1000e18, 0));
    }

    function queueTerms() private pure returns (QueueTerms memory) {
        return QueueTerms({
            largeActionWad: 120_000e18,
            riskPerWindowWad: uint128(RISK_WAD),
            delaySeconds: 1 days,
            graceSeconds: 2 hours,
            maxQueued: 2
        });
    }

    /// @dev Borrows `usd` of USDC for WETH.
    function leverage(uint256 usd) private view returns (Decision memory d) {
        d = deleverage(1 ether);
        d.kind = ActionKind.Leverage;
        (d.tokenIn, d.tokenOut) = (Mainnet.USDC, Mainnet.WETH);
        d.route.path = abi.encodePacked(d.tokenIn, Mainnet.UNISWAP_FEE, d.tokenOut);
        d.maxIn = usd * 1e6;
        d.minOut = usd * 1e26 / ethPrice8() * 99 / 100;
        d.healthCeilingWad = type(uint256).max;
    }

    function test_leverage_borrowsAndSupplies() public {
        (uint256 collateral, uint256 debt, uint256 before) =
            (aWeth.balanceOf(address(vault)), usdcDebt.balanceOf(address(vault)), health());
        Outcome memory outcome = send(leverage(20_000));
        assertEq(outcome.spent, 20_000e6);
        assertApproxEqAbs(usdcDebt.balanceOf(address(vault)), debt + 20_000e6, 1, "debt");
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), collateral + outcome.obtained, 1, "collateral");
        assertEq(weth.balanceOf(address(vault)) + usdc.balanceOf(address(vault)), 0, "nothing idle");
        assertLt(health(), before);
        assertEq(outcome.healthAfterWad, health());
        assertGt(outcome.lossWad, 0);
    }

    function test_leverage_neverGoesBelowTheFloor_boundary() public {
        uint256 state = vm.snapshotState();
        uint256 reached = send(leverage(20_000)).healthAfterWad;
        vm.revertToState(state);
        Decision memory d = leverage(20_000);
        d.healthFloorWad = reached + 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.HealthBelowFloor.selector, reached, reached + 1));
        d.healthFloorWad = reached;
        send(d);
    }

    function test_leverage_mustPromiseTheOwnersFloor() public {
        Decision memory d = leverage(1000);
        d.healthFloorWad = 1.2e18 - 1;
        expectRefusal(
            d, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "healthFloorWad", 1.2e18 - 1, 1.2e18)
        );
    }

    function test_leverage_onlyWhileActive() public {
        vm.prank(guardian);
        vault.setState(VaultState.Reducing);
        expectRefusal(
            leverage(1000),
            abi.encodeWithSelector(IVaultTerms.StateForbids.selector, VaultState.Reducing, ActionKind.Leverage)
        );
    }

    function test_leverage_withoutQueueTerms_isForbidden() public {
        vault = createVault("unset");
        openPosition(Defaults.COLLATERAL, Defaults.START_HEALTH_WAD);
        Decision memory d = leverage(1000);
        (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.execute, (d, sign(d))));
        assertFalse(done);
        assertEq(bytes4(reason), IVaultTerms.RiskBudgetExceeded.selector);
        expectQueueRefusal(d, abi.encodeWithSelector(IVaultTerms.QueueUnset.selector));
    }

    function test_leverage_needsAgreement_evenWhereASaleWouldBeHalved() public {
        setEthPrice(ethPrice8() * 97 / 100); // 3 % off the pool's mean: between d and D
        send(deleverage(1 ether));
        Decision memory d = leverage(1000);
        d.nonce = 2;
        expectRefusalBy(d, IVaultTerms.SourcesDisagree.selector);
    }

    /// @dev Aave caps its price of USDC at 1.04; 1.04 / 0.98 is 2 % above that. Ether goes along, so that no other view is off.
    function test_leverage_agreementOnTheDebtToken_boundary() public {
        uint256 price = ethPrice8();
        transmit(Mainnet.USDC_USD_FEED, 1.03e8);
        transmit(Mainnet.USDC_USD_FEED, 1.06122448e8);
        setEthPrice(price * 1.06122448e8 / 1e8);
        send(leverage(1000));
        transmit(Mainnet.USDC_USD_FEED, 1.06122449e8);
        Decision memory d = leverage(1000);
        d.nonce = 2;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.SourcesDisagree.selector, Mainnet.USDC, 201, 200));
    }

    function test_leverage_afterAJump_isRefused() public {
        uint256 price = ethPrice8();
        setEthPrice(price * 79 / 100);
        setEthPrice(price); // 26 % in one round, the limit is 20
        expectRefusalBy(leverage(1000), IVaultTerms.PriceJumped.selector);
        setEthPrice(price);
        send(leverage(1000));
    }

    /// @dev The token that is borrowed counts as the one that is bought.
    function test_leverage_afterAJumpOfTheDebtToken_isRefused() public {
        transmit(Mainnet.USDC_USD_FEED, 1.06e8);
        transmit(Mainnet.USDC_USD_FEED, 1e8); // 6 % in one round, the limit is 5
        expectRefusalBy(leverage(1000), IVaultTerms.PriceJumped.selector);
        transmit(Mainnet.USDC_USD_FEED, 1e8);
        send(leverage(1000));
    }

    function test_leverage_allOfSomething_isNoAmount() public {
        Decision memory d = leverage(1000);
        d.maxIn = type(uint256).max;
        vm.expectRevert();
        this.sendAs(d);
    }

    function sendAs(Decision calldata d) external {
        vault.execute(d, sign(d));
    }

    function test_riskBudget_isCumulative_andManySmallStepsAreNoWayAround() public {
        send(leverage(26_000));
        Decision memory d = leverage(26_000);
        d.nonce = 2;
        expectRefusalBy(d, IVaultTerms.RiskBudgetExceeded.selector);
        d.maxIn = 23_000e6;
        d.minOut = 1;
        send(d);
    }

    function test_queuedLeverage_needsNoRiskBudget() public {
        Decision memory d = leverage(60_000);
        d.maxLossBps = 10;
        expectRefusalBy(d, IVaultTerms.RiskBudgetExceeded.selector);
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        passTime(1 days);
        vault.executeQueued(d, signature);
    }

    function expectQueueRefusal(Decision memory d, bytes memory reason) private {
        bytes memory signature = sign(d);
        vm.expectRevert(reason);
        vault.queue(d, signature);
    }
}
