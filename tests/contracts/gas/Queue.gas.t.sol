// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {GasTable} from "./GasTable.sol";
import {QueueTerms} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @notice What it costs to let a decision wait: it is laid down whole, so that any keeper can execute it.
/// @dev Isolated, as in Deleverage.gas.t.sol.
/// forge-config: default.isolate = true
contract QueueGasTest is VaultTest, GasTable {
    /// @dev Of the bytes that are deployed; most of it is code to lay down, 200 gas a byte.
    uint256 private constant MAX_QUEUE = 291_000;
    uint256 private constant MAX_STATUS = 120_000;
    /// @dev The pipeline that compiles tests costs about this much more in computation.
    uint256 private constant UNSHIPPED = 15_000;

    /// forge-config: default.isolate = true
    function test_gas_queue_isBounded() public {
        configure(abi.encodeCall(vault.setQueue, (QueueTerms(20_000e18, 0, 1 days, 2 hours, 2))));
        Decision memory d = deleverage(10 ether);
        bytes memory signature = sign(d);
        vm.prank(keeper);
        vault.queue(d, signature);
        uint256 queued = vm.lastCallGas().gasTotalUsed;
        passTime(1 days);
        vault.status(Defaults.POSITION);
        uint256 told = lastViewGas();
        record("status_queue_ready", told, 0);
        assertLe(told, shipped() ? MAX_STATUS : MAX_STATUS + UNSHIPPED, "status");
        vault.executeQueued(d, signature);
        record("queue_execute", vm.lastCallGas().gasTotalUsed, 0);
        assertLe(queued, shipped() ? MAX_QUEUE : MAX_QUEUE + UNSHIPPED);
        assertTrue(vault.isNonceUsed(Defaults.POSITION, d.nonce));
    }
}
