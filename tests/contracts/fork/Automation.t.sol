// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {NetTest} from "../utils/NetTest.sol";
import {AbstractKeeper} from "ballast/automation/AbstractKeeper.sol";
import {ChainlinkUpkeep} from "ballast/automation/ChainlinkUpkeep.sol";
import {CreReceiver, ICreReceiver} from "ballast/automation/CreReceiver.sol";
import {GelatoChecker} from "ballast/automation/GelatoChecker.sol";
import {KeeperJob} from "ballast/automation/KeeperJob.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {PositionStatus, QueueTerms, Upkeep} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";
import {NetTerms} from "ballast/types/Net.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Chainlink's forwarder, as its publisher compiled it.
interface IKeystoneForwarder {
    function setConfig(uint32 donId, uint32 configVersion, uint8 f, address[] calldata signers) external;
    function report(address receiver, bytes calldata raw, bytes calldata context, bytes[] calldata signatures) external;
}

/// @notice Every keeper's form, driven by the caller that it is made for, up to a rescue that the vault executes.
contract AutomationForkTest is NetTest {
    uint32 private constant DON = 7;
    address private constant WORKFLOW_OWNER = address(0xC0FFEE);
    bytes32 private constant PROCESSED = keccak256("ReportProcessed(address,bytes32,bytes2,bool)");
    bytes private constant CONTEXT = "context";

    IKeystoneForwarder private forwarder = IKeystoneForwarder(Mainnet.KEYSTONE_FORWARDER);
    address private beneficiary = makeAddr("beneficiary");
    address private service = makeAddr("service");
    uint256[] private nodes;

    // ---------------------------------------------------------------- Gelato's form

    function test_gelato_executorCallsTheVaultWithThePayload_andIsPaid() public {
        GelatoChecker gelato = new GelatoChecker(vault, POSITION_ID);
        (bool canExec, bytes memory payload) = gelato.checker();
        assertFalse(canExec);
        assertEq(payload.length, 0);
        abandon();
        (canExec, payload) = gelato.checker();
        assertTrue(canExec);
        vm.prank(service); // the task's own sender
        callVault(payload);
        _expectRescued(service);
        (canExec,) = gelato.checker();
        assertFalse(canExec);
    }

    // ---------------------------------------------------------------- Chainlink Automation's form

    function test_upkeep_simulatedThenPerformed_paysTheBeneficiary() public {
        ChainlinkUpkeep upkeep = new ChainlinkUpkeep(vault, POSITION_ID, beneficiary);
        (bool needed,) = _simulate(upkeep);
        assertFalse(needed);
        _refuse(address(upkeep), abi.encodeCall(upkeep.performUpkeep, ("")), _nothingDue());
        abandon();
        bytes memory performData;
        (needed, performData) = _simulate(upkeep);
        assertTrue(needed);
        assertEq(performData, vault.status(POSITION_ID).upkeepCall);
        vm.prank(service); // the upkeep's forwarder
        upkeep.performUpkeep(performData);
        _expectRescued(beneficiary);
        _refuse(address(upkeep), abi.encodeCall(upkeep.performUpkeep, (performData)), _nothingDue());
    }

    function test_upkeep_doesNotReadWhatItIsHanded() public {
        ChainlinkUpkeep upkeep = new ChainlinkUpkeep(vault, POSITION_ID, beneficiary);
        abandon();
        deal(Mainnet.WETH, address(upkeep), 1 ether);
        vm.prank(service);
        upkeep.performUpkeep(abi.encodeCall(weth.approve, (service, type(uint256).max)));
        assertEq(weth.allowance(address(upkeep), service), 0);
        assertEq(weth.balanceOf(address(upkeep)), 0);
        assertGt(weth.balanceOf(beneficiary), 1 ether, "what lay there went to the beneficiary");
    }

    /// @dev As the network's nodes do: an eth_call from nobody.
    function _simulate(ChainlinkUpkeep upkeep) private returns (bool, bytes memory) {
        vm.prank(address(0));
        return upkeep.checkUpkeep("");
    }

    // ---------------------------------------------------------------- a job for anyone

    function test_job_paysWhoWorksIt_andWorksIfAndOnlyIfWorkable() public {
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        assertFalse(job.workable());
        _refuse(address(job), abi.encodeCall(job.work, ()), _nothingDue());
        abandon();
        assertTrue(job.workable());
        vm.prank(service);
        job.work();
        _expectRescued(service);
        assertFalse(job.workable());
    }

    function test_job_passesOnTheVaultsOwnRefusal() public {
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        abandon();
        setEthPrice(ethPrice8() * 103 / 100); // the pool pays 3 % less than the feeds
        sinkTo(1.08e18);
        assertTrue(job.workable(), "the pool's price is not the status's to know");
        vm.expectPartialRevert(IVaultTerms.SlippageExceeded.selector);
        job.work();
    }

    function test_job_withoutReward_worksTheSame() public {
        NetTerms memory t = netTerms();
        t.rewardBps = 0;
        setNet(t);
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        abandon();
        vm.prank(service);
        job.work();
        assertGt(health(), 1.1e18);
        assertEq(weth.balanceOf(service), 0);
    }

    function test_keepers_areMadeForAPositionThatExists() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 8));
        new KeeperJob(vault, 8);
    }

    // ---------------------------------------------------------------- a decision that has waited

    function test_queued_everyForm_executesIt_whoeverCalls() public {
        GelatoChecker gelato = new GelatoChecker(vault, POSITION_ID);
        ChainlinkUpkeep upkeep = new ChainlinkUpkeep(vault, POSITION_ID, beneficiary);
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        CreReceiver receiver = _receiver();
        bytes memory call = _letOneWait();
        uint256 state = vm.snapshotState();
        (bool due, bytes memory payload) = gelato.checker();
        assertTrue(due);
        assertEq(payload, call);
        vm.prank(service);
        callVault(payload);
        _expectQueuedDone(gelato);
        vm.revertToState(state);
        (due, payload) = _simulate(upkeep);
        assertTrue(due);
        vm.prank(service);
        upkeep.performUpkeep(payload);
        _expectQueuedDone(gelato);
        vm.revertToState(state);
        assertTrue(job.workable());
        vm.prank(service);
        job.work();
        _expectQueuedDone(gelato);
        vm.revertToState(state);
        assertTrue(_deliver(receiver, WORKFLOW_OWNER, 1));
        _expectQueuedDone(gelato);
    }

    function test_queued_rescueGoesFirst_andThenTheQueueAgain() public {
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        bytes memory call = _letOneWait();
        assertEq(uint8(vault.status(POSITION_ID).upkeep), uint8(Upkeep.QUEUE_READY));
        sinkTo(1.08e18); // and the agent is silent
        PositionStatus memory status = vault.status(POSITION_ID);
        assertEq(uint8(status.upkeep), uint8(Upkeep.SAFETY_NET));
        assertEq(bytes4(status.upkeepCall), vault.rescue.selector);
        vm.prank(service);
        job.work();
        assertGt(weth.balanceOf(service), 0, "the reward of a rescue");
        status = vault.status(POSITION_ID);
        assertEq(uint8(status.upkeep), uint8(Upkeep.QUEUE_READY));
        assertEq(status.upkeepCall, call);
    }

    function test_queued_paysNobody_andPassesOnTheVaultsRefusal() public {
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        _letOneWait();
        uint256 state = vm.snapshotState();
        vm.prank(service);
        job.work();
        assertEq(weth.balanceOf(service), 0);
        vm.revertToState(state);
        setEthPrice(ethPrice8() * 103 / 100); // the pool pays 3 % less than the feeds
        assertTrue(job.workable(), "the pool's price is not the status's to know");
        vm.expectRevert();
        job.work();
    }

    /// @dev Without a net there is no token that a reward could be in.
    function test_queued_ofAVaultWithoutANet_isExecutedToo() public {
        KeeperJob job = new KeeperJob(vault, POSITION_ID);
        vm.prank(curator);
        vault.disableNet(POSITION_ID);
        _letOneWait();
        vm.prank(service);
        job.work();
        assertTrue(vault.isNonceUsed(POSITION_ID, 1));
    }

    /// @return call what the vault will want to be called with: its time has come
    function _letOneWait() private returns (bytes memory call) {
        configure(abi.encodeCall(vault.setQueue, (QueueTerms(60_000e18, 0, 1 days, 2 hours, 2))));
        Decision memory d = deleverage(75_000e26 / ethPrice8());
        bytes memory signature = sign(d);
        vault.queue(d, signature);
        passTime(1 days);
        return abi.encodeCall(vault.executeQueued, (d, signature));
    }

    function _expectQueuedDone(GelatoChecker gelato) private view {
        assertTrue(vault.isNonceUsed(POSITION_ID, 1));
        assertEq(vault.queuedDecisions().length, 0);
        (bool due,) = gelato.checker();
        assertFalse(due);
    }

    // ---------------------------------------------------------------- Chainlink's Runtime Environment

    function test_cre_reportOfEnoughNodes_rescuesThroughTheGenuineForwarder() public {
        CreReceiver receiver = _receiver();
        abandon();
        assertTrue(_deliver(receiver, WORKFLOW_OWNER, 1));
        _expectRescued(beneficiary);
    }

    function test_cre_reportWhenNothingIsDue_failsWithoutATrace_andMayBeRetried() public {
        CreReceiver receiver = _receiver();
        sinkTo(1.08e18);
        assertFalse(_deliver(receiver, WORKFLOW_OWNER, 1));
        passTime(601);
        assertTrue(_deliver(receiver, WORKFLOW_OWNER, 1), "the same report, when it is due");
    }

    function test_cre_reportOfAForeignWorkflow_isRefused() public {
        CreReceiver receiver = _receiver();
        abandon();
        assertFalse(_deliver(receiver, stranger, 1));
        bytes memory metadata = abi.encodePacked(bytes32(0), bytes10(0), stranger, bytes2(0));
        vm.expectRevert(abi.encodeWithSelector(CreReceiver.WorkflowForbidden.selector, stranger, WORKFLOW_OWNER));
        vm.prank(Mainnet.KEYSTONE_FORWARDER);
        receiver.onReport(metadata, "");
        vm.expectRevert(abi.encodeWithSelector(CreReceiver.MetadataInvalid.selector, 65, 64));
        vm.prank(Mainnet.KEYSTONE_FORWARDER);
        receiver.onReport(abi.encodePacked(metadata, hex"00"), "");
    }

    function test_cre_answersTheForwarderOnly() public {
        CreReceiver receiver = _receiver();
        abandon();
        bytes memory metadata = abi.encodePacked(bytes32(0), bytes10(0), WORKFLOW_OWNER, bytes2(0));
        bytes memory reason =
            abi.encodeWithSelector(CreReceiver.ForwarderExpected.selector, service, Mainnet.KEYSTONE_FORWARDER);
        _refuse(address(receiver), abi.encodeCall(receiver.onReport, (metadata, "")), reason);
    }

    function test_cre_tooFewNodes_orAStrangersSignature_deliverNothing() public {
        CreReceiver receiver = _receiver();
        abandon();
        bytes memory raw = _report(WORKFLOW_OWNER, 1);
        bytes[] memory signatures = _signatures(raw);
        bytes[] memory one = new bytes[](1);
        one[0] = signatures[0];
        vm.expectRevert();
        forwarder.report(address(receiver), raw, CONTEXT, one);
        (, uint256 strangersKey) = makeAddrAndKey("no node");
        signatures[1] = _signedBy(strangersKey, raw);
        vm.expectRevert();
        forwarder.report(address(receiver), raw, CONTEXT, signatures);
        assertLt(health(), 1.1e18);
    }

    function test_cre_namesItsInterfaces() public {
        CreReceiver receiver = _receiver();
        assertEq(type(ICreReceiver).interfaceId, bytes4(0x805f2132), "Chainlink's IReceiver");
        assertTrue(receiver.supportsInterface(0x805f2132) && receiver.supportsInterface(0x01ffc9a7));
        assertFalse(receiver.supportsInterface(0xffffffff));
    }

    // ---------------------------------------------------------------- helpers

    function _receiver() private returns (CreReceiver) {
        address[] memory signers = new address[](4);
        for (uint256 i; i < 4; i++) {
            (address node, uint256 key) = makeAddrAndKey(string.concat("node ", vm.toString(i)));
            signers[i] = node;
            nodes.push(key);
        }
        vm.prank(Mainnet.KEYSTONE_OWNER);
        forwarder.setConfig(DON, 1, 1, signers);
        return new CreReceiver(vault, POSITION_ID, Mainnet.KEYSTONE_FORWARDER, WORKFLOW_OWNER, beneficiary);
    }

    /// @return delivered what the forwarder notes of the receiver's answer
    function _deliver(CreReceiver receiver, address workflowOwner, uint256 execution) private returns (bool) {
        bytes memory raw = _report(workflowOwner, execution);
        bytes[] memory signatures = _signatures(raw);
        vm.recordLogs();
        vm.prank(service); // a node that transmits
        forwarder.report(address(receiver), raw, CONTEXT, signatures);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        assertEq(last.topics[0], PROCESSED);
        return abi.decode(last.data, (bool));
    }

    /// @dev Version, execution, time, nodes and their version; workflow, name, owner, report id; payload.
    function _report(address workflowOwner, uint256 execution) private view returns (bytes memory) {
        bytes memory head = abi.encodePacked(uint8(1), execution, uint32(vm.getBlockTimestamp()), DON, uint32(1));
        bytes memory metadata = abi.encodePacked(keccak256("workflow"), bytes10("net"), workflowOwner, bytes2(0x0001));
        return bytes.concat(head, metadata, "payload");
    }

    function _signatures(bytes memory raw) private view returns (bytes[] memory signatures) {
        signatures = new bytes[](2); // one more than may be faulty
        (signatures[0], signatures[1]) = (_signedBy(nodes[0], raw), _signedBy(nodes[1], raw));
    }

    function _signedBy(uint256 key, bytes memory raw) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(keccak256(raw), CONTEXT)));
        return abi.encodePacked(r, s, v - 27);
    }

    function _expectRescued(address paid) private view {
        assertGt(health(), 1.1e18, "out of danger");
        assertGt(weth.balanceOf(paid), 0, "the reward");
    }

    function _refuse(address target, bytes memory call, bytes memory reason) private {
        vm.prank(service);
        (bool done, bytes memory answer) = target.call(call);
        assertFalse(done);
        assertEq(answer, reason);
    }

    function _nothingDue() private pure returns (bytes memory) {
        return abi.encodeWithSelector(AbstractKeeper.NothingDue.selector, POSITION_ID);
    }
}
