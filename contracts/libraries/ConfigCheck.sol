// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILendingAdapter} from "../interfaces/ILendingAdapter.sol";
import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {IUniswapV3Factory, IUniswapV3Pool} from "../interfaces/external/IUniswapV3Pool.sol";
import {AssetConfig, Limits, PositionConfig, QueueTerms, SecondSource} from "../types/Config.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title Is a configuration value sane at all?
/// @notice Hard bounds that no role can leave. Every refusal names the field, what was observed and the bound it crossed. Zero is refused
/// wherever it could be read as "not set".
library ConfigCheck {
    uint256 internal constant MAX_ASSETS = 16; // keeps every loop over them far below a block
    uint256 internal constant MAX_POSITIONS = 8;
    uint256 internal constant MAX_TOKENS = 8;
    uint256 internal constant MAX_MODELS = 16;
    uint256 internal constant MAX_QUEUED = 8;
    uint256 internal constant MAX_DECIMALS = 18;
    uint256 internal constant MAX_TWAP_SECONDS = 600; // ten minutes: an older mean is history, not a price
    uint256 internal constant MAX_AGE_SECONDS = 2 days; // slowest heartbeat in use is one day
    uint256 private constant BPS = 10_000;
    uint256 private constant SEPOLIA = 11_155_111;

    function inRange(string memory field, uint256 value, uint256 least, uint256 most) internal pure {
        require(value >= least, IVaultTerms.ValueForbidden(field, value, least));
        atMost(field, value, most);
    }

    function atMost(string memory field, uint256 value, uint256 most) internal pure {
        require(value <= most, IVaultTerms.ValueForbidden(field, value, most));
    }

    function timelock(uint256 seconds_) internal pure {
        inRange("timelockSeconds", seconds_, 1 hours, 30 days);
    }

    function limits(Limits calldata l) internal pure {
        inRange("windowSeconds", l.windowSeconds, 1 hours, 30 days);
        inRange("maxLossBps", l.maxLossBps, 1, 1000); // 10 %
        inRange("maxSlippageBps", l.maxSlippageBps, 1, 1000); // 10 %
        inRange("disagreeBps", l.disagreeBps, 1, 5000); // 50 %
        inRange("agreeBps", l.agreeBps, 1, l.disagreeBps);
        inRange("maxLifetimeSeconds", l.maxLifetimeSeconds, 1, 1 days);
        inRange("maxSnapshotAgeBlocks", l.maxSnapshotAgeBlocks, 1, 7200); // about a day of mainnet
        // two, because half of it is the burst; the greatest value is no limit; 96 bits (79 thousand million USD), because both buckets share a slot
        inRange("lossPerWindowWad", l.lossPerWindowWad, 2, type(uint96).max - 1);
        inRange("notionalPerWindowWad", l.notionalPerWindowWad, 2, type(uint96).max - 1);
        inRange("maxActionWad", l.maxActionWad, 1, type(uint128).max - 1);
    }

    function queue(QueueTerms calldata q) internal pure {
        inRange("largeActionWad", q.largeActionWad, 1, type(uint128).max - 1);
        atMost("riskPerWindowWad", q.riskPerWindowWad, type(uint128).max - 1);
        inRange("delaySeconds", q.delaySeconds, 1 hours, 30 days);
        inRange("graceSeconds", q.graceSeconds, 1 hours, 30 days);
        inRange("maxQueued", q.maxQueued, 1, MAX_QUEUED);
    }

    /// @notice Every field at least as tight as before. A longer window refills more slowly and is tighter; everything else shrinks.
    function requireTighter(Limits storage current, Limits calldata next) internal view {
        require(
            next.windowSeconds >= current.windowSeconds,
            IVaultTerms.NotTighter("windowSeconds", next.windowSeconds, current.windowSeconds)
        );
        _shrinks("maxLossBps", next.maxLossBps, current.maxLossBps);
        _shrinks("maxSlippageBps", next.maxSlippageBps, current.maxSlippageBps);
        _shrinks("agreeBps", next.agreeBps, current.agreeBps);
        _shrinks("disagreeBps", next.disagreeBps, current.disagreeBps);
        _shrinks("maxLifetimeSeconds", next.maxLifetimeSeconds, current.maxLifetimeSeconds);
        _shrinks("maxSnapshotAgeBlocks", next.maxSnapshotAgeBlocks, current.maxSnapshotAgeBlocks);
        _shrinks("lossPerWindowWad", next.lossPerWindowWad, current.lossPerWindowWad);
        _shrinks("notionalPerWindowWad", next.notionalPerWindowWad, current.notionalPerWindowWad);
        _shrinks("maxActionWad", next.maxActionWad, current.maxActionWad);
    }

    /// @notice Decimals are read from token and feed and must equal what was reviewed. `idlePerWindow` may be zero: no idle repairs.
    /// @return quote the other token of the mean-price pool, zero without one
    function asset(
        address token,
        AssetConfig calldata a,
        address uniswapV3Factory,
        mapping(address => AssetConfig) storage assets
    ) internal view returns (address quote) {
        require(token != address(0), IVaultTerms.ZeroAddress("token"));
        require(a.feed != address(0), IVaultTerms.ZeroAddress("feed"));
        inRange("maxAgeSeconds", a.maxAgeSeconds, 1, MAX_AGE_SECONDS);
        inRange("maxJumpBps", a.maxJumpBps, 1, BPS);
        _equals("tokenDecimals", a.tokenDecimals, IERC20Metadata(token).decimals());
        _equals("feedDecimals", a.feedDecimals, IAggregatorV3(a.feed).decimals());
        atMost("tokenDecimals", a.tokenDecimals, MAX_DECIMALS);
        atMost("feedDecimals", a.feedDecimals, MAX_DECIMALS);
        inRange("minPriceWad", a.minPriceWad, 1, type(uint128).max);
        // no overflow: the line above leaves minPriceWad at 2^128 - 1 or less, and this is uint256 arithmetic
        inRange("maxPriceWad", a.maxPriceWad, uint256(a.minPriceWad) + 1, type(uint128).max);
        return _secondSource(token, a, uniswapV3Factory, assets);
    }

    function position(PositionConfig calldata p) internal pure {
        inRange("healthFloorWad", p.healthFloorWad, 1e18 + 1, 100e18);
        inRange("healthCeilingWad", p.healthCeilingWad, uint256(p.healthFloorWad) + 1, type(uint128).max);
        inRange("emergencyHealthWad", p.emergencyHealthWad, 1e18, p.healthFloorWad - 1);
        inRange("minHealthGainWad", p.minHealthGainWad, 1, 1e18);
    }

    /// @notice The venue has the sub-account and lists the token; it reverts with its own error otherwise.
    function venueKnows(PositionConfig calldata p, address token) internal view {
        ILendingAdapter(p.adapter).collateralOf(address(this), p.venueRef, token);
        ILendingAdapter(p.adapter).debtOf(address(this), p.venueRef, token);
    }

    function _secondSource(
        address token,
        AssetConfig calldata a,
        address uniswapV3Factory,
        mapping(address => AssetConfig) storage assets
    ) private view returns (address quote) {
        require(a.secondSource != SecondSource.Unset, IVaultTerms.SecondSourceUnset(token));
        if (a.secondSource == SecondSource.Absent) {
            _equals("second", uint160(a.second), 0);
            _equals("secondSeconds", a.secondSeconds, 0);
            return address(0);
        }
        if (a.secondSource == SecondSource.Feed) {
            _secondFeed(a);
            return address(0);
        }
        inRange("secondSeconds", a.secondSeconds, 1, MAX_TWAP_SECONDS);
        quote = _quoteOf(token, a.second, uniswapV3Factory);
        _requireHistory(a.second, a.secondSeconds);
        require(assets[quote].feed != address(0), IVaultTerms.FeedUnset(quote));
    }

    /// @dev Not the primary under another name, and in its decimals. It need not be usable now: a price of Pyth is brought when it is needed.
    function _secondFeed(AssetConfig calldata a) private view {
        require(a.second != address(0), IVaultTerms.ZeroAddress("second"));
        require(a.second != a.feed, IVaultTerms.ValueForbidden("second", uint160(a.second), 0));
        inRange("secondSeconds", a.secondSeconds, 1, MAX_AGE_SECONDS);
        _equals("second.decimals", IAggregatorV3(a.second).decimals(), a.feedDecimals);
    }

    /// @dev A pool writes at most one observation a second, and on Ethereum one a block. With fewer slots than that anyone could push the
    /// window out of the pool's memory, and the second source would be gone when it is needed. That the history reaches back
    /// already is asked of the pool itself, as every use does: a pool that forgot is not usable, see UniswapV3Twap.
    function _requireHistory(address pool, uint256 windowSeconds) private view {
        (,,, uint16 cardinality,,,) = IUniswapV3Pool(pool).slot0();
        uint256 spacing = block.chainid == 1 || block.chainid == SEPOLIA ? 12 : 1;
        uint256 least = (windowSeconds + spacing - 1) / spacing + 1;
        require(cardinality >= least, IVaultTerms.ValueForbidden("second.cardinality", cardinality, least));
        uint32[] memory ago = new uint32[](1);
        // at most 600 by the caller's check
        // forge-lint: disable-next-line(unsafe-typecast)
        ago[0] = uint32(windowSeconds);
        try IUniswapV3Pool(pool).observe(ago) returns (int56[] memory, uint160[] memory) {}
        catch {
            revert IVaultTerms.ValueForbidden("second.history", 0, windowSeconds);
        }
    }

    /// @dev The other token of a pool that the pinned factory knows.
    function _quoteOf(address token, address second, address uniswapV3Factory) private view returns (address) {
        require(second != address(0), IVaultTerms.ZeroAddress("second"));
        IUniswapV3Pool pool = IUniswapV3Pool(second);
        (address token0, address token1) = (pool.token0(), pool.token1());
        address genuine = IUniswapV3Factory(uniswapV3Factory).getPool(token0, token1, pool.fee());
        _equals("second", uint160(second), uint160(genuine));
        if (token == token0) return token1;
        _equals("second.token", uint160(token), uint160(token1));
        return token0;
    }

    function _shrinks(string memory field, uint256 next, uint256 current) private pure {
        require(next <= current, IVaultTerms.NotTighter(field, next, current));
    }

    function _equals(string memory field, uint256 observed, uint256 expected) private pure {
        require(observed == expected, IVaultTerms.ValueForbidden(field, observed, expected));
    }
}
