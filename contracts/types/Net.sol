// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {Budget} from "../libraries/Budget.sol";

/// @notice The owner's rule for a rescue by anyone. Five storage slots. Not set (no target): there is no net, and nobody may rescue.
struct NetTerms {
    uint128 criticalHealthWad; // below it always; between it and the position's emergency level only while no agent answers
    uint128 targetHealthWad; // a rescue never goes past it
    address tokenIn; // collateral that is sold, and that the reward is paid in
    uint32 heartbeatSeconds; // an agent silent for longer does not answer
    uint32 deadManSeconds; // silent for longer than this, a rescue may start anywhere below the target; zero = never
    uint32 cooldownSeconds; // between two rescues
    address tokenOut; // debt that is repaid
    uint24 poolFee; // of the one Uniswap V3 pool of both, in millionths
    uint32 windowSeconds; // W of both budgets
    uint16 maxSlippageBps; // swap output against the primary prices
    uint16 rewardBps; // of the debt that was repaid; zero = no reward
    uint128 minActionWad; // USD notional of one rescue
    uint128 maxActionWad;
    uint128 lossPerWindowWad; // L, USD, rewards included; burst L/2 and refill L/2 per W
    uint128 rewardPerWindowWad; // USD, same shape
}

/// @notice What a net remembers. Two storage slots: all that tells whether a rescue is due, and how large, is in the first.
struct NetState {
    uint48 heartbeatAt; // unix seconds: the agent's latest, or when the terms were set
    uint48 rescuedAt; // unix seconds
    uint96 lossLeft; // USD; the loss bucket, whose cap is below 2^96
    uint64 lossUpdatedAt; // unix seconds
    Budget.Bucket reward; // USD
}

/// @notice What a net would allow now.
struct NetStatus {
    uint48 heartbeatAt; // unix seconds
    uint48 rescuedAt; // unix seconds
    uint256 lossBudgetWad; // USD, left now
    uint256 rewardBudgetWad; // USD, left now
    uint256 triggerWad; // a rescue is due below this health
}

/// @notice What a rescue did, measured.
struct RescueOutcome {
    uint256 spent; // tokenIn units sold
    uint256 obtained; // tokenOut units bought
    uint256 reward; // tokenIn units paid to the caller
    uint256 healthBeforeWad;
    uint256 healthAfterWad;
    uint256 notionalWad; // USD
    uint256 lossWad; // USD, reward included
}
