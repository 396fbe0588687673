// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {UniswapV3Twap} from "../libraries/UniswapV3Twap.sol";
import {UnitMath} from "../libraries/UnitMath.sol";
import {AssetConfig, Limits, SecondSource} from "../types/Config.sol";
import {OracleGuard} from "./OracleGuard.sol";

/// @title Do independent views of a price agree with its primary feed?
/// @notice Views: the venue's own oracle (what liquidators act on) and, where configured, a Uniswap V3 mean price of at most 600 seconds or
/// a second feed.
/// In a crash a mean lags behind by 10 % and more, so disagreement shrinks a reducing swap before it forbids it.
library AgreementGuard {
    /// @notice Greatest action, USD in wad, that the agreement of the views allows: all of `maxActionWad` within `agreeBps`, half of it
    /// within `disagreeBps`. Beyond, the error names the token.
    function requireActionLimitWad(address token, uint256 deviationBps, Limits memory limits)
        internal
        pure
        returns (uint256)
    {
        require(
            deviationBps <= limits.disagreeBps, IVaultTerms.SourcesDisagree(token, deviationBps, limits.disagreeBps)
        );
        return deviationBps <= limits.agreeBps ? limits.maxActionWad : limits.maxActionWad / 2;
    }

    /// @notice Greatest distance of any view from the primary price, bps of the primary, rounded up. An unusable view is infinitely far.
    /// @param venueWad the venue's own price of the asset
    /// @param isToken0 whether it comes first in its mean-price pool; this and what follows is not looked at without such a pool
    /// @param quoteDecimals of the pool's other token
    /// @param quotePriceWad primary price of the pool's other token, zero where its feed is not usable
    function worstDeviationBps(
        AssetConfig memory asset,
        uint256 primaryWad,
        uint256 venueWad,
        bool isToken0,
        uint256 quoteDecimals,
        uint256 quotePriceWad
    ) internal view returns (uint256 worstBps) {
        worstBps = UnitMath.deviationBpsUp(venueWad, primaryWad);
        SecondSource source = asset.secondSource;
        // no other case: an unset second source cannot be configured, an absent one is the owner's choice
        if (source == SecondSource.Absent) return worstBps;
        (bool usable, uint256 secondWad) = source == SecondSource.Feed
            ? _secondFeedWad(asset)
            : _meanWad(asset, isToken0, quoteDecimals, quotePriceWad);
        uint256 secondBps = usable ? UnitMath.deviationBpsUp(secondWad, primaryWad) : type(uint256).max;
        if (secondBps > worstBps) worstBps = secondBps;
    }

    function _secondFeedWad(AssetConfig memory asset) private view returns (bool usable, uint256 priceWad) {
        OracleGuard.Reading memory reading = OracleGuard.readSecond(asset);
        return (reading.fault == OracleGuard.Fault.None, reading.priceWad);
    }

    function _meanWad(AssetConfig memory asset, bool isToken0, uint256 quoteDecimals, uint256 quotePriceWad)
        private
        view
        returns (bool usable, uint256 priceWad)
    {
        if (quotePriceWad == 0) return (false, 0);
        return UniswapV3Twap.tryPriceWad(
            asset.second,
            asset.secondSeconds,
            isToken0,
            UnitMath.unit(asset.tokenDecimals),
            UnitMath.unit(quoteDecimals),
            quotePriceWad
        );
    }
}
