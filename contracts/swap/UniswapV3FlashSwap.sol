// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {IUniswapV3Pool, IUniswapV3SwapCallback} from "../interfaces/external/IUniswapV3Pool.sol";
import {SwapPath} from "../libraries/SwapPath.sol";
import {ActionKind} from "../types/Decision.sol";
import {FlashSwapSlots} from "./FlashSwapSlots.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice One flash swap in flight: `tokenIn` out of a position, by sale of collateral or by new debt, `tokenOut` into it.
struct FlashSwapOrder {
    ActionKind kind; // Deleverage, Leverage or SwapCollateral; None pays from idle funds and leaves the position alone
    address adapter;
    bytes32 venueRef;
    address tokenIn;
    address tokenOut;
    uint256 amountIn; // tokenIn units, exact
}

/// @title Flash swap through one Uniswap V3 pool
/// @notice The pool pays out first and asks for its due in a callback; the position is repaired in between, so no loan is needed.
/// @dev The pool's address follows from a factory fixed in the code and from the tokens and the fee: nobody names a callee. The callback
/// is accepted once, from the pool in flight, with the very bytes that were sent. Its state lives in transient storage and is gone after
/// the transaction, whatever happened.
abstract contract UniswapV3FlashSwap is FlashSwapSlots, IUniswapV3SwapCallback {
    using SafeCast for uint256;

    /// @dev keccak256 of the creation code of a Uniswap V3 pool, fixed by Uniswap.
    bytes32 private constant POOL_INIT_CODE_HASH = 0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54;
    // outermost prices of a pool: no limit of the pool's own, the vault judges the result against the oracle
    uint160 private constant LOWEST_PRICE_LIMIT = 4_295_128_740;
    uint160 private constant HIGHEST_PRICE_LIMIT = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341;

    address public immutable uniswapV3Factory;

    constructor(address factory) {
        require(factory.code.length != 0, IVaultTerms.ZeroAddress("uniswapV3Factory"));
        uniswapV3Factory = factory;
    }

    /// @notice Callback of the pool in flight.
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        // a pool in flight exists only between `_flashSwap` and here, which is inside the vault's lock
        bool expected = _swapHash(msg.sender, keccak256(data)) == _pendingSwap;
        require(expected, IVaultTerms.CallbackUnexpected(msg.sender));
        _pendingSwap = 0;
        FlashSwapOrder calldata order;
        assembly ("memory-safe") {
            order := data.offset // the very bytes that `_flashSwapAt` encoded from an order
        }
        (uint256 due, uint256 obtained) = _flows(order.tokenIn < order.tokenOut, amount0Delta, amount1Delta);
        require(due <= order.amountIn, IVaultTerms.InputTooHigh(due, order.amountIn));
        _onFlashSwap(order, obtained, due);
    }

    /// @dev Runs with the pool's `obtained` in hand; must leave `due` of tokenIn with the pool, who is `msg.sender`.
    function _onFlashSwap(FlashSwapOrder calldata order, uint256 obtained, uint256 due) internal virtual;

    /// @dev Over the order's tokens, which are those of `path`. Callers hold the lock and hold what is returned against balances and the venue's books.
    /// @return spent tokenIn units that the pool was paid
    /// @return obtained tokenOut units that the pool paid out
    function _flashSwap(FlashSwapOrder memory order, bytes calldata path)
        internal
        returns (uint256 spent, uint256 obtained)
    {
        return _flashSwapAt(order, _poolOf(order, path));
    }

    /// @dev The same through a pool that the caller derived from the factory.
    function _flashSwapAt(FlashSwapOrder memory order, address pool)
        internal
        returns (uint256 spent, uint256 obtained)
    {
        bytes memory data = abi.encode(order);
        _pendingSwap = _swapHash(pool, keccak256(data));
        bool zeroForOne = order.tokenIn < order.tokenOut;
        (int256 amount0, int256 amount1) = IUniswapV3Pool(pool)
            .swap(
                address(this),
                zeroForOne,
                order.amountIn.toInt256(),
                zeroForOne ? LOWEST_PRICE_LIMIT : HIGHEST_PRICE_LIMIT,
                data
            );
        require(_pendingSwap == 0, IVaultTerms.CallbackUnexpected(pool));
        return _flows(zeroForOne, amount0, amount1);
    }

    /// @dev Never zero, which is "none in flight".
    function _swapHash(address pool, bytes32 dataHash) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, shr(96, shl(96, pool))) // scratch space; the compiler does not promise clean bits above an address
            mstore(32, dataHash)
            hash := keccak256(0, 64)
        }
    }

    /// @dev What the pool takes and gives. An exact input takes something and gives something; checked because funds leave by it.
    function _flows(bool zeroForOne, int256 amount0, int256 amount1)
        private
        view
        returns (uint256 due, uint256 obtained)
    {
        (int256 taken, int256 given) = zeroForOne ? (amount0, amount1) : (amount1, amount0);
        require(taken > 0 && given < 0, IVaultTerms.CallbackUnexpected(msg.sender));
        unchecked {
            // signs checked in the line above; the least number negated is its own magnitude as an unsigned one
            // forge-lint: disable-next-line(unsafe-typecast)
            return (uint256(taken), uint256(-given));
        }
    }

    /// @dev One hop; anything else is not a path.
    function _tokensOf(bytes calldata path) internal pure returns (address tokenIn, address tokenOut) {
        require(path.length == SwapPath.HOP, IVaultTerms.PathInvalid(path));
        assembly ("memory-safe") {
            // inside the path, whose length is checked; the shift leaves the twenty bytes of an address
            tokenIn := shr(96, calldataload(path.offset))
            tokenOut := shr(96, calldataload(add(path.offset, 23)))
        }
    }

    /// @dev The order's tokens are the path's.
    function _poolOf(FlashSwapOrder memory order, bytes calldata path) private view returns (address pool) {
        pool = _poolOf(order.tokenIn, order.tokenOut, uint24(bytes3(path[20:23])));
        require(pool.code.length != 0, IVaultTerms.PathInvalid(path));
    }

    /// @dev CREATE2 address of the factory's pool.
    function _poolOf(address tokenA, address tokenB, uint24 fee) internal view returns (address) {
        (address token0, address token1) = tokenA < tokenB ? (tokenA, tokenB) : (tokenB, tokenA);
        bytes32 salt = keccak256(abi.encode(token0, token1, fee));
        return Create2.computeAddress(salt, POOL_INIT_CODE_HASH, uniswapV3Factory);
    }
}
