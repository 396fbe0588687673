// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Vm} from "forge-std/Vm.sol";

struct ReserveParameters {
    uint256 listingIndex;
    uint256 ltvBps;
    uint256 liquidationThresholdBps;
    uint256 liquidationBonusBps;
    uint256 liquidationProtocolFeeBps;
    uint256 reserveFactorBps;
    uint256 supplyCap;
    uint256 borrowCap;
    uint256 optimalUsageBps;
    uint256 baseRateBps;
    uint256 slope1Bps;
    uint256 slope2Bps;
    uint256 suppliedRaw;
    uint256 borrowedRaw;
}

struct PositionParameters {
    int24 tickLower;
    int24 tickUpper;
    uint256 usdcRaw;
    uint256 wethRaw;
}

/// @notice Reads script/replica/parameters/mainnet.json.
library Parameters {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function load() internal view returns (string memory) {
        return VM.readFile("script/replica/parameters/mainnet.json");
    }

    function number(string memory json, string memory path) internal pure returns (uint256) {
        return VM.parseJsonUint(json, path);
    }

    function reserve(string memory json, string memory name) internal pure returns (ReserveParameters memory r) {
        string memory at = string.concat(".reserves.", name, ".");
        r.listingIndex = number(json, string.concat(at, "listingIndex"));
        r.ltvBps = number(json, string.concat(at, "ltvBps"));
        r.liquidationThresholdBps = number(json, string.concat(at, "liquidationThresholdBps"));
        r.liquidationBonusBps = number(json, string.concat(at, "liquidationBonusBps"));
        r.liquidationProtocolFeeBps = number(json, string.concat(at, "liquidationProtocolFeeBps"));
        r.reserveFactorBps = number(json, string.concat(at, "reserveFactorBps"));
        r.supplyCap = number(json, string.concat(at, "supplyCap"));
        r.borrowCap = number(json, string.concat(at, "borrowCap"));
        r.optimalUsageBps = number(json, string.concat(at, "optimalUsageBps"));
        r.baseRateBps = number(json, string.concat(at, "baseRateBps"));
        r.slope1Bps = number(json, string.concat(at, "slope1Bps"));
        r.slope2Bps = number(json, string.concat(at, "slope2Bps"));
        r.suppliedRaw = number(json, string.concat(at, "suppliedRaw"));
        r.borrowedRaw = number(json, string.concat(at, "borrowedRaw"));
    }

    function position(string memory json, uint256 index) internal pure returns (PositionParameters memory p) {
        string memory at = string.concat(".pool.positions[", VM.toString(index), "].");
        p.tickLower = int24(VM.parseJsonInt(json, string.concat(at, "tickLower")));
        p.tickUpper = int24(VM.parseJsonInt(json, string.concat(at, "tickUpper")));
        p.usdcRaw = number(json, string.concat(at, "usdcRaw"));
        p.wethRaw = number(json, string.concat(at, "wethRaw"));
    }

    function hasPosition(string memory json, uint256 index) internal view returns (bool) {
        return VM.keyExistsJson(json, string.concat(".pool.positions[", VM.toString(index), "]"));
    }
}
