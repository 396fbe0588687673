// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Where Maker's contracts are on mainnet; the models stand at the same addresses.
library MakerMainnet {
    address internal constant VAT = 0x35D1b3F3D7966A1DFe207aa4514C12a259A0492B;
    address internal constant JUG = 0x19c0976f590D67707E62397C87829d896Dc0f1F1;
    address internal constant SPOTTER = 0x65C79fcB50Ca1594B025960e539eD7A9a6D434A3;
    address internal constant DOG = 0x135954d155898D42C90D2a57824C690e0c7BEf1B;
    address internal constant VOW = 0xA950524441892A31ebddF91d3cEEFa04Bf454466;
    address internal constant CDP_MANAGER = 0x5ef30b9986345249bc32d8928B7ee64DE9435E39;
    address internal constant DAI_JOIN = 0x9759A6Ac90977b93B58547b4A71c78317f391A28;
    address internal constant DAI = 0x6B175474E89094C44Da98b954EedeAC495271d0F;
    address internal constant FLASH = 0x60744434d6339a6B27d73d9Eda62b6F66a0a04FA;

    address internal constant ETH_A_JOIN = 0x2F0b23f53734252Bda2277357e97e1517d6B042A;
    address internal constant ETH_A_CLIPPER = 0xc67963a226eddd77B91aD8c421630A1b0AdFF270;
    address internal constant ETH_PIP = 0x81FE72B5A8d1A857d176C3E7d5Bd2679A9B85763;
    address internal constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;

    address internal constant WBTC_A_JOIN = 0xBF72Da2Bd84c5170618Fbe5914B0ECA9638d5eb5;
    address internal constant WBTC_A_CLIPPER = 0x0227b54AdbFAEec5f1eD1dFa11f54dcff9076e2C;
    address internal constant WBTC_PIP = 0xf185d0682d50819263941e5f4EacC763CC5C6C42;
    address internal constant WBTC = 0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599;

    /// @dev Exists in tests only.
    address internal constant LENS = 0xBA11A57000000000000000000000000000000030;
}
