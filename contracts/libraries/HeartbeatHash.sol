// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DecisionHash} from "./DecisionHash.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title EIP-712 hash of a heartbeat
/// @notice Same domain as a decision: this vault on this chain, computed when asked.
library HeartbeatHash {
    string internal constant HEARTBEAT_TYPE = "Heartbeat(uint256 positionId,uint48 seenAt)";
    // written out as in `DecisionHash`; the tests hold it against forge's own EIP-712 implementation
    bytes32 internal constant HEARTBEAT_TYPEHASH = 0x51fbb501ccef65986722cc822111a82666fbd2f368f2f4854f4ef28905118e63;

    /// @notice Digest that is signed: keccak256(0x1901 ++ domain separator ++ struct hash).
    function digest(uint256 positionId, uint48 seenAt) internal view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(HEARTBEAT_TYPEHASH, positionId, seenAt));
        return MessageHashUtils.toTypedDataHash(DecisionHash.domainSeparator(), structHash);
    }
}
