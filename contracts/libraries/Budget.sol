// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Leaky bucket that keeps every window under its cap
/// @notice A bucket holds at most cap / 2 (the burst) and refills linearly by cap / 2 per window. Whatever window of that length one looks
/// at, spending in it is at most what was in the bucket at its start plus what flowed in: cap / 2 + cap / 2.
/// @dev Halves and refills round down, against the spender. A bucket that was never touched is full: its last update lies decades back.
library Budget {
    struct Bucket {
        uint128 left;
        uint64 updatedAt; // unix seconds
    }

    /// @notice The two buckets of a swap in one slot. Their caps are at most 2^96 - 1.
    struct Pair {
        uint96 lossLeft;
        uint96 notionalLeft;
        uint64 updatedAt; // unix seconds, of both
    }

    /// @notice What may be spent now.
    /// @param cap same unit as the bucket, at most 2^128 - 1
    function available(Bucket storage bucket, uint256 cap, uint256 windowSeconds) internal view returns (uint256) {
        return refilled(bucket.left, bucket.updatedAt, cap, windowSeconds);
    }

    /// @notice What `left` of second `updatedAt` has grown to.
    /// @param cap at most 2^128 - 1
    function refilled(uint256 left, uint256 updatedAt, uint256 cap, uint256 windowSeconds)
        internal
        view
        returns (uint256)
    {
        uint256 burst = cap / 2;
        // no overflow: burst < 2^127, the elapsed time < 2^64, what is left < 2^128; no underflow: it was written in the past
        unchecked {
            uint256 refill = burst * (block.timestamp - updatedAt) / windowSeconds;
            uint256 sum = left + refill;
            return sum < burst ? sum : burst;
        }
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

    /// @notice Writes both of a pair.
    /// @param lossLeft at most half of a cap, as all that `refilled` returns
    /// @param notionalLeft the same
    function store(Pair storage pair, uint256 lossLeft, uint256 notionalLeft) internal {
        // at most cap / 2 < 2^95, and seconds of this age below 2^64; the three members in one write, lowest first
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 packed = uint96(lossLeft) | uint256(uint96(notionalLeft)) << 96 | block.timestamp << 192;
        assembly ("memory-safe") {
            sstore(pair.slot, packed)
        }
    }

    function _store(Bucket storage bucket, uint256 left) private {
        // at most cap / 2 < 2^127
        // forge-lint: disable-next-line(unsafe-typecast)
        bucket.left = uint128(left);
        bucket.updatedAt = uint64(block.timestamp);
    }
}
