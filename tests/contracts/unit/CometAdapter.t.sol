// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AdapterHost} from "../conformance/AdapterHost.sol";
import {FeedModel} from "../mocks/comet/FeedModel.sol";
import {AbstractCometTest} from "./AbstractCometTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {CompoundV3Adapter} from "ballast/adapters/CompoundV3Adapter.sol";
import {ILendingAdapter, VenueHealth} from "ballast/interfaces/ILendingAdapter.sol";
import {AssetInfo, IComet} from "ballast/interfaces/external/IComet.sol";

/// @notice What is Comet's own; the rest is in the conformance suite.
contract CometAdapterTest is AbstractCometTest {
    CompoundV3Adapter private adapter;
    AdapterHost private vault;

    function setUp() public override {
        AbstractCometTest.setUp();
        adapter = new CompoundV3Adapter(IComet(address(comet)));
        vault = new AdapterHost();
    }

    // ---------------------------------------------------------------- roles of tokens

    function test_theBaseToken_isNoCollateral() public {
        deal(usdc, address(vault), 1000e6);
        _refuses(abi.encodeCall(ILendingAdapter.supply, (0, usdc, 1000e6)), usdc);
        _refuses(abi.encodeCall(ILendingAdapter.withdraw, (0, usdc, 1)), usdc);
        _refuses(abi.encodeCall(ILendingAdapter.transferOut, (0, usdc, 1, borrower)), usdc);
        _refuses(abi.encodeCall(ILendingAdapter.pullIn, (0, usdc, 1, borrower)), usdc);
        assertEq(adapter.collateralOf(address(vault), 0, usdc), 0);
    }

    function test_aCollateral_isNoDebt() public {
        _supply(address(vault), weth, 10 ether);
        _refuses(abi.encodeCall(ILendingAdapter.borrow, (0, weth, 1)), weth);
        _refuses(abi.encodeCall(ILendingAdapter.repay, (0, weth, 1)), weth);
        _refuses(abi.encodeCall(ILendingAdapter.repayFor, (0, weth, 1, borrower)), weth);
        assertEq(adapter.debtOf(address(vault), 0, weth), 0);
    }

    function test_borrowOfMax_isRefused() public {
        _supply(address(vault), weth, 10 ether);
        vm.expectRevert(CompoundV3Adapter.AmountUnbounded.selector);
        vault.run(address(adapter), abi.encodeCall(ILendingAdapter.borrow, (0, usdc, type(uint256).max)));
        vm.expectRevert(CompoundV3Adapter.AmountUnbounded.selector);
        vault.run(address(adapter), abi.encodeCall(ILendingAdapter.borrowFor, (0, usdc, type(uint256).max, borrower)));
    }

    // ---------------------------------------------------------------- health

    /// @dev Several collaterals, any price, any age of the indices: below 1e18 is exactly where a liquidator gets through.
    function testFuzz_healthBelowOne_isExactlyAbsorbable(uint256 btc, uint256 ethPrice, uint256 seconds_, uint256 debt)
        public
    {
        _supply(address(vault), weth, 10 ether);
        _supply(address(vault), wbtc, bound(btc, 1, 1e8));
        vm.prank(address(vault));
        comet.withdraw(usdc, bound(debt, 100e6, 24_600e6));
        skip(bound(seconds_, 0, 400 days));
        _setEthPrice(int256(bound(ethPrice, 1, 4000e8)));
        _assertExact();
    }

    /// @dev The price at which the debt is met to the last unit, and its neighbours; an odd balance, so that every cut shows.
    function testFuzz_healthNearOne_isExactlyAbsorbable(uint256 balance, uint256 debt, uint256 seconds_) public {
        balance = bound(balance, 0.5 ether, 1.5 ether);
        _supply(address(vault), weth, balance);
        vm.prank(address(vault));
        comet.withdraw(usdc, bound(debt, 100e6, 1200e6));
        skip(bound(seconds_, 0, 400 days));
        uint256 owed = comet.borrowBalanceOf(address(vault)) * 100; // 8 decimals
        uint256 price = owed * 10 ether / 9 / balance; // factor 0.9
        for (uint256 i; i < 4; i++) {
            _setEthPrice(int256(price - 1 + i));
            _assertExact();
        }
    }

    function test_health_usesTheLiquidationFactor_readLive() public {
        _supply(address(vault), weth, 10 ether);
        vm.prank(address(vault));
        comet.withdraw(usdc, 13_500e6);
        assertEq(adapter.health(address(vault), 0).healthWad, 2e18); // 30,000 x 0.9 / 13,500
        assertEq(adapter.health(address(vault), 0).liquidationThresholdBps, 9000);
        AssetInfo memory info = comet.getAssetInfo(1);
        info.liquidateCollateralFactor = 0.45e18;
        vm.mockCall(address(comet), abi.encodeCall(IComet.getAssetInfo, (1)), abi.encode(info));
        assertEq(adapter.health(address(vault), 0).healthWad, 1e18);
    }

    /// @dev What a repayment that came a second too early leaves: 27,000 USD against one unit of USDC.
    function test_health_countsADebtOfOneUnit_andNoneOfNone() public {
        _supply(address(vault), weth, 10 ether);
        vm.startPrank(address(vault));
        comet.withdraw(usdc, 100e6);
        IERC20(usdc).approve(address(comet), 100e6);
        comet.supply(usdc, 100e6 - 1);
        VenueHealth memory h = adapter.health(address(vault), 0);
        assertEq(h.debtWad, 1e12);
        assertEq(h.healthWad, 27_000e18 * 1e6);
        comet.supply(usdc, 1);
        vm.stopPrank();
        h = adapter.health(address(vault), 0);
        assertEq(h.debtWad, 0);
        assertEq(h.healthWad, type(uint256).max);
    }

    function test_health_countsAssetsBeyondTheSixteenth() public {
        _supply(address(vault), weth, 10 ether);
        vm.prank(address(vault));
        comet.withdraw(usdc, 13_500e6);
        (int104 principal,,, uint16 assetsIn,) = comet.userBasic(address(vault));
        AssetInfo memory info = comet.getAssetInfo(1);
        vm.mockCall(
            address(comet),
            abi.encodeCall(IComet.userBasic, (address(vault))),
            abi.encode(principal, uint64(0), uint64(0), assetsIn, uint8(2))
        );
        vm.mockCall(address(comet), abi.encodeCall(IComet.getAssetInfo, (17)), abi.encode(info));
        assertEq(adapter.health(address(vault), 0).healthWad, 4e18, "asset 17 counts like asset 1");
    }

    function test_aBrokenFeed_ofWhatIsNotHeld_isNotAsked() public {
        _supply(address(vault), weth, 10 ether);
        vm.prank(address(vault));
        comet.withdraw(usdc, 13_500e6);
        FeedModel(world.WBTC_FEED()).set(0);
        assertEq(adapter.health(address(vault), 0).healthWad, 2e18);
    }

    // ---------------------------------------------------------------- what strangers give

    function test_aDonationInBase_lowersTheDebt_andBlocksNothing() public {
        _supply(address(vault), weth, 10 ether);
        vm.prank(address(vault));
        comet.withdraw(usdc, 1000e6);
        deal(usdc, address(this), 400e6);
        IERC20(usdc).approve(address(comet), 400e6);
        comet.supplyTo(address(vault), usdc, 400e6);
        assertEq(adapter.debtOf(address(vault), 0, usdc), 600e6);
        vault.run(address(adapter), abi.encodeCall(ILendingAdapter.repay, (0, usdc, type(uint256).max)));
        assertEq(adapter.debtOf(address(vault), 0, usdc), 0);
        assertEq(IERC20(usdc).balanceOf(address(vault)), 400e6);
    }

    function test_aDonationWithoutDebt_isSpentByTheNextBorrowing() public {
        _supply(address(vault), weth, 10 ether);
        deal(usdc, address(this), 400e6);
        IERC20(usdc).approve(address(comet), 400e6);
        comet.supplyTo(address(vault), usdc, 400e6);
        vault.run(address(adapter), abi.encodeCall(ILendingAdapter.borrow, (0, usdc, 1000e6)));
        assertEq(IERC20(usdc).balanceOf(address(vault)), 1000e6);
        assertEq(adapter.debtOf(address(vault), 0, usdc), 600e6);
    }

    function _refuses(bytes memory call, address token) private {
        vm.expectRevert(abi.encodeWithSelector(CompoundV3Adapter.AssetUnknown.selector, token));
        vault.run(address(adapter), call);
    }

    function _assertExact() private {
        VenueHealth memory h = adapter.health(address(vault), 0);
        uint256 state = vm.snapshotState();
        address[] memory accounts = new address[](1);
        accounts[0] = address(vault);
        (bool absorbed,) = address(comet).call(abi.encodeCall(comet.absorb, (liquidator, accounts)));
        vm.revertToState(state);
        assertEq(h.healthWad < 1e18, absorbed);
    }
}
