// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What of a flash swap is in flight
/// @dev Apart from the swap itself, so that a plane that never sells keeps this slot free and agrees on all that follow.
abstract contract FlashSwapSlots {
    bytes32 internal transient _pendingSwap; // of pool and data; zero while none is in flight
}
