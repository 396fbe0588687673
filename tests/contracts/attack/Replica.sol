// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What an attacker does with a Uniswap V3 pool and a vault never does.
interface IRawPool {
    function initialize(uint160 sqrtPriceX96) external;
    function mint(address recipient, int24 lower, int24 upper, uint128 liquidity, bytes calldata data)
        external
        returns (uint256, uint256);
    function slot0() external view returns (uint160 sqrtPriceX96, int24, uint16, uint16, uint16, uint8, bool);
    function liquidity() external view returns (uint128);
}

interface IPoolMaker {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address);
}

/// @notice Aave's own premium-free view of a reserve's tokens.
interface IAaveTokens {
    function getReserveAToken(address asset) external view returns (address);
    function getReserveVariableDebtToken(address asset) external view returns (address);
}
