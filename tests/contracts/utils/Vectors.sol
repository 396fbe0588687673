// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Reads the golden decisions that the agent's tests read too, field by field.
library Vectors {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function at(uint256 i) internal pure returns (string memory) {
        return string.concat(".vectors[", vm.toString(i), "]");
    }

    function count(string memory json) internal view returns (uint256 n) {
        while (vm.keyExistsJson(json, at(n))) {
            n++;
        }
    }

    function decision(string memory json, uint256 i) internal pure returns (Decision memory d) {
        string memory from = string.concat(at(i), ".decision.");
        _what(json, from, d);
        _limits(json, from, d);
        _evidence(json, from, d);
        _validity(json, from, d);
    }

    function _what(string memory json, string memory from, Decision memory d) private pure {
        d.version = uint16(_uint(json, from, "version"));
        d.positionId = _uint(json, from, "positionId");
        d.venue = _address(json, from, "venue");
        d.kind = ActionKind(_uint(json, from, "kind"));
        d.route.kind = RouteKind(_uint(json, from, "route.kind"));
        d.route.path = vm.parseJsonBytes(json, string.concat(from, "route.path"));
        d.route.flashSource = _address(json, from, "route.flashSource");
        d.tokenIn = _address(json, from, "tokenIn");
        d.tokenOut = _address(json, from, "tokenOut");
    }

    function _limits(string memory json, string memory from, Decision memory d) private pure {
        d.maxIn = _uint(json, from, "maxIn");
        d.minOut = _uint(json, from, "minOut");
        d.targetVenue = _address(json, from, "targetVenue");
        d.targetPositionId = _uint(json, from, "targetPositionId");
        d.healthFloorWad = _uint(json, from, "healthFloorWad");
        d.healthCeilingWad = _uint(json, from, "healthCeilingWad");
        d.maxLossBps = uint16(_uint(json, from, "maxLossBps"));
        d.keeperFeeMaxWei = _uint(json, from, "keeperFeeMaxWei");
    }

    function _evidence(string memory json, string memory from, Decision memory d) private pure {
        d.probabilityPpm = uint32(_uint(json, from, "probabilityPpm"));
        d.horizonSeconds = uint32(_uint(json, from, "horizonSeconds"));
        d.modelId = _bytes32(json, from, "modelId");
        d.snapshotHash = _bytes32(json, from, "snapshotHash");
        d.snapshotBlock = uint64(_uint(json, from, "snapshotBlock"));
        d.journalHead = _bytes32(json, from, "journalHead");
    }

    function _validity(string memory json, string memory from, Decision memory d) private pure {
        d.configEpoch = uint64(_uint(json, from, "configEpoch"));
        d.nonce = _uint(json, from, "nonce");
        d.validAfter = uint48(_uint(json, from, "validAfter"));
        d.validUntil = uint48(_uint(json, from, "validUntil"));
    }

    function _uint(string memory json, string memory from, string memory name) private pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(from, name));
    }

    function _address(string memory json, string memory from, string memory name) private pure returns (address) {
        return vm.parseJsonAddress(json, string.concat(from, name));
    }

    function _bytes32(string memory json, string memory from, string memory name) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(from, name));
    }
}
