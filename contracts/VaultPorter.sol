// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultLoans} from "./VaultLoans.sol";
import {ILendingAdapter} from "./interfaces/ILendingAdapter.sol";
import {IVaultPorts, PortOrder} from "./interfaces/IVaultPorts.sol";
import {PositionConfig} from "./types/Config.sol";
import {RouteKind} from "./types/Decision.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What a position is carried by: who held it, and who will.
enum Carriage {
    Move, // from one of the vault's positions to another
    Import, // from `account` to the vault
    Export // from the vault to `account`
}

/// @notice One position, or a part of it, on its way.
struct CarryOrder {
    Carriage by;
    address fromAdapter;
    bytes32 fromRef;
    address toAdapter;
    bytes32 toRef;
    address account; // none for a move
    address tokenIn; // collateral
    uint256 amountIn; // tokenIn units, `type(uint256).max` = all
    uint256 maxBorrow; // tokenOut units
}

/// @title Carries positions: a loan pays the old debt, the collateral follows, new debt pays the loan
/// @notice Nothing stays idle and no idle token is used: the vault holds afterwards what it held before, to the unit. New debt is of the
/// vault, or of an account that has allowed the vault to borrow on its name; the vault allows nobody to borrow on its own.
abstract contract VaultPorter is VaultLoans, IVaultPorts {
    /// @inheritdoc IVaultPorts
    function importPosition(PortOrder calldata order) external onlyOwner lock {
        _port(order, Carriage.Import, order.account, address(this));
    }

    /// @inheritdoc IVaultPorts
    function exportPosition(PortOrder calldata order) external onlyOwner lock {
        require(order.account != address(0), ZeroAddress("account"));
        _port(order, Carriage.Export, address(this), order.account);
    }

    function _port(PortOrder calldata order, Carriage by, address from, address to) private {
        PositionConfig storage position = _knownPosition(order.positionId);
        (address adapter, bytes32 ref) = (position.adapter, position.venueRef);
        uint256 debt;
        if (order.route == RouteKind.None) {
            require(order.debt == 0, ValueForbidden("debt", order.debt, 0));
            _handOver(order, by, adapter, ref);
        } else {
            debt = Math.min(order.debt, ILendingAdapter(adapter).debtOf(from, ref, order.tokenOut));
            CarryOrder memory carried = CarryOrder({
                by: by,
                fromAdapter: adapter,
                fromRef: ref,
                toAdapter: adapter,
                toRef: ref,
                account: order.account,
                tokenIn: order.tokenIn,
                amountIn: order.amount,
                maxBorrow: order.maxBorrow
            });
            _carry(carried, order.route, order.tokenOut, debt);
            emit OwnerExit(msg.sig, order.tokenOut, debt, to);
        }
        emit OwnerExit(msg.sig, order.tokenIn, order.amount, to);
    }

    /// @dev As it is: the venue lets it go where nothing is owed, or where the debt travels along.
    function _handOver(PortOrder calldata order, Carriage by, address adapter, bytes32 ref) private {
        bytes4 mutator = by == Carriage.Import ? ILendingAdapter.pullIn.selector : ILendingAdapter.transferOut.selector;
        _venueCall(adapter, _callFor(mutator, ref, order.tokenIn, order.amount, order.account));
    }

    /// @dev Callers hold the lock.
    /// @param loan tokenOut units: the debt that is paid off where it was
    function _carry(CarryOrder memory order, RouteKind route, address tokenOut, uint256 loan) internal {
        uint256 idleIn = _idle(order.tokenIn);
        uint256 idleOut = _idle(tokenOut);
        _carrying = true;
        _lend(route, address(0), tokenOut, loan, abi.encode(order));
        _carrying = false;
        _requireIdle(order.tokenIn, idleIn);
        _requireIdle(tokenOut, idleOut);
    }

    function _onLent(address token, uint256 amount, uint256 premium, bytes calldata data) internal override {
        CarryOrder memory order = abi.decode(data, (CarryOrder));
        uint256 due = amount + premium;
        require(due <= order.maxBorrow, InputTooHigh(due, order.maxBorrow));
        if (order.by == Carriage.Import) _fetch(order, token, amount);
        else _bring(order, token, amount);
        bool forOther = order.by == Carriage.Export;
        bytes4 mutator = forOther ? ILendingAdapter.borrowFor.selector : _BORROW;
        _venueCall(order.toAdapter, _callFor(mutator, order.toRef, token, due, order.account));
    }

    function _fetch(CarryOrder memory order, address token, uint256 amount) private {
        bytes4 repayFor = ILendingAdapter.repayFor.selector;
        _venueCall(order.fromAdapter, _callFor(repayFor, order.fromRef, token, amount, order.account));
        bytes4 pullIn = ILendingAdapter.pullIn.selector;
        _venueCall(order.fromAdapter, _callFor(pullIn, order.fromRef, order.tokenIn, order.amountIn, order.account));
    }

    function _bring(CarryOrder memory order, address token, uint256 amount) private {
        _venueCall(order.fromAdapter, _callFor(_REPAY, order.fromRef, token, amount, order.account));
        uint256 idle = _idle(order.tokenIn);
        _venueCall(order.fromAdapter, _callFor(_WITHDRAW, order.fromRef, order.tokenIn, order.amountIn, order.account));
        uint256 got = _idle(order.tokenIn) - idle;
        bytes4 mutator = order.by == Carriage.Export ? ILendingAdapter.supplyFor.selector : _SUPPLY;
        _venueCall(order.toAdapter, _callFor(mutator, order.toRef, order.tokenIn, got, order.account));
    }

    /// @dev The mutators that name an account share their arguments; those that name none do not look at the fourth.
    function _callFor(bytes4 mutator, bytes32 venueRef, address token, uint256 amount, address account)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(mutator, venueRef, token, amount, account);
    }

    function _requireIdle(address token, uint256 idleBefore) private view {
        uint256 idleAfter = _idle(token);
        require(idleAfter == idleBefore, IdleChanged(token, idleAfter, idleBefore));
    }
}
