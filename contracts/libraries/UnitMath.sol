// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Unit conversions that say in their name which way they round
/// @notice Wad = 18 decimals. Prices are USD per whole token in wad. Callers choose the rounding that hurts the party they do not trust.
library UnitMath {
    /// @notice 10^decimals does not fit.
    error UnitTooLarge(uint256 decimals);

    uint256 internal constant BPS = 10_000;
    uint256 internal constant WAD = 1e18;

    /// @notice USD value in wad of `amount` token units: amount * price / 10^decimals, rounded up.
    function valueWadUp(uint256 amount, uint256 priceWad, uint8 decimals) internal pure returns (uint256) {
        return _mulDivUp(amount, priceWad, unit(decimals));
    }

    /// @notice USD value in wad of `amount` token units: amount * price / 10^decimals, rounded down.
    function valueWadDown(uint256 amount, uint256 priceWad, uint8 decimals) internal pure returns (uint256) {
        uint256 whole = unit(decimals);
        if ((amount | priceWad) >> 128 != 0) return Math.mulDiv(amount, priceWad, whole);
        unchecked {
            return amount * priceWad / whole; // no overflow: both factors are below 2^128
        }
    }

    /// @notice value * bps / 10,000, rounded up.
    function bpsOfUp(uint256 value, uint256 bps) internal pure returns (uint256) {
        return _mulDivUp(value, bps, BPS);
    }

    /// @notice Distance of `observed` from `anchor` in bps of `anchor`, rounded up; unbounded for a zero anchor.
    function deviationBpsUp(uint256 observed, uint256 anchor) internal pure returns (uint256) {
        if (anchor == 0) return type(uint256).max;
        uint256 distance;
        unchecked {
            distance = observed > anchor ? observed - anchor : anchor - observed; // no underflow: the lesser is taken off
        }
        // saturates: a distance this large is beyond every limit, and the guard must answer rather than overflow
        if (distance > type(uint256).max / BPS) return type(uint256).max;
        unchecked {
            return _divUp(distance * BPS, anchor); // no overflow: the line above
        }
    }

    /// @notice `value` with more decimals, exact: 18 - `decimals` zeros appended.
    /// @dev Callers hold `decimals` at 18 or less; with more there is no such unit.
    function toWad(uint256 value, uint8 decimals) internal pure returns (uint256) {
        uint256 missing;
        unchecked {
            missing = 18 - uint256(decimals); // far beyond every unit where there are more
        }
        return value * unit(missing);
    }

    /// @dev a * b / c rounded up, in 512 bits only where 256 might not hold it; c is not zero.
    function _mulDivUp(uint256 a, uint256 b, uint256 c) private pure returns (uint256) {
        if ((a | b) >> 128 != 0) return Math.mulDiv(a, b, c, Math.Rounding.Ceil);
        unchecked {
            return _divUp(a * b, c); // no overflow: both factors are below 2^128
        }
    }

    /// @dev a / b rounded up; b is not zero.
    function _divUp(uint256 a, uint256 b) private pure returns (uint256 quotient) {
        quotient = a / b;
        unchecked {
            // no overflow: at most a; and where there is a remainder, b is at least 2 and the quotient below half of all
            if (quotient * b != a) quotient++;
        }
    }

    /// @notice 10^decimals.
    function unit(uint256 decimals) internal pure returns (uint256) {
        require(decimals < 78, UnitTooLarge(decimals)); // 10^77 is the greatest power that fits
        unchecked {
            return 10 ** decimals;
        }
    }

    /// @notice a - b, or zero.
    function saturatingSub(uint256 a, uint256 b) internal pure returns (uint256) {
        unchecked {
            return a > b ? a - b : 0; // no underflow: the lesser is taken off
        }
    }
}
