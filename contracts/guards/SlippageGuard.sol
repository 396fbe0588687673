// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {UnitMath} from "../libraries/UnitMath.sol";

/// @title Was the exchange fair?
/// @notice Measured balances against the decision's amounts and against the primary prices, never against a pool's quote.
library SlippageGuard {
    /// @param spent tokenIn units, measured
    /// @param obtained tokenOut units, measured; nothing at all never passes
    function checkAmounts(uint256 spent, uint256 maxIn, uint256 obtained, uint256 minOut) internal pure {
        require(spent <= maxIn, IVaultTerms.InputTooHigh(spent, maxIn));
        require(obtained != 0 && obtained >= minOut, IVaultTerms.OutputTooLow(obtained, minOut));
    }

    /// @param spentWad USD, rounded up by the caller
    /// @param obtainedWad USD, rounded down by the caller
    function checkValue(uint256 spentWad, uint256 obtainedWad, uint256 maxSlippageBps) internal pure {
        // no underflow: maxSlippageBps is at most 1,000 by configuration
        uint256 requiredWad = UnitMath.bpsOfUp(spentWad, UnitMath.BPS - maxSlippageBps);
        require(obtainedWad >= requiredWad, IVaultTerms.SlippageExceeded(obtainedWad, requiredWad));
    }
}
