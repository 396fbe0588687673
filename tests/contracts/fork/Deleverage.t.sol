// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {InitialConfig, Limits, PositionSetup, TokenRole, VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Sell collateral, repay debt: the whole guard order on the real venue and the real pool.
contract DeleverageForkTest is VaultTest {
    /// @dev Most tests are about something else than the owner's ceiling, which would stop large sales.
    function initialConfig() internal view override returns (InitialConfig memory initial) {
        initial = super.initialConfig();
        initial.positions[0].config.healthCeilingWad = type(uint128).max;
    }

    function test_sellsCollateralAndRepaysDebt() public {
        uint256 debtBefore = usdcDebt.balanceOf(address(vault));
        Outcome memory outcome = send(deleverage(10 ether));
        assertEq(outcome.spent, 10 ether, "spent");
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), 90 ether, 2, "collateral");
        assertApproxEqAbs(debtBefore - usdcDebt.balanceOf(address(vault)), outcome.obtained, 2, "debt");
        assertGt(outcome.healthAfterWad, outcome.healthBeforeWad, "health");
        assertEq(outcome.healthAfterWad, health(), "health as the venue tells it");
        assertEq(usdc.balanceOf(address(vault)) + weth.balanceOf(address(vault)), 0, "nothing idle");
    }

    function test_lossIsWhatThePoolTook_andTheRestIsRefunded() public {
        uint256 budget = vault.lossBudget();
        Outcome memory outcome = send(deleverage(10 ether));
        uint256 tradeLoss = 30_000e18 - outcome.obtained * 1e12;
        assertApproxEqAbs(outcome.lossWad, tradeLoss, 1e12, "30,000 USD of WETH less the USDC obtained");
        assertEq(vault.lossBudget(), budget - outcome.lossWad, "budget pays what was lost and no more");
        assertEq(vault.notionalBudget(), 300_000e18 - outcome.notionalWad);
        assertApproxEqAbs(outcome.notionalWad, 30_000e18, 1e6);
    }

    function test_event_carriesDigestHeadAndOutcome() public {
        Decision memory d = deleverage(10 ether);
        bytes memory signature = sign(d);
        bytes32 digest = vault.hashDecision(d);
        vm.recordLogs();
        Outcome memory outcome = vault.execute(d, signature);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.emitter, address(vault), "nothing happens after the event");
        assertEq(last.topics[0], IVaultTerms.Executed.selector);
        assertEq(uint256(last.topics[1]), d.positionId);
        assertEq(last.topics[2], digest);
        assertEq(last.topics[3], d.journalHead);
        assertEq(last.data, abi.encode(d.nonce, d.kind, outcome));
    }

    // ---------------------------------------------------------------- kind, route, fields, state

    function test_versionsOtherThanOne_areRefused() public {
        Decision memory d = deleverage(1 ether);
        d.version = 0;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VersionUnsupported.selector, 0, 1));
        d.version = 2;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VersionUnsupported.selector, 2, 1));
    }

    function test_noKind_isForbidden() public {
        Decision memory d = deleverage(1 ether);
        d.kind = ActionKind.None;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.KindForbidden.selector, ActionKind.None));
    }

    function test_routesWithoutAPlace_areForbidden() public {
        for (uint8 i; i <= uint8(type(RouteKind).max); i++) {
            if (RouteKind(i) == RouteKind.UniswapV3FlashSwap) continue;
            if (RouteKind(i) == RouteKind.AaveV3FlashLoan) continue; // has a lender: see FlashLoan.t.sol
            Decision memory d = deleverage(1 ether);
            d.route.kind = RouteKind(i);
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.RouteForbidden.selector, i, 1));
        }
    }

    function test_fieldsOfLaterVersions_mustBeZero() public {
        Decision memory d = deleverage(1 ether);
        d.route.flashSource = stranger;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "flashSource"));
        d = deleverage(1 ether);
        d.targetVenue = address(adapter);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "targetVenue"));
        d = deleverage(1 ether);
        d.targetPositionId = 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "targetPositionId"));
        d = deleverage(1 ether);
        d.keeperFeeMaxWei = 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.FieldForbidden.selector, "keeperFeeMaxWei"));
    }

    function test_paths_thatAreNotOneHopBetweenTheTokens_areInvalid() public {
        bytes memory good = deleverage(1 ether).route.path;
        bytes[7] memory bad = [
            bytes(""),
            bytes.concat(good, hex"00"),
            abi.encodePacked(Mainnet.USDC, Mainnet.UNISWAP_FEE, Mainnet.WETH),
            abi.encodePacked(stranger, Mainnet.UNISWAP_FEE, Mainnet.USDC),
            abi.encodePacked(Mainnet.WETH, Mainnet.UNISWAP_FEE, Mainnet.WBTC), // the first is right
            abi.encodePacked(Mainnet.WBTC, Mainnet.UNISWAP_FEE, Mainnet.USDC), // the last is right
            abi.encodePacked(Mainnet.WETH, uint24(123), Mainnet.USDC) // no such pool
        ];
        for (uint256 i; i < bad.length; i++) {
            Decision memory d = deleverage(1 ether);
            d.route.path = bad[i];
            expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PathInvalid.selector, bad[i]));
        }
    }

    function test_states_boundary_reducingAllows_haltedForbids() public {
        vm.prank(guardian);
        vault.setState(VaultState.Reducing);
        send(deleverage(1 ether));
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.StateForbids.selector, VaultState.Halted, ActionKind.Deleverage);
        expectRefusal(deleverage(1 ether), reason);
    }

    // ---------------------------------------------------------------- position, venue, tokens

    function test_unknownPosition_isForbidden() public {
        Decision memory d = deleverage(1 ether);
        d.positionId = 8;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 8));
    }

    function test_disabledPosition_isForbidden() public {
        vm.prank(curator);
        vault.disablePosition(Defaults.POSITION);
        expectRefusal(
            deleverage(1 ether), abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, Defaults.POSITION)
        );
    }

    function test_otherVenue_isForbidden() public {
        Decision memory d = deleverage(1 ether);
        d.venue = stranger;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.VenueForbidden.selector, stranger, adapter));
    }

    function test_tokensInTheWrongRole_areForbidden() public {
        Decision memory d = deleverage(1 ether);
        (d.tokenIn, d.tokenOut) = (Mainnet.USDC, Mainnet.WETH);
        d.route.path = abi.encodePacked(Mainnet.USDC, Mainnet.UNISWAP_FEE, Mainnet.WETH);
        bytes memory reason = abi.encodeWithSelector(
            IVaultTerms.TokenForbidden.selector, Mainnet.USDC, TokenRole.Debt, TokenRole.Collateral
        );
        expectRefusal(d, reason);
        d = deleverage(1 ether);
        d.tokenOut = stranger;
        d.route.path = abi.encodePacked(Mainnet.WETH, Mainnet.UNISWAP_FEE, stranger);
        reason = abi.encodeWithSelector(IVaultTerms.TokenForbidden.selector, stranger, TokenRole.None, TokenRole.Debt);
        expectRefusal(d, reason);
    }

    // ---------------------------------------------------------------- oracle bands

    function test_agreement_boundary_halvesTheActionBeyondAgree() public {
        uint256 within = 2942e8; // pool mean 3,000: just under 2 % off
        uint256 beyond = 2935e8; // just over
        setEthPrice(within);
        send(_sized(150_000e18, 1));
        setEthPrice(beyond);
        expectRefusalBy(_sized(75_100e18, 2), IVaultTerms.ActionTooLarge.selector);
        send(_sized(74_900e18, 2));
    }

    function test_disagreement_boundary_forbidsBeyondDisagree() public {
        setEthPrice(2865e8); // 4.7 % off
        send(deleverage(1 ether));
        setEthPrice(2840e8); // 5.6 % off
        Decision memory d = deleverage(1 ether);
        d.nonce = 2;
        expectRefusalBy(d, IVaultTerms.SourcesDisagree.selector);
    }

    function test_venuesOwnPrice_isAView() public {
        transmit(Mainnet.AAVE_ETH_USD_FEED, 2840e8); // ours and the pool stay at 3,000
        expectRefusalBy(deleverage(1 ether), IVaultTerms.SourcesDisagree.selector);
    }

    function test_poolWithoutHistory_countsAsDisagreement() public {
        vm.mockCallRevert(Mainnet.UNISWAP_USDC_WETH_POOL, abi.encodeWithSignature("observe(uint32[])"), bytes("OLD"));
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.SourcesDisagree.selector, Mainnet.WETH, type(uint256).max, 500);
        expectRefusal(deleverage(1 ether), reason);
    }

    function test_emergency_waivesDisagreement_sizeHalvingAndNotional() public {
        _spendNotional();
        setEthPrice(2270e8); // health 1.097 or below, pool mean 32 % off
        assertLt(health(), 1.1e18, "an emergency");
        Decision memory d = repairFromBelow(60 ether); // 136,200 USD: more than half of the action limit
        d.nonce = 99;
        uint256 left = vault.notionalBudget();
        send(d);
        assertEq(vault.notionalBudget(), left, "not paid from the notional budget");
    }

    function test_emergency_boundary_aboveItNothingIsWaived() public {
        setEthPrice(2290e8);
        assertGe(health(), 1.1e18, "no emergency");
        expectRefusalBy(repairFromBelow(1 ether), IVaultTerms.SourcesDisagree.selector);
    }

    function test_emergency_mustBeProven_byADecisionThatHasHealthMeasured() public {
        setEthPrice(2270e8);
        assertLt(health(), 1.1e18, "an emergency");
        Decision memory d = deleverage(60 ether);
        expectRefusalBy(d, IVaultTerms.SourcesDisagree.selector);
        d.healthFloorWad = Defaults.position(address(0)).config.healthFloorWad - 1;
        send(d);
    }

    function test_emergency_neverWaivesTheLossBudget() public {
        configure(abi.encodeCall(vault.setLimits, (_limitsWithLoss(100e18))));
        setEthPrice(2270e8);
        Decision memory d = repairFromBelow(10 ether); // 22,700 USD at 1 % reserve 227 USD; the burst is 50
        expectRefusalBy(d, IVaultTerms.LossBudgetExceeded.selector);
        d.maxLossBps = 1;
        send(d);
    }

    function test_emergency_neverWaivesFreshness() public {
        setEthPrice(2270e8);
        vm.warp(vm.getBlockTimestamp() + 4201);
        Decision memory d = repairFromBelow(1 ether);
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.PriceStale.selector, Mainnet.WETH, 4201, 4200);
        expectRefusal(d, reason);
    }

    function test_stalePrimary_boundary() public {
        vm.warp(vm.getBlockTimestamp() + 4200);
        uint256 state = vm.snapshotState();
        send(deleverage(1 ether));
        vm.revertToState(state);
        vm.warp(vm.getBlockTimestamp() + 1);
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.PriceStale.selector, Mainnet.WETH, 4201, 4200);
        expectRefusal(deleverage(1 ether), reason);
    }

    function test_debtTokensFeed_isHeldToItsOwnBounds() public {
        transmit(Mainnet.USDC_USD_FEED, 0.89e8);
        bytes memory reason =
            abi.encodeWithSelector(IVaultTerms.PriceOutOfBounds.selector, Mainnet.USDC, 0.89e18, 0.9e18, 1.1e18);
        expectRefusal(deleverage(1 ether), reason);
    }

    function test_priceJump_neverTripsAReducingAction() public {
        setEthPrice(2270e8); // 24 % in one round, the limit is 20
        send(repairFromBelow(10 ether));
    }

    // ---------------------------------------------------------------- budgets, amounts, loss

    function test_actionSize_boundary() public {
        expectRefusalBy(_sized(150_001e18, 1), IVaultTerms.ActionTooLarge.selector);
        send(_sized(149_999e18, 1));
    }

    function test_notionalBudget_isCumulative() public {
        _spendNotional();
        Decision memory d = deleverage(1 ether);
        d.nonce = 99;
        expectRefusalBy(d, IVaultTerms.NotionalBudgetExceeded.selector);
        passTime(1 hours); // 12,500 USD flow in
        d = deleverage(1 ether);
        d.nonce = 99;
        send(d);
    }

    function test_maxLoss_boundary() public {
        Decision memory d = deleverage(1 ether);
        d.maxLossBps = 151;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.LossLimitTooHigh.selector, 151, 150));
        d.maxLossBps = 0;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "maxLossBps", 0, 150));
        d.maxLossBps = 150;
        send(d);
    }

    function test_measuredLoss_aboveTheReserve_isRefused() public {
        Decision memory d = deleverage(10 ether);
        d.maxLossBps = 1; // the pool's fee alone is 5
        expectRefusalBy(d, IVaultTerms.LossExceeded.selector);
        d.maxLossBps = 10;
        send(d);
    }

    function test_slippage_boundary_againstThePrimary_notThePool() public {
        setEthPrice(3030e8); // the pool sells at 2,998: 1.05 % under the feed
        Decision memory d = deleverage(10 ether);
        (d.minOut, d.maxLossBps) = (0, 150);
        expectRefusalBy(d, IVaultTerms.SlippageExceeded.selector);
        setEthPrice(3027e8); // 0.95 %
        send(d);
    }

    function test_minOut_isHeld() public {
        Decision memory d = deleverage(10 ether);
        d.minOut = 30_000e6;
        expectRefusalBy(d, IVaultTerms.OutputTooLow.selector);
    }

    function test_nothingToSell_isSaid() public {
        Decision memory d = deleverage(0);
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.NothingToDo.selector));
    }

    function test_maxInBeyondTheCollateral_sellsWhatThereIs_asFarAsDebtAndCeilingAllow() public {
        vm.startPrank(owner);
        deal(Mainnet.USDC, owner, 171_000e6);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(Defaults.POSITION, Mainnet.USDC, 171_000e6);
        vault.withdraw(Defaults.POSITION, Mainnet.WETH, 99.7 ether, owner);
        vm.stopPrank();
        // 0.3 WETH against 724 USDC: health 1.03, an emergency; selling all of it leaves the excess idle
        Decision memory d = repairFromBelow(0.3 ether);
        d.maxIn = type(uint256).max;
        Outcome memory outcome = send(d);
        assertApproxEqAbs(outcome.spent, 0.3 ether, 0.001 ether, "all of the collateral");
        assertEq(usdcDebt.balanceOf(address(vault)), 0, "no debt");
        assertGt(usdc.balanceOf(address(vault)), 100e6, "what is over stays idle and counts");
    }

    // ---------------------------------------------------------------- health

    function test_ownersCeiling_boundary() public {
        uint256 state = vm.snapshotState();
        configure(_ceilingCall(2e18));
        uint256 reached = send(deleverage(10 ether)).healthAfterWad;
        vm.revertToState(state);
        configure(_ceilingCall(reached - 1));
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.HealthAboveCeiling.selector, reached, reached - 1);
        expectRefusal(deleverage(10 ether), reason);
        vm.revertToState(state);
        configure(_ceilingCall(reached));
        send(deleverage(10 ether));
    }

    function test_decisionsCeiling_boundary() public {
        expectCeilingBoundary(deleverage(10 ether));
    }

    function test_decisionsFloor_isAPromise_boundary() public {
        uint256 state = vm.snapshotState();
        Outcome memory outcome = send(deleverage(10 ether));
        assertEq(outcome.healthBeforeWad, 0, "not asked for");
        vm.revertToState(state);
        Decision memory d = deleverage(10 ether);
        d.healthFloorWad = outcome.healthAfterWad + 1;
        bytes memory reason = abi.encodeWithSelector(
            IVaultTerms.HealthBelowFloor.selector, outcome.healthAfterWad, outcome.healthAfterWad + 1
        );
        expectRefusal(d, reason);
        d.healthFloorWad = outcome.healthAfterWad;
        send(d);
    }

    function test_ownersFloor_bindsALowerPromise_whereHealthWasAboveIt() public {
        Decision memory d = deleverage(1 ether);
        d.healthFloorWad = 0; // measured: health is 1.45, the owner's floor 1.2
        Outcome memory outcome = send(d);
        assertApproxEqRel(outcome.healthBeforeWad, 1.45e18, 0.001e18);
        assertGt(outcome.healthAfterWad, outcome.healthBeforeWad);
    }

    function test_promise_raisesHealth_whereverTheSaleIsFair() public {
        uint256 before = health();
        send(deleverage(1 ether));
        assertGt(health(), before, "the floor is above threshold / (1 - slippage)");
    }

    function test_maximum_isNotCutToWhatThereIs() public {
        Decision memory d = deleverage(101 ether); // of 100
        d.maxLossBps = 1;
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vm.expectRevert();
        vault.execute(d, signature);
    }

    // ---------------------------------------------------------------- helpers

    function _sized(uint256 notionalWad, uint256 nonce) private view returns (Decision memory d) {
        d = deleverage(notionalWad * 1e8 / ethPrice8());
        d.nonce = nonce;
    }

    /// @dev Two actions of 149,000 USD each; 2,000 USD of the burst are left.
    function _spendNotional() private {
        send(_sized(149_000e18, 1));
        openPosition(100 ether, Defaults.START_HEALTH_WAD);
        send(_sized(149_000e18, 2));
        openPosition(100 ether, Defaults.START_HEALTH_WAD);
    }

    function _limitsWithLoss(uint128 lossWad) private pure returns (Limits memory limits) {
        limits = Defaults.limits();
        limits.lossPerWindowWad = lossWad;
    }

    function _ceilingCall(uint256 ceilingWad) private view returns (bytes memory) {
        PositionSetup memory setup = Defaults.position(address(adapter));
        setup.config.healthCeilingWad = uint128(ceilingWad);
        return abi.encodeCall(vault.setPosition, (setup));
    }
}
