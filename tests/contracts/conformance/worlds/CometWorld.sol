// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CometModel} from "../../mocks/comet/CometModel.sol";
import {CollateralParameters, CometParameters, RateParameters} from "../../mocks/comet/CometTypes.sol";
import {FeedModel} from "../../mocks/comet/FeedModel.sol";
import {TokenModel} from "../../mocks/comet/TokenModel.sol";
import {IWorld} from "../AbstractSteps.sol";
import {StdCheats} from "forge-std/StdCheats.sol";

/// @notice A Comet model with cUSDCv3's parameters of 2022 (supply caps apart), at the real market's address, with models of its tokens and
/// feeds at theirs. Ten million USDC are lent to it.
contract CometWorld is IWorld, StdCheats {
    address public constant COMET = 0xc3d688B66703497DAA19211EEdff47f25384cdc3;
    address public constant USDC = 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48;
    address public constant WETH = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2;
    address public constant WBTC = 0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599;
    address public constant WSTETH = 0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0;
    address public constant USDC_FEED = 0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6;
    address public constant WETH_FEED = 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419;
    address public constant WBTC_FEED = 0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c;
    /// @dev The model's own: the real market computes this price from a rate.
    address public constant WSTETH_FEED = address(uint160(uint256(keccak256("ballast.model.wsteth-usd"))));
    address public constant GOVERNOR = 0x6d903f6003cca6255D85CcA4D3B5E5146dC33925;
    address public constant GUARDIAN = 0xbbf3f1421D886E9b2c5D716B5192aC998af2012c;

    function build() external {
        _token(USDC, "USDC", 6);
        _token(WETH, "WETH", 18);
        _token(WBTC, "WBTC", 8);
        _token(WSTETH, "wstETH", 18);
        _feed(USDC_FEED, 1e8);
        _feed(WETH_FEED, 3000e8);
        _feed(WBTC_FEED, 60_000e8);
        _feed(WSTETH_FEED, 3500e8);
        deployCodeTo("CometModel.sol:CometModel", abi.encode(parameters()), COMET);
        deal(USDC, address(this), 10_000_000e6);
        IMarket(USDC).approve(COMET, 10_000_000e6);
        IMarket(COMET).supply(USDC, 10_000_000e6);
    }

    function parameters() public pure returns (CometParameters memory p) {
        (p.governor, p.pauseGuardian) = (GOVERNOR, GUARDIAN);
        (p.baseToken, p.baseTokenPriceFeed, p.baseDecimals) = (USDC, USDC_FEED, 6);
        p.supplyRate = RateParameters(0.8e18, 0.0325e18, 0.4e18, 0);
        p.borrowRate = RateParameters(0.8e18, 0.035e18, 0.25e18, 0.015e18);
        (p.storeFrontPriceFactor, p.baseBorrowMin, p.targetReserves) = (0.5e18, 100e6, 5_000_000e6);
        (p.supplyIndex, p.borrowIndex) = (1e15, 1e15);
        p.collaterals = new CollateralParameters[](3);
        p.collaterals[0] = CollateralParameters(WBTC, WBTC_FEED, 8, 0.7e18, 0.78e18, 0.95e18, 1000e8);
        p.collaterals[1] = CollateralParameters(WETH, WETH_FEED, 18, 0.82e18, 0.9e18, 0.95e18, 10_000e18);
        p.collaterals[2] = CollateralParameters(WSTETH, WSTETH_FEED, 18, 0.8e18, 0.85e18, 0.92e18, 5000e18);
    }

    function _token(address token, string memory symbol, uint8 decimals) private {
        deployCodeTo("TokenModel.sol:TokenModel", abi.encode(symbol, decimals), token);
    }

    function _feed(address feed, int256 answer) private {
        deployCodeTo("FeedModel.sol:FeedModel", abi.encode(answer), feed);
    }
}

interface IMarket {
    function approve(address spender, uint256 amount) external returns (bool);
    function supply(address asset, uint256 amount) external;
}
