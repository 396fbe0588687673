// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {Budget} from "../libraries/Budget.sol";
import {Limits} from "../types/Config.sol";

/// @title Is there budget left?
/// @notice What an action may lose is taken before it acts and settled to what it did lose: at no moment does a callback see a budget that
/// the running action has not yet paid.
library BudgetGuard {
    using Budget for Budget.Bucket;

    using Budget for Budget.Pair;

    /// @notice Takes both budgets of a swap or neither.
    /// @param notionalWad USD; zero in an emergency, which waives this budget and no other
    /// @param lossWad USD, the greatest loss that the decision allows
    function reserveSwap(Budget.Pair storage pair, Limits memory limits, uint256 notionalWad, uint256 lossWad)
        internal
    {
        (uint256 lossLeftWad, uint256 notionalLeftWad) = available(pair, limits);
        require(notionalWad <= notionalLeftWad, IVaultTerms.NotionalBudgetExceeded(notionalWad, notionalLeftWad));
        require(lossWad <= lossLeftWad, IVaultTerms.LossBudgetExceeded(lossWad, lossLeftWad));
        unchecked {
            pair.store(lossLeftWad - lossWad, notionalLeftWad - notionalWad);
        }
    }

    /// @notice What may be lost and moved now, USD in wad.
    function available(Budget.Pair storage pair, Limits memory limits)
        internal
        view
        returns (uint256 lossLeftWad, uint256 notionalLeftWad)
    {
        (uint256 lossLeft, uint256 notionalLeft, uint256 updatedAt) = (pair.lossLeft, pair.notionalLeft, pair.updatedAt);
        lossLeftWad = Budget.refilled(lossLeft, updatedAt, limits.lossPerWindowWad, limits.windowSeconds);
        notionalLeftWad = Budget.refilled(notionalLeft, updatedAt, limits.notionalPerWindowWad, limits.windowSeconds);
    }

    /// @notice Writes the refill down, so that a change of limits only governs the time after it.
    function accrue(Budget.Pair storage pair, Limits memory limits) internal {
        (uint256 lossLeftWad, uint256 notionalLeftWad) = available(pair, limits);
        pair.store(lossLeftWad, notionalLeftWad);
    }

    /// @param perWindow token units; zero forbids
    function reserveIdle(
        Budget.Bucket storage bucket,
        address token,
        uint256 perWindow,
        uint256 windowSeconds,
        uint256 amount
    ) internal {
        (bool enough, uint256 left) = bucket.reserve(perWindow, windowSeconds, amount);
        require(enough, IVaultTerms.IdleBudgetExceeded(token, amount, left));
    }

    /// @param perWindowWad USD; zero forbids
    function reserveRisk(Budget.Bucket storage bucket, uint256 perWindowWad, uint256 windowSeconds, uint256 notionalWad)
        internal
    {
        (bool enough, uint256 leftWad) = bucket.reserve(perWindowWad, windowSeconds, notionalWad);
        require(enough, IVaultTerms.RiskBudgetExceeded(notionalWad, leftWad));
    }

    /// @notice Refunds what was reserved and not lost.
    function settleLoss(Budget.Pair storage pair, uint256 reservedWad, uint256 measuredWad) internal {
        require(measuredWad <= reservedWad, IVaultTerms.LossExceeded(measuredWad, reservedWad));
        unchecked {
            // no underflow: the line above; never more than what `reserveSwap` took in the same transaction, so within the burst again
            // forge-lint: disable-next-line(unsafe-typecast)
            pair.lossLeft += uint96(reservedWad - measuredWad);
        }
    }
}
