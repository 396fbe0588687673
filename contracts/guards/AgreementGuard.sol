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
    struct Quote {
        address token;
        uint256 decimals;
        uint256 priceWad; // primary price, zero where its feed is not usable
    }

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
    /// @param venueWad the venue's own price of `token`
    /// @param quote the other token of the asset's mean-price pool and what is known of it; not read without such a pool
    function worstDeviationBps(
        address token,
        AssetConfig memory asset,
        uint256 primaryWad,
        uint256 venueWad,
        Quote memory quote
    ) internal view returns (uint256 worstBps) {
        worstBps = UnitMath.deviationBpsUp(venueWad, primaryWad);
        // no other case: an unset second source cannot be configured, an absent one is the owner's choice
        if (asset.secondSource == SecondSource.Absent) return worstBps;
        uint256 secondBps = type(uint256).max;
        if (asset.secondSource == SecondSource.Feed) {
            OracleGuard.Reading memory reading = OracleGuard.readSecond(asset);
            bool usable = reading.fault == OracleGuard.Fault.None;
            if (usable) secondBps = UnitMath.deviationBpsUp(reading.priceWad, primaryWad);
        } else if (quote.priceWad != 0) {
            (bool usable, uint256 meanWad) = UniswapV3Twap.tryPriceWad(
                asset.second,
                asset.secondSeconds,
                token < quote.token, // as every pool orders its two
                UnitMath.unit(asset.tokenDecimals),
                UnitMath.unit(quote.decimals),
                quote.priceWad
            );
            if (usable) secondBps = UnitMath.deviationBpsUp(meanWad, primaryWad);
        }
        if (secondBps > worstBps) worstBps = secondBps;
    }
}
