// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {UnitMath} from "../libraries/UnitMath.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Price of a token as its rate against another token times that token's price
/// @notice wstETH in USD = stETH per wstETH x stETH in USD. Each factor has a heartbeat and bounds of its own; the product is as old as the
/// older of the two. The rate is held in a band: not below its least, not above what it was at the snapshot plus a growth per year, so
/// that a rate that somebody made jump cannot be used. What is outside is refused, never cut to fit.
/// @dev Rounds are those of the price. An earlier round is that price at today's rate: a jump of the rate is the band's business, a jump of
/// the price shows unchanged. No product overflows: both factors are below 2^128, which `_within` holds.
/// @custom:kill Holds nothing, owned by nobody; a vault that should not read it any more gets another feed by `setAsset`.
contract CompositeFeed is IAggregatorV3 {
    using SafeCast for uint256;

    /// @notice One of the two feeds. Bounds in wad, at most 2^128 - 1.
    struct Factor {
        IAggregatorV3 feed;
        uint32 maxAgeSeconds; // its own heartbeat plus margin
        uint128 minWad;
        uint128 maxWad;
    }

    /// @notice What the rate was, and by how much it may have grown since.
    struct Growth {
        uint128 snapshotWad;
        uint64 snapshotAt; // unix seconds
        uint16 maxPerYearBps; // of the snapshot, linear
    }

    uint256 private constant MAX_DECIMALS = 18;
    uint256 private constant MAX_GROWTH_BPS = 5000;

    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    /// @notice Feed of the rate.
    IAggregatorV3 public immutable rate;
    uint256 public immutable rateMaxAgeSeconds;
    uint256 public immutable rateMinWad;
    uint256 public immutable rateMaxWad;
    uint8 private immutable _rateDecimals;

    /// @notice Feed of the price, USD.
    IAggregatorV3 public immutable price;
    uint256 public immutable priceMaxAgeSeconds;
    uint256 public immutable priceMinWad;
    uint256 public immutable priceMaxWad;
    uint8 private immutable _priceDecimals;

    uint256 public immutable snapshotWad;
    uint256 public immutable snapshotAt;
    uint256 public immutable maxPerYearBps;

    error FactorNotPositive(IAggregatorV3 feed, int256 answer);
    error FactorFromFuture(IAggregatorV3 feed, uint256 updatedAt, uint256 nowSeconds);
    error FactorStale(IAggregatorV3 feed, uint256 ageSeconds, uint256 allowedSeconds);
    error FactorOutOfBounds(IAggregatorV3 feed, uint256 observedWad, uint256 minWad, uint256 maxWad);
    error RateGrewTooFast(uint256 rateWad, uint256 allowedWad);
    /// @notice A constructor argument is outside of what makes sense.
    error ParameterForbidden(string field, uint256 observed, uint256 allowed);

    /// @dev Reads itself once, so that a feed that is not usable at its birth is not born.
    constructor(Factor memory rate_, Growth memory growth, Factor memory price_, uint8 decimals_) {
        decimals = _decimals("decimals", decimals_);
        (rate, rateMaxAgeSeconds, rateMinWad, rateMaxWad) =
        (rate_.feed, rate_.maxAgeSeconds, rate_.minWad, rate_.maxWad);
        (price, priceMaxAgeSeconds, priceMinWad, priceMaxWad) =
        (price_.feed, price_.maxAgeSeconds, price_.minWad, price_.maxWad);
        _rateDecimals = _decimals("rate.decimals", rate_.feed.decimals());
        _priceDecimals = _decimals("price.decimals", price_.feed.decimals());
        require(
            growth.snapshotAt <= block.timestamp, ParameterForbidden("snapshotAt", growth.snapshotAt, block.timestamp)
        );
        require(
            growth.maxPerYearBps <= MAX_GROWTH_BPS,
            ParameterForbidden("maxPerYearBps", growth.maxPerYearBps, MAX_GROWTH_BPS)
        );
        (snapshotWad, snapshotAt, maxPerYearBps) = (growth.snapshotWad, growth.snapshotAt, growth.maxPerYearBps);
        _latest();
    }

    /// @inheritdoc IAggregatorV3
    /// @dev `startedAt` is the price's.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _latest();
    }

    /// @inheritdoc IAggregatorV3
    /// @dev History has no age and no bounds: what it was, it was.
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        (uint256 rateWad,) = _currentRate();
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt,) = price.getRoundData(roundId);
        uint256 priceWad = _within(price, answer, _priceDecimals, 0, type(uint128).max);
        return (id, _product(rateWad, priceWad), startedAt, updatedAt, id);
    }

    function _latest() private view returns (uint80, int256, uint256, uint256, uint80) {
        (uint256 rateWad, uint256 rateAt) = _currentRate();
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt,) = price.latestRoundData();
        _requireFresh(price, updatedAt, priceMaxAgeSeconds);
        uint256 priceWad = _within(price, answer, _priceDecimals, priceMinWad, priceMaxWad);
        return (id, _product(rateWad, priceWad), startedAt, Math.min(rateAt, updatedAt), id);
    }

    /// @notice Greatest rate now, wad: the snapshot plus its linear growth.
    function rateCapWad() public view returns (uint256) {
        return snapshotWad + snapshotWad * maxPerYearBps * (block.timestamp - snapshotAt) / (UnitMath.BPS * 365 days);
    }

    function _currentRate() private view returns (uint256 rateWad, uint256 updatedAt) {
        int256 answer;
        (, answer,, updatedAt,) = rate.latestRoundData();
        _requireFresh(rate, updatedAt, rateMaxAgeSeconds);
        rateWad = _within(rate, answer, _rateDecimals, rateMinWad, rateMaxWad);
        uint256 capWad = rateCapWad();
        require(rateWad <= capWad, RateGrewTooFast(rateWad, capWad));
    }

    function _requireFresh(IAggregatorV3 feed, uint256 updatedAt, uint256 maxAgeSeconds) private view {
        require(updatedAt <= block.timestamp, FactorFromFuture(feed, updatedAt, block.timestamp));
        uint256 ageSeconds = block.timestamp - updatedAt;
        require(ageSeconds <= maxAgeSeconds, FactorStale(feed, ageSeconds, maxAgeSeconds));
    }

    function _within(IAggregatorV3 feed, int256 answer, uint8 feedDecimals, uint256 minWad, uint256 maxWad)
        private
        pure
        returns (uint256 wad)
    {
        require(answer > 0, FactorNotPositive(feed, answer));
        // positive
        // forge-lint: disable-next-line(unsafe-typecast)
        wad = UnitMath.toWad(uint256(answer), feedDecimals);
        require(wad >= minWad && wad <= maxWad, FactorOutOfBounds(feed, wad, minWad, maxWad));
    }

    function _product(uint256 rateWad, uint256 priceWad) private view returns (int256) {
        return (rateWad * priceWad / UnitMath.unit(36 - uint256(decimals))).toInt256();
    }

    function _decimals(string memory field, uint8 observed) private pure returns (uint8) {
        require(observed <= MAX_DECIMALS, ParameterForbidden(field, observed, MAX_DECIMALS));
        return observed;
    }
}
