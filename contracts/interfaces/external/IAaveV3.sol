// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What Ballast uses of an Aave V3 pool (3.4 and later; stable debt is gone, so the rate mode is always 2).
interface IAaveV3Pool {
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode) external;
    function withdraw(address asset, uint256 amount, address to) external returns (uint256);
    function borrow(address asset, uint256 amount, uint256 rateMode, uint16 referralCode, address onBehalfOf) external;
    function repay(address asset, uint256 amount, uint256 rateMode, address onBehalfOf) external returns (uint256);
    function setUserUseReserveAsCollateral(address asset, bool useAsCollateral) external;

    /// @return totalCollateralBase USD, 8 decimals
    /// @return totalDebtBase USD, 8 decimals
    /// @return availableBorrowsBase USD, 8 decimals
    /// @return currentLiquidationThreshold bps, weighted by collateral value
    /// @return ltv bps, weighted by collateral value
    /// @return healthFactor 18 decimals, the greatest uint256 without debt
    function getUserAccountData(address user)
        external
        view
        returns (
            uint256 totalCollateralBase,
            uint256 totalDebtBase,
            uint256 availableBorrowsBase,
            uint256 currentLiquidationThreshold,
            uint256 ltv,
            uint256 healthFactor
        );

    function getReserveAToken(address asset) external view returns (address);
    function getReserveVariableDebtToken(address asset) external view returns (address);
}

/// @notice The only stable address of an Aave market beside the pool's proxy.
interface IAaveV3AddressesProvider {
    function getPool() external view returns (address);
    function getPriceOracle() external view returns (address);
}

/// @notice Aave's price oracle: base currency USD with 8 decimals on the markets that Ballast supports.
interface IAaveV3Oracle {
    function BASE_CURRENCY_UNIT() external view returns (uint256);
    function getAssetPrice(address asset) external view returns (uint256);
}
