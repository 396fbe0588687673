// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Mainnet addresses that a fork and its replica share.
library Mainnet {
    address internal constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;
    address internal constant USDC = 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48;
    address internal constant AAVE_PROVIDER = 0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e;
    address internal constant AAVE_POOL = 0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2;
    address internal constant UNISWAP_FACTORY = 0x1F98431c8aD98523631AE4a59f267346ea31F984;
    address internal constant USDC_WETH_POOL = 0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640;
    address internal constant ETH_USD = 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419;
    address internal constant USDC_USD = 0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6;
    address internal constant VENUE_ETH_USD = 0x5424384B256154046E9667dDFaaa5e550145215e;
    address internal constant VENUE_USDC_USD = 0x3f73F03aa83B2A48ed27E964eD0fDb590332095B;
}

/// @notice Feed whose rounds one account writes.
interface IWritableFeed {
    function transmitter() external view returns (address);
    function transmit(int256 answer, uint256 startedAt, uint256 updatedAt) external;
    function latestAnswer() external view returns (int256);
}

interface IWrappedEther {
    function deposit() external payable;
}

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
