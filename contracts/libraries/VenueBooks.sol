// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VenueHealth} from "../interfaces/ILendingAdapter.sol";
import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {Execution} from "../types/Execution.sol";
import {UnitMath} from "./UnitMath.sol";

/// @title What the venue's books lost beyond a sale
library VenueBooks {
    /// @notice In the venue's prices: worth before, plus what was repaid, less what was taken out, less worth after. Its rounding shows here, a
    /// few units of 1e-8 USD, and so would a booking that falls short of what moved. Debt that rose is refused.
    /// @param x the venue's view before and its prices
    /// @param told the venue's view after
    /// @param takenOut tokenIn units
    /// @param repaid tokenOut units
    function lossWad(Execution memory x, VenueHealth memory told, uint256 takenOut, uint256 repaid)
        internal
        pure
        returns (uint256)
    {
        require(told.debtWad <= x.debtBeforeWad, IVaultTerms.DebtIncreased(told.debtWad, x.debtBeforeWad));
        uint256 expectedWad =
            x.collateralBeforeWad + UnitMath.valueWadUp(repaid, x.venueOutWad, x.assetOut.tokenDecimals) + told.debtWad;
        uint256 bookedWad = told.collateralWad + UnitMath.valueWadDown(takenOut, x.venueInWad, x.assetIn.tokenDecimals)
            + x.debtBeforeWad;
        return UnitMath.saturatingSub(expectedWad, bookedWad);
    }
}
