// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {Parameters, PoolParameters, PositionParameters} from "./Parameters.sol";
import {TokenGenesis} from "./TokenGenesis.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IAaveOracle} from "aave-v3-origin/contracts/interfaces/IAaveOracle.sol";
import {Vm} from "forge-std/Vm.sol";

interface IFactory {
    function createPool(address tokenA, address tokenB, uint24 fee) external returns (address);
    function enableFeeAmount(uint24 fee, int24 tickSpacing) external;
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

/// @notice Uniswap V3 from its published bytecode: factory, periphery, pools with their depth and their price history.
library UniswapGenesis {
    using SafeERC20 for IERC20Metadata;

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string private constant PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts/";

    error UnexpectedPool(address observed, address expected);

    /// @dev Needs the venue's oracle: pools begin at its prices.
    function create(string memory json) internal {
        _factory();
        _periphery();
        PoolParameters[] memory pools = Parameters.pools(json);
        for (uint256 i; i < pools.length; ++i) {
            _createPool(pools[i]);
            _provideLiquidity(pools[i]);
        }
    }

    /// @notice Trade there and back in every pool, so that it writes an observation and keeps its price.
    /// @dev A pool writes one only when a trade changes its tick, so the trade must be large enough for that.
    function tradeBackAndForth(string memory json) internal {
        PoolParameters[] memory pools = Parameters.pools(json);
        for (uint256 i; i < pools.length; ++i) {
            PoolParameters memory p = pools[i];
            address other = p.warmUpToken == p.token0 ? p.token1 : p.token0;
            uint256 received = _swap(p.feePips, p.warmUpToken, other, p.warmUpAmountRaw);
            _swap(p.feePips, other, p.warmUpToken, received);
        }
    }

    /// @dev The code knows fees of 0.05, 0.3 and 1 percent; governance added 0.01 percent later.
    function _factory() private {
        VM.startPrank(Addresses.UNISWAP_TIMELOCK);
        Construct.at(
            Addresses.UNISWAP_FACTORY,
            Construct.prebuilt("@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json")
        );
        IFactory(Addresses.UNISWAP_FACTORY).enableFeeAmount(100, 1);
        VM.stopPrank();
    }

    function _periphery() private {
        bytes memory arguments = abi.encode(Addresses.UNISWAP_FACTORY, Addresses.WETH);
        _place(
            Addresses.UNISWAP_POSITION_MANAGER,
            string.concat(PERIPHERY, "NonfungiblePositionManager.sol/NonfungiblePositionManager.json"),
            abi.encodePacked(arguments, abi.encode(Addresses.UNISWAP_POSITION_DESCRIPTOR))
        );
        _place(Addresses.UNISWAP_SWAP_ROUTER, string.concat(PERIPHERY, "SwapRouter.sol/SwapRouter.json"), arguments);
        _place(Addresses.UNISWAP_QUOTER_V2, string.concat(PERIPHERY, "lens/QuoterV2.sol/QuoterV2.json"), arguments);
        // The factory of V2 is only named: nothing has code there, and the router's V2 routes lead nowhere.
        _place(
            Addresses.UNISWAP_SWAP_ROUTER_02,
            "@uniswap/swap-router-contracts/artifacts/contracts/SwapRouter02.sol/SwapRouter02.json",
            abi.encode(
                Addresses.UNISWAP_V2_FACTORY,
                Addresses.UNISWAP_FACTORY,
                Addresses.UNISWAP_POSITION_MANAGER,
                Addresses.WETH
            )
        );
    }

    function _place(address target, string memory artifact, bytes memory arguments) private {
        Construct.at(target, abi.encodePacked(Construct.prebuilt(artifact), arguments));
    }

    function _createPool(PoolParameters memory p) private {
        address pool = IFactory(Addresses.UNISWAP_FACTORY).createPool(p.token0, p.token1, p.feePips);
        if (pool != p.pool) revert UnexpectedPool(pool, p.pool);
        IPool(pool).initialize(_sqrtPriceX96(p.token0, p.token1));
        IPool(pool).increaseObservationCardinalityNext(p.observationCardinality);
    }

    function _provideLiquidity(PoolParameters memory p) private {
        for (uint256 i; i < p.positions.length; ++i) {
            TokenGenesis.give(p.token0, Addresses.LIQUIDITY_PROVIDER, p.positions[i].amount0Raw);
            TokenGenesis.give(p.token1, Addresses.LIQUIDITY_PROVIDER, p.positions[i].amount1Raw);
            VM.startPrank(Addresses.LIQUIDITY_PROVIDER);
            _mint(p, p.positions[i]);
            VM.stopPrank();
        }
    }

    function _mint(PoolParameters memory p, PositionParameters memory position) private {
        IERC20Metadata(p.token0).forceApprove(Addresses.UNISWAP_POSITION_MANAGER, position.amount0Raw);
        IERC20Metadata(p.token1).forceApprove(Addresses.UNISWAP_POSITION_MANAGER, position.amount1Raw);
        IPositionManager(Addresses.UNISWAP_POSITION_MANAGER)
            .mint(
                IPositionManager.MintParams({
                token0: p.token0,
                token1: p.token1,
                fee: p.feePips,
                tickLower: position.tickLower,
                tickUpper: position.tickUpper,
                amount0Desired: position.amount0Raw,
                amount1Desired: position.amount1Raw,
                amount0Min: 0,
                amount1Min: 0,
                recipient: Addresses.LIQUIDITY_PROVIDER,
                deadline: type(uint256).max
            })
            );
    }

    function _swap(uint24 fee, address tokenIn, address tokenOut, uint256 amountIn) private returns (uint256) {
        VM.startPrank(Addresses.ARBITRAGEUR);
        IERC20Metadata(tokenIn).forceApprove(Addresses.UNISWAP_SWAP_ROUTER, amountIn);
        uint256 amountOut = ISwapRouter(Addresses.UNISWAP_SWAP_ROUTER)
            .exactInputSingle(
                ISwapRouter.ExactInputSingleParams({
                tokenIn: tokenIn,
                tokenOut: tokenOut,
                fee: fee,
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

    /// @dev Raw price: (price0 / 10^decimals0) / (price1 / 10^decimals1). Half of the scaling to 2^96 happens under the
    ///      root and half behind it: a price below 1e14 with 18 more decimals leaves room for 2^128, not for 2^192.
    function _sqrtPriceX96(address token0, address token1) private view returns (uint160) {
        uint256 numerator = _priceUsd8(token0) * 10 ** IERC20Metadata(token1).decimals();
        uint256 denominator = _priceUsd8(token1) * 10 ** IERC20Metadata(token0).decimals();
        return uint160(Math.sqrt((numerator << 128) / denominator) << 32);
    }

    function _priceUsd8(address token) private view returns (uint256) {
        return IAaveOracle(Addresses.AAVE_ORACLE).getAssetPrice(token);
    }
}
