// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "./Mainnet.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    Limits,
    PositionConfig,
    PositionSetup,
    PositionToken,
    Roles,
    SecondSource,
    TokenRole
} from "ballast/types/Config.sol";

/// @notice A valid configuration to start tests from; each test bends the one field that it is about.
library Defaults {
    uint256 internal constant POSITION = 7;
    bytes32 internal constant MODEL = keccak256("model");
    uint32 internal constant TIMELOCK = 2 days;
    uint256 internal constant COLLATERAL = 100 ether;
    uint256 internal constant START_HEALTH_WAD = 1.45e18;

    function limits() internal pure returns (Limits memory) {
        return Limits({
            windowSeconds: 1 days,
            maxLossBps: 150,
            maxSlippageBps: 100,
            agreeBps: 200,
            disagreeBps: 500,
            maxLifetimeSeconds: 600,
            maxSnapshotAgeBlocks: 10,
            lossPerWindowWad: 6000e18, // about 5 % of the position's equity
            notionalPerWindowWad: 600_000e18, // half of it is the burst: the whole position once
            maxActionWad: 150_000e18 // half of the position
        });
    }

    function weth() internal pure returns (AssetConfig memory) {
        return AssetConfig({
            feed: Mainnet.ETH_USD_FEED,
            maxAgeSeconds: 4200,
            maxJumpBps: 2000,
            tokenDecimals: 18,
            feedDecimals: 8,
            secondSource: SecondSource.UniswapV3Twap,
            minPriceWad: 20e18,
            maxPriceWad: 100_000e18,
            second: Mainnet.UNISWAP_USDC_WETH_POOL,
            secondSeconds: 600,
            idlePerWindow: 100 ether
        });
    }

    function usdc() internal pure returns (AssetConfig memory) {
        return AssetConfig({
            feed: Mainnet.USDC_USD_FEED,
            maxAgeSeconds: 90_000,
            maxJumpBps: 500,
            tokenDecimals: 6,
            feedDecimals: 8,
            secondSource: SecondSource.Absent,
            minPriceWad: 0.9e18,
            maxPriceWad: 1.1e18,
            second: address(0),
            secondSeconds: 0,
            idlePerWindow: 200_000e6
        });
    }

    function position(address adapter) internal pure returns (PositionSetup memory setup) {
        setup.positionId = POSITION;
        setup.config = PositionConfig({
            adapter: adapter,
            enabled: true,
            venueRef: 0,
            healthFloorWad: 1.2e18,
            healthCeilingWad: 2.5e18,
            emergencyHealthWad: 1.1e18,
            minHealthGainWad: 0.005e18
        });
        setup.tokens = new PositionToken[](2);
        setup.tokens[0] = PositionToken(Mainnet.WETH, TokenRole.Collateral);
        setup.tokens[1] = PositionToken(Mainnet.USDC, TokenRole.Debt);
    }

    function config(address owner, Roles memory roles, address adapter)
        internal
        pure
        returns (InitialConfig memory initial)
    {
        initial.owner = owner;
        initial.roles = roles;
        initial.timelockSeconds = TIMELOCK;
        initial.limits = limits();
        initial.assets = new AssetSetup[](2);
        initial.assets[0] = AssetSetup(Mainnet.USDC, usdc()); // first: the WETH pool quotes in it
        initial.assets[1] = AssetSetup(Mainnet.WETH, weth());
        initial.positions = new PositionSetup[](1);
        initial.positions[0] = position(adapter);
        initial.models = new bytes32[](1);
        initial.models[0] = MODEL;
    }
}
