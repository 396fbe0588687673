// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {
    IAaveV3FlashBorrower,
    IAaveV3FlashLender,
    IERC3156FlashBorrower,
    IERC3156FlashLender
} from "./interfaces/external/IFlashLender.sol";
import {SwapPath} from "./libraries/SwapPath.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {ActionKind, RouteKind} from "./types/Decision.sol";
import {Wiring} from "./types/Wiring.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

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
/// @dev The lender follows from the route and is fixed in the code. Its callback is accepted once, from the lender in flight, for a loan
/// that this vault asked for, with the very bytes that were sent. What is in flight lies in transient storage, behind what the flash swap
/// keeps there: the vault and this plane inherit the same bases in the same order, so they agree on every slot.
/// @custom:kill Holds nothing and can borrow nothing outside an execution.
contract VaultBorrower is VaultBase, IAaveV3FlashBorrower, IERC3156FlashBorrower {
    using SafeERC20 for IERC20;

    bytes32 private constant ACCEPTED = keccak256("ERC3156FlashBorrower.onFlashLoan");
    uint256 private constant ORDER_BYTES = 7 * 32;
    uint16 private constant NO_REFERRAL = 0;

    address private transient _pendingLender;
    bytes32 private transient _pendingOrderHash;
    uint256 private transient _gained; // tokenOut units, premium paid

    constructor(Wiring memory wiring) VaultBase(wiring) {}

    /// @notice Sells `order.amountIn` of collateral for debt, over one to three pools. Callers hold the lock.
    /// @return obtained tokenOut units that the sale gave, less the premium
    function sellWithLoan(LoanOrder calldata order, bytes calldata path) external returns (uint256 obtained) {
        _requireLocked();
        require(order.loan != 0, NothingToDo());
        _checkPath(order, path);
        address lender = _lenderOf(order.route);
        bytes memory data = bytes.concat(abi.encode(order), path);
        (_pendingLender, _pendingOrderHash) = (lender, keccak256(data));
        _borrow(order, lender, data);
        require(_pendingLender == address(0), CallbackUnexpected(lender));
        uint256 left = IERC20(order.tokenOut).allowance(address(this), lender);
        require(left == 0, AllowanceLeft(order.tokenOut, lender, left));
        return _gained;
    }

    /// @notice Callback of Aave's pool.
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool)
    {
        _onLoan(asset, amount, premium, initiator, params);
        return true;
    }

    /// @notice Callback of a lender of ERC-3156.
    function onFlashLoan(address initiator, address token, uint256 amount, uint256 fee, bytes calldata data)
        external
        returns (bytes32)
    {
        _onLoan(token, amount, fee, initiator, data);
        return ACCEPTED;
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

    function _borrow(LoanOrder calldata order, address lender, bytes memory data) private {
        if (order.route == RouteKind.AaveV3FlashLoan) {
            IAaveV3FlashLender(lender).flashLoanSimple(address(this), order.tokenOut, order.loan, data, NO_REFERRAL);
        } else {
            IERC3156FlashLender(lender).flashLoan(address(this), order.tokenOut, order.loan, data);
        }
    }

    /// @dev A lender in flight exists only between `sellWithLoan` and here, which is inside the vault's lock. The sale pays for loan and
    /// premium by itself: idle tokens stay out of it.
    function _onLoan(address token, uint256 amount, uint256 premium, address initiator, bytes calldata data) private {
        bool expected =
            msg.sender == _pendingLender && initiator == address(this) && keccak256(data) == _pendingOrderHash;
        require(expected, CallbackUnexpected(msg.sender));
        (_pendingLender, _pendingOrderHash) = (address(0), 0);
        LoanOrder memory order = abi.decode(data, (LoanOrder));
        require(token == order.tokenOut && amount == order.loan, CallbackUnexpected(msg.sender));
        require(premium == 0 || order.route == RouteKind.AaveV3FlashLoan, ValueForbidden("premium", premium, 0));
        _venueCall(order.adapter, _call(_REPAY, order.venueRef, token, amount));
        _venueCall(order.adapter, _call(_WITHDRAW, order.venueRef, order.tokenIn, order.amountIn));
        uint256 gained = UnitMath.saturatingSub(_sell(order.amountIn, data[ORDER_BYTES:]), premium);
        require(gained >= amount, OutputTooLow(gained, amount));
        _gained = gained;
        IERC20(token).forceApprove(msg.sender, amount + premium);
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
