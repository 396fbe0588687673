// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Vm} from "forge-std/Vm.sol";

struct ReserveParameters {
    string symbol;
    address asset;
    address aToken;
    address debtToken;
    address priceSource;
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

struct PoolParameters {
    address pool;
    address token0;
    address token1;
    uint24 feePips;
    uint16 observationCardinality;
    address warmUpToken;
    uint256 warmUpAmountRaw;
    PositionParameters[] positions;
}

struct PositionParameters {
    int24 tickLower;
    int24 tickUpper;
    uint256 amount0Raw;
    uint256 amount1Raw;
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

    /// @notice Names of the reserves in the order in which the venue listed them.
    function reserveNames() internal pure returns (string[6] memory) {
        return ["weth", "wsteth", "wbtc", "usdc", "dai", "usdt"];
    }

    /// @notice Address of a token by its reserve's name.
    function token(string memory json, string memory name) internal pure returns (address) {
        return VM.parseJsonAddress(json, string.concat(".reserves.", name, ".asset"));
    }

    function reserve(string memory json, string memory name) internal pure returns (ReserveParameters memory r) {
        string memory at = string.concat(".reserves.", name, ".");
        r.symbol = VM.parseJsonString(json, string.concat(at, "symbol"));
        r.asset = VM.parseJsonAddress(json, string.concat(at, "asset"));
        r.aToken = VM.parseJsonAddress(json, string.concat(at, "aToken"));
        r.debtToken = VM.parseJsonAddress(json, string.concat(at, "debtToken"));
        r.priceSource = VM.parseJsonAddress(json, string.concat(at, "priceSource"));
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

    /// @notice All pools of the file.
    function pools(string memory json) internal view returns (PoolParameters[] memory all) {
        all = new PoolParameters[](_length(json, ".pools"));
        for (uint256 i; i < all.length; ++i) {
            all[i] = _pool(json, string.concat(".pools[", VM.toString(i), "]"));
        }
    }

    function _pool(string memory json, string memory at) private view returns (PoolParameters memory p) {
        p.pool = VM.parseJsonAddress(json, string.concat(at, ".address"));
        p.token0 = token(json, VM.parseJsonString(json, string.concat(at, ".token0")));
        p.token1 = token(json, VM.parseJsonString(json, string.concat(at, ".token1")));
        p.feePips = uint24(number(json, string.concat(at, ".feePips")));
        p.observationCardinality = uint16(number(json, string.concat(at, ".observationCardinality")));
        p.warmUpToken = token(json, VM.parseJsonString(json, string.concat(at, ".warmUpToken")));
        p.warmUpAmountRaw = number(json, string.concat(at, ".warmUpAmountRaw"));
        p.positions = new PositionParameters[](_length(json, string.concat(at, ".positions")));
        for (uint256 i; i < p.positions.length; ++i) {
            p.positions[i] = _position(json, string.concat(at, ".positions[", VM.toString(i), "]."));
        }
    }

    function _position(string memory json, string memory at) private pure returns (PositionParameters memory p) {
        p.tickLower = int24(VM.parseJsonInt(json, string.concat(at, "tickLower")));
        p.tickUpper = int24(VM.parseJsonInt(json, string.concat(at, "tickUpper")));
        p.amount0Raw = number(json, string.concat(at, "amount0Raw"));
        p.amount1Raw = number(json, string.concat(at, "amount1Raw"));
    }

    function _length(string memory json, string memory path) private view returns (uint256 length) {
        while (VM.keyExistsJson(json, string.concat(path, "[", VM.toString(length), "]"))) ++length;
    }
}
