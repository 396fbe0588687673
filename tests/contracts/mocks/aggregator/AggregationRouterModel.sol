// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A MODEL of 1inch's AggregationRouterV6, `swap` only
/// @notice Behaves as the published interface says: takes the input from its caller by allowance and hands it to `srcReceiver`, lets the executor
/// work, believes the amount that it returns, and pays that amount out of its own balance. Not modelled: ether, permits, Permit2, pausing,
/// `unoswap`, limit orders.
contract AggregationRouterModel {
    using SafeERC20 for IERC20;

    struct SwapDescription {
        address srcToken;
        address dstToken;
        address payable srcReceiver;
        address payable dstReceiver; // zero = the caller
        uint256 amount;
        uint256 minReturnAmount;
        uint256 flags;
    }

    uint256 public constant PARTIAL_FILL = 1;

    error ZeroMinReturn();
    error ReturnAmountIsNotEnough(uint256 result, uint256 minReturn);

    function swap(address executor, SwapDescription calldata desc, bytes calldata data)
        external
        payable
        returns (uint256 returnAmount, uint256 spentAmount)
    {
        if (desc.minReturnAmount == 0) revert ZeroMinReturn();
        IERC20(desc.srcToken).safeTransferFrom(msg.sender, desc.srcReceiver, desc.amount);
        returnAmount = _execute(executor, desc.amount, data);
        spentAmount = desc.amount - _giveBack(desc);
        if (returnAmount * desc.amount < desc.minReturnAmount * spentAmount) {
            revert ReturnAmountIsNotEnough(returnAmount, desc.minReturnAmount);
        }
        address to = desc.dstReceiver == address(0) ? msg.sender : desc.dstReceiver;
        IERC20(desc.dstToken).safeTransfer(to, returnAmount);
    }

    /// @dev The executor's calldata: its selector, the caller, the data as given, the amount.
    function _execute(address executor, uint256 amount, bytes calldata data) private returns (uint256) {
        bytes4 selector = ExecutorModel.execute.selector;
        (bool done, bytes memory answer) =
            executor.call(abi.encodePacked(selector, uint256(uint160(msg.sender)), data, amount));
        if (done) return abi.decode(answer, (uint256));
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    /// @dev Where a partial fill is allowed, what is left here goes back, but for one unit that keeps the slot warm.
    function _giveBack(SwapDescription calldata desc) private returns (uint256 unspent) {
        if (desc.flags & PARTIAL_FILL == 0) return 0;
        unspent = IERC20(desc.srcToken).balanceOf(address(this));
        if (unspent < 2) return 0;
        unspent--;
        IERC20(desc.srcToken).safeTransfer(msg.sender, unspent);
    }
}

interface IUniswapFactory {
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address);
}

interface IPool {
    function swap(address to, bool zeroForOne, int256 amount, uint160 limit, bytes calldata data)
        external
        returns (int256, int256);
}

/// @title A MODEL of a resolver's executor
/// @notice Sells what it was handed over several paths of genuine Uniswap V3 pools, and gives the router all that came.
contract ExecutorModel {
    using SafeERC20 for IERC20;

    struct Leg {
        uint256 shareBps; // of the amount; the last leg takes the rest
        bytes path; // token, fee, token, ...
    }

    IUniswapFactory private immutable _factory;

    constructor(address factory) {
        _factory = IUniswapFactory(factory);
    }

    /// @dev Behind the argument come the legs and, in the last word, the amount.
    function execute(address) external payable returns (uint256 obtained) {
        uint256 amount = uint256(bytes32(msg.data[msg.data.length - 32:]));
        Leg[] memory legs = abi.decode(msg.data[36:msg.data.length - 32], (Leg[]));
        uint256 left = amount;
        for (uint256 i; i < legs.length; i++) {
            uint256 part = i + 1 == legs.length ? left : amount * legs[i].shareBps / 10_000;
            left -= part;
            obtained += _walk(part, legs[i].path);
        }
        IERC20(_tokenAt(legs[0].path, legs[0].path.length - 20)).safeTransfer(msg.sender, obtained);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata data) external {
        IERC20(abi.decode(data, (address))).safeTransfer(msg.sender, uint256(amount0 > 0 ? amount0 : amount1));
    }

    function _walk(uint256 amount, bytes memory path) private returns (uint256) {
        for (uint256 offset; offset + 43 <= path.length; offset += 23) {
            (address from, address to) = (_tokenAt(path, offset), _tokenAt(path, offset + 23));
            address pool = _factory.getPool(from, to, uint24(uint160(_tokenAt(path, offset + 3)) & 0xffffff));
            bool zeroForOne = from < to;
            uint160 limit =
                zeroForOne ? 4_295_128_740 : 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_341;
            (int256 amount0, int256 amount1) =
                IPool(pool).swap(address(this), zeroForOne, int256(amount), limit, abi.encode(from));
            amount = uint256(-(zeroForOne ? amount1 : amount0));
        }
        return amount;
    }

    /// @dev The twenty bytes from `offset` on.
    function _tokenAt(bytes memory path, uint256 offset) private pure returns (address token) {
        assembly ("memory-safe") {
            token := shr(96, mload(add(add(path, 32), offset)))
        }
    }
}
