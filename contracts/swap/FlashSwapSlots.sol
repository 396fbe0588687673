// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title What of a flash swap is in flight
/// @dev Apart from the swap itself, so that a plane that never sells keeps these slots free and agrees on all that follow.
abstract contract FlashSwapSlots {
    address internal transient _pendingPool;
    bytes32 internal transient _pendingDataHash;
}
