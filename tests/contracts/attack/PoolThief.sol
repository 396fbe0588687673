// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {IPoolMaker, IRawPool} from "./Replica.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IUniswapV3Pool} from "ballast/interfaces/external/IUniswapV3Pool.sol";

/// @title Capital that works against a vault
/// @notice Moves genuine USDC/WETH pools to any price, and owns one of them (0.3 %) whole: what is lost there is his.
contract PoolThief {
    uint24 public constant OWN_FEE = 3000;
    int24 private constant LOWER = 150_000;
    int24 private constant UPPER = 249_960; // about 300,000 down to 14 USD per ether, on the grid of 60 ticks

    address public ownPool;

    /// @notice Makes the 0.3 % pool and puts `liquidity` into it over every price that matters.
    function makeOwnPool(uint256 ethUsd8, uint128 liquidity) external {
        ownPool = IPoolMaker(Mainnet.UNISWAP_FACTORY).createPool(Mainnet.USDC, Mainnet.WETH, OWN_FEE);
        IRawPool(ownPool).initialize(sqrtPriceX96(ethUsd8));
        IRawPool(ownPool).mint(address(this), LOWER, UPPER, liquidity, "");
    }

    /// @notice Trades `pool` to `ethUsd8` (8 decimals), whatever it costs.
    function moveTo(address pool, uint256 ethUsd8) public {
        (uint160 current,,,,,,) = IRawPool(pool).slot0();
        uint160 target = sqrtPriceX96(ethUsd8);
        if (target == current) return;
        IUniswapV3Pool(pool).swap(address(this), target < current, type(int128).max, target, "");
    }

    /// @notice USDC is token 0 and has 6 decimals: the raw price is 1e20 / ethUsd8.
    function sqrtPriceX96(uint256 ethUsd8) public pure returns (uint160) {
        return uint160(_sqrt((1e20 << 128) / ethUsd8) << 32);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) IERC20(Mainnet.USDC).transfer(msg.sender, uint256(amount0));
        if (amount1 > 0) IERC20(Mainnet.WETH).transfer(msg.sender, uint256(amount1));
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        IERC20(Mainnet.USDC).transfer(msg.sender, amount0);
        IERC20(Mainnet.WETH).transfer(msg.sender, amount1);
    }

    function _sqrt(uint256 x) private pure returns (uint256 y) {
        uint256 z = (x >> 1) + 1;
        y = x;
        while (z < y) {
            y = z;
            z = (x / z + z) >> 1;
        }
    }
}
