// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {IUniswapV3Pool} from "../interfaces/external/IUniswapV3Pool.sol";
import {UniswapV3Twap} from "../libraries/UniswapV3Twap.sol";
import {UnitMath} from "../libraries/UnitMath.sol";
import {AssetConfig, Limits, SecondSource} from "../types/Config.sol";
import {OracleGuard} from "./OracleGuard.sol";

/// @title Do independent views of a price agree with its primary feed?
/// @notice Views: the venue's own oracle (what liquidators act on) and, where configured, a Uniswap V3 mean price of at most 600 seconds.
/// In a crash a mean lags behind by 10 % and more, so disagreement shrinks a reducing swap before it forbids it.
library AgreementGuard {
    /// @notice Greatest action, USD in wad, that the agreement of the views allows: all of `maxActionWad` within `agreeBps`, half of it
    /// within `disagreeBps`. Beyond, the error names the token.
    function requireActionLimitWad(address token, uint256 deviationBps, Limits storage limits)
        internal
        view
        returns (uint256)
    {
        require(
            deviationBps <= limits.disagreeBps, IVaultTerms.SourcesDisagree(token, deviationBps, limits.disagreeBps)
        );
        return deviationBps <= limits.agreeBps ? limits.maxActionWad : limits.maxActionWad / 2;
    }

    /// @notice Greatest distance of any view from the primary price, bps of the primary, rounded up. An unusable view is infinitely far.
    /// @param venueWad the venue's own price of `token`
    /// @param other the swap's other token, whose primary price the caller has read already
    function worstDeviationBps(
        address token,
        uint256 primaryWad,
        uint256 venueWad,
        address other,
        uint256 otherWad,
        mapping(address => AssetConfig) storage assets
    ) internal view returns (uint256 worstBps) {
        worstBps = UnitMath.deviationBpsUp(venueWad, primaryWad);
        // no other case: an unset second source cannot be configured, an absent one is the owner's choice
        if (assets[token].secondSource != SecondSource.UniswapV3Twap) return worstBps;
        (bool usable, uint256 meanWad) = _meanPriceWad(token, other, otherWad, assets);
        uint256 meanBps = usable ? UnitMath.deviationBpsUp(meanWad, primaryWad) : type(uint256).max;
        if (meanBps > worstBps) worstBps = meanBps;
    }

    /// @dev The pool quotes in its other token, which has a feed of its own; a bad reading there makes the mean unusable.
    function _meanPriceWad(
        address token,
        address other,
        uint256 otherWad,
        mapping(address => AssetConfig) storage assets
    ) private view returns (bool, uint256) {
        AssetConfig storage base = assets[token];
        address pool = base.twapPool;
        address quote = IUniswapV3Pool(pool).token0();
        bool baseIsToken0 = quote == token;
        if (baseIsToken0) quote = IUniswapV3Pool(pool).token1();
        if (quote != other) {
            OracleGuard.Reading memory reading = OracleGuard.read(assets[quote]);
            if (reading.fault != OracleGuard.Fault.None) return (false, 0);
            otherWad = reading.priceWad;
        }
        return UniswapV3Twap.tryPriceWad(
            pool,
            base.twapWindowSeconds,
            baseIsToken0,
            10 ** base.tokenDecimals,
            10 ** assets[quote].tokenDecimals,
            otherWad
        );
    }
}
