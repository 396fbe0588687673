// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {Parameters, PositionParameters} from "./Parameters.sol";
import {TokenGenesis} from "./TokenGenesis.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Vm} from "forge-std/Vm.sol";

interface IFactory {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address);
}

interface IPool {
    function initialize(uint160 sqrtPriceX96) external;
    function increaseObservationCardinalityNext(uint16 next) external;
}

interface IPositionManager {
    struct MintParams {
        address token0;
        address token1;
        uint24 fee;
        int24 tickLower;
        int24 tickUpper;
        uint256 amount0Desired;
        uint256 amount1Desired;
        uint256 amount0Min;
        uint256 amount1Min;
        address recipient;
        uint256 deadline;
    }

    function mint(MintParams calldata params) external returns (uint256, uint128, uint256, uint256);
}

interface ISwapRouter {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    function exactInputSingle(ExactInputSingleParams calldata params) external returns (uint256);
}

/// @notice Uniswap V3 from its published bytecode, with one pool, its depth and its price history.
library UniswapGenesis {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts/";

    error UnexpectedPool(address observed, address expected);

    function create(string memory json) internal {
        Construct.at(
            Addresses.UNISWAP_FACTORY,
            Construct.prebuilt("@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json")
        );
        _periphery();
        _createPool(json);
        _provideLiquidity(json);
    }

    /// @notice Trade there and back, so that the pool writes an observation and keeps its price.
    /// @dev The pool writes one only when a trade changes its tick, so the trade must be large enough for that.
    function tradeBackAndForth(string memory json) internal {
        uint256 amountIn = Parameters.number(json, ".pool.warmUpTradeWethRaw");
        uint256 usdc = _swap(json, Addresses.WETH, Addresses.USDC, amountIn);
        _swap(json, Addresses.USDC, Addresses.WETH, usdc);
    }

    function _periphery() private {
        bytes memory arguments = abi.encode(Addresses.UNISWAP_FACTORY, Addresses.WETH);
        Construct.at(
            Addresses.UNISWAP_POSITION_MANAGER,
            abi.encodePacked(
                Construct.prebuilt(
                    string.concat(PERIPHERY, "NonfungiblePositionManager.sol/NonfungiblePositionManager.json")
                ),
                arguments,
                abi.encode(Addresses.UNISWAP_POSITION_DESCRIPTOR)
            )
        );
        bytes memory router = Construct.prebuilt(string.concat(PERIPHERY, "SwapRouter.sol/SwapRouter.json"));
        Construct.at(Addresses.UNISWAP_SWAP_ROUTER, abi.encodePacked(router, arguments));
        bytes memory quoter = Construct.prebuilt(string.concat(PERIPHERY, "lens/QuoterV2.sol/QuoterV2.json"));
        Construct.at(Addresses.UNISWAP_QUOTER_V2, abi.encodePacked(quoter, arguments));
    }

    function _createPool(string memory json) private {
        uint24 fee = uint24(Parameters.number(json, ".pool.feePips"));
        address pool = IFactory(Addresses.UNISWAP_FACTORY).createPool(Addresses.USDC, Addresses.WETH, fee);
        if (pool != Addresses.UNISWAP_USDC_WETH_POOL) {
            revert UnexpectedPool(pool, Addresses.UNISWAP_USDC_WETH_POOL);
        }
        IPool(pool).initialize(_sqrtPriceX96(Parameters.number(json, ".prices.ethUsd8")));
        IPool(pool).increaseObservationCardinalityNext(uint16(Parameters.number(json, ".pool.observationCardinality")));
    }

    function _provideLiquidity(string memory json) private {
        for (uint256 i; Parameters.hasPosition(json, i); ++i) {
            PositionParameters memory position = Parameters.position(json, i);
            TokenGenesis.fund(Addresses.LIQUIDITY_PROVIDER, position.wethRaw, position.usdcRaw);
            _mint(json, position);
        }
    }

    function _mint(string memory json, PositionParameters memory p) private {
        address provider = Addresses.LIQUIDITY_PROVIDER;
        VM.startPrank(provider);
        IERC20(Addresses.USDC).approve(Addresses.UNISWAP_POSITION_MANAGER, p.usdcRaw);
        IERC20(Addresses.WETH).approve(Addresses.UNISWAP_POSITION_MANAGER, p.wethRaw);
        IPositionManager(Addresses.UNISWAP_POSITION_MANAGER)
            .mint(
                IPositionManager.MintParams({
                token0: Addresses.USDC,
                token1: Addresses.WETH,
                fee: uint24(Parameters.number(json, ".pool.feePips")),
                tickLower: p.tickLower,
                tickUpper: p.tickUpper,
                amount0Desired: p.usdcRaw,
                amount1Desired: p.wethRaw,
                amount0Min: 0,
                amount1Min: 0,
                recipient: provider,
                deadline: type(uint256).max
            })
            );
        VM.stopPrank();
    }

    function _swap(string memory json, address tokenIn, address tokenOut, uint256 amountIn) private returns (uint256) {
        VM.startPrank(Addresses.ARBITRAGEUR);
        IERC20(tokenIn).approve(Addresses.UNISWAP_SWAP_ROUTER, amountIn);
        uint256 amountOut = ISwapRouter(Addresses.UNISWAP_SWAP_ROUTER)
            .exactInputSingle(
                ISwapRouter.ExactInputSingleParams({
                tokenIn: tokenIn,
                tokenOut: tokenOut,
                fee: uint24(Parameters.number(json, ".pool.feePips")),
                recipient: Addresses.ARBITRAGEUR,
                deadline: type(uint256).max,
                amountIn: amountIn,
                amountOutMinimum: 0,
                sqrtPriceLimitX96: 0
            })
            );
        VM.stopPrank();
        return amountOut;
    }

    /// @dev Token0 is USDC (6 decimals), so the raw price is 1e12 / (USD per ETH) = 1e20 / ethUsd8. Half of the scaling
    ///      to 2^96 happens under the root and half behind it: 2^192 times 1e20 would not fit a word.
    function _sqrtPriceX96(uint256 ethUsd8) private pure returns (uint160) {
        return uint160(Math.sqrt((1e20 << 128) / ethUsd8) << 32);
    }
}
