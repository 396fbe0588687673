// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CometWorld} from "../conformance/worlds/CometWorld.sol";
import {CometModel} from "../mocks/comet/CometModel.sol";
import {FeedModel} from "../mocks/comet/FeedModel.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The Comet model of `CometWorld`, and the moves of its users.
abstract contract AbstractCometTest is Test {
    CometWorld internal world;
    CometModel internal comet;
    address internal weth;
    address internal wbtc;
    address internal usdc;
    address internal borrower = makeAddr("borrower");
    address internal liquidator = makeAddr("liquidator");

    function setUp() public virtual {
        vm.warp(1_700_000_000);
        world = new CometWorld();
        world.build();
        comet = CometModel(world.COMET());
        (weth, wbtc, usdc) = (world.WETH(), world.WBTC(), world.USDC());
    }

    function _supply(address who, address asset, uint256 amount) internal {
        deal(asset, who, IERC20(asset).balanceOf(who) + amount);
        vm.startPrank(who);
        IERC20(asset).approve(address(comet), amount);
        comet.supply(asset, amount);
        vm.stopPrank();
    }

    function _withdraw(address who, address asset, uint256 amount) internal {
        vm.prank(who);
        comet.withdraw(asset, amount);
    }

    /// @dev 10 WETH at 3000 USD and all that the borrow factor of 0.82 lets out: 24,600 USDC.
    function _borrowToTheLimit() internal {
        _supply(borrower, weth, 10 ether);
        _withdraw(borrower, usdc, 24_600e6);
    }

    function _absorb(address account) internal {
        address[] memory accounts = new address[](1);
        accounts[0] = account;
        vm.prank(liquidator);
        comet.absorb(liquidator, accounts);
    }

    function _setEthPrice(int256 price) internal {
        FeedModel(world.WETH_FEED()).set(price);
    }
}
