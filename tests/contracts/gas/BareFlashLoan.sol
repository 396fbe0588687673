// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractBareAave} from "./AbstractBareAave.sol";
import {IAaveV3FlashBorrower, IAaveV3FlashLender} from "ballast/interfaces/external/IFlashLender.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "ballast/interfaces/external/IUniswapV3Pool.sol";

/// @notice The same route as the vault's deleverage by Aave's flash loan and nothing else: no signature, no price, no limit, no lock, no
/// record. Anyone could empty it; it exists to be measured against.
contract BareFlashLoan is AbstractBareAave, IAaveV3FlashBorrower, IUniswapV3SwapCallback {
    IUniswapV3Pool private constant EXCHANGE = IUniswapV3Pool(Mainnet.UNISWAP_USDC_WETH_POOL);

    function deleverage(uint256 amountIn, uint256 loan) external {
        IAaveV3FlashLender(address(LENDER)).flashLoanSimple(address(this), Mainnet.USDC, loan, abi.encode(amountIn), 0);
    }

    function executeOperation(address, uint256 amount, uint256 premium, address, bytes calldata params)
        external
        returns (bool)
    {
        uint256 amountIn = abi.decode(params, (uint256));
        USDC.approve(address(LENDER), amount);
        LENDER.repay(Mainnet.USDC, amount, 2, address(this));
        LENDER.withdraw(Mainnet.WETH, amountIn, address(this));
        // token0 is USDC: selling WETH is one for zero
        EXCHANGE.swap(
            address(this),
            false,
            int256(amountIn),
            1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341,
            hex""
        );
        return USDC.approve(address(LENDER), amount + premium);
    }

    function uniswapV3SwapCallback(int256, int256 amount1Delta, bytes calldata) external {
        WETH.transfer(msg.sender, uint256(amount1Delta));
    }
}
