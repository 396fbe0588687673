// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// @notice Breaker state. Only the owner moves it back towards Active.
enum VaultState {
    Active,
    Reducing,
    Halted
}

/// @notice What a token may be used for in a position. Unset means forbidden.
enum TokenRole {
    None,
    Collateral,
    Debt
}

/// @notice Which independent price stands beside the primary feed. Unset is forbidden, Absent is a choice.
enum SecondSource {
    Unset,
    Absent, // bounds of the primary feed only (a stablecoin that is its own pool's quote)
    UniswapV3Twap,
    Feed // another feed in the primary's decimals, judged by the primary's bounds
}

/// @notice How one token is valued. Four storage slots.
struct AssetConfig {
    address feed; // Chainlink aggregator, USD
    uint32 maxAgeSeconds; // the feed's own heartbeat plus margin
    uint16 maxJumpBps; // between two rounds; trips risk-raising actions only
    uint8 tokenDecimals;
    uint8 feedDecimals;
    SecondSource secondSource;
    uint128 minPriceWad; // USD per whole token
    uint128 maxPriceWad;
    address second; // Twap: Uniswap V3 pool of this token and a quote token that has a feed of its own; Feed: that feed
    uint32 secondSeconds; // Twap: window, at most 600; Feed: its own heartbeat plus margin
    uint128 idlePerWindow; // token units that idle repairs may move per window
}

/// @notice One position of this vault at one venue.
struct PositionConfig {
    address adapter;
    bool enabled;
    bytes32 venueRef; // sub-account where the venue has them (Maker: cdp id), zero on Aave
    uint128 healthFloorWad; // owner's floor
    uint128 healthCeilingWad; // owner's ceiling, type(uint128).max = none
    uint128 emergencyHealthWad; // below it the notional budget and the queue are waived, never the loss budget
    uint128 minHealthGainWad; // least improvement of a repair from below the floor
}

/// @notice Owner's limits. Zero is forbidden in every field.
struct Limits {
    uint32 windowSeconds; // W
    uint16 maxLossBps; // cap on a decision's maxLossBps
    uint16 maxSlippageBps; // swap output against the primary prices
    uint16 agreeBps; // d: sources closer than this agree
    uint16 disagreeBps; // D: sources further apart forbid swaps outside an emergency
    uint32 maxLifetimeSeconds; // validUntil - validAfter
    uint32 maxSnapshotAgeBlocks;
    uint128 lossPerWindowWad; // L, USD; burst L/2 and refill L/2 per W
    uint128 notionalPerWindowWad; // USD, same shape
    uint128 maxActionWad; // USD notional of one action
}

/// @notice When a decision has to wait where the owner can veto it. Not set: nothing can be queued, and no kind that raises risk is allowed.
struct QueueTerms {
    uint128 largeActionWad; // USD notional above which every swap is queued
    uint128 riskPerWindowWad; // USD notional of risk-raising actions that need no queue, per window of the limits; zero = all are queued
    uint32 delaySeconds; // from queueing to the first second of execution
    uint32 graceSeconds; // from then to the last
    uint8 maxQueued; // at once
}

/// @notice A decision that waits. Two storage slots.
struct QueuedDecision {
    bytes32 digest;
    uint64 executableAt; // unix seconds
    uint64 epoch; // configuration that it was queued under; no other executes it
}

/// @notice Addresses with a role. The owner is set apart at initialisation.
struct Roles {
    address curator;
    address guardian;
    address signer;
}

/// @notice Token of a position and its role.
struct PositionToken {
    address token;
    TokenRole role;
}

/// @notice A position as configured at initialisation or by the curator.
struct PositionSetup {
    uint256 positionId;
    PositionConfig config;
    PositionToken[] tokens;
}

/// @notice An asset as configured at initialisation or by the curator.
struct AssetSetup {
    address token;
    AssetConfig config;
}

/// @notice Whole configuration of a new vault.
struct InitialConfig {
    address owner;
    Roles roles;
    uint32 timelockSeconds; // delay of everything that loosens
    Limits limits;
    AssetSetup[] assets;
    PositionSetup[] positions;
    bytes32[] models;
}

/// @notice What a keeper would have to do now.
enum Upkeep {
    NONE,
    QUEUE_READY,
    SAFETY_NET
}

/// @notice Cheap summary of one position for agents and keepers.
struct PositionStatus {
    VaultState state;
    uint64 configEpoch;
    uint256 healthWad; // venue's view, type(uint256).max without debt
    uint256 collateralWad; // venue's USD value, 18 decimals
    uint256 debtWad; // venue's USD value, 18 decimals
    uint256 lossBudgetWad; // left now
    uint256 notionalBudgetWad; // left now
    Upkeep upkeep;
    bytes upkeepCall; // calldata for this vault, empty for NONE
}
