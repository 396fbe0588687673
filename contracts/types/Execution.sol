// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VenueHealth} from "../interfaces/ILendingAdapter.sol";

/// @notice One execution as it goes through the guards; lives in memory only.
struct Execution {
    address adapter;
    bytes32 venueRef;
    bytes32 digest;
    bool swaps; // false for idle kinds
    uint256 spend; // tokenIn units
    uint256 priceInWad; // primary price; swaps only, as all prices
    uint256 priceOutWad;
    uint256 venueInWad; // the venue's price
    uint256 venueOutWad;
    uint256 reservedLossWad; // swaps only
    uint256 idleIn; // before
    uint256 idleOut; // before; swaps only
    uint256 inPosition; // before: collateral, or the debt for a repayment
    VenueHealth before;
    VenueHealth afterwards;
}
