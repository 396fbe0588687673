// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NetGuard} from "ballast/guards/NetGuard.sol";
import {VenueHealth} from "ballast/interfaces/ILendingAdapter.sol";
import {IVaultRescue} from "ballast/interfaces/IVaultRescue.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {HeartbeatHash} from "ballast/libraries/HeartbeatHash.sol";
import {RescueSize} from "ballast/libraries/RescueSize.sol";
import {NetState, NetTerms} from "ballast/types/Net.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Limits of the safety net, each on both of its sides.
contract NetGuardTest is Test {
    uint256 private constant EMERGENCY_WAD = 1.1e18;
    uint256 private constant NOW = 1_700_000_000;

    NetState private state;

    function setUp() public {
        vm.warp(NOW);
    }

    function terms() private pure returns (NetTerms memory t) {
        (t.criticalHealthWad, t.targetHealthWad) = (1.05e18, 1.25e18);
        (t.heartbeatSeconds, t.deadManSeconds, t.cooldownSeconds, t.windowSeconds) = (600, 7200, 300, 1 days);
        (t.maxSlippageBps, t.rewardBps) = (100, 50);
        (t.minActionWad, t.maxActionWad) = (1000e18, 60_000e18);
        (t.lossPerWindowWad, t.rewardPerWindowWad) = (900e18, 100e18);
    }

    // ---------------------------------------------------------------- when

    function test_trigger_risesWithTheSilence() public {
        assertEq(NetGuard.triggerWad(terms(), EMERGENCY_WAD, NOW - 600, true), 1.05e18);
        assertEq(NetGuard.triggerWad(terms(), EMERGENCY_WAD, NOW - 601, true), 1.1e18);
        assertEq(NetGuard.triggerWad(terms(), EMERGENCY_WAD, NOW - 7200, true), 1.1e18);
        assertEq(NetGuard.triggerWad(terms(), EMERGENCY_WAD, NOW - 7201, true), 1.25e18);
    }

    function test_trigger_agentThatMayNotAct_isNoComfort() public view {
        assertEq(NetGuard.triggerWad(terms(), EMERGENCY_WAD, NOW, false), 1.1e18);
    }

    function test_trigger_withoutDeadManRule_neverPassesTheEmergencyLevel() public view {
        NetTerms memory t = terms();
        t.deadManSeconds = 0;
        assertEq(NetGuard.triggerWad(t, EMERGENCY_WAD, 0, false), 1.1e18);
    }

    function test_trigger_emergencyLevelLoweredLater_leavesTheCriticalOne() public view {
        assertEq(NetGuard.triggerWad(terms(), 1.02e18, NOW - 601, true), 1.05e18);
    }

    /// forge-config: default.allow_internal_expect_revert = true
    function test_due_belowTheLevel_notAtIt() public {
        NetGuard.requireDue(1.1e18 - 1, 1.1e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultRescue.RescueNotDue.selector, 1.1e18, 1.1e18));
        NetGuard.requireDue(1.1e18, 1.1e18);
    }

    /// forge-config: default.allow_internal_expect_revert = true
    function test_cooldown_fromItsLastSecond() public {
        state.rescuedAt = uint48(NOW - 300);
        NetGuard.requireCooled(terms(), state);
        state.rescuedAt = uint48(NOW - 299);
        vm.expectRevert(abi.encodeWithSelector(IVaultRescue.CoolingDown.selector, NOW, NOW + 1));
        NetGuard.requireCooled(terms(), state);
    }

    // ---------------------------------------------------------------- how much

    /// forge-config: default.allow_internal_expect_revert = true
    function test_size_leastBelongsToIt() public {
        NetGuard.requireSize(terms(), 1000e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultRescue.ActionTooSmall.selector, 1000e18 - 1, 1000e18));
        NetGuard.requireSize(terms(), 1000e18 - 1);
    }

    /// forge-config: default.allow_internal_expect_revert = true
    function test_size_greatestBelongsToIt() public {
        NetGuard.requireSize(terms(), 60_000e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ActionTooLarge.selector, 60_000e18 + 1, 60_000e18));
        NetGuard.requireSize(terms(), 60_000e18 + 1);
    }

    /// forge-config: default.allow_internal_expect_revert = true
    function test_reserve_takesSlippageAndReward_andStartsTheCooldown() public {
        assertEq(NetGuard.reserve(terms(), state, 30_000e18), 450e18, "1.5 %");
        assertEq(NetGuard.lossLeftWad(terms(), state), 0);
        assertEq(state.rescuedAt, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.LossBudgetExceeded.selector, 1, 0));
        NetGuard.reserve(terms(), state, 1);
    }

    /// forge-config: default.allow_internal_expect_revert = true
    function test_settle_givesBackTheRest_andRefusesMore() public {
        NetGuard.reserve(terms(), state, 30_000e18);
        uint256 snapshot = vm.snapshotState();
        NetGuard.settle(state, 450e18, 450e18);
        assertEq(NetGuard.lossLeftWad(terms(), state), 0);
        vm.revertToState(snapshot);
        NetGuard.settle(state, 450e18, 449e18);
        assertEq(NetGuard.lossLeftWad(terms(), state), 1e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.LossExceeded.selector, 450e18 + 1, 450e18));
        NetGuard.settle(state, 450e18, 450e18 + 1);
    }

    function test_reward_isAShare_thenWhatIsLeft_thenNothing() public {
        assertEq(NetGuard.takeReward(terms(), state, 8000e18), 40e18);
        assertEq(NetGuard.takeReward(terms(), state, 8000e18), 10e18, "half the cap is the burst");
        assertEq(NetGuard.takeReward(terms(), state, 8000e18), 0);
    }

    /// @dev One wei of reward is a reward, and is taken off.
    function test_reward_ofOneWei_isCharged() public {
        assertEq(NetGuard.takeReward(terms(), state, 199), 0);
        assertEq(NetGuard.rewardLeftWad(terms(), state), 50e18);
        assertEq(NetGuard.takeReward(terms(), state, 200), 1);
        assertEq(NetGuard.rewardLeftWad(terms(), state), 50e18 - 1);
    }

    function test_accrue_keepsWhatTheOldTermsHadFilled_rewardsToo() public {
        NetGuard.takeReward(terms(), state, 10_000e18);
        vm.warp(NOW + 12 hours);
        NetGuard.accrue(terms(), state);
        NetTerms memory richer = terms();
        richer.rewardPerWindowWad = 1000e18;
        assertEq(NetGuard.rewardLeftWad(richer, state), 25e18, "half a window's refill of the old 50");
    }

    // ---------------------------------------------------------------- what status offers

    function _market() private pure returns (RescueSize.Market memory) {
        return RescueSize.Market({
            priceInWad: 3000e18, unitIn: 1e18, lossLeftWad: 10_000e18, minGainWad: 0.005e18, isOnlyCollateral: true
        });
    }

    function _told(uint256 healthWad) private pure returns (VenueHealth memory told) {
        (told.collateralWad, told.liquidationThresholdBps) = (300_000e18, 8300);
        told.debtWad = 249_000e18 * 1e18 / healthWad;
        told.healthWad = 249_000e18 * 1e18 / told.debtWad;
    }

    /// @dev At no price inside the cap does the sale end past the target, nor below the least gain, and it is at least a third of what
    /// would be needed at the feed's price.
    function testFuzz_size_landsBetweenGainAndTarget(uint256 healthWad, uint256 premiumBps, bool discount) public pure {
        NetTerms memory t = terms();
        t.maxActionWad = 300_000e18;
        VenueHealth memory told = _told(bound(healthWad, 1.0e18, 1.2e18));
        uint256 amount = RescueSize.amountIn(t, told, _market());
        assertGt(amount, 0);
        uint256 saleWad = amount * 3000;
        premiumBps = bound(premiumBps, 0, 100);
        uint256 repaidWad = saleWad * (discount ? 10_000 - premiumBps : 10_000 + premiumBps) / 10_000;
        uint256 rewardWad = discount ? repaidWad * 50 / 10_000 : 0;
        uint256 afterWad = (300_000e18 - saleWad - rewardWad) * 83 / 100 * 1e18 / (told.debtWad - repaidWad);
        assertLe(afterWad, t.targetHealthWad, "past the target");
        assertGe(afterWad, told.healthWad + 0.005e18, "no gain");
    }

    function test_size_ofSeveralCollaterals_isSmaller_andStillSomething() public pure {
        RescueSize.Market memory several = _market();
        several.isOnlyCollateral = false;
        uint256 small = RescueSize.amountIn(terms(), _told(1.08e18), several);
        uint256 large = RescueSize.amountIn(terms(), _told(1.08e18), _market());
        assertGt(small, 0);
        assertLt(small, large);
    }

    function test_size_isCutToTheBounds() public pure {
        RescueSize.Market memory m = _market();
        assertEq(RescueSize.amountIn(terms(), _told(1.08e18), m), 20e18, "the greatest sale");
        m.lossLeftWad = 450e18;
        assertEq(RescueSize.amountIn(terms(), _told(1.08e18), m), 10e18, "what the loss budget bears");
        (m.lossLeftWad, m.priceInWad) = (15e18, 2000e18);
        m.minGainWad = 1;
        assertEq(RescueSize.amountIn(terms(), _told(1.08e18), m) * 2000, 1000e18, "the least");
    }

    function test_size_isNone_belowTheLeastSaleOrGain() public pure {
        RescueSize.Market memory m = _market();
        (m.lossLeftWad, m.minGainWad) = (15e18 - 1, 1);
        assertEq(RescueSize.amountIn(terms(), _told(1.08e18), m), 0);
        m = _market();
        m.minGainWad = 0.5e18;
        assertEq(RescueSize.amountIn(terms(), _told(1.08e18), m), 0);
    }

    function test_size_isNone_whereMoreWouldLeaveThanThereIs() public pure {
        NetTerms memory t = terms();
        t.maxActionWad = 300_000e18;
        RescueSize.Market memory m = _market();
        (m.lossLeftWad, m.isOnlyCollateral) = (100_000e18, true);
        VenueHealth memory told = _told(0.8e18); // 324,000 USD would have to go, of 300,000
        assertEq(RescueSize.amountIn(t, told, m), 0);
    }

    function test_size_isNone_whereTheVenueWouldNotSurface() public pure {
        NetTerms memory t = terms();
        assertEq(RescueSize.amountIn(t, _told(0.9e18), _market()), 0, "below 1 after");
        t.maxActionWad = 300_000e18;
        RescueSize.Market memory m = _market();
        m.lossLeftWad = 100_000e18;
        assertGt(RescueSize.amountIn(t, _told(0.9e18), m), 0, "large enough to surface");
    }

    // ---------------------------------------------------------------- hash

    function test_heartbeatTypeHash_isForges() public pure {
        assertEq(HeartbeatHash.HEARTBEAT_TYPEHASH, vm.eip712HashType(HeartbeatHash.HEARTBEAT_TYPE));
    }
}
