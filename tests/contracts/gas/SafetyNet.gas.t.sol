// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {NetTest} from "../utils/NetTest.sol";
import {BareDeleverage} from "./BareDeleverage.sol";
import {GasTable} from "./GasTable.sol";
import {NetTerms} from "ballast/types/Net.sol";
import {console} from "forge-std/console.sol";

/// @notice What the net costs beside the same route without a guard, and what it costs to ask whether it is due.
/// @dev Isolated: every call of a test is a transaction of its own, with base cost, calldata and cold storage.
/// forge-config: default.isolate = true
contract SafetyNetGasTest is NetTest, GasTable {
    uint256 private constant AMOUNT = 10 ether;
    uint256 private constant MAX_OVERHEAD = 108_000;
    uint256 private constant MAX_STATUS = 120_000;
    uint256 private constant MAX_HEARTBEAT = 45_500;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 12_000;

    /// forge-config: default.isolate = true
    function test_gas_rescue_overheadIsBounded() public {
        (uint256 rewarded,) = _rescueGas(50);
        (uint256 unrewarded, uint256 bareGas) = _rescueGas(0);
        console.log("bare contract           ", bareGas);
        console.log("rescue, no reward       ", unrewarded);
        console.log("rescue, with reward     ", rewarded);
        console.log("overhead, no reward     ", unrewarded - bareGas);
        record("safety_net", unrewarded, bareGas);
        assertLe(unrewarded - bareGas, shipped() ? MAX_OVERHEAD : MAX_OVERHEAD + UNSHIPPED, "overhead of the guards");
    }

    /// forge-config: default.isolate = true
    function test_gas_status_isCheap_whetherDueOrNot() public {
        uint256 quiet = _statusGas();
        abandon();
        uint256 due = _statusGas();
        assertGt(vault.status(POSITION_ID).upkeepCall.length, 0);
        console.log("status, nothing to do   ", quiet);
        console.log("status, rescue due      ", due);
        record("status_rescue_due", due, 0);
        uint256 most = shipped() ? MAX_STATUS : MAX_STATUS + UNSHIPPED;
        assertLe(quiet, most);
        assertLe(due, most);
    }

    /// @dev The transaction of an agent that is alive.
    /// forge-config: default.isolate = true
    function test_gas_heartbeat_isBounded() public {
        setNet(netTerms());
        beat(uint48(vm.getBlockTimestamp()));
        uint256 gasUsed = vm.lastCallGas().gasTotalUsed;
        record("heartbeat", gasUsed, 0);
        assertLe(gasUsed, shipped() ? MAX_HEARTBEAT : MAX_HEARTBEAT + UNSHIPPED);
    }

    /// @dev Everything cold, without the transaction's base cost and calldata.
    function _statusGas() private returns (uint256) {
        vault.status(POSITION_ID);
        return lastViewGas();
    }

    /// @dev Both have acted once before, a cooldown earlier.
    function _rescueGas(uint16 rewardBps) private returns (uint256 gasUsed, uint256 bareGas) {
        uint256 snapshot = vm.snapshotState();
        NetTerms memory t = netTerms();
        t.rewardBps = rewardBps;
        setNet(t);
        sinkTo(1.08e18);
        BareDeleverage bare = _bare();
        passTime(601);
        call(address(bare), abi.encodeCall(bare.deleverage, (AMOUNT / 4)));
        rescue(AMOUNT / 4);
        passTime(t.cooldownSeconds);
        bareGas = gasOf(address(bare), abi.encodeCall(bare.deleverage, (AMOUNT)));
        vm.prank(stranger);
        vault.rescue(POSITION_ID, AMOUNT);
        gasUsed = vm.lastCallGas().gasTotalUsed;
        vm.revertToState(snapshot);
    }

    function _bare() private returns (BareDeleverage bare) {
        bare = BareDeleverage(deployBare("BareDeleverage", "BareDeleverage", ""));
        deal(Mainnet.WETH, address(bare), Defaults.COLLATERAL);
        bare.open(Defaults.COLLATERAL, usdcDebt.balanceOf(address(vault)));
    }
}
