// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Mainnet addresses that the tests meet on a fork; the replica has the same.
library Mainnet {
    address internal constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;
    address internal constant USDC = 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48;

    address internal constant AAVE_ADDRESSES_PROVIDER = 0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e;
    address internal constant AAVE_POOL = 0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2;
    address internal constant AAVE_WETH_ATOKEN = 0x4d5F47FA6A74757f35C14fD3a6Ef8E3C9BC514E8;
    address internal constant AAVE_USDC_DEBT_TOKEN = 0x72E95b8931767C79bA4EeE721354d6E99a61D004;

    address internal constant ETH_USD_FEED = 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419;
    address internal constant USDC_USD_FEED = 0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6;
    address internal constant AAVE_ETH_USD_FEED = 0x5424384B256154046E9667dDFaaa5e550145215e;

    address internal constant UNISWAP_FACTORY = 0x1F98431c8aD98523631AE4a59f267346ea31F984;
    address internal constant UNISWAP_USDC_WETH_POOL = 0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640;
    uint24 internal constant UNISWAP_FEE = 500;

    /// @dev Exists on a replica only.
    address internal constant REPLICA_MARKER = 0xBA11A57000000000000000000000000000000010;
    address internal constant TRANSMITTER = 0xBA11A57000000000000000000000000000000016;
}
