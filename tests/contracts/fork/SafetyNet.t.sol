// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ContractSigner} from "../mocks/ContractSigner.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {NetTest} from "../utils/NetTest.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultRescue} from "ballast/interfaces/IVaultRescue.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {ConfigPage, Page} from "ballast/libraries/ConfigPage.sol";
import {PositionSetup, PositionStatus, PositionToken, TokenRole, Upkeep, VaultState} from "ballast/types/Config.sol";
import {NetStatus, NetTerms, RescueOutcome} from "ballast/types/Net.sol";

/// @notice What anyone may do for a position whose agent does not: when, how much, at what price, for what reward, and nothing else.
contract SafetyNetForkTest is NetTest {
    using ConfigPage for Page;

    // ---------------------------------------------------------------- what a rescue does

    function test_rescue_sellsRepaysAndRewards_withinWhatItReports() public {
        abandon();
        (uint256 collateral, uint256 debt) = (aWeth.balanceOf(address(vault)), usdcDebt.balanceOf(address(vault)));
        uint256 healthBefore = health();
        RescueOutcome memory o = rescue(10 ether);
        assertEq(o.spent, 10 ether);
        assertApproxEqAbs(collateral - aWeth.balanceOf(address(vault)), o.spent + o.reward, 2, "collateral that left");
        assertApproxEqAbs(debt - usdcDebt.balanceOf(address(vault)), o.obtained, 2, "debt that was repaid");
        assertEq(weth.balanceOf(stranger), o.reward, "the caller's reward");
        assertEq(o.notionalWad, 30_000e18);
        assertApproxEqRel(o.reward, o.obtained * 1e12 * 50 / 10_000 / 3000, 1e12, "half a percent of what was repaid");
        assertEq(o.healthBeforeWad, healthBefore);
        assertEq(o.healthAfterWad, health());
        assertGt(o.healthAfterWad, healthBefore + 0.005e18);
        uint256 lost = 30_000e18 - o.obtained * 1e12 + o.reward * 3000;
        assertApproxEqAbs(o.lossWad, lost, 1e13, "slippage and reward");
        assertEq(weth.balanceOf(address(vault)) + usdc.balanceOf(address(vault)), 0, "nothing idle");
        assertEq(usdc.allowance(address(vault), Mainnet.AAVE_POOL), 0, "no allowance");
    }

    function test_rescue_announcesItself() public {
        abandon();
        vm.expectEmit(true, true, false, false, address(vault));
        RescueOutcome memory any;
        emit IVaultRescue.Rescued(POSITION_ID, stranger, any);
        rescue(10 ether);
    }

    function test_rescue_spendsItsOwnBudgets_andNoneOfTheAgents() public {
        abandon();
        (uint256 loss, uint256 notional) = (vault.lossBudget(), vault.notionalBudget());
        NetStatus memory before = vault.netStatus(POSITION_ID);
        RescueOutcome memory o = rescue(10 ether);
        NetStatus memory afterwards = vault.netStatus(POSITION_ID);
        assertEq(before.lossBudgetWad - afterwards.lossBudgetWad, o.lossWad, "the rest of the reserve came back");
        assertApproxEqAbs(before.rewardBudgetWad - afterwards.rewardBudgetWad, o.reward * 3000, 1e4);
        assertEq(afterwards.rescuedAt, vm.getBlockTimestamp());
        assertEq(vault.lossBudget(), loss);
        assertEq(vault.notionalBudget(), notional);
    }

    function test_agent_spendsNothingOfTheNets() public {
        NetStatus memory before = vault.netStatus(POSITION_ID);
        send(deleverage(10 ether));
        assertLt(vault.lossBudget(), 3000e18);
        assertEq(abi.encode(vault.netStatus(POSITION_ID)), abi.encode(before));
    }

    function test_rescue_worksInEveryState_andForADisabledPosition() public {
        sinkTo(1.06e18);
        passTime(601);
        for (uint256 i; i < 3; i++) {
            vm.prank(owner);
            vault.setState(VaultState(i));
            rescue(2 ether);
            passTime(300);
        }
        vm.prank(curator);
        vault.disablePosition(POSITION_ID);
        rescue(2 ether);
    }

    // ---------------------------------------------------------------- when

    function test_heartbeat_holdsTheNetBack_toItsLastSecond() public {
        sinkTo(1.08e18);
        passTime(599); // with the second in `setUp`'s order: the heartbeat is 599 old, and then 600
        passTime(1);
        assertEq(vault.netStatus(POSITION_ID).triggerWad, 1.05e18);
        expectNoRescue(10 ether, abi.encodeWithSelector(IVaultRescue.RescueNotDue.selector, health(), 1.05e18));
        passTime(1);
        assertEq(vault.netStatus(POSITION_ID).triggerWad, 1.1e18);
        rescue(10 ether);
    }

    function test_lateAgent_aboveTheEmergencyLevel_isNoReason() public {
        sinkTo(1.12e18);
        passTime(601);
        expectNoRescue(10 ether, abi.encodeWithSelector(IVaultRescue.RescueNotDue.selector, health(), 1.1e18));
    }

    function test_belowTheCriticalLevel_noHeartbeatHoldsTheNetBack() public {
        sinkTo(1.06e18);
        expectNoRescueBy(10 ether, IVaultRescue.RescueNotDue.selector);
        sinkTo(1.045e18);
        rescue(10 ether);
    }

    function test_agentThatMayNotAct_holdsNothingBack() public {
        sinkTo(1.08e18);
        uint256 snapshot = vm.snapshotState();
        expectNoRescueBy(10 ether, IVaultRescue.RescueNotDue.selector);
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        rescue(10 ether);
        vm.revertToState(snapshot);
        vm.prank(guardian);
        vault.revokeSigner();
        rescue(10 ether);
        vm.revertToState(snapshot);
        vm.prank(curator);
        vault.disablePosition(POSITION_ID);
        rescue(10 ether);
    }

    function test_deadMan_opensTheNetUpToTheTarget_afterItsLastSecond() public {
        NetTerms memory t = netTerms();
        t.deadManSeconds = 7200;
        setNet(t); // one second passes
        sinkTo(1.2e18);
        passTime(7199);
        expectNoRescue(10 ether, abi.encodeWithSelector(IVaultRescue.RescueNotDue.selector, health(), 1.1e18));
        passTime(1);
        rescue(5 ether);
        assertLe(health(), 1.25e18);
    }

    function test_cooldown_isOverInItsLastSecond() public {
        abandon();
        rescue(2 ether);
        uint256 until = vm.getBlockTimestamp() + 300;
        passTime(299);
        expectNoRescue(2 ether, abi.encodeWithSelector(IVaultRescue.CoolingDown.selector, until - 1, until));
        _expectNone("cooling down");
        passTime(1);
        assertEq(uint8(vault.status(POSITION_ID).upkeep), uint8(Upkeep.SAFETY_NET));
        rescue(2 ether);
    }

    // ---------------------------------------------------------------- how much, at what price

    function test_size_isBoundedOnBothSides() public {
        abandon();
        expectNoRescue(
            0.5 ether - 1, abi.encodeWithSelector(IVaultRescue.ActionTooSmall.selector, 1500e18 - 3000, 1500e18)
        );
        expectNoRescue(
            20 ether + 1, abi.encodeWithSelector(IVaultTerms.ActionTooLarge.selector, 60_000e18 + 3000, 60_000e18)
        );
        uint256 snapshot = vm.snapshotState();
        rescue(20 ether);
        vm.revertToState(snapshot);
        // the smallest lifts health by less than the position's least gain, and that is the next guard's to say
        expectNoRescueBy(0.5 ether, IVaultTerms.HealthNotImproved.selector);
    }

    function test_target_isNeverPassed() public {
        NetTerms memory t = netTerms();
        t.maxActionWad = 300_000e18;
        setNet(t);
        abandon();
        expectNoRescueBy(40 ether, IVaultTerms.HealthAboveCeiling.selector);
        rescue(25 ether);
        assertLe(health(), 1.25e18);
    }

    function test_lossBudget_hasToHoldSlippageAndReward() public {
        NetTerms memory t = netTerms();
        t.lossPerWindowWad = 900e18; // half is the burst: 1.5 % of 30,000
        t.rewardPerWindowWad = 900e18;
        setNet(t);
        abandon();
        uint256 snapshot = vm.snapshotState();
        rescue(10 ether);
        vm.revertToState(snapshot);
        expectNoRescueBy(10 ether + 1, IVaultTerms.LossBudgetExceeded.selector);
        rescue(10 ether);
        sinkTo(1.08e18);
        passTime(300);
        expectNoRescueBy(10 ether, IVaultTerms.LossBudgetExceeded.selector); // the reward stays spent
    }

    function test_reward_isWhatItsBudgetHas_andNothingBlocksTheRescue() public {
        NetTerms memory t = netTerms();
        t.rewardPerWindowWad = 200e18; // half is the burst
        setNet(t);
        abandon();
        RescueOutcome memory first = rescue(20 ether);
        assertEq(first.reward, 100e18 * 1e18 / uint256(3000e18));
        sinkTo(1.08e18);
        passTime(300);
        RescueOutcome memory second = rescue(20 ether);
        assertLt(second.reward, first.reward / 100, "what flowed in");
    }

    function test_reward_ofZero_isAChoice() public {
        NetTerms memory t = netTerms();
        t.rewardBps = 0;
        setNet(t);
        abandon();
        assertEq(rescue(10 ether).reward, 0);
        assertEq(weth.balanceOf(stranger), 0);
    }

    function test_slippage_isHeldAgainstThePrimaryFeeds() public {
        abandon();
        setEthPrice(ethPrice8() * 1012 / 1000); // the pool pays 1.2 % less than the feed
        expectNoRescueBy(10 ether, IVaultTerms.SlippageExceeded.selector);
    }

    function test_feeds_mustBeFreshAndInBounds_andNeedNoAgreement() public {
        abandon();
        uint256 snapshot = vm.snapshotState();
        transmit(Mainnet.USDC_USD_FEED, 1.11e8);
        expectNoRescueBy(10 ether, IVaultTerms.PriceOutOfBounds.selector);
        vm.revertToState(snapshot);
        transmit(Mainnet.AAVE_ETH_USD_FEED, 2950e8); // the venue lags by more than d: 1.7 %
        rescue(10 ether);
        vm.revertToState(snapshot);
        vm.warp(vm.getBlockTimestamp() + 4201);
        expectNoRescue(10 ether, abi.encodeWithSelector(IVaultTerms.PriceStale.selector, Mainnet.WETH, 4201, 4200));
    }

    function test_tokenThatLostItsRole_isRepaidNoMore() public {
        abandon();
        PositionSetup memory setup = Defaults.position(address(adapter));
        setup.tokens[1] = PositionToken(Mainnet.USDC, TokenRole.Collateral);
        configure(abi.encodeCall(vault.setPosition, (setup)));
        bytes memory reason = abi.encodeWithSelector(
            IVaultTerms.TokenForbidden.selector, Mainnet.USDC, TokenRole.Collateral, TokenRole.Debt
        );
        expectNoRescue(10 ether, reason);
    }

    function test_tokenThatLostItsRole_isSoldNoMore() public {
        abandon();
        PositionSetup memory setup = Defaults.position(address(adapter));
        setup.tokens = new PositionToken[](1);
        setup.tokens[0] = PositionToken(Mainnet.USDC, TokenRole.Debt);
        configure(abi.encodeCall(vault.setPosition, (setup)));
        bytes memory reason = abi.encodeWithSelector(
            IVaultTerms.TokenForbidden.selector, Mainnet.WETH, TokenRole.None, TokenRole.Collateral
        );
        expectNoRescue(10 ether, reason);
        assertEq(uint8(vault.status(POSITION_ID).upkeep), uint8(Upkeep.NONE));
    }

    // ---------------------------------------------------------------- heartbeats

    function test_heartbeat_isMonotone_andNeverFromTheFuture() public {
        uint48 latest = uint48(vm.getBlockTimestamp());
        assertEq(vault.netStatus(POSITION_ID).heartbeatAt, latest);
        _refuseBeat(latest, abi.encodeWithSelector(IVaultRescue.HeartbeatNotNewer.selector, latest, latest));
        _refuseBeat(latest + 1, abi.encodeWithSelector(IVaultRescue.HeartbeatFromFuture.selector, latest + 1, latest));
        passTime(1);
        vm.expectEmit(address(vault));
        emit IVaultRescue.HeartbeatSeen(POSITION_ID, latest + 1);
        beat(latest + 1);
        assertEq(vault.netStatus(POSITION_ID).heartbeatAt, latest + 1);
    }

    function test_heartbeat_byAContractSigner() public {
        ContractSigner contractSigner = new ContractSigner();
        vm.prank(owner);
        vault.setSigner(address(contractSigner));
        passTime(1);
        uint48 seenAt = uint48(vm.getBlockTimestamp());
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, address(contractSigner)));
        vault.heartbeat(POSITION_ID, seenAt, "");
        contractSigner.approve(vault.hashHeartbeat(POSITION_ID, seenAt));
        vault.heartbeat(POSITION_ID, seenAt, "");
        assertEq(vault.netStatus(POSITION_ID).heartbeatAt, seenAt);
    }

    function test_heartbeat_needsASigner_andANet() public {
        passTime(1);
        vm.prank(guardian);
        vault.revokeSigner();
        _refuseBeat(uint48(vm.getBlockTimestamp()), abi.encodeWithSelector(IVaultTerms.SignerUnset.selector));
        vm.prank(curator);
        vault.disableNet(POSITION_ID);
        bytes memory unset = abi.encodeWithSelector(IVaultRescue.NetUnset.selector, POSITION_ID);
        _refuseBeat(uint48(vm.getBlockTimestamp()), unset);
        vm.expectRevert(unset);
        vault.netStatus(POSITION_ID);
    }

    function test_hashHeartbeat_isEip712() public view {
        bytes32 typeHash = keccak256("Heartbeat(uint256 positionId,uint48 seenAt)");
        bytes32 structHash = keccak256(abi.encode(typeHash, POSITION_ID, 5));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", vault.domainSeparator(), structHash));
        assertEq(vault.hashHeartbeat(POSITION_ID, 5), digest);
    }

    // ---------------------------------------------------------------- configuration

    function test_unsetNet_forbids() public {
        IRebalanceVault other = createVault("second");
        vm.expectRevert(abi.encodeWithSelector(IVaultRescue.NetUnset.selector, POSITION_ID));
        other.rescue(POSITION_ID, 1 ether);
        assertEq(other.netTerms(POSITION_ID).targetHealthWad, 0);
    }

    function test_setNet_waits_andDisableNetDoesNot() public {
        NetTerms memory t = netTerms();
        t.maxActionWad = 50_000e18;
        vm.prank(curator);
        vm.expectPartialRevert(IVaultTerms.NotSubmitted.selector);
        vault.setNet(POSITION_ID, t);
        setNet(t);
        assertEq(abi.encode(vault.netTerms(POSITION_ID)), abi.encode(t));
        abandon();
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, guardian));
        vm.prank(guardian);
        vault.disableNet(POSITION_ID);
        uint64 epoch = vault.configEpoch();
        vm.prank(curator);
        vault.disableNet(POSITION_ID);
        assertEq(vault.configEpoch(), epoch + 1);
        expectNoRescue(10 ether, abi.encodeWithSelector(IVaultRescue.NetUnset.selector, POSITION_ID));
    }

    function test_newTerms_refillNothingOfThePast() public {
        abandon();
        uint256 snapshot = vm.snapshotState();
        RescueOutcome memory o = rescue(10 ether);
        vm.revertToState(snapshot);
        NetTerms memory t = netTerms();
        bytes memory call = abi.encodeCall(vault.setNet, (POSITION_ID, t));
        t.lossPerWindowWad = 40_000e18; // ten times as much
        call = abi.encodeCall(vault.setNet, (POSITION_ID, t));
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK - 1 hours);
        rescue(10 ether);
        passTime(1 hours);
        vm.prank(curator);
        callVault(call);
        // by the old terms: an hour's 24th of the burst; the new ones begin with it
        uint256 expected = 2000e18 - o.lossWad + uint256(2000e18) / 24;
        expected = expected > 2000e18 ? 2000e18 : expected;
        assertApproxEqAbs(vault.netStatus(POSITION_ID).lossBudgetWad, expected, 2e18);
    }

    function test_page_holdsTheTermsAsStorageDoes() public {
        NetTerms memory t = netTerms();
        t.deadManSeconds = 7200;
        setNet(t);
        Page page = ConfigPage.read(vault.configPage(), vault.configEpoch());
        assertEq(abi.encode(page.netOf(POSITION_ID)), abi.encode(t));
        assertEq(abi.encode(vault.netTerms(POSITION_ID)), abi.encode(t));
        assertEq(page.netOf(POSITION_ID + 1).targetHealthWad, 0);
        vm.prank(curator);
        vault.disableNet(POSITION_ID);
        page = ConfigPage.read(vault.configPage(), vault.configEpoch());
        assertEq(page.netOf(POSITION_ID).targetHealthWad, 0);
    }

    function test_disabledNet_forgetsNoSpending() public {
        abandon();
        rescue(20 ether);
        uint256 left = vault.netStatus(POSITION_ID).lossBudgetWad;
        bytes memory call = abi.encodeCall(vault.setNet, (POSITION_ID, netTerms()));
        vm.prank(curator);
        vault.disableNet(POSITION_ID);
        vm.prank(curator);
        vault.submit(call);
        vm.warp(vm.getBlockTimestamp() + Defaults.TIMELOCK);
        vm.prank(curator);
        callVault(call);
        assertEq(vault.netStatus(POSITION_ID).lossBudgetWad, 2000e18, "two windows later it is full, and not more");
        assertLt(left, 2000e18);
    }

    function test_setNet_refusesWhatIsNotSane() public {
        NetTerms memory t = netTerms();
        t.criticalHealthWad = 1e18 - 1;
        _refuseNet(t, "criticalHealthWad", 1e18 - 1, 1e18);
        t.criticalHealthWad = 1.1e18 + 1;
        _refuseNet(t, "criticalHealthWad", 1.1e18 + 1, 1.1e18);
        t = netTerms();
        t.targetHealthWad = 1.1e18;
        _refuseNet(t, "targetHealthWad", 1.1e18, 1.1e18 + 1);
        t.targetHealthWad = 2.5e18 + 1;
        _refuseNet(t, "targetHealthWad", 2.5e18 + 1, 2.5e18);
        t = netTerms();
        (t.heartbeatSeconds) = 59;
        _refuseNet(t, "heartbeatSeconds", 59, 60);
        (t.heartbeatSeconds) = 7 days + 1;
        _refuseNet(t, "heartbeatSeconds", 7 days + 1, 7 days);
        t = netTerms();
        t.deadManSeconds = 599;
        _refuseNet(t, "deadManSeconds", 599, 600);
        t.deadManSeconds = 30 days + 1;
        _refuseNet(t, "deadManSeconds", 30 days + 1, 30 days);
        t = netTerms();
        t.cooldownSeconds = 0;
        _refuseNet(t, "cooldownSeconds", 0, 1);
        t.cooldownSeconds = 1 days + 1;
        _refuseNet(t, "cooldownSeconds", 1 days + 1, 1 days);
    }

    function test_setNet_refusesMoneyThatIsNotSane() public {
        NetTerms memory t = netTerms();
        t.windowSeconds = 3599;
        _refuseNet(t, "windowSeconds", 3599, 3600);
        t = netTerms();
        t.maxSlippageBps = 0;
        _refuseNet(t, "maxSlippageBps", 0, 1);
        t.maxSlippageBps = 1001;
        _refuseNet(t, "maxSlippageBps", 1001, 1000);
        t = netTerms();
        t.rewardBps = 501;
        _refuseNet(t, "rewardBps", 501, 500);
        t = netTerms();
        t.minActionWad = t.maxActionWad + 1;
        _refuseNet(t, "minActionWad", t.maxActionWad + 1, t.maxActionWad);
        t.minActionWad = 0;
        _refuseNet(t, "minActionWad", 0, 1);
        (t.minActionWad, t.maxActionWad) = (1, type(uint128).max);
        _refuseNet(t, "maxActionWad", type(uint128).max, type(uint128).max - 1);
        t = netTerms();
        t.lossPerWindowWad = 1;
        _refuseNet(t, "lossPerWindowWad", 1, 2);
        t.lossPerWindowWad = type(uint96).max;
        _refuseNet(t, "lossPerWindowWad", type(uint96).max, type(uint96).max - 1);
        t = netTerms();
        t.rewardPerWindowWad = t.lossPerWindowWad + 1;
        _refuseNet(t, "rewardPerWindowWad", t.lossPerWindowWad + 1, t.lossPerWindowWad);
        t = netTerms();
        t.poolFee = 501;
        _refuseNet(t, "poolFee", 501, 0);
    }

    function test_setNet_needsTokensOfThePosition() public {
        NetTerms memory t = netTerms();
        (t.tokenIn, t.tokenOut) = (Mainnet.USDC, Mainnet.WETH);
        bytes4 selector = IVaultTerms.TokenForbidden.selector;
        _refuseNetCall(
            POSITION_ID, t, abi.encodeWithSelector(selector, Mainnet.USDC, TokenRole.Debt, TokenRole.Collateral)
        );
        (t.tokenIn, t.tokenOut) = (Mainnet.WETH, Mainnet.WETH);
        _refuseNetCall(
            POSITION_ID, t, abi.encodeWithSelector(selector, Mainnet.WETH, TokenRole.Collateral, TokenRole.Debt)
        );
        _refuseNetCall(8, netTerms(), abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 8));
    }

    // ---------------------------------------------------------------- status

    function test_status_offersARescue_thatThenPasses() public {
        abandon();
        PositionStatus memory s = vault.status(POSITION_ID);
        assertEq(uint8(s.upkeep), uint8(Upkeep.SAFETY_NET));
        vm.prank(stranger);
        callVault(s.upkeepCall);
        assertGt(health(), 1.1e18);
        assertLe(health(), 1.25e18);
        assertEq(uint8(vault.status(POSITION_ID).upkeep), uint8(Upkeep.NONE), "cooling down, and out of danger");
    }

    function test_status_sizesToTheTarget_whereTheBoundsAllow() public {
        NetTerms memory t = netTerms();
        (t.maxActionWad, t.lossPerWindowWad) = (300_000e18, 20_000e18);
        setNet(t);
        abandon();
        vm.prank(stranger);
        callVault(vault.status(POSITION_ID).upkeepCall);
        assertApproxEqRel(health(), 1.25e18, 0.02e18, "close to the target");
        assertLe(health(), 1.25e18);
    }

    function test_status_sizesWithinTheLossBudget() public {
        NetTerms memory t = netTerms();
        t.lossPerWindowWad = 900e18;
        t.rewardPerWindowWad = 900e18;
        setNet(t);
        abandon();
        assertEq(vault.status(POSITION_ID).upkeepCall, abi.encodeCall(vault.rescue, (POSITION_ID, 10 ether)));
        vm.prank(stranger);
        callVault(vault.status(POSITION_ID).upkeepCall);
    }

    function test_status_isNone_whereTheNetMayNotAct() public {
        assertEq(uint8(vault.status(POSITION_ID).upkeep), uint8(Upkeep.NONE), "healthy");
        abandon();
        uint256 snapshot = vm.snapshotState();
        beat(uint48(vm.getBlockTimestamp()));
        _expectNone("the agent answers");
        vm.revertToState(snapshot);
        rescue(2 ether);
        assertLt(health(), 1.1e18);
        _expectNone("cooling down");
        vm.revertToState(snapshot);
        transmit(Mainnet.USDC_USD_FEED, 1.11e8);
        _expectNone("a feed out of bounds");
        vm.revertToState(snapshot);
        vm.warp(vm.getBlockTimestamp() + 4201);
        _expectNone("a stale feed");
        vm.revertToState(snapshot);
        vm.prank(curator);
        vault.disableNet(POSITION_ID);
        _expectNone("no net");
        vm.revertToState(snapshot);
        killFeeds();
        _expectNone("a mute venue");
    }

    function test_status_isNone_whereNothingFits() public {
        NetTerms memory t = netTerms();
        (t.minActionWad, t.lossPerWindowWad, t.rewardPerWindowWad) = (30_001e18, 900e18, 900e18);
        setNet(t);
        abandon();
        _expectNone("the budget holds less than the least rescue");
    }

    /// @dev Whatever the health, the pool's deviation and the sizes: what status offers, passes.
    function testFuzz_status_offersOnlyWhatPasses(uint256 healthWad, uint256 moveBps, uint256 maxActionWad) public {
        NetTerms memory t = netTerms();
        t.maxActionWad = uint128(_bound(maxActionWad, t.minActionWad, 300_000e18));
        t.lossPerWindowWad = 20_000e18;
        setNet(t);
        sinkTo(_bound(healthWad, 1.045e18, 1.12e18));
        passTime(601);
        setEthPrice(3000e8 * (9930 + _bound(moveBps, 0, 100)) / 10_000); // the pool stays and takes 0.05 % and its impact
        PositionStatus memory s = vault.status(POSITION_ID);
        if (s.upkeep == Upkeep.NONE) return;
        vm.prank(stranger);
        callVault(s.upkeepCall);
    }

    // ---------------------------------------------------------------- helpers

    function _expectNone(string memory why) private view {
        PositionStatus memory s = vault.status(POSITION_ID);
        assertEq(uint8(s.upkeep), uint8(Upkeep.NONE), why);
        assertEq(s.upkeepCall.length, 0, why);
    }

    function _refuseBeat(uint48 seenAt, bytes memory reason) private {
        bytes memory signature = signWith(signerKey, vault.hashHeartbeat(POSITION_ID, seenAt));
        vm.expectRevert(reason);
        vault.heartbeat(POSITION_ID, seenAt, signature);
    }

    function _refuseNet(NetTerms memory t, string memory field, uint256 observed, uint256 allowed) private {
        _refuseNetCall(
            POSITION_ID, t, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, field, observed, allowed)
        );
    }

    function _refuseNetCall(uint256 id, NetTerms memory t, bytes memory reason) private {
        bytes memory call = abi.encodeCall(vault.setNet, (id, t));
        vm.prank(curator);
        vault.submit(call);
        vm.warp(vm.getBlockTimestamp() + Defaults.TIMELOCK);
        vm.expectRevert(reason);
        vm.prank(curator);
        vault.setNet(id, t);
    }
}
