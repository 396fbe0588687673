// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

/// @notice Mainnet addresses that the replica reproduces, and the replica's own accounts.
/// @dev Kept equal to agent/ballast/replica/addresses.py by a test.
library Addresses {
    address internal constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;
    address internal constant USDC = 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48;
    address internal constant MULTICALL3 = 0xcA11bde05977b3631167028862bE2a173976CA11;

    address internal constant AAVE_ADDRESSES_PROVIDER = 0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e;
    address internal constant AAVE_POOL = 0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2;
    address internal constant AAVE_POOL_CONFIGURATOR = 0x64b761D848206f447Fe2dd461b0c635Ec39EbB27;
    address internal constant AAVE_ORACLE = 0x54586bE62E3c3580375aE3723C145253060Ca0C2;
    address internal constant AAVE_ACL_MANAGER = 0xc2aaCf6553D20d1e9d78E365AAba8032af9c85b0;
    address internal constant AAVE_ACL_ADMIN = 0x5300A1a15135EA4dc7aD5a167152C01EFc9b192A;
    address internal constant AAVE_DATA_PROVIDER = 0x0a16f2FCC0D44FaE41cc54e079281D84A363bECD;
    address internal constant AAVE_COLLECTOR = 0x464C71f6c2F760DdA6093dCB91C24c39e5d6e18c;
    address internal constant AAVE_RATE_STRATEGY = 0x9ec6F08190DeA04A54f8Afc53Db96134e5E3FdFB;
    address internal constant AAVE_WETH_ATOKEN = 0x4d5F47FA6A74757f35C14fD3a6Ef8E3C9BC514E8;
    address internal constant AAVE_WETH_DEBT_TOKEN = 0xeA51d7853EEFb32b6ee06b1C12E6dcCA88Be0fFE;
    address internal constant AAVE_USDC_ATOKEN = 0x98C23E9d8f34FEFb1B7BD6a91B7FF122F4e16F5c;
    address internal constant AAVE_USDC_DEBT_TOKEN = 0x72E95b8931767C79bA4EeE721354d6E99a61D004;

    address internal constant ETH_USD_FEED = 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419;
    address internal constant USDC_USD_FEED = 0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6;
    address internal constant AAVE_ETH_USD_FEED = 0x5424384B256154046E9667dDFaaa5e550145215e;
    address internal constant AAVE_USDC_USD_FEED = 0x3f73F03aa83B2A48ed27E964eD0fDb590332095B;

    address internal constant UNISWAP_FACTORY = 0x1F98431c8aD98523631AE4a59f267346ea31F984;
    address internal constant UNISWAP_USDC_WETH_POOL = 0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640;
    address internal constant UNISWAP_POSITION_MANAGER = 0xC36442b4a4522E871399CD717aBDD847Ab11FE88;
    address internal constant UNISWAP_POSITION_DESCRIPTOR = 0x91ae842A5Ffd8d12023116943e72A606179294f3;
    address internal constant UNISWAP_SWAP_ROUTER = 0xE592427A0AEce92De3Edee1F18E0157C05861564;
    address internal constant UNISWAP_QUOTER_V2 = 0x61fFE014bA17989E743c5F6cB21bF9697530B21e;

    address internal constant REPLICA_MARKER = 0xBA11A57000000000000000000000000000000010;
    address internal constant LIQUIDATOR = 0xbA11a57000000000000000000000000000000011;
    address internal constant WHALE = 0xBa11A57000000000000000000000000000000013;
    address internal constant LIQUIDITY_PROVIDER = 0xBA11A57000000000000000000000000000000015;
    address internal constant TRANSMITTER = 0xBA11A57000000000000000000000000000000016;
    address internal constant LIQUIDATOR_OWNER = 0xbA11A57000000000000000000000000000000017;
    address internal constant USDC_MINTER = 0xBa11A57000000000000000000000000000000018;
    address internal constant ARBITRAGEUR = 0xbA11a57000000000000000000000000000000019;

    // Implementations behind Aave's proxies; mainnet's change with every upgrade, so no client may depend on theirs.
    address internal constant AAVE_POOL_IMPLEMENTATION = 0xbA11a57000000000000000000000000000000020;
    address internal constant AAVE_POOL_CONFIGURATOR_IMPLEMENTATION = 0xBa11A57000000000000000000000000000000021;
    address internal constant AAVE_ATOKEN_IMPLEMENTATION = 0xBA11a57000000000000000000000000000000022;
    address internal constant AAVE_DEBT_TOKEN_IMPLEMENTATION = 0xbA11A57000000000000000000000000000000023;
    address internal constant AAVE_NONCE_ADVANCER = 0xBA11A57000000000000000000000000000000024;
}
