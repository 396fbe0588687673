// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {VenuesTest} from "../utils/VenuesTest.sol";
import {VaultBorrower} from "ballast/VaultBorrower.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {PositionStatus, QueueTerms, QueuedDecision, Upkeep, VaultState} from "ballast/types/Config.sol";
import {Decision, Route, RouteKind} from "ballast/types/Decision.sol";

/// @notice What is large waits where the owner can see it, passes every guard again, and dies with the epoch.
contract QueueTest is VaultTest {
    function setUp() public override {
        super.setUp();
        configure(abi.encodeCall(vault.setQueue, (_terms())));
    }

    function _terms() private pure returns (QueueTerms memory) {
        return QueueTerms({
            largeActionWad: 60_000e18, riskPerWindowWad: 0, delaySeconds: 1 days, graceSeconds: 2 hours, maxQueued: 2
        });
    }

    /// @dev 75,000 USD or more: large.
    function _large(uint256 nonce) private view returns (Decision memory d) {
        d = deleverage(75_000e26 / ethPrice8());
        d.nonce = nonce;
        d.healthCeilingWad = type(uint256).max;
    }

    function _queue(Decision memory d) private returns (bytes memory signature) {
        signature = sign(d);
        vm.prank(keeper);
        vault.queue(d, signature);
    }

    function test_largeAction_isQueued_waits_andExecutesOnce() public {
        Decision memory d = _large(1);
        expectRefusalBy(d, IVaultTerms.MustQueue.selector);
        bytes32 digest = vault.hashDecision(d);
        vm.expectEmit(address(vault));
        emit IVaultTerms.Queued(d.positionId, digest, vm.getBlockTimestamp() + 1 days);
        bytes memory signature = _queue(d);
        QueuedDecision[] memory waiting = vault.queuedDecisions();
        assertEq(waiting.length, 1);
        assertEq(waiting[0].digest, digest);
        passTime(1 days);
        uint256 before = health();
        vault.executeQueued(d, signature);
        assertGt(health(), before);
        assertEq(vault.queuedDecisions().length, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.DecisionNotQueued.selector, digest));
        vault.executeQueued(d, signature);
    }

    function test_size_boundary() public {
        Decision memory d = deleverage(60_000e26 / ethPrice8());
        uint256 state = vm.snapshotState();
        send(d); // 60,000 USD, rounded down to a unit of WETH
        vm.revertToState(state);
        d.maxIn += 1e12;
        expectRefusalBy(d, IVaultTerms.MustQueue.selector);
    }

    function test_time_bothEndsBelongToIt() public {
        Decision memory d = _large(1);
        bytes memory signature = _queue(d);
        uint256 from = vm.getBlockTimestamp() + 1 days;
        passTime(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotYetValid.selector, from - 1, from));
        vault.executeQueued(d, signature);
        uint256 state = vm.snapshotState();
        passTime(1);
        vault.executeQueued(d, signature);
        vm.revertToState(state);
        passTime(1 + 2 hours);
        state = vm.snapshotState();
        vault.executeQueued(d, signature);
        vm.revertToState(state);
        passTime(1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Expired.selector, from + 2 hours + 1, from + 2 hours));
        vault.executeQueued(d, signature);
    }

    function test_queueing_hasItsOwnTime_andNeedsTheSigner() public {
        Decision memory d = _large(1);
        d.validAfter = uint48(vm.getBlockTimestamp() + 1);
        d.validUntil = d.validAfter;
        bytes memory signature = sign(d);
        vm.expectPartialRevert(IVaultTerms.NotYetValid.selector);
        vault.queue(d, signature);
        d = _large(1);
        signature = signWith(signerKey + 1, vault.hashDecision(d));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer));
        vault.queue(d, signature);
        d.nonce = 3;
        send(_small(3));
        signature = sign(d);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NonceUsed.selector, d.positionId, 3));
        vault.queue(d, signature);
    }

    function _small(uint256 nonce) private view returns (Decision memory d) {
        d = deleverage(1 ether);
        d.nonce = nonce;
    }

    function test_ownerOrGuardian_vetoes_nobodyElse() public {
        Decision memory d = _large(1);
        bytes32 digest = vault.hashDecision(d);
        bytes memory signature = _queue(d);
        address[4] memory others = [curator, signer, keeper, stranger];
        for (uint256 i; i < others.length; i++) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, others[i]));
            vault.vetoDecision(digest);
        }
        uint256 state = vm.snapshotState();
        vm.prank(owner);
        vault.vetoDecision(digest);
        vm.revertToState(state);
        vm.prank(guardian);
        vault.vetoDecision(digest);
        passTime(1 days);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.DecisionNotQueued.selector, digest));
        vault.executeQueued(d, signature);
    }

    function test_ownerAlone_releasesEarly() public {
        Decision memory d = _large(1);
        bytes32 digest = vault.hashDecision(d);
        bytes memory signature = _queue(d);
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, guardian));
        vault.releaseDecision(digest);
        vm.prank(owner);
        vault.releaseDecision(digest);
        vault.executeQueued(d, signature);
    }

    function test_newEpoch_killsAll_andMakesRoom() public {
        Decision memory d = _large(1);
        bytes memory signature = _queue(d);
        _queue(_large(2));
        Decision memory third = _large(3);
        bytes memory thirds = sign(third);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.QueueFull.selector, 2, 2));
        vault.queue(third, thirds);
        vm.prank(curator);
        vault.revokeModel(keccak256("unknown")); // any change of configuration
        passTime(1 days);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.EpochMismatch.selector, d.configEpoch, d.configEpoch + 1));
        vault.executeQueued(d, signature);
        _queue(_large(3));
        assertEq(vault.queuedDecisions().length, 1, "what was dead made room");
    }

    /// @dev Another that is queued in its last second does not push it out; in the next it does.
    function test_time_lastSecond_isNotDeadYet() public {
        Decision memory d = _large(1);
        bytes memory signature = _queue(d);
        passTime(1 days + 2 hours);
        uint256 state = vm.snapshotState();
        _queue(_large(2));
        assertEq(vault.queuedDecisions().length, 2);
        vault.executeQueued(d, signature);
        vm.revertToState(state);
        passTime(1);
        _queue(_large(2));
        assertEq(vault.queuedDecisions().length, 1);
    }

    function test_guards_areAllPassedAgain() public {
        Decision memory d = _large(1);
        bytes memory signature = _queue(d);
        vm.warp(vm.getBlockTimestamp() + 1 days);
        vm.expectPartialRevert(IVaultTerms.PriceStale.selector);
        vault.executeQueued(d, signature);
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        vm.expectPartialRevert(IVaultTerms.StateForbids.selector);
        vault.executeQueued(d, signature);
    }

    function test_sameDecisionTwice_isRefused() public {
        Decision memory d = _large(1);
        bytes memory signature = _queue(d);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.DecisionQueued.selector, vault.hashDecision(d)));
        vault.queue(d, signature);
    }

    function test_emergency_doesNotWait() public {
        setEthPrice(2270e8);
        assertLt(health(), 1.1e18);
        Decision memory d = repairFromBelow(75_000e26 / ethPrice8());
        send(d);
    }

    // ---------------------------------------------------------------- what status says

    function _expectUpkeep(Upkeep expected) private view {
        PositionStatus memory status = vault.status(Defaults.POSITION);
        assertEq(uint8(status.upkeep), uint8(expected), "upkeep");
        assertEq(status.upkeepCall.length == 0, expected == Upkeep.NONE, "call");
    }

    function test_status_offersTheWholeCall_inItsTimeAndAtNoOther() public {
        Decision memory d = _large(1);
        bytes memory signature = _queue(d);
        passTime(1 days - 1);
        _expectUpkeep(Upkeep.NONE);
        passTime(1);
        _expectUpkeep(Upkeep.QUEUE_READY);
        assertEq(vault.status(Defaults.POSITION).upkeepCall, abi.encodeCall(vault.executeQueued, (d, signature)));
        passTime(2 hours);
        _expectUpkeep(Upkeep.QUEUE_READY);
        uint256 state = vm.snapshotState();
        passTime(1);
        _expectUpkeep(Upkeep.NONE);
        vm.revertToState(state);
        vm.prank(stranger);
        callVault(vault.status(Defaults.POSITION).upkeepCall);
        assertTrue(vault.isNonceUsed(d.positionId, d.nonce));
        _expectUpkeep(Upkeep.NONE);
    }

    function test_status_offersNothingThatIsDead() public {
        Decision memory d = _large(1);
        bytes32 digest = vault.hashDecision(d);
        _queue(d);
        passTime(1 days);
        _expectUpkeep(Upkeep.QUEUE_READY);
        uint256 state = vm.snapshotState();
        vm.prank(guardian);
        vault.vetoDecision(digest);
        _expectUpkeep(Upkeep.NONE);
        vm.revertToState(state);
        vm.prank(guardian);
        vault.cancelNonces(Defaults.POSITION, 0, 2);
        _expectUpkeep(Upkeep.NONE);
        vm.revertToState(state);
        vm.prank(guardian);
        vault.setState(VaultState.Reducing); // any change of configuration
        _expectUpkeep(Upkeep.NONE);
    }

    function test_status_afterTheOwnersRelease_offersAtOnce() public {
        Decision memory d = _large(1);
        bytes32 digest = vault.hashDecision(d);
        _queue(d);
        _expectUpkeep(Upkeep.NONE);
        vm.prank(owner);
        vault.releaseDecision(digest);
        _expectUpkeep(Upkeep.QUEUE_READY);
    }

    function test_status_newPlanOnTheSameNonce_goesFirst() public {
        _queue(_large(1));
        passTime(1 minutes);
        Decision memory newer = _large(1);
        bytes memory signature = _queue(newer);
        passTime(1 days);
        bytes memory call = abi.encodeCall(vault.executeQueued, (newer, signature));
        assertEq(vault.status(Defaults.POSITION).upkeepCall, call);
        callVault(call);
        _expectUpkeep(Upkeep.NONE); // the older one's nonce is used
    }

    /// @dev It needs a router's calldata, which no keeper has.
    function test_status_doesNotOfferWhatAProxyMustRelay() public {
        Decision memory d = _large(1);
        d.route = Route(RouteKind.Aggregator, abi.encodePacked(stranger, bytes32(0)), Mainnet.AAVE_POOL);
        _queue(d);
        passTime(1 days);
        assertEq(vault.queuedDecisions().length, 1);
        _expectUpkeep(Upkeep.NONE);
    }

    function test_attack_relayerPadsTheCalldata_nothingOfItIsKept() public {
        Decision memory d = _large(1);
        bytes memory signature = sign(d);
        bytes memory padded = bytes.concat(abi.encodeCall(vault.queue, (d, signature)), new bytes(20_000));
        vm.prank(stranger);
        callVault(padded);
        passTime(1 days);
        assertEq(vault.status(Defaults.POSITION).upkeepCall, abi.encodeCall(vault.executeQueued, (d, signature)));
    }

    function test_attack_queueingWithoutAdmission_isNotReachable() public {
        expectNotReachable(implementation.borrower(), abi.encodeCall(VaultBorrower.enqueue, (_large(1), "")));
    }

    function test_terms_haveBounds() public {
        QueueTerms memory terms = _terms();
        terms.delaySeconds = 1 hours - 1;
        _refuse(terms, "delaySeconds", 1 hours - 1, 1 hours);
        terms = _terms();
        terms.graceSeconds = 30 days + 1;
        _refuse(terms, "graceSeconds", 30 days + 1, 30 days);
        terms = _terms();
        terms.maxQueued = 9;
        _refuse(terms, "maxQueued", 9, 8);
        terms.maxQueued = 0;
        _refuse(terms, "maxQueued", 0, 1);
        terms = _terms();
        terms.largeActionWad = 0;
        _refuse(terms, "largeActionWad", 0, 1);
        terms.largeActionWad = type(uint128).max;
        _refuse(terms, "largeActionWad", type(uint128).max, type(uint128).max - 1);
        terms = _terms();
        terms.riskPerWindowWad = type(uint128).max;
        _refuse(terms, "riskPerWindowWad", type(uint128).max, type(uint128).max - 1);
        terms = _terms();
        terms.delaySeconds = 30 days + 1;
        _refuse(terms, "delaySeconds", 30 days + 1, 30 days);
        terms = _terms();
        terms.graceSeconds = 1 hours - 1;
        _refuse(terms, "graceSeconds", 1 hours - 1, 1 hours);
    }

    function test_terms_atTheirBounds_areAccepted() public {
        QueueTerms memory least = QueueTerms(1, 0, 1 hours, 1 hours, 1);
        configure(abi.encodeCall(vault.setQueue, (least)));
        assertEq(abi.encode(vault.queueTerms()), abi.encode(least));
        QueueTerms memory most = QueueTerms(type(uint128).max - 1, type(uint128).max - 1, 30 days, 30 days, 8);
        configure(abi.encodeCall(vault.setQueue, (most)));
        assertEq(abi.encode(vault.queueTerms()), abi.encode(most));
    }

    function _refuse(QueueTerms memory terms, string memory field, uint256 observed, uint256 allowed) private {
        bytes memory call = abi.encodeCall(vault.setQueue, (terms));
        vm.prank(curator);
        vault.submit(call);
        passTime(2 days);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, field, observed, allowed));
        vm.prank(curator);
        vault.setQueue(terms);
    }
}

/// @notice One queue for several positions: each is told of its own.
contract QueueOfSeveralPositionsTest is VenuesTest {
    function test_status_tellsAPositionOfItsOwnDecisions() public {
        configure(abi.encodeCall(vault.setQueue, (QueueTerms(60_000e18, 0, 1 days, 2 hours, 2))));
        Decision memory d = deleverage(75_000e26 / ethPrice8());
        d.healthCeilingWad = type(uint256).max;
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        passTime(1 days);
        assertEq(uint8(vault.status(Defaults.POSITION).upkeep), uint8(Upkeep.QUEUE_READY));
        assertEq(uint8(vault.status(ON_COMET).upkeep), uint8(Upkeep.NONE));
    }
}
