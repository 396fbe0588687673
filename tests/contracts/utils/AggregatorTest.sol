// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AggregationRouterModel, ExecutorModel} from "../mocks/aggregator/AggregationRouterModel.sol";
import {HostileRouter} from "../mocks/aggregator/HostileRouter.sol";
import {Defaults} from "./Defaults.sol";
import {Mainnet} from "./Mainnet.sol";
import {VaultTest} from "./VaultTest.sol";
import {SwapProxy} from "ballast/swap/SwapProxy.sol";
import {InitialConfig} from "ballast/types/Config.sol";
import {Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";

/// @notice What the tests use of Uniswap's SwapRouter02.
interface ISwapRouter02 {
    struct ExactInputParams {
        bytes path;
        address recipient;
        uint256 amountIn;
        uint256 amountOutMinimum;
    }

    function exactInput(ExactInputParams calldata params) external payable returns (uint256);
}

/// @notice The common vault with a proxy for three routers: our model of 1inch's at its mainnet address, the genuine SwapRouter02, and one that was
/// taken over. All sell over the replica's genuine pools.
abstract contract AggregatorTest is VaultTest {
    address internal constant ONE_INCH = 0x111111125421cA6dc452d289314280a0f8842A65;
    uint256 internal constant AMOUNT = 10 ether;

    SwapProxy internal proxy;
    ExecutorModel internal executor;
    HostileRouter internal hostile;

    function swapProxy() internal virtual override returns (address) {
        if (address(proxy) != address(0)) return address(proxy);
        deployCodeTo("AggregationRouterModel.sol:AggregationRouterModel", ONE_INCH);
        executor = new ExecutorModel(Mainnet.UNISWAP_FACTORY);
        hostile = new HostileRouter();
        proxy = SwapProxy(deployProduct("SwapProxy", abi.encode(_list())));
        return address(proxy);
    }

    function _list() internal view returns (address[] memory list) {
        list = new address[](3);
        (list[0], list[1], list[2]) = (ONE_INCH, Mainnet.UNISWAP_SWAP_ROUTER_02, address(hostile));
    }

    function initialConfig() internal view virtual override returns (InitialConfig memory initial) {
        initial = super.initialConfig();
        initial.positions[0].config.healthCeilingWad = type(uint128).max;
    }

    // ---------------------------------------------------------------- calldata of routers

    /// @dev Six parts in ten over one pool, the rest over two.
    function split(uint256 amount, address to) internal view returns (bytes memory) {
        ExecutorModel.Leg[] memory legs = new ExecutorModel.Leg[](2);
        legs[0] = ExecutorModel.Leg(6000, abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDC));
        legs[1] = ExecutorModel.Leg(
            4000, abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDT, uint24(100), Mainnet.USDC)
        );
        return oneInch(amount, to, 0, abi.encode(legs));
    }

    function oneInch(uint256 amount, address to, uint256 flags, bytes memory data)
        internal
        view
        returns (bytes memory)
    {
        AggregationRouterModel.SwapDescription memory desc = AggregationRouterModel.SwapDescription(
            Mainnet.WETH, Mainnet.USDC, payable(address(executor)), payable(to), amount, 1, flags
        );
        return abi.encodeCall(AggregationRouterModel.swap, (address(executor), desc, data));
    }

    function viaUniswap(uint256 amount, address to) internal pure returns (bytes memory) {
        bytes memory path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDC);
        return abi.encodeCall(ISwapRouter02.exactInput, (ISwapRouter02.ExactInputParams(path, to, amount, 1)));
    }

    /// @dev Pulls `pull` of the input and gives `give` to `to`.
    function deal_(uint256 pull, uint256 give, address to) internal pure returns (HostileRouter.Deal memory) {
        return HostileRouter.Deal(weth, pull, usdc, give, to);
    }

    // ---------------------------------------------------------------- decisions

    function byRouter(uint256 maxIn, address router, bytes memory data) internal view returns (Decision memory d) {
        d = deleverage(maxIn);
        d.route.kind = RouteKind.Aggregator;
        d.route.flashSource = Mainnet.AAVE_POOL;
        d.route.path = abi.encodePacked(router, keccak256(data));
    }

    function relay(Decision memory d, bytes memory data) internal returns (Outcome memory) {
        bytes memory signature = sign(d);
        vm.prank(keeper);
        return proxy.execute(address(vault), d, signature, data);
    }

    function expectNoRelay(Decision memory d, bytes memory data, bytes memory reason) internal {
        bytes memory signature = sign(d);
        vm.expectRevert(reason);
        vm.prank(keeper);
        proxy.execute(address(vault), d, signature, data);
        assertFalse(vault.isNonceUsed(Defaults.POSITION, d.nonce), "nonce");
    }

    function expectNoRelayBy(Decision memory d, bytes memory data, bytes4 selector) internal {
        bytes memory signature = sign(d);
        vm.expectPartialRevert(selector);
        vm.prank(keeper);
        proxy.execute(address(vault), d, signature, data);
        assertFalse(vault.isNonceUsed(Defaults.POSITION, d.nonce), "nonce");
    }

    function assertNothingStays() internal view {
        assertEq(weth.balanceOf(address(proxy)), 0, "input in the proxy");
        assertEq(usdc.balanceOf(address(proxy)), 0, "output in the proxy");
        assertEq(weth.balanceOf(address(vault)), 0, "input idle");
        assertEq(weth.allowance(address(vault), address(proxy)), 0, "the vault approves nothing to the proxy");
        address[] memory list = _list();
        for (uint256 i; i < list.length; i++) {
            assertEq(weth.allowance(address(proxy), list[i]), 0, "allowance of a router");
        }
    }
}
