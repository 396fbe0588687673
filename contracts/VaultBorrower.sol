// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {VaultLoans} from "./VaultLoans.sol";
import {VaultQueue} from "./VaultQueue.sol";
import {ISwapProxy} from "./interfaces/ISwapProxy.sol";
import {SwapPath} from "./libraries/SwapPath.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {ActionKind, Decision, RouteKind} from "./types/Decision.sol";
import {Wiring} from "./types/Wiring.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice One deleverage that a lender finances. Eight words; the path follows them in the lender's data.
struct LoanOrder {
    RouteKind route; // says which lender, or that the lender is named
    address source; // the lender as named
    address adapter;
    bytes32 venueRef;
    address tokenIn; // collateral that is sold
    address tokenOut; // debt that is repaid, and what is lent
    uint256 amountIn; // tokenIn units, exact
    uint256 loan; // tokenOut units
}

/// @title The plane that borrows for the length of a call
/// @notice Repays debt with a loan, takes the collateral that this sets free, sells it over one to three pools, and pays the loan back with its
/// premium. What the sale gave beyond both stays idle. Pools are called from here, a router by the `SwapProxy`. Also lays down what has to
/// wait, see `VaultQueue`. Runs by delegatecall: from an execution or a queueing, and from the vault's fallback for the lenders' callbacks
/// and for nothing else. Called directly, it meets a lock that nobody holds.
/// @custom:kill Holds nothing and can borrow nothing outside an execution.
contract VaultBorrower is VaultBase, VaultLoans, VaultQueue {
    using SafeERC20 for IERC20;

    uint256 private constant ORDER_BYTES = 8 * 32;
    uint256 private constant ROUTER_PATH_BYTES = 52; // router, hash of its calldata

    uint256 private transient _gained; // tokenOut units, premium paid

    constructor(Wiring memory wiring) VaultBase(wiring) {}

    /// @notice Sells `order.amountIn` of collateral for debt, over one to three pools. Callers hold the lock.
    /// @return obtained tokenOut units that the sale gave, less the premium
    function sellWithLoan(LoanOrder calldata order, bytes calldata path) external returns (uint256 obtained) {
        _requireLocked();
        if (order.route == RouteKind.Aggregator) _checkRouter(path);
        else _checkPath(order, path);
        _lend(order.route, order.source, order.tokenOut, order.loan, bytes.concat(abi.encode(order), path));
        return _gained;
    }

    /// @notice Second half of the vault's `queue`, whose calldata it gets; callers hold the lock and have admitted the decision.
    function enqueue(Decision calldata decision, bytes calldata signature) external {
        _requireLocked();
        _layDown(decision, signature);
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

    /// @dev The router itself is the proxy's to judge.
    function _checkRouter(bytes calldata path) private view {
        require(_swapProxy != address(0), RouteForbidden(RouteKind.Aggregator, RouteKind.UniswapV3FlashSwap));
        require(path.length == ROUTER_PATH_BYTES, PathInvalid(path));
    }

    /// @dev The sale pays for loan and premium by itself: idle tokens stay out of it.
    function _onLent(address token, uint256 amount, uint256 premium, bytes calldata data) internal override {
        LoanOrder calldata order;
        assembly ("memory-safe") {
            order := data.offset // the very bytes that `sellWithLoan` encoded, an order first
        }
        _repayAndWithdraw(order.adapter, order.venueRef, token, amount, order.tokenIn, order.amountIn);
        bytes calldata path = data[ORDER_BYTES:];
        uint256 sold = order.route == RouteKind.Aggregator ? _sellByRouter(order, path) : _sell(order.amountIn, path);
        uint256 gained = UnitMath.saturatingSub(sold, premium);
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

    /// @dev By a proxy that has no rights here and is sent exactly what is sold. What it says is not asked for; what comes back unsold would
    /// lie idle, and is refused as with a pool.
    /// @param path router and hash of its calldata
    /// @return tokenOut units that came
    function _sellByRouter(LoanOrder calldata order, bytes calldata path) private returns (uint256) {
        (uint256 idleIn, uint256 idleOut) = (_idle(order.tokenIn), _idle(order.tokenOut));
        IERC20(order.tokenIn).safeTransfer(_swapProxy, order.amountIn);
        // lengths were checked before the loan
        // forge-lint: disable-next-line(unsafe-typecast)
        (address router, bytes32 dataHash) = (address(bytes20(path[:20])), bytes32(path[20:]));
        ISwapProxy(_swapProxy).swap(router, dataHash, order.tokenIn, order.amountIn, order.tokenOut);
        uint256 sold = UnitMath.saturatingSub(idleIn, _idle(order.tokenIn));
        require(sold == order.amountIn, ValueForbidden("sold", sold, order.amountIn));
        return UnitMath.saturatingSub(_idle(order.tokenOut), idleOut);
    }
}
