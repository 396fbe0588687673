// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice An account that holds a position the way a vault does: adapters run in its context. It has no storage, so that a write to it is
/// the adapter's.
contract AdapterHost {
    function run(address adapter, bytes calldata call) external {
        (bool done, bytes memory reason) = adapter.delegatecall(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
