// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vectors} from "../utils/Vectors.sol";
import {DecisionHash} from "ballast/libraries/DecisionHash.sol";
import {ActionKind, Decision, Route, RouteKind} from "ballast/types/Decision.sol";
import {Test} from "forge-std/Test.sol";

/// @dev A decision with plain numbers for its enumerations: a fuzzer does not know how many members they have.
struct RawRoute {
    uint8 kind;
    bytes path;
    address flashSource;
}

struct RawDecision {
    uint16 version;
    uint256 positionId;
    address venue;
    uint8 kind;
    RawRoute route;
    address tokenIn;
    address tokenOut;
    uint256 maxIn;
    uint256 minOut;
    address targetVenue;
    uint256 targetPositionId;
    uint256 healthFloorWad;
    uint256 healthCeilingWad;
    uint16 maxLossBps;
    uint256 keeperFeeMaxWei;
    uint32 probabilityPpm;
    uint32 horizonSeconds;
    bytes32 modelId;
    bytes32 snapshotHash;
    uint64 snapshotBlock;
    bytes32 journalHead;
    uint64 configEpoch;
    uint256 nonce;
    uint48 validAfter;
    uint48 validUntil;
}

/// @notice The library behind calldata and an address.
contract Hasher {
    function structHash(Decision calldata d) external pure returns (bytes32) {
        return DecisionHash.structHash(d);
    }

    function routeHash(Route calldata route) external pure returns (bytes32) {
        return DecisionHash.routeHash(route);
    }

    function digest(Decision calldata d) external view returns (bytes32) {
        return DecisionHash.digest(d);
    }

    function domainSeparator() external view returns (bytes32) {
        return DecisionHash.domainSeparator();
    }
}

contract DecisionHashTest is Test {
    string private constant PATH = "tests/vectors/decisions.json";

    Hasher private hasher = new Hasher();

    function test_typehashes_equalTheirStrings_andForgesOwn() public pure {
        assertEq(DecisionHash.DECISION_TYPEHASH, keccak256(bytes(DecisionHash.DECISION_TYPE)));
        assertEq(DecisionHash.DECISION_TYPEHASH, vm.eip712HashType(DecisionHash.DECISION_TYPE));
        assertEq(DecisionHash.ROUTE_TYPEHASH, keccak256(bytes(DecisionHash.ROUTE_TYPE)));
        assertEq(DecisionHash.ROUTE_TYPEHASH, vm.eip712HashType(DecisionHash.ROUTE_TYPE));
        assertEq(DecisionHash.DOMAIN_TYPEHASH, vm.eip712HashType(DecisionHash.DOMAIN_TYPE));
        assertEq(DecisionHash.NAME_HASH, keccak256("Ballast RebalanceVault"));
        assertEq(DecisionHash.VERSION_HASH, keccak256("1"));
    }

    function testFuzz_structHash_equalsForgesOwn(RawDecision memory raw) public view {
        raw.kind %= uint8(type(ActionKind).max) + 1;
        raw.route.kind %= uint8(type(RouteKind).max) + 1;
        Decision memory d = abi.decode(abi.encode(raw), (Decision));
        assertEq(hasher.structHash(d), vm.eip712HashStruct(DecisionHash.DECISION_TYPE, abi.encode(raw)));
        assertEq(hasher.routeHash(d.route), vm.eip712HashStruct(DecisionHash.ROUTE_TYPE, abi.encode(raw.route)));
    }

    function test_domain_followsChainAndAddress() public {
        bytes32 here = hasher.domainSeparator();
        vm.chainId(block.chainid + 1);
        assertNotEq(hasher.domainSeparator(), here, "other chain");
        vm.chainId(block.chainid - 1);
        assertNotEq(new Hasher().domainSeparator(), here, "other contract");
    }

    /// @dev Bits above a narrow member are part of the word that is hashed: they make another hash, never the same one.
    function test_strayBits_neverHashAsTheCleanDecision() public view {
        Decision memory d;
        bytes32 clean = hasher.structHash(d);
        bytes memory call = abi.encodeCall(hasher.structHash, (d));
        uint256 horizonAt = 4 + 32 * (1 + 16); // selector, offset of the decision, sixteen members before
        call[horizonAt] = 0x01; // most significant byte of a uint32's word
        (bool done, bytes memory answer) = address(hasher).staticcall(call);
        assertTrue(!done || abi.decode(answer, (bytes32)) != clean);
    }

    function test_goldenVectors_digestAndSigner() public {
        string memory json = vm.readFile(PATH);
        uint256 count = Vectors.count(json);
        assertGt(count, 0, "no vectors: the file is there to be checked against");
        Hasher verifier = _atVerifier(json);
        for (uint256 i; i < count; i++) {
            _checkVector(json, i, verifier);
        }
    }

    function _checkVector(string memory json, uint256 i, Hasher verifier) private view {
        string memory at = Vectors.at(i);
        string memory name = vm.parseJsonString(json, string.concat(at, ".name"));
        Decision memory d = Vectors.decision(json, i);
        assertEq(hasher.structHash(d), vm.parseJsonBytes32(json, string.concat(at, ".structHash")), name);
        bytes32 digest = verifier.digest(d);
        assertEq(digest, vm.parseJsonBytes32(json, string.concat(at, ".digest")), name);
        uint256 key = uint256(vm.parseJsonBytes32(json, string.concat(at, ".privateKey")));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        assertEq(abi.encodePacked(r, s, v), vm.parseJsonBytes(json, string.concat(at, ".signature")), name);
    }

    /// @dev This very code at the contract and on the chain that the vectors were signed for.
    function _atVerifier(string memory json) private returns (Hasher) {
        assertEq(vm.parseJsonString(json, ".domain.name"), DecisionHash.NAME);
        assertEq(vm.parseJsonString(json, ".domain.version"), DecisionHash.VERSION);
        address verifier = vm.parseJsonAddress(json, ".domain.verifyingContract");
        vm.etch(verifier, address(hasher).code);
        vm.chainId(vm.parseJsonUint(json, ".domain.chainId"));
        return Hasher(verifier);
    }
}
