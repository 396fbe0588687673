// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    Limits,
    PositionSetup,
    PositionToken,
    Roles,
    SecondSource,
    TokenRole
} from "ballast/types/Config.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Reads script/input/<chain id>.json; names and units are those of contracts/types/Config.sol.
library Parameters {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice The file has a number that does not fit its field.
    error TooLarge(string key, uint256 observed, uint256 allowed);

    function load(uint256 chainId_) internal view returns (string memory) {
        return vm.readFile(string.concat("script/input/", vm.toString(chainId_), ".json"));
    }

    function chainId(string memory json) internal pure returns (uint256) {
        return vm.parseJsonUint(json, ".chainId");
    }

    function addressesProvider(string memory json) internal pure returns (address) {
        return vm.parseJsonAddress(json, ".aave.addressesProvider");
    }

    function pool(string memory json) internal pure returns (address) {
        return vm.parseJsonAddress(json, ".aave.pool");
    }

    function uniswapV3Factory(string memory json) internal pure returns (address) {
        return vm.parseJsonAddress(json, ".uniswapV3Factory");
    }

    /// @notice Lender of ERC-3156 without a fee; zero where the chain has none that is trusted.
    function freeFlashLender(string memory json) internal view returns (address) {
        if (!vm.keyExistsJson(json, ".freeFlashLender")) return address(0);
        return vm.parseJsonAddress(json, ".freeFlashLender");
    }

    /// @notice Routers of aggregators that the swap proxy may call; none where the file has none.
    function swapRouters(string memory json) internal view returns (address[] memory) {
        if (!vm.keyExistsJson(json, ".swapRouters")) return new address[](0);
        return vm.parseJsonAddressArray(json, ".swapRouters");
    }

    /// @notice Uptime feed of the rollup's sequencer and the grace after its return; zeros on a chain without one.
    function sequencer(string memory json) internal view returns (address feed, uint256 graceSeconds) {
        if (!vm.keyExistsJson(json, ".sequencer")) return (address(0), 0);
        return (vm.parseJsonAddress(json, ".sequencer.feed"), vm.parseJsonUint(json, ".sequencer.graceSeconds"));
    }

    /// @notice Whether the file has this section; a file of changes has some of them.
    function has(string memory json, string memory key) internal view returns (bool) {
        return vm.keyExistsJson(json, key);
    }

    /// @notice Everything but models and the adapter's address.
    function config(string memory json, address owner, Roles memory roles)
        internal
        view
        returns (InitialConfig memory c)
    {
        c.owner = owner;
        c.roles = roles;
        c.timelockSeconds = timelock(json);
        c.limits = limits(json);
        c.assets = assets(json);
        c.positions = new PositionSetup[](1);
        c.positions[0] = position(json);
    }

    function timelock(string memory json) internal pure returns (uint32) {
        return uint32(_uint(json, ".timelockSeconds", type(uint32).max));
    }

    function limits(string memory json) internal pure returns (Limits memory l) {
        l.windowSeconds = uint32(_uint(json, ".limits.windowSeconds", type(uint32).max));
        l.maxLossBps = uint16(_uint(json, ".limits.maxLossBps", type(uint16).max));
        l.maxSlippageBps = uint16(_uint(json, ".limits.maxSlippageBps", type(uint16).max));
        l.agreeBps = uint16(_uint(json, ".limits.agreeBps", type(uint16).max));
        l.disagreeBps = uint16(_uint(json, ".limits.disagreeBps", type(uint16).max));
        l.maxLifetimeSeconds = uint32(_uint(json, ".limits.maxLifetimeSeconds", type(uint32).max));
        l.maxSnapshotAgeBlocks = uint32(_uint(json, ".limits.maxSnapshotAgeBlocks", type(uint32).max));
        l.lossPerWindowWad = uint128(_uint(json, ".limits.lossPerWindowWad", type(uint128).max));
        l.notionalPerWindowWad = uint128(_uint(json, ".limits.notionalPerWindowWad", type(uint128).max));
        l.maxActionWad = uint128(_uint(json, ".limits.maxActionWad", type(uint128).max));
    }

    function assets(string memory json) internal view returns (AssetSetup[] memory list) {
        uint256 count;
        while (vm.keyExistsJson(json, _at(count, ""))) {
            count++;
        }
        list = new AssetSetup[](count);
        for (uint256 i; i < count; i++) {
            list[i].token = vm.parseJsonAddress(json, _at(i, ".token"));
            _source(json, i, list[i].config);
            _bounds(json, i, list[i].config);
        }
    }

    function _source(string memory json, uint256 i, AssetConfig memory a) private pure {
        a.feed = vm.parseJsonAddress(json, _at(i, ".feed"));
        a.maxAgeSeconds = uint32(_uint(json, _at(i, ".maxAgeSeconds"), type(uint32).max));
        a.maxJumpBps = uint16(_uint(json, _at(i, ".maxJumpBps"), type(uint16).max));
        a.tokenDecimals = uint8(_uint(json, _at(i, ".tokenDecimals"), type(uint8).max));
        a.feedDecimals = uint8(_uint(json, _at(i, ".feedDecimals"), type(uint8).max));
    }

    function _bounds(string memory json, uint256 i, AssetConfig memory a) private pure {
        a.secondSource = SecondSource(_uint(json, _at(i, ".secondSource"), uint8(type(SecondSource).max)));
        a.minPriceWad = uint128(_uint(json, _at(i, ".minPriceWad"), type(uint128).max));
        a.maxPriceWad = uint128(_uint(json, _at(i, ".maxPriceWad"), type(uint128).max));
        a.second = vm.parseJsonAddress(json, _at(i, ".second"));
        a.secondSeconds = uint32(_uint(json, _at(i, ".secondSeconds"), type(uint32).max));
        a.idlePerWindow = uint128(_uint(json, _at(i, ".idlePerWindow"), type(uint128).max));
    }

    function position(string memory json) internal pure returns (PositionSetup memory p) {
        p.positionId = vm.parseJsonUint(json, ".position.positionId");
        p.config.enabled = true;
        p.config.venueRef = vm.parseJsonBytes32(json, ".position.venueRef");
        p.config.healthFloorWad = uint128(_uint(json, ".position.healthFloorWad", type(uint128).max));
        p.config.healthCeilingWad = uint128(_uint(json, ".position.healthCeilingWad", type(uint128).max));
        p.config.emergencyHealthWad = uint128(_uint(json, ".position.emergencyHealthWad", type(uint128).max));
        p.config.minHealthGainWad = uint128(_uint(json, ".position.minHealthGainWad", type(uint128).max));
        p.tokens = new PositionToken[](2);
        p.tokens[0] = PositionToken(vm.parseJsonAddress(json, ".position.collateral"), TokenRole.Collateral);
        p.tokens[1] = PositionToken(vm.parseJsonAddress(json, ".position.debt"), TokenRole.Debt);
    }

    function _uint(string memory json, string memory key, uint256 most) private pure returns (uint256 value) {
        value = vm.parseJsonUint(json, key);
        require(value <= most, TooLarge(key, value, most));
    }

    function _at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".assets[", vm.toString(i), "]", field);
    }
}
