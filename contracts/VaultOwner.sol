// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {ILendingAdapter} from "./interfaces/ILendingAdapter.sol";
import {IVaultCustody} from "./interfaces/IVaultCustody.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {PositionConfig} from "./types/Config.sol";
import {ActionKind} from "./types/Decision.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The owner's way in and out
/// @notice Free of every guard and in every state: no oracle, no budget, no health rule, no breaker, no list of tokens; only the owner and
/// the lock are checked. What can still stop him is the venue itself. `type(uint256).max` means all there is.
abstract contract VaultOwner is VaultBase, IVaultCustody {
    using SafeERC20 for IERC20;

    /// @inheritdoc IVaultCustody
    function supply(uint256 positionId, address token, uint256 amount) external onlyOwner lock {
        PositionConfig storage position = _knownPosition(positionId);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        _venueCall(position.adapter, abi.encodeCall(ILendingAdapter.supply, (position.venueRef, token, amount)));
        emit OwnerExit(msg.sig, token, amount, address(this));
    }

    /// @inheritdoc IVaultCustody
    function borrow(uint256 positionId, address token, uint256 amount, address to) external onlyOwner lock {
        PositionConfig storage position = _knownPosition(positionId);
        uint256 idleBefore = _idle(token);
        _venueCall(position.adapter, abi.encodeCall(ILendingAdapter.borrow, (position.venueRef, token, amount)));
        _send(token, _idle(token) - idleBefore, to);
    }

    /// @inheritdoc IVaultCustody
    /// @dev Takes no more from the owner than the debt of this very block.
    function repay(uint256 positionId, address token, uint256 amount) external onlyOwner lock {
        PositionConfig storage position = _knownPosition(positionId);
        uint256 debt = ILendingAdapter(position.adapter).debtOf(address(this), position.venueRef, token);
        uint256 due = Math.min(amount, debt);
        IERC20(token).safeTransferFrom(msg.sender, address(this), due);
        _venueCall(position.adapter, abi.encodeCall(ILendingAdapter.repay, (position.venueRef, token, due)));
        emit OwnerExit(msg.sig, token, due, address(this));
    }

    /// @inheritdoc IVaultCustody
    function withdraw(uint256 positionId, address token, uint256 amount, address to) external onlyOwner lock {
        PositionConfig storage position = _knownPosition(positionId);
        uint256 idleBefore = _idle(token);
        _venueCall(position.adapter, abi.encodeCall(ILendingAdapter.withdraw, (position.venueRef, token, amount)));
        _send(token, _idle(token) - idleBefore, to);
    }

    /// @inheritdoc IVaultCustody
    function transferPosition(uint256 positionId, address token, uint256 amount, address to) external onlyOwner lock {
        require(to != address(0), ZeroAddress("to"));
        PositionConfig storage position = _knownPosition(positionId);
        _venueCall(
            position.adapter, abi.encodeCall(ILendingAdapter.transferOut, (position.venueRef, token, amount, to))
        );
        emit OwnerExit(msg.sig, token, amount, to);
    }

    /// @inheritdoc IVaultCustody
    function sweep(address token, uint256 amount, address to) external onlyOwner lock {
        _send(token, Math.min(amount, _idle(token)), to);
    }

    /// @inheritdoc IVaultCustody
    function sweepNative(uint256 amount, address payable to) external onlyOwner lock {
        require(to != address(0), ZeroAddress("to"));
        uint256 sent = Math.min(amount, address(this).balance);
        Address.sendValue(to, sent);
        emit OwnerExit(msg.sig, address(0), sent, to);
    }

    /// @inheritdoc IVaultCustody
    function flashExit(uint256 positionId, bytes calldata path, uint256 amountIn, uint256 minOut)
        external
        onlyOwner
        lock
    {
        FlashSwapOrder memory order = _exitOrder(positionId, path, amountIn);
        uint256 idleBefore = _idle(order.tokenOut);
        uint256 debtBefore = _debtOf(order);
        _flashSwap(order, path);
        // neither term shrinks below its start: the pool pays in tokenOut, and all of it repays debt or stays idle
        uint256 obtained = _idle(order.tokenOut) - idleBefore + debtBefore - _debtOf(order);
        require(obtained >= minOut, OutputTooLow(obtained, minOut));
        emit OwnerExit(msg.sig, order.tokenIn, order.amountIn, address(this));
    }

    function _exitOrder(uint256 positionId, bytes calldata path, uint256 amountIn)
        private
        view
        returns (FlashSwapOrder memory order)
    {
        PositionConfig storage position = _knownPosition(positionId);
        (order.kind, order.adapter, order.venueRef) = (ActionKind.Deleverage, position.adapter, position.venueRef);
        (order.tokenIn, order.tokenOut) = _tokensOf(path);
        uint256 collateral = ILendingAdapter(order.adapter).collateralOf(address(this), order.venueRef, order.tokenIn);
        order.amountIn = Math.min(amountIn, collateral);
    }

    function _debtOf(FlashSwapOrder memory order) private view returns (uint256) {
        return ILendingAdapter(order.adapter).debtOf(address(this), order.venueRef, order.tokenOut);
    }

    function _send(address token, uint256 amount, address to) private {
        require(to != address(0), ZeroAddress("to"));
        IERC20(token).safeTransfer(to, amount);
        emit OwnerExit(msg.sig, token, amount, to);
    }
}
