// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Decision, Route} from "../types/Decision.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title EIP-712 hash of a decision
/// @notice Domain: name, version, chain id and verifying contract, computed when asked, because a vault is a clone (no constructor of its
/// own) and a chain may split.
library DecisionHash {
    string internal constant NAME = "Ballast RebalanceVault";
    string internal constant VERSION = "1";

    string internal constant DOMAIN_TYPE =
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
    string internal constant ROUTE_TYPE = "Route(uint8 kind,bytes path,address flashSource)";
    string internal constant DECISION_TYPE =
        "Decision(uint16 version,uint256 positionId,address venue,uint8 kind,Route route,address tokenIn,address tokenOut,uint256 maxIn,uint256 minOut,address targetVenue,uint256 targetPositionId,uint256 healthFloorWad,uint256 healthCeilingWad,uint16 maxLossBps,uint256 keeperFeeMaxWei,uint32 probabilityPpm,uint32 horizonSeconds,bytes32 modelId,bytes32 snapshotHash,uint64 snapshotBlock,bytes32 journalHead,uint64 configEpoch,uint256 nonce,uint48 validAfter,uint48 validUntil)Route(uint8 kind,bytes path,address flashSource)";

    // written out, because the IR pipeline hashes a string constant anew at every use; the tests hold each against its string and against
    // forge's own EIP-712 implementation
    bytes32 internal constant DOMAIN_TYPEHASH = 0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f;
    bytes32 internal constant ROUTE_TYPEHASH = 0xf4cf4d99cdc5ffe792fd2fb14ce8cdd93936432c3ed5f1bd4bb97084fe037ea3;
    bytes32 internal constant DECISION_TYPEHASH = 0x88c9b348666f3d1f8a95c6df6607dc912036a82b774662afbeade1dfc0e37131;
    bytes32 internal constant NAME_HASH = 0x29d43be21cbeb07dd6866a2ceba7904ccdb01a8d0ccfd1d16af47f67b2e01710;
    bytes32 internal constant VERSION_HASH = 0xc89efdaa54c0f20c7adf612882df0950f5a951637e0307cdcb4c672f298b8bc6;

    uint256 private constant MEMBERS = 25;
    uint256 private constant ROUTE_INDEX = 4;

    /// @notice Domain separator of the calling contract on the current chain.
    function domainSeparator() internal view returns (bytes32 hash) {
        (bytes32 typeHash, bytes32 name, bytes32 version) = (DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH);
        assembly ("memory-safe") {
            let words := mload(0x40) // scratch beyond the free pointer; nothing is allocated
            mstore(words, typeHash)
            mstore(add(words, 32), name)
            mstore(add(words, 64), version)
            mstore(add(words, 96), chainid())
            mstore(add(words, 128), address())
            hash := keccak256(words, 160)
        }
    }

    /// @notice Digest that is signed: keccak256(0x1901 ++ domain separator ++ struct hash).
    function digest(Decision calldata decision) internal view returns (bytes32) {
        return MessageHashUtils.toTypedDataHash(domainSeparator(), structHash(decision));
    }

    /// @notice hashStruct of EIP-712: the type hash and one word per member.
    /// @dev The ABI lays a decision out as one word per member too, in the same order, with the route's offset where EIP-712 wants the
    /// route's hash; so the head is copied and that word replaced. Stray bits above a narrow member would make a hash that no signer makes,
    /// and can only fail.
    function structHash(Decision calldata decision) internal pure returns (bytes32 hash) {
        bytes32 route = routeHash(decision.route);
        bytes32 typeHash = DECISION_TYPEHASH;
        uint256 routeAt = 32 * (1 + ROUTE_INDEX);
        uint256 length = 32 * MEMBERS;
        assembly ("memory-safe") {
            let head := mload(0x40) // scratch beyond the free pointer; nothing is allocated
            mstore(head, typeHash)
            calldatacopy(add(head, 32), decision, length)
            mstore(add(head, routeAt), route)
            hash := keccak256(head, add(length, 32))
        }
    }

    /// @dev The same for a route: kind and source are copied as they stand, with the path's hash between them.
    function routeHash(Route calldata route) internal pure returns (bytes32 hash) {
        bytes calldata path = route.path;
        bytes32 typeHash = ROUTE_TYPEHASH;
        assembly ("memory-safe") {
            let head := mload(0x40) // scratch beyond the free pointer; nothing is allocated
            calldatacopy(head, path.offset, path.length)
            let pathHash := keccak256(head, path.length)
            mstore(head, typeHash)
            calldatacopy(add(head, 32), route, 96)
            mstore(add(head, 64), pathHash)
            hash := keccak256(head, 128)
        }
    }
}
