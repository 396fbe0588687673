// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

/// @title ReplicaMarker
/// @notice Tells a replica, which shares mainnet's chain id, from mainnet: nothing has code at this address there.
contract ReplicaMarker {
    /// @notice Hash of the lock file, the builder's sources and the parameters that made this state.
    bytes32 public immutable key;

    constructor(bytes32 key_) {
        key = key_;
    }

    /// @notice Always true.
    function isReplica() external pure returns (bool) {
        return true;
    }
}
