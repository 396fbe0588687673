// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultCalls} from "./VaultCalls.sol";
import {VaultWiring} from "./VaultWiring.sol";
import {ILendingAdapter} from "./interfaces/ILendingAdapter.sol";
import {FlashSwapOrder, UniswapV3FlashSwap} from "./swap/UniswapV3FlashSwap.sol";
import {ActionKind} from "./types/Decision.sol";
import {Wiring} from "./types/Wiring.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A plane that can sell
/// @notice What a position does with what a pool pays out first.
abstract contract VaultBase is VaultCalls, UniswapV3FlashSwap {
    using SafeERC20 for IERC20;

    constructor(Wiring memory wiring) VaultWiring(wiring) UniswapV3FlashSwap(wiring.uniswapV3Factory) {}

    /// @dev Puts all that came into the position, then pays the pool out of it. What comes as debt token repays, as far as there is debt, and
    /// what is over stays idle; what comes as collateral is supplied. What is due is withdrawn, or borrowed where leverage is wanted. A hop of a
    /// financed sale moves no position: what it gives stays idle and what is due is there.
    function _onFlashSwap(FlashSwapOrder calldata order, uint256 obtained, uint256 due) internal override {
        (ActionKind kind, address adapter, address tokenIn) = (order.kind, order.adapter, order.tokenIn);
        if (kind == ActionKind.Deleverage) {
            _repayAndWithdraw(adapter, order.venueRef, order.tokenOut, obtained, tokenIn, due);
        } else if (kind != ActionKind.None) {
            _venueCall(adapter, _call(_SUPPLY, order.venueRef, order.tokenOut, obtained));
            bytes4 mutator = kind == ActionKind.Leverage ? _BORROW : _WITHDRAW;
            _venueCall(adapter, _call(mutator, order.venueRef, tokenIn, due));
        }
        IERC20(tokenIn).safeTransfer(msg.sender, due);
    }

    /// @dev In one call, so that a venue which books both sides at once is asked once.
    function _repayAndWithdraw(
        address adapter,
        bytes32 venueRef,
        address debtToken,
        uint256 repaid,
        address token,
        uint256 withdrawn
    ) internal {
        bytes memory call = abi.encodeCall(
            ILendingAdapter.repayAndWithdraw, (venueRef, debtToken, repaid, token, withdrawn)
        );
        _venueCall(adapter, call);
    }
}
