// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Unit conversions that say in their name which way they round
/// @notice Wad = 18 decimals. Prices are USD per whole token in wad. Callers choose the rounding that hurts the party they do not trust.
library UnitMath {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant WAD = 1e18;

    /// @notice USD value in wad of `amount` token units: amount * price / 10^decimals, rounded up.
    function valueWadUp(uint256 amount, uint256 priceWad, uint8 decimals) internal pure returns (uint256) {
        return Math.mulDiv(amount, priceWad, 10 ** decimals, Math.Rounding.Ceil);
    }

    /// @notice USD value in wad of `amount` token units: amount * price / 10^decimals, rounded down.
    function valueWadDown(uint256 amount, uint256 priceWad, uint8 decimals) internal pure returns (uint256) {
        return Math.mulDiv(amount, priceWad, 10 ** decimals);
    }

    /// @notice value * bps / 10,000, rounded up.
    function bpsOfUp(uint256 value, uint256 bps) internal pure returns (uint256) {
        return Math.mulDiv(value, bps, BPS, Math.Rounding.Ceil);
    }

    /// @notice Distance of `observed` from `anchor` in bps of `anchor`, rounded up; unbounded for a zero anchor.
    function deviationBpsUp(uint256 observed, uint256 anchor) internal pure returns (uint256) {
        if (anchor == 0) return type(uint256).max;
        uint256 distance = observed > anchor ? observed - anchor : anchor - observed;
        // saturates: a distance this large is beyond every limit, and the guard must answer rather than overflow
        if (distance > type(uint256).max / BPS) return type(uint256).max;
        return Math.ceilDiv(distance * BPS, anchor);
    }

    /// @notice `value` with more decimals, exact: 18 - `decimals` zeros appended.
    /// @dev Callers hold `decimals` at 18 or less.
    function toWad(uint256 value, uint8 decimals) internal pure returns (uint256) {
        return value * 10 ** (18 - decimals);
    }

    /// @notice a - b, or zero.
    function saturatingSub(uint256 a, uint256 b) internal pure returns (uint256) {
        return a > b ? a - b : 0;
    }
}
