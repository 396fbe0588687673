// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {VaultLoans} from "./VaultLoans.sol";
import {SwapPath} from "./libraries/SwapPath.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {ActionKind, RouteKind} from "./types/Decision.sol";
import {Wiring} from "./types/Wiring.sol";

/// @notice One deleverage that a lender finances. Seven words; the path follows them in the lender's data.
struct LoanOrder {
    RouteKind route; // says which lender
    address adapter;
    bytes32 venueRef;
    address tokenIn; // collateral that is sold
    address tokenOut; // debt that is repaid, and what is lent
    uint256 amountIn; // tokenIn units, exact
    uint256 loan; // tokenOut units
}

/// @title The plane that borrows for the length of a call
/// @notice Repays debt with a loan, takes the collateral that this sets free, sells it over one to three pools, and pays the loan back with its
/// premium. What the sale gave beyond both stays idle. Runs by delegatecall: from an execution, and from the vault's fallback for the lenders'
/// callbacks and for nothing else. Called directly, it meets a lock that nobody holds.
/// @custom:kill Holds nothing and can borrow nothing outside an execution.
contract VaultBorrower is VaultBase, VaultLoans {
    uint256 private constant ORDER_BYTES = 7 * 32;

    uint256 private transient _gained; // tokenOut units, premium paid

    constructor(Wiring memory wiring) VaultBase(wiring) {}

    /// @notice Sells `order.amountIn` of collateral for debt, over one to three pools. Callers hold the lock.
    /// @return obtained tokenOut units that the sale gave, less the premium
    function sellWithLoan(LoanOrder calldata order, bytes calldata path) external returns (uint256 obtained) {
        _requireLocked();
        _checkPath(order, path);
        _lend(order.route, order.tokenOut, order.loan, bytes.concat(abi.encode(order), path));
        return _gained;
    }

    /// @dev A token on the way is called and held: it must be one that the owner has listed.
    function _checkPath(LoanOrder calldata order, bytes calldata path) private view {
        SwapPath.requireSimple(path);
        uint256 last = path.length - 20;
        bool fits = SwapPath.tokenAt(path, 0) == order.tokenIn && SwapPath.tokenAt(path, last) == order.tokenOut;
        require(fits, PathInvalid(path));
        for (uint256 offset = SwapPath.STEP; offset < last; offset += SwapPath.STEP) {
            address token = SwapPath.tokenAt(path, offset);
            require(_assets[token].feed != address(0), FeedUnset(token));
        }
    }

    /// @dev The sale pays for loan and premium by itself: idle tokens stay out of it.
    function _onLent(address token, uint256 amount, uint256 premium, bytes calldata data) internal override {
        LoanOrder memory order = abi.decode(data, (LoanOrder));
        _venueCall(order.adapter, _call(_REPAY, order.venueRef, token, amount));
        _venueCall(order.adapter, _call(_WITHDRAW, order.venueRef, order.tokenIn, order.amountIn));
        uint256 gained = UnitMath.saturatingSub(_sell(order.amountIn, data[ORDER_BYTES:]), premium);
        require(gained >= amount, OutputTooLow(gained, amount));
        _gained = gained;
    }

    /// @return amount of the path's last token
    function _sell(uint256 amountIn, bytes calldata path) private returns (uint256 amount) {
        amount = amountIn;
        for (uint256 offset; offset + SwapPath.HOP <= path.length; offset += SwapPath.STEP) {
            amount = _sellOnce(amount, path[offset:offset + SwapPath.HOP]);
        }
    }

    /// @dev A pool that runs dry takes less than it is offered, and the rest would lie idle, sold by nobody: refused.
    function _sellOnce(uint256 amountIn, bytes calldata hop) private returns (uint256) {
        FlashSwapOrder memory order;
        order.kind = ActionKind.None; // the pool is paid from what is idle
        order.amountIn = amountIn;
        (order.tokenIn, order.tokenOut) = _tokensOf(hop);
        uint256 before = _idle(order.tokenOut);
        (uint256 sold,) = _flashSwap(order, hop);
        require(sold == amountIn, ValueForbidden("sold", sold, amountIn));
        return _idle(order.tokenOut) - before;
    }
}
