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

    function reserveNotional(Budget.Bucket storage bucket, Limits storage limits, uint256 amountWad) internal {
        (bool enough, uint256 leftWad) = bucket.reserve(limits.notionalPerWindowWad, limits.windowSeconds, amountWad);
        require(enough, IVaultTerms.NotionalBudgetExceeded(amountWad, leftWad));
    }

    function reserveLoss(Budget.Bucket storage bucket, Limits storage limits, uint256 amountWad) internal {
        (bool enough, uint256 leftWad) = bucket.reserve(limits.lossPerWindowWad, limits.windowSeconds, amountWad);
        require(enough, IVaultTerms.LossBudgetExceeded(amountWad, leftWad));
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

    /// @notice Refunds what was reserved and not lost.
    function settleLoss(Budget.Bucket storage bucket, uint256 reservedWad, uint256 measuredWad) internal {
        require(measuredWad <= reservedWad, IVaultTerms.LossExceeded(measuredWad, reservedWad));
        bucket.refund(reservedWad - measuredWad);
    }
}
