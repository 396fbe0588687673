// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractBareAave} from "./AbstractBareAave.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "ballast/interfaces/external/IUniswapV3Pool.sol";

/// @notice The same route as the vault's deleverage and nothing else: no signature, no price, no limit, no lock, no record. Anyone could
/// empty it; it exists to be measured against.
contract BareDeleverage is AbstractBareAave, IUniswapV3SwapCallback {
    IUniswapV3Pool private constant EXCHANGE = IUniswapV3Pool(Mainnet.UNISWAP_USDC_WETH_POOL);

    function deleverage(uint256 amountIn) external {
        // token0 is USDC: selling WETH is one for zero
        EXCHANGE.swap(
            address(this),
            false,
            int256(amountIn),
            1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341,
            hex""
        );
    }

    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata) external {
        uint256 obtained = uint256(-amount0Delta);
        USDC.approve(address(LENDER), obtained);
        LENDER.repay(Mainnet.USDC, obtained, 2, address(this));
        LENDER.withdraw(Mainnet.WETH, uint256(amount1Delta), address(this));
        WETH.transfer(msg.sender, uint256(amount1Delta));
    }
}
