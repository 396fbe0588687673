// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Leaky bucket that keeps every window under its cap
/// @notice A bucket holds at most cap / 2 (the burst) and refills linearly by cap / 2 per window. Whatever window of that length one looks
/// at, spending in it is at most what was in the bucket at its start plus what flowed in: cap / 2 + cap / 2.
/// @dev Halves and refills round down, against the spender. A bucket that was never touched is full: its last update lies decades back.
library Budget {
    struct Bucket {
        uint128 left;
        uint64 updatedAt; // unix seconds
    }

    /// @notice What may be spent now.
    /// @param cap same unit as the bucket, at most 2^128 - 1
    function available(Bucket storage bucket, uint256 cap, uint256 windowSeconds) internal view returns (uint256) {
        uint256 burst = cap / 2;
        // no overflow: burst < 2^127, the elapsed time < 2^64
        uint256 refill = burst * (block.timestamp - bucket.updatedAt) / windowSeconds;
        return Math.min(burst, bucket.left + refill);
    }

    /// @notice Writes the refill down, so that a change of cap or window only governs the time after it.
    function accrue(Bucket storage bucket, uint256 cap, uint256 windowSeconds) internal {
        _store(bucket, available(bucket, cap, windowSeconds));
    }

    /// @notice Takes `amount` if there is enough of it, and otherwise nothing.
    /// @return enough whether it was taken
    /// @return left what was there before
    function reserve(Bucket storage bucket, uint256 cap, uint256 windowSeconds, uint256 amount)
        internal
        returns (bool enough, uint256 left)
    {
        left = available(bucket, cap, windowSeconds);
        enough = amount <= left;
        if (enough) _store(bucket, left - amount);
    }

    /// @notice Gives back what a reservation of this very block did not use.
    /// @dev No cap check needed: it never exceeds what `reserve` took in the same transaction.
    function refund(Bucket storage bucket, uint256 amount) internal {
        _store(bucket, bucket.left + amount);
    }

    function _store(Bucket storage bucket, uint256 left) private {
        // at most cap / 2 < 2^127
        // forge-lint: disable-next-line(unsafe-typecast)
        bucket.left = uint128(left);
        bucket.updatedAt = uint64(block.timestamp);
    }
}
