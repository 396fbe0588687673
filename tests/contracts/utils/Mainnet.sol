// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Mainnet addresses that the tests meet on a fork; the replica has the same.
library Mainnet {
    address internal constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;
    address internal constant USDC = 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48;
    address internal constant WSTETH = 0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0;
    address internal constant WBTC = 0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599;
    address internal constant DAI = 0x6B175474E89094C44Da98b954EedeAC495271d0F;
    address internal constant USDT = 0xdAC17F958D2ee523a2206206994597C13D831ec7;

    address internal constant AAVE_ADDRESSES_PROVIDER = 0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e;
    address internal constant AAVE_POOL = 0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2;
    address internal constant AAVE_WETH_ATOKEN = 0x4d5F47FA6A74757f35C14fD3a6Ef8E3C9BC514E8;
    address internal constant AAVE_USDC_DEBT_TOKEN = 0x72E95b8931767C79bA4EeE721354d6E99a61D004;
    address internal constant AAVE_ORACLE = 0x54586bE62E3c3580375aE3723C145253060Ca0C2;
    address internal constant AAVE_WETH_DEBT_TOKEN = 0xeA51d7853EEFb32b6ee06b1C12E6dcCA88Be0fFE;
    address internal constant AAVE_USDC_ATOKEN = 0x98C23E9d8f34FEFb1B7BD6a91B7FF122F4e16F5c;
    address internal constant AAVE_WSTETH_ATOKEN = 0x0B925eD163218f6662a35e0f0371Ac234f9E9371;
    address internal constant AAVE_WSTETH_DEBT_TOKEN = 0xC96113eED8cAB59cD8A66813bCB0cEb29F06D2e4;
    address internal constant AAVE_WBTC_ATOKEN = 0x5Ee5bf7ae06D1Be5997A1A72006FE6C607eC6DE8;
    address internal constant AAVE_WBTC_DEBT_TOKEN = 0x40aAbEf1aa8f0eEc637E0E7d92fbfFB2F26A8b7B;
    address internal constant AAVE_DAI_ATOKEN = 0x018008bfb33d285247A21d44E50697654f754e63;
    address internal constant AAVE_DAI_DEBT_TOKEN = 0xcF8d0c70c850859266f5C338b38F9D663181C314;
    address internal constant AAVE_USDT_ATOKEN = 0x23878914EFE38d27C4D67Ab83ed1b93A74D4086a;
    address internal constant AAVE_USDT_DEBT_TOKEN = 0x6df1C1E379bC5a00a7b4C6e67A203333772f45A8;
    /// @dev Collateral WETH and wstETH, debt WETH.
    uint8 internal constant AAVE_ETH_EMODE = 1;

    address internal constant ETH_USD_FEED = 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419;
    address internal constant USDC_USD_FEED = 0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6;
    address internal constant AAVE_ETH_USD_FEED = 0x5424384B256154046E9667dDFaaa5e550145215e;
    address internal constant BTC_USD_FEED = 0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c;
    address internal constant AAVE_BTC_USD_FEED = 0xb41E773f507F7a7EA890b1afB7d2b660c30C8B0A;
    address internal constant WBTC_BTC_FEED = 0xfdFD9C85aD200c506Cf9e21F1FD8dd01932FBB23;
    address internal constant STETH_USD_FEED = 0xCfE54B5cD566aB89272946F602D76Ea879CAb4a8;
    address internal constant USDT_USD_FEED = 0x3E7d1eAB13ad0104d2750B8863b489D65364e32D;
    address internal constant DAI_USD_FEED = 0xAed0c38402a5d19df6E4c03F4E2DceD6e29c1ee9;
    address internal constant AAVE_WSTETH_SOURCE = 0xe1D97bF61901B075E9626c8A2340a7De385861Ef;
    address internal constant AAVE_WBTC_SOURCE = 0xDaa4B74C6bAc4e25188e64ebc68DB5050b690cAc;
    address internal constant AAVE_USDC_SOURCE = 0x3f73F03aa83B2A48ed27E964eD0fDb590332095B;
    address internal constant AAVE_DAI_SOURCE = 0x5c66322CA59bB61e867B28195576DbD8dA4b08dE;
    address internal constant AAVE_USDT_SOURCE = 0x260326c220E469358846b187eE53328303Efe19C;

    address internal constant UNISWAP_FACTORY = 0x1F98431c8aD98523631AE4a59f267346ea31F984;
    address internal constant UNISWAP_USDC_WETH_POOL = 0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640;
    uint24 internal constant UNISWAP_FEE = 500;
    address internal constant UNISWAP_WBTC_WETH_POOL = 0x4585FE77225b41b697C938B018E2Ac67Ac5a20c0;
    address internal constant UNISWAP_WBTC_USDC_POOL = 0x99ac8cA7087fA4A2A1FB6357269965A2014ABc35;
    address internal constant UNISWAP_WSTETH_WETH_POOL = 0x109830a1AAaD605BbF02a9dFA7B0B92EC2FB7dAa;
    address internal constant UNISWAP_USDC_USDT_POOL = 0x3416cF6C708Da44DB2624D63ea0AAef7113527C6;
    address internal constant UNISWAP_DAI_USDC_POOL = 0x5777d92f208679DB4b9778590Fa3CAB3aC9e2168;
    address internal constant UNISWAP_WETH_USDT_POOL = 0x11b815efB8f581194ae79006d24E0d814B7697F6;
    address internal constant UNISWAP_SWAP_ROUTER = 0xE592427A0AEce92De3Edee1F18E0157C05861564;
    address internal constant UNISWAP_SWAP_ROUTER_02 = 0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45;
    address internal constant UNISWAP_QUOTER_V2 = 0x61fFE014bA17989E743c5F6cB21bF9697530B21e;

    address internal constant SAFE = 0x41675C099F32341bf84BFc5382aF534df5C7461a;
    address internal constant SAFE_L2 = 0x29fcB43b46531BcA003ddC8FCB67FFE91900C762;
    address internal constant SAFE_PROXY_FACTORY = 0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67;
    address internal constant SAFE_FALLBACK_HANDLER = 0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99;
    address internal constant SAFE_MULTI_SEND = 0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526;
    address internal constant SAFE_MULTI_SEND_CALL_ONLY = 0x9641d764fc13c8B624c04430C7356C1C7C8102e2;

    address internal constant KEYSTONE_FORWARDER = 0x0b93082D9b3C7C97fAcd250082899BAcf3af3885;

    /// @dev These exist on a replica only.
    address internal constant REPLICA_MARKER = 0xBA11A57000000000000000000000000000000010;
    address internal constant TOKEN_MINTER = 0xBa11a57000000000000000000000000000000025;
    address internal constant KEYSTONE_OWNER = 0xba11A57000000000000000000000000000000026;
    address internal constant TRANSMITTER = 0xBA11A57000000000000000000000000000000016;
}
