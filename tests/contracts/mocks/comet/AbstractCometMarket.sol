// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CollateralParameters, CometParameters, ICometSigns, RateParameters} from "./CometTypes.sol";
import {AssetInfo} from "ballast/interfaces/external/IComet.sol";

/// @title Parameters of a market, its interest and its units, as a model
/// @notice Value of a principal: supply is rounded down, debt down too, but the principal of a debt is rounded up, so that a debt is never less
/// than what was taken. Indices start at 1e15 and grow linearly with time between two accruals.
abstract contract AbstractCometMarket is ICometSigns {
    uint64 internal constant FACTOR = 1e18;
    uint64 internal constant INDEX = 1e15;
    uint256 internal constant YEAR = 31_536_000;
    uint8 private constant PRICE_DECIMALS = 8;
    uint8 internal constant MAX_ASSETS = 15;
    uint256 private constant FACTOR_GRAIN = 1e14; // factors are stored with four decimals

    struct Curve {
        uint256 kink;
        uint256 slopeLow; // per second from here on
        uint256 slopeHigh;
        uint256 base;
    }

    address public immutable governor;
    address public immutable pauseGuardian;
    address public immutable baseToken;
    address public immutable baseTokenPriceFeed;
    uint8 public immutable decimals;
    uint256 public immutable baseScale;
    uint256 public immutable baseBorrowMin;
    uint256 public immutable targetReserves;
    uint256 public immutable storeFrontPriceFactor;

    uint64 internal baseSupplyIndex;
    uint64 internal baseBorrowIndex;
    uint104 internal totalSupplyBase;
    uint104 internal totalBorrowBase;
    uint40 internal lastAccrualTime;
    Curve private supplyCurve;
    Curve private borrowCurve;
    AssetInfo[] private assets;

    constructor(CometParameters memory p) {
        if (p.baseDecimals > 18 || ICometFeed(p.baseTokenPriceFeed).decimals() != PRICE_DECIMALS) revert BadDecimals();
        if (p.storeFrontPriceFactor > FACTOR) revert BadDiscount();
        if (p.collaterals.length > MAX_ASSETS) revert TooManyAssets();
        (governor, pauseGuardian) = (p.governor, p.pauseGuardian);
        (baseToken, baseTokenPriceFeed) = (p.baseToken, p.baseTokenPriceFeed);
        (decimals, baseScale) = (p.baseDecimals, 10 ** p.baseDecimals);
        (baseBorrowMin, targetReserves) = (p.baseBorrowMin, p.targetReserves);
        storeFrontPriceFactor = p.storeFrontPriceFactor;
        (baseSupplyIndex, baseBorrowIndex) = (p.supplyIndex, p.borrowIndex);
        (supplyCurve, borrowCurve) = (_perSecond(p.supplyRate), _perSecond(p.borrowRate));
        lastAccrualTime = uint40(block.timestamp);
        for (uint8 i; i < p.collaterals.length; i++) {
            _list(i, p.collaterals[i]);
        }
    }

    function _perSecond(RateParameters memory r) private pure returns (Curve memory) {
        return Curve(r.kink, r.slopeLow / YEAR, r.slopeHigh / YEAR, r.base / YEAR);
    }

    function _list(uint8 offset, CollateralParameters memory c) private {
        if (ICometFeed(c.priceFeed).decimals() != PRICE_DECIMALS) revert BadDecimals();
        if (ICometFeed(c.asset).decimals() != c.decimals) revert BadDecimals();
        if (c.borrowCollateralFactor >= c.liquidateCollateralFactor) revert BorrowCFTooLarge();
        if (c.liquidateCollateralFactor > FACTOR) revert LiquidateCFTooLarge();
        uint64 scale = uint64(10 ** c.decimals);
        assets.push(
            AssetInfo({
                offset: offset,
                asset: c.asset,
                priceFeed: c.priceFeed,
                scale: scale,
                borrowCollateralFactor: _descaled(c.borrowCollateralFactor),
                liquidateCollateralFactor: _descaled(c.liquidateCollateralFactor),
                liquidationFactor: _descaled(c.liquidationFactor),
                supplyCap: c.supplyCap / scale * scale // caps are stored in whole tokens
            })
        );
    }

    function _descaled(uint64 factor) private pure returns (uint64) {
        return uint64(factor / FACTOR_GRAIN * FACTOR_GRAIN);
    }

    // ---------------------------------------------------------------- assets and prices

    function numAssets() public view returns (uint8) {
        return uint8(assets.length);
    }

    function getAssetInfo(uint8 i) public view returns (AssetInfo memory) {
        if (i >= assets.length) revert BadAsset();
        return assets[i];
    }

    function getAssetInfoByAddress(address asset) public view returns (AssetInfo memory) {
        for (uint8 i; i < assets.length; i++) {
            if (assets[i].asset == asset) return assets[i];
        }
        revert BadAsset();
    }

    /// @notice Price of a feed, 8 decimals. Age is not looked at.
    function getPrice(address priceFeed) public view returns (uint256) {
        (, int256 price,,,) = ICometFeed(priceFeed).latestRoundData();
        if (price <= 0) revert BadPrice();
        return uint256(price);
    }

    // ---------------------------------------------------------------- interest

    /// @notice Debt over supply at the last accrual, 18 decimals.
    function getUtilization() public view returns (uint256) {
        uint256 supplied = _supplyValue(baseSupplyIndex, totalSupplyBase);
        return supplied == 0 ? 0 : _borrowValue(baseBorrowIndex, totalBorrowBase) * FACTOR / supplied;
    }

    /// @notice Per second, 18 decimals.
    function getSupplyRate(uint256 utilization) public view returns (uint64) {
        return _rate(supplyCurve, utilization);
    }

    /// @notice Per second, 18 decimals.
    function getBorrowRate(uint256 utilization) public view returns (uint64) {
        return _rate(borrowCurve, utilization);
    }

    function accrueAccount(address) external {
        _accrue();
    }

    function _rate(Curve storage c, uint256 utilization) private view returns (uint64) {
        if (utilization <= c.kink) return _uint64(c.base + _ofFactor(c.slopeLow, utilization));
        return _uint64(c.base + _ofFactor(c.slopeLow, c.kink) + _ofFactor(c.slopeHigh, utilization - c.kink));
    }

    function _indices() internal view returns (uint64 supplyIndex, uint64 borrowIndex) {
        (supplyIndex, borrowIndex) = (baseSupplyIndex, baseBorrowIndex);
        uint256 elapsed = _now() - lastAccrualTime;
        if (elapsed == 0) return (supplyIndex, borrowIndex);
        uint256 utilization = getUtilization();
        supplyIndex += _uint64(_ofFactor(supplyIndex, getSupplyRate(utilization) * elapsed));
        borrowIndex += _uint64(_ofFactor(borrowIndex, getBorrowRate(utilization) * elapsed));
    }

    function _accrue() internal {
        (baseSupplyIndex, baseBorrowIndex) = _indices();
        lastAccrualTime = _now();
    }

    function _now() private view returns (uint40) {
        if (block.timestamp >= 2 ** 40) revert TimestampTooLarge();
        return uint40(block.timestamp);
    }

    // ---------------------------------------------------------------- units

    function _supplyValue(uint64 index, uint104 principal) internal pure returns (uint256) {
        return uint256(principal) * index / INDEX;
    }

    function _borrowValue(uint64 index, uint104 principal) internal pure returns (uint256) {
        return uint256(principal) * index / INDEX;
    }

    /// @dev At the indices of the last accrual.
    function _value(int104 principal) internal view returns (int256) {
        if (principal >= 0) return _int256(_supplyValue(baseSupplyIndex, uint104(principal)));
        return -_int256(_borrowValue(baseBorrowIndex, uint104(-principal)));
    }

    /// @dev Against the account: supply down, debt up.
    function _principal(int256 value) internal view returns (int104) {
        if (value >= 0) return _int104(_uint104(uint256(value) * INDEX / baseSupplyIndex));
        return -_int104(_uint104((uint256(-value) * INDEX + baseBorrowIndex - 1) / baseBorrowIndex));
    }

    function _ofFactor(uint256 n, uint256 factor) internal pure returns (uint256) {
        return n * factor / FACTOR;
    }

    function _ofPrice(uint256 n, uint256 price, uint256 scale) internal pure returns (uint256) {
        return n * price / scale;
    }

    function _uint64(uint256 n) internal pure returns (uint64) {
        if (n > type(uint64).max) revert InvalidUInt64();
        return uint64(n);
    }

    function _uint104(uint256 n) internal pure returns (uint104) {
        if (n > type(uint104).max) revert InvalidUInt104();
        return uint104(n);
    }

    function _uint128(uint256 n) internal pure returns (uint128) {
        if (n > type(uint128).max) revert InvalidUInt128();
        return uint128(n);
    }

    function _int104(uint104 n) private pure returns (int104) {
        if (n > uint104(type(int104).max)) revert InvalidInt104();
        return int104(n);
    }

    function _int256(uint256 n) internal pure returns (int256) {
        if (n > uint256(type(int256).max)) revert InvalidInt256();
        return int256(n);
    }
}

interface ICometFeed {
    function decimals() external view returns (uint8);
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}
