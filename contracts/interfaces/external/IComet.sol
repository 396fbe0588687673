// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A collateral of a Comet market, word for word as the market returns it. Factors have 18 decimals.
struct AssetInfo {
    uint8 offset; // its bit in an account's `assetsIn`
    address asset;
    address priceFeed;
    uint64 scale; // 10^decimals
    uint64 borrowCollateralFactor;
    uint64 liquidateCollateralFactor;
    uint64 liquidationFactor;
    uint128 supplyCap; // token units
}

/// @notice What Ballast uses of a Compound III market. Supplying the base token repays before it lends; withdrawing it beyond a balance borrows.
interface IComet {
    function supply(address asset, uint256 amount) external;
    function supplyTo(address dst, address asset, uint256 amount) external;
    function withdraw(address asset, uint256 amount) external;
    function withdrawFrom(address src, address to, address asset, uint256 amount) external;
    function transferAsset(address dst, address asset, uint256 amount) external;
    function transferAssetFrom(address src, address dst, address asset, uint256 amount) external;

    function baseToken() external view returns (address);
    function baseTokenPriceFeed() external view returns (address);
    function baseScale() external view returns (uint256);
    function getAssetInfo(uint8 i) external view returns (AssetInfo memory);
    function getAssetInfoByAddress(address asset) external view returns (AssetInfo memory);

    /// @return price 8 decimals, of any age
    function getPrice(address priceFeed) external view returns (uint256 price);

    /// @return balance base units owed, interest until now included
    function borrowBalanceOf(address account) external view returns (uint256 balance);

    /// @dev `assetsIn` has one bit per collateral held, by offset; `reserved` goes on from offset 16 in markets that list so many.
    function userBasic(address account)
        external
        view
        returns (
            int104 principal,
            uint64 baseTrackingIndex,
            uint64 baseTrackingAccrued,
            uint16 assetsIn,
            uint8 reserved
        );

    function userCollateral(address account, address asset) external view returns (uint128 balance, uint128 reserved);
}
