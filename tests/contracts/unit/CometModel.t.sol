// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CometModel} from "../mocks/comet/CometModel.sol";
import {CometParameters, ICometSigns} from "../mocks/comet/CometTypes.sol";
import {FeedModel} from "../mocks/comet/FeedModel.sol";
import {TokenModel} from "../mocks/comet/TokenModel.sol";
import {AbstractCometTest} from "./AbstractCometTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {stdError} from "forge-std/StdError.sol";

contract CometModelTest is AbstractCometTest {
    // ---------------------------------------------------------------- interest

    function test_rates_haveAKink() public view {
        assertEq(comet.getBorrowRate(0), 475_646_879); // 1.5 % a year
        assertEq(comet.getBorrowRate(0.8e18), 1_363_521_054);
        assertEq(comet.getBorrowRate(0.9e18), 2_156_265_853);
        assertEq(comet.getSupplyRate(0), 0);
        assertEq(comet.getSupplyRate(0.8e18), 824_454_591);
        assertEq(comet.getSupplyRate(0.9e18), 2_092_846_270);
    }

    function test_aYear_isSeenInBalances_withoutAnAccrual() public {
        _supply(borrower, weth, 10_000 ether);
        _withdraw(borrower, usdc, 5_000_000e6);
        assertEq(comet.getUtilization(), 0.5e18);
        skip(365 days);
        assertEq(comet.borrowBalanceOf(borrower), 5_162_499_999_767); // 1,030,568,238 a second
        assertEq(comet.balanceOf(address(world)), 10_162_499_999_767); // 515,284,119 a second
        comet.accrueAccount(borrower);
        assertEq(comet.borrowBalanceOf(borrower), 5_162_499_999_767);
        assertEq(comet.totalBorrow(), 5_162_499_999_767);
    }

    function test_interest_compoundsAtEveryAccrual() public {
        _supply(borrower, weth, 10_000 ether);
        _withdraw(borrower, usdc, 5_000_000e6);
        skip(182 days);
        comet.accrueAccount(borrower);
        skip(183 days);
        assertGt(comet.borrowBalanceOf(borrower), 5_162_499_999_767);
    }

    function testFuzz_rounding_isAgainstTheAccount(uint256 seconds_, uint256 amount) public {
        _borrowToTheLimit();
        skip(bound(seconds_, 1, 1000 days));
        amount = bound(amount, 100e6, 1_000_000e6);
        address lender = makeAddr("lender");
        _supply(lender, usdc, amount);
        assertLe(comet.balanceOf(lender), amount);
        assertGe(comet.balanceOf(lender) + 2, amount);
        _supply(lender, weth, 1000 ether);
        _withdraw(lender, usdc, comet.balanceOf(lender) + amount);
        assertGe(comet.borrowBalanceOf(lender), amount);
        assertLe(comet.borrowBalanceOf(lender), amount + 2);
    }

    /// @dev At an index of 1.5 every cut is visible.
    function test_rounding_toTheUnit() public {
        CometParameters memory p = world.parameters();
        (p.supplyIndex, p.borrowIndex) = (1.5e15, 1.5e15);
        comet = new CometModel(p);
        _supply(liquidator, usdc, 1_000_000e6 + 1); // principal 666,666,666,667.33
        assertEq(comet.balanceOf(liquidator), 1_000_000e6);
        _supply(borrower, weth, 10 ether);
        _withdraw(borrower, usdc, 100e6 + 1); // principal 66,666,667.33
        assertEq(comet.borrowBalanceOf(borrower), 100e6 + 2);
    }

    // ---------------------------------------------------------------- base: supply, repay, withdraw, borrow

    function test_supplyBeyondTheDebt_lends() public {
        _borrowToTheLimit();
        _supply(borrower, usdc, 24_601e6);
        assertEq(comet.borrowBalanceOf(borrower), 0);
        assertEq(comet.balanceOf(borrower), 1e6);
    }

    function test_supplyOfMax_repaysExactlyTheDebt() public {
        _borrowToTheLimit();
        skip(30 days);
        uint256 owed = comet.borrowBalanceOf(borrower);
        assertGt(owed, 24_600e6);
        deal(usdc, borrower, owed + 5);
        vm.startPrank(borrower);
        IERC20(usdc).approve(address(comet), type(uint256).max);
        comet.supply(usdc, type(uint256).max);
        assertEq(comet.borrowBalanceOf(borrower), 0);
        assertEq(comet.balanceOf(borrower), 0);
        assertEq(IERC20(usdc).balanceOf(borrower), 5);
    }

    function test_withdrawOfMax_takesTheBalance_andBorrowsNothing() public {
        _supply(borrower, usdc, 1000e6);
        _withdraw(borrower, usdc, type(uint256).max);
        assertEq(IERC20(usdc).balanceOf(borrower), 1000e6);
        assertEq(comet.borrowBalanceOf(borrower), 0);
    }

    function test_withdrawBeyondTheBalance_borrowsTheRest() public {
        _supply(borrower, weth, 10 ether);
        _supply(borrower, usdc, 1000e6);
        vm.expectEmit(address(comet));
        emit ICometSigns.Withdraw(borrower, borrower, 1500e6);
        vm.expectEmit(address(comet));
        emit ICometSigns.Transfer(borrower, address(0), 1000e6);
        _withdraw(borrower, usdc, 1500e6);
        assertEq(comet.borrowBalanceOf(borrower), 500e6);
    }

    function test_borrow_boundaryOfTheMinimum() public {
        _supply(borrower, weth, 10 ether);
        vm.expectRevert(ICometSigns.BorrowTooSmall.selector);
        _withdraw(borrower, usdc, 100e6 - 1);
        _withdraw(borrower, usdc, 100e6);
    }

    function test_repay_mayLeaveLessThanTheMinimum() public {
        _supply(borrower, weth, 10 ether);
        _withdraw(borrower, usdc, 100e6);
        _supply(borrower, usdc, 99e6);
        assertEq(comet.borrowBalanceOf(borrower), 1e6);
    }

    function test_borrow_boundaryOfTheBorrowFactor() public {
        _supply(borrower, weth, 10 ether);
        vm.expectRevert(ICometSigns.NotCollateralized.selector);
        _withdraw(borrower, usdc, 24_600e6 + 1);
        _withdraw(borrower, usdc, 24_600e6);
        assertTrue(comet.isBorrowCollateralized(borrower));
        assertFalse(comet.isLiquidatable(borrower), "the liquidation factor is higher");
    }

    // ---------------------------------------------------------------- collateral

    function test_supply_boundaryOfTheCap() public {
        _supply(borrower, weth, 10_000 ether - 1);
        deal(weth, borrower, 2);
        vm.startPrank(borrower);
        IERC20(weth).approve(address(comet), 2);
        vm.expectRevert(ICometSigns.SupplyCapExceeded.selector);
        comet.supply(weth, 2);
        comet.supply(weth, 1);
    }

    function test_withdraw_boundaryOfTheBorrowFactor() public {
        _borrowToTheLimit();
        _supply(borrower, weth, 1 ether);
        vm.expectRevert(ICometSigns.NotCollateralized.selector);
        _withdraw(borrower, weth, 1 ether + 0.000_000_001 ether);
        _withdraw(borrower, weth, 1 ether);
    }

    function test_withdraw_ofMoreThanIsHeld_underflows() public {
        _supply(borrower, weth, 1 ether);
        vm.expectRevert(stdError.arithmeticError);
        _withdraw(borrower, weth, 1 ether + 1);
        vm.expectRevert(ICometSigns.InvalidUInt128.selector);
        _withdraw(borrower, weth, type(uint256).max);
    }

    function test_transferAsset_isCheckedWithTheBorrowFactor() public {
        _borrowToTheLimit();
        vm.startPrank(borrower);
        vm.expectRevert(ICometSigns.NotCollateralized.selector);
        comet.transferAsset(liquidator, weth, 0.000_000_001 ether);
        vm.expectRevert(ICometSigns.NoSelfTransfer.selector);
        comet.transferAsset(borrower, weth, 1);
        vm.stopPrank();
        _supply(borrower, weth, 1 ether);
        vm.expectEmit(address(comet));
        emit ICometSigns.TransferCollateral(borrower, liquidator, weth, 1 ether);
        vm.prank(borrower);
        comet.transferAsset(liquidator, weth, 1 ether);
        assertEq(comet.collateralBalanceOf(liquidator, weth), 1 ether);
    }

    function test_transferAsset_ofBase_movesTheBalance() public {
        _supply(borrower, usdc, 1000e6);
        vm.prank(borrower);
        comet.transferAsset(liquidator, usdc, type(uint256).max);
        assertEq(comet.balanceOf(liquidator), 1000e6);
        assertEq(comet.balanceOf(borrower), 0);
        assertEq(comet.totalSupply(), 10_001_000e6);
    }

    // ---------------------------------------------------------------- liquidation

    function test_absorb_boundaryOfTheLiquidationFactor() public {
        _borrowToTheLimit();
        _setEthPrice(2733.33333334e8); // x 10 x 0.9 = 24,600.00000006
        assertFalse(comet.isLiquidatable(borrower));
        vm.expectRevert(ICometSigns.NotLiquidatable.selector);
        _absorb(borrower);
        _setEthPrice(2733.33333333e8); // x 10 x 0.9 = 24,599.99999997
        assertTrue(comet.isLiquidatable(borrower));
        _absorb(borrower);
    }

    function test_aDebtMetToTheUnit_isNotLiquidatable() public {
        _supply(borrower, weth, 10 ether);
        _withdraw(borrower, usdc, 24_300e6);
        _setEthPrice(2700e8); // x 10 x 0.9 = 24,300
        assertFalse(comet.isLiquidatable(borrower));
        _setEthPrice(2700e8 - 1);
        assertTrue(comet.isLiquidatable(borrower));
    }

    function test_absorb_takesAllAndCreditsTheRest() public {
        _borrowToTheLimit();
        _setEthPrice(2733.33333333e8);
        vm.expectEmit(address(comet));
        emit ICometSigns.AbsorbCollateral(liquidator, borrower, weth, 10 ether, 27_333.3333333e8);
        vm.expectEmit(address(comet)); // 27,333.3333333 x 0.95 = 25,966.66666663
        emit ICometSigns.AbsorbDebt(liquidator, borrower, 25_966.666666e6, 25_966.666666e8);
        vm.expectEmit(address(comet));
        emit ICometSigns.Transfer(address(0), borrower, 1366.666666e6);
        _absorb(borrower);
        assertEq(comet.collateralBalanceOf(borrower, weth), 0);
        assertEq(comet.borrowBalanceOf(borrower), 0);
        assertEq(comet.balanceOf(borrower), 1366.666666e6);
        assertEq(comet.getCollateralReserves(weth), 10 ether);
        (,,, uint16 assetsIn,) = comet.userBasic(borrower);
        assertEq(assetsIn, 0);
        (uint32 absorbs, uint64 absorbed,,) = comet.liquidatorPoints(liquidator);
        assertEq(absorbs, 1);
        assertEq(absorbed, 1);
    }

    function test_absorb_ofABadDebt_costsTheReserves() public {
        _borrowToTheLimit();
        _setEthPrice(1000e8);
        _absorb(borrower);
        assertEq(comet.balanceOf(borrower), 0);
        assertEq(comet.totalBorrow(), 0);
        assertEq(comet.getReserves(), -24_600e6);
    }

    function test_absorb_isForAllAccountsOrNone() public {
        _borrowToTheLimit();
        _setEthPrice(1000e8);
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (borrower, makeAddr("healthy"));
        vm.expectRevert(ICometSigns.NotLiquidatable.selector);
        comet.absorb(liquidator, accounts);
        assertEq(comet.borrowBalanceOf(borrower), 24_600e6);
    }

    function test_absorb_accruesFirst_theViewDoesNot() public {
        _borrowToTheLimit();
        _setEthPrice(2733.33333334e8);
        skip(1 days);
        assertFalse(comet.isLiquidatable(borrower), "at the indices of the last accrual");
        _absorb(borrower);
    }

    function test_buyCollateral_boundariesOfPriceAndStock() public {
        _borrowToTheLimit();
        _setEthPrice(1000e8);
        _absorb(borrower);
        assertEq(comet.quoteCollateral(weth, 975e6), 1 ether); // half of the 5 % penalty is the discount
        deal(usdc, liquidator, 9750e6 + 1);
        vm.startPrank(liquidator);
        IERC20(usdc).approve(address(comet), type(uint256).max);
        vm.expectRevert(ICometSigns.TooMuchSlippage.selector);
        comet.buyCollateral(weth, 1 ether + 1, 975e6, liquidator);
        vm.expectRevert(ICometSigns.InsufficientReserves.selector);
        comet.buyCollateral(weth, 0, 9750e6 + 1, liquidator);
        vm.expectEmit(address(comet));
        emit ICometSigns.BuyCollateral(liquidator, weth, 9750e6, 10 ether);
        comet.buyCollateral(weth, 10 ether, 9750e6, liquidator);
        assertEq(IERC20(weth).balanceOf(liquidator), 10 ether);
    }

    function test_buyCollateral_boundaryOfTheTarget() public {
        _borrowToTheLimit();
        _setEthPrice(1000e8);
        _absorb(borrower);
        deal(usdc, address(comet), IERC20(usdc).balanceOf(address(comet)) + 24_600e6 + 5_000_000e6 - 1e6);
        deal(usdc, liquidator, 2e6);
        vm.startPrank(liquidator);
        IERC20(usdc).approve(address(comet), 2e6);
        comet.buyCollateral(weth, 0, 1e6, liquidator);
        assertEq(comet.getReserves(), 5_000_000e6);
        vm.expectRevert(ICometSigns.NotForSale.selector);
        comet.buyCollateral(weth, 0, 1e6, liquidator);
    }

    // ---------------------------------------------------------------- permission, pause, refusals

    function test_managers_needPermission() public {
        _supply(borrower, weth, 1 ether);
        vm.startPrank(liquidator);
        vm.expectRevert(ICometSigns.Unauthorized.selector);
        comet.transferAssetFrom(borrower, liquidator, weth, 1);
        vm.expectRevert(ICometSigns.Unauthorized.selector);
        comet.withdrawFrom(borrower, liquidator, weth, 1);
        vm.expectRevert(ICometSigns.Unauthorized.selector);
        comet.supplyFrom(borrower, liquidator, weth, 1);
        vm.stopPrank();
        vm.prank(borrower);
        comet.allow(liquidator, true);
        assertEq(comet.allowance(borrower, liquidator), type(uint256).max);
        vm.prank(liquidator);
        comet.transferAssetFrom(borrower, liquidator, weth, 1);
        vm.prank(borrower);
        vm.expectRevert(ICometSigns.BadAmount.selector);
        comet.approve(liquidator, 1);
    }

    function test_pause_stopsWhatItNames() public {
        _borrowToTheLimit();
        vm.expectRevert(ICometSigns.Unauthorized.selector);
        comet.pause(true, true, true, true, true);
        vm.prank(world.GUARDIAN());
        comet.pause(true, true, true, true, true);
        bytes4 paused = ICometSigns.Paused.selector;
        vm.startPrank(borrower);
        vm.expectRevert(paused);
        comet.supply(weth, 1);
        vm.expectRevert(paused);
        comet.withdraw(weth, 1);
        vm.expectRevert(paused);
        comet.transferAsset(liquidator, weth, 1);
        vm.expectRevert(paused);
        comet.absorb(borrower, new address[](0));
        vm.expectRevert(paused);
        comet.buyCollateral(weth, 0, 1, borrower);
    }

    function test_brokenFeeds_stopWhatNeedsThem() public {
        _borrowToTheLimit();
        _setEthPrice(0);
        vm.expectRevert(ICometSigns.BadPrice.selector);
        comet.isLiquidatable(borrower);
        _supply(borrower, usdc, 1e6); // a repayment needs no price
        _setEthPrice(1);
        assertTrue(comet.isLiquidatable(borrower));
    }

    function test_unlistedAssets_areBad() public {
        TokenModel stranger = new TokenModel("X", 18);
        vm.expectRevert(ICometSigns.BadAsset.selector);
        comet.getAssetInfoByAddress(address(stranger));
        vm.expectRevert(ICometSigns.BadAsset.selector);
        comet.getAssetInfo(3);
        stranger.approve(address(comet), 1);
        stranger.mint(address(this), 1);
        vm.expectRevert(ICometSigns.BadAsset.selector);
        comet.supply(address(stranger), 1);
    }

    function test_tokensThatSayNo_endTheCall() public {
        _supply(borrower, weth, 1 ether);
        vm.mockCall(weth, abi.encodeWithSelector(IERC20.transferFrom.selector), abi.encode(false));
        vm.expectRevert(ICometSigns.TransferInFailed.selector);
        vm.prank(borrower);
        comet.supply(weth, 1);
        vm.mockCall(weth, abi.encodeWithSelector(IERC20.transfer.selector), abi.encode(false));
        vm.expectRevert(ICometSigns.TransferOutFailed.selector);
        _withdraw(borrower, weth, 1);
    }

    function test_badParameters_makeNoMarket() public {
        CometParameters memory p = world.parameters();
        (p.collaterals[0].borrowCollateralFactor, p.collaterals[0].liquidateCollateralFactor) = (0.8e18, 0.8e18);
        vm.expectRevert(ICometSigns.BorrowCFTooLarge.selector);
        new CometModel(p);
        p.collaterals[0].liquidateCollateralFactor = 1e18 + 1;
        vm.expectRevert(ICometSigns.LiquidateCFTooLarge.selector);
        new CometModel(p);
        p = world.parameters();
        p.collaterals[0].decimals = 18;
        vm.expectRevert(ICometSigns.BadDecimals.selector);
        new CometModel(p);
    }

    // ---------------------------------------------------------------- the books

    /// @dev Users in random order and at random times: the market's sums are those of its accounts.
    function testFuzz_theSums_areTheParts(uint256 seed) public {
        address[3] memory users = [borrower, liquidator, makeAddr("third")];
        uint256 lost;
        for (uint256 i; i < 24; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            address user = users[seed % 3];
            uint256 amount = 100e6 + (seed >> 32) % 100_000e6;
            if (seed >> 8 & 1 == 0) _supply(user, usdc, amount);
            else _borrowIfAllowed(user, amount);
            skip((seed >> 128) % 30 days);
            lost += 4;
        }
        uint256 supplied = comet.balanceOf(address(world));
        uint256 borrowed;
        for (uint256 i; i < 3; i++) {
            supplied += comet.balanceOf(users[i]);
            borrowed += comet.borrowBalanceOf(users[i]);
        }
        assertApproxEqAbs(comet.totalSupply(), supplied, lost);
        assertApproxEqAbs(comet.totalBorrow(), borrowed, lost);
    }

    function _borrowIfAllowed(address user, uint256 amount) private {
        if (comet.collateralBalanceOf(user, weth) < 1000 ether) _supply(user, weth, 1000 ether);
        vm.prank(user);
        try comet.withdraw(usdc, amount) {} catch {}
    }
}
