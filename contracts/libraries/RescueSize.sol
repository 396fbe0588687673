// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {NetGuard} from "../guards/NetGuard.sol";
import {VenueHealth} from "../interfaces/ILendingAdapter.sol";
import {NetTerms} from "../types/Net.sol";
import {UnitMath} from "./UnitMath.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title How much collateral a rescue sells
/// @notice With collateral C, debt D, liquidation threshold l and target T, selling x for debt at a premium of s ends at
/// (C - x) l / (D - x (1 + s)), which is T for x = (T D - C l) / (T (1 + s) - l). With s = the slippage cap above the feed's price, this is the
/// greatest sale that no price inside the cap carries past the target. A reward only lowers health further.
library RescueSize {
    struct Market {
        uint256 priceInWad; // primary
        uint256 unitIn; // 10^decimals
        uint256 lossLeftWad; // of the net
        uint256 minGainWad; // of the position
        bool isOnlyCollateral;
    }

    /// @return tokenIn units; zero where no sale within the bounds would pass
    function amountIn(NetTerms memory t, VenueHealth memory told, Market memory m) internal pure returns (uint256) {
        uint256 saleWad = _toTargetWad(t, told, m.isOnlyCollateral);
        saleWad = Math.min(saleWad, t.maxActionWad);
        saleWad = Math.min(saleWad, m.lossLeftWad * UnitMath.BPS / NetGuard.maxLossBps(t));
        uint256 amount = Math.mulDiv(saleWad, m.unitIn, m.priceInWad);
        // rounding down may have crossed the least size: as the vault will round, up
        bool large = Math.mulDiv(amount, m.priceInWad, m.unitIn, Math.Rounding.Ceil) >= t.minActionWad;
        return large && _gains(t, told, m, saleWad) ? amount : 0;
    }

    /// @dev A position of several collaterals has one mean threshold, and what is sold may count for less than that: then it is taken to
    /// count for nothing, which sells too little and needs more rescues. Health below the target makes the difference positive.
    function _toTargetWad(NetTerms memory t, VenueHealth memory told, bool isOnlyCollateral)
        private
        pure
        returns (uint256)
    {
        uint256 neededWad = Math.mulDiv(told.debtWad, t.targetHealthWad, UnitMath.WAD);
        uint256 backingWad = told.collateralWad * told.liquidationThresholdBps / UnitMath.BPS;
        uint256 perSaleWad = uint256(t.targetHealthWad) * (UnitMath.BPS + t.maxSlippageBps) / UnitMath.BPS;
        // no underflow: the target is above 1, and no threshold is
        if (isOnlyCollateral) perSaleWad -= told.liquidationThresholdBps * UnitMath.WAD / UnitMath.BPS;
        return Math.mulDiv(UnitMath.saturatingSub(neededWad, backingWad), UnitMath.WAD, perSaleWad);
    }

    /// @dev Whether the sale at the worst price inside the cap, with the reward, still ends with the least gain and at 1 or above, as the
    /// venue wants it.
    function _gains(NetTerms memory t, VenueHealth memory told, Market memory m, uint256 saleWad)
        private
        pure
        returns (bool)
    {
        uint256 leavesWad = UnitMath.bpsOfUp(saleWad, UnitMath.BPS + t.rewardBps);
        if (leavesWad > told.collateralWad) return false;
        uint256 repaidWad = saleWad - UnitMath.bpsOfUp(saleWad, t.maxSlippageBps);
        if (repaidWad >= told.debtWad) return false;
        uint256 backingWad = (told.collateralWad - leavesWad) * told.liquidationThresholdBps / UnitMath.BPS;
        uint256 afterWad = Math.mulDiv(backingWad, UnitMath.WAD, told.debtWad - repaidWad);
        return afterWad >= UnitMath.WAD && afterWad >= told.healthWad + m.minGainWad;
    }
}
