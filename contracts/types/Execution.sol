// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice One execution as it goes through the guards; lives in memory only.
struct Execution {
    address adapter;
    bytes32 venueRef;
    bytes32 digest;
    bool swaps; // false for idle kinds
    uint256 spend; // tokenIn units
    uint256 priceInWad; // swaps only
    uint256 priceOutWad; // swaps only
    uint256 reservedLossWad; // swaps only
    uint256 idleIn; // before
    uint256 idleOut; // before
    uint256 collateral; // of tokenIn, before; zero for a repayment
    uint256 debt; // of tokenOut, before; zero for added collateral
}
