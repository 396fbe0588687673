// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AdapterHost} from "../conformance/AdapterHost.sol";
import {AbstractMakerTest} from "../mocks/maker/AbstractMakerTest.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {MedianModel} from "../mocks/maker/RatesModel.sol";
import {VatModel} from "../mocks/maker/VatModel.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MakerAdapter, MakerAddresses} from "ballast/adapters/MakerAdapter.sol";
import {ILendingAdapter, VenueHealth} from "ballast/interfaces/ILendingAdapter.sol";
import {
    IMakerCdpManager,
    IMakerDaiJoin,
    IMakerGemJoin,
    IMakerJug,
    IMakerSpotter,
    IMakerVat
} from "ballast/interfaces/external/IMaker.sol";

/// @notice What only Maker has: numbered positions that change hands, shares that round, a price known an hour ahead, auctions' leftovers.
contract MakerAdapterTest is AbstractMakerTest {
    address private constant WETH = MakerMainnet.WETH;
    address private constant DAI_TOKEN = MakerMainnet.DAI;
    uint256 private constant ALL = type(uint256).max;

    MakerAdapter private adapter;
    AdapterHost private vault;
    uint256 private cdp;
    address private urn;
    bytes32 private ref;

    function setUp() public override {
        super.setUp();
        adapter = new MakerAdapter(_addresses());
        vault = new AdapterHost();
        (cdp, urn) = _open(address(vault), 10 ether, 0);
        deal(WETH, address(ETH_JOIN), 1000 ether);
        ref = bytes32(cdp);
    }

    // ---------------------------------------------------------------- construction

    function test_parts_belongToOneVat() public {
        address other = address(new VatModel());
        address[5] memory parts =
            [address(MANAGER), address(JUG), address(SPOTTER), address(ETH_JOIN), address(DAI_JOIN)];
        for (uint256 i; i < parts.length; i++) {
            vm.mockCall(parts[i], abi.encodeWithSignature("vat()"), abi.encode(other));
            vm.expectRevert(abi.encodeWithSelector(MakerAdapter.VatMismatch.selector, parts[i], other, address(VAT)));
            new MakerAdapter(_addresses());
            vm.clearMockedCalls();
        }
    }

    function test_gemsOfMoreThan18Decimals_areRefused() public {
        vm.mockCall(address(ETH_JOIN), abi.encodeWithSignature("dec()"), abi.encode(19));
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.DecimalsUnsupported.selector, 19, 18));
        new MakerAdapter(_addresses());
    }

    // ---------------------------------------------------------------- whose cdp

    function test_mutators_refuseAnothersCdp() public {
        (uint256 others,) = _open(alice, 1 ether, 0);
        bytes32 ref_ = bytes32(others);
        bytes memory reason = _ofAnother(others, alice, address(vault));
        bytes[5] memory calls = [
            abi.encodeCall(ILendingAdapter.supply, (ref_, WETH, 1)),
            abi.encodeCall(ILendingAdapter.withdraw, (ref_, WETH, 1)),
            abi.encodeCall(ILendingAdapter.borrow, (ref_, DAI_TOKEN, 1)),
            abi.encodeCall(ILendingAdapter.repay, (ref_, DAI_TOKEN, 1)),
            abi.encodeCall(ILendingAdapter.transferOut, (ref_, WETH, 1, bob))
        ];
        for (uint256 i; i < calls.length; i++) {
            vm.expectRevert(reason);
            vault.run(address(adapter), calls[i]);
        }
    }

    function test_cdpsOfAnotherKind_areUnknown() public {
        bytes32 ref_ = bytes32(MANAGER.open(WBTC, address(vault)));
        vm.expectRevert(abi.encodeWithSelector(ILendingAdapter.VenueRefUnknown.selector, ref_));
        adapter.health(address(vault), ref_);
    }

    function test_porters_refuseAWrongOwner() public {
        (uint256 others,) = _open(alice, 1 ether, 0);
        bytes memory reason = _ofAnother(others, alice, bob);
        vm.expectRevert(reason);
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(others), WETH, ALL, bob)));
        vm.expectRevert(reason);
        _run(abi.encodeCall(ILendingAdapter.repayFor, (bytes32(others), DAI_TOKEN, ALL, bob)));
    }

    // ---------------------------------------------------------------- draws and repayments

    /// @dev Any amounts, any time between: the view is the price of closing, nothing stays in the vault's own account, no consent is left.
    function testFuzz_drawRepayClose(uint256 first, uint256 second, uint256 part, uint32 time) public {
        first = bound(first, 7500e18, 15_000e18);
        second = bound(second, 1, 1000e18);
        _borrow(first);
        skip(bound(time, 0, 5 * 365 days));
        _setPrice(10_000e18);
        _borrow(second);
        assertEq(DAI.balanceOf(address(vault)), first + second, "what was asked for");
        part = bound(part, 1, second);
        uint256 before = adapter.debtOf(address(vault), ref, DAI_TOKEN);
        _repay(part);
        uint256 owed = adapter.debtOf(address(vault), ref, DAI_TOKEN);
        assertLe(owed, before, "never more debt");
        assertGe(owed + part, before, "never more than was paid");
        uint256 idle = DAI.balanceOf(address(vault));
        deal(DAI_TOKEN, address(vault), idle + owed);
        _repay(ALL);
        assertEq(DAI.balanceOf(address(vault)), idle, "debtOf is what it costs");
        (, uint256 art) = VAT.urns(ETH, urn);
        assertEq(art, 0, "no share left");
        assertLt(VAT.dai(urn), 3 * _rate(ETH) + RAY, "less than a share per step");
        _assertClean();
    }

    function test_borrow_drawsNoMoreSharesThanItNeeds() public {
        _borrow(8000e18);
        uint256 rate = _rate(ETH);
        (, uint256 art) = VAT.urns(ETH, urn);
        assertGe(art * rate, 8000 * RAD);
        assertLt((art - 1) * rate, 8000 * RAD);
        assertEq(VAT.dai(urn), art * rate - 8000 * RAD, "rounding stays in the cdp's account");
    }

    function test_borrow_usesWhatLiesThere_firstOfAll() public {
        _borrow(8000e18);
        VAT.suck(address(VOW), urn, 5 * RAD);
        (, uint256 art) = VAT.urns(ETH, urn);
        _borrow(5e18);
        (, uint256 after_) = VAT.urns(ETH, urn);
        assertEq(after_, art, "nothing is drawn");
        uint256 there = VAT.dai(urn);
        _borrow(1e18);
        (, after_) = VAT.urns(ETH, urn);
        assertEq(after_ - art, (1 * RAD - there + _rate(ETH) - 1) / _rate(ETH));
    }

    function test_repay_giftsInTheAccount_changeNothing() public {
        _borrow(8000e18);
        VAT.suck(address(VOW), urn, 5000 * RAD);
        uint256 owed = adapter.debtOf(address(vault), ref, DAI_TOKEN);
        deal(DAI_TOKEN, address(vault), owed);
        _repay(ALL);
        assertEq(DAI.balanceOf(address(vault)), 0);
        assertGe(VAT.dai(urn), 5000 * RAD);
    }

    function test_repay_ofLessThanAShare_isKeptForTheNextDraw() public {
        _borrow(8000e18);
        (, uint256 art) = VAT.urns(ETH, urn);
        uint256 there = VAT.dai(urn);
        _repay(1);
        (, uint256 after_) = VAT.urns(ETH, urn);
        assertEq(after_, art);
        assertEq(VAT.dai(urn), there + RAY);
    }

    function test_withdraw_judgesByTheDrippedDebt() public {
        _borrow(15_000e18);
        (, uint256 art) = VAT.urns(ETH, urn);
        uint256 free = 10 ether - (art * _rate(ETH)) / _spot(ETH) - 1;
        skip(30 days);
        vm.expectRevert("Vat/not-safe");
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, WETH, free)));
        uint256 rate = JUG.drip(ETH);
        free = 10 ether - (art * rate + _spot(ETH) - 1) / _spot(ETH);
        vm.expectRevert("Vat/not-safe");
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, WETH, free + 1)));
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, WETH, free)));
        assertEq(IERC20(WETH).balanceOf(address(vault)), free);
    }

    /// @dev A debt of one share is a debt; where there is none, nobody pays for a drip.
    function test_whatLeaves_dripsForOneShareOfDebt_andNotForNone() public {
        VAT.file(ETH, "dust", 0);
        for (uint256 art; art < 2; art++) {
            (cdp,) = _open(address(vault), 3 ether, art);
            ref = bytes32(cdp);
            _assertDrips(abi.encodeCall(ILendingAdapter.withdraw, (ref, WETH, 1 ether)), art != 0);
            _assertDrips(abi.encodeCall(ILendingAdapter.transferOut, (ref, WETH, 1 ether, alice)), art != 0);
        }
    }

    function _assertDrips(bytes memory call, bool drips) private {
        skip(1 days);
        (, uint256 rho) = JUG.ilks(ETH);
        _run(call);
        (, uint256 after_) = JUG.ilks(ETH);
        assertEq(after_, drips ? vm.getBlockTimestamp() : rho);
    }

    function test_repayAndWithdraw_ofAnotherToken_isRefused() public {
        _borrow(8000e18);
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.TokenUnknown.selector, WETH));
        _run(abi.encodeCall(ILendingAdapter.repayAndWithdraw, (ref, WETH, 1, WETH, 1)));
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.TokenUnknown.selector, DAI_TOKEN));
        _run(abi.encodeCall(ILendingAdapter.repayAndWithdraw, (ref, DAI_TOKEN, 1, DAI_TOKEN, 1)));
    }

    function test_transferOut_judgesByTheDrippedDebt() public {
        _borrow(15_000e18);
        (, uint256 art) = VAT.urns(ETH, urn);
        uint256 free = 10 ether - (art * _rate(ETH)) / _spot(ETH) - 1;
        skip(30 days);
        vm.expectRevert("Vat/not-safe");
        _run(abi.encodeCall(ILendingAdapter.transferOut, (ref, WETH, free, alice)));
    }

    function test_withdraw_ofMax_bringsBackWhatAnAuctionLeft() public {
        _borrow(8000e18);
        _setPrice(1100e18);
        uint256 id = DOG.bark(ETH, urn, bob);
        VAT.suck(address(VOW), address(this), 1_000_000 * RAD);
        VAT.hope(address(CLIPPER));
        CLIPPER.take(id, 10 ether, ALL, bob, "");
        uint256 left = VAT.gem(ETH, urn);
        assertGt(left, 0);
        assertEq(adapter.collateralOf(address(vault), ref, WETH), 0, "it backs nothing");
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, WETH, ALL)));
        assertEq(IERC20(WETH).balanceOf(address(vault)), left);
        _assertClean();
    }

    function test_debtFloor_isTheDustInDai() public {
        assertEq(adapter.debtFloor(), 7500e18);
        VAT.file(ETH, "dust", 7500 * RAD + 1);
        assertEq(adapter.debtFloor(), 7500e18 + 1);
    }

    /// @dev WBTC has 8 decimals: amounts are the token's, the Vat's are wads. The whole suite runs over fixtures/maker-wbtc.json too.
    function test_fewerDecimals_areScaledAtTheDoor() public {
        address wbtc = _holdWbtc(3e8);
        (uint256 ink,) = VAT.urns(WBTC, MANAGER.urns(cdp));
        assertEq(ink, 2e18);
        assertEq(adapter.collateralOf(address(vault), ref, wbtc), 2e8);
        assertEq(adapter.health(address(vault), ref).collateralWad, 120_000e18);
        assertEq(adapter.venuePriceWad(wbtc), 60_000e18);
        _run(abi.encodeCall(ILendingAdapter.transferOut, (ref, wbtc, 1, alice)));
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, wbtc, ALL)));
        assertEq(IERC20(wbtc).balanceOf(alice), 1);
        assertEq(IERC20(wbtc).balanceOf(address(vault)), 3e8 - 1);
    }

    function test_fewerDecimals_areScaled_whereARepaymentWithdrawsToo() public {
        address wbtc = _holdWbtc(2e8);
        _borrow(40_000e18);
        _run(abi.encodeCall(ILendingAdapter.repayAndWithdraw, (ref, DAI_TOKEN, 20_000e18, wbtc, 0.5e8 + 1)));
        assertEq(adapter.collateralOf(address(vault), ref, wbtc), 1.5e8 - 1);
        assertEq(IERC20(wbtc).balanceOf(address(vault)), 0.5e8 + 1);
        assertApproxEqAbs(adapter.debtOf(address(vault), ref, DAI_TOKEN), 20_000e18, 2);
        deal(wbtc, address(this), 0.25e8); // unlocked, as what an auction leaves
        IERC20(wbtc).approve(MakerMainnet.WBTC_A_JOIN, 0.25e8);
        IMakerGemJoin(MakerMainnet.WBTC_A_JOIN).join(MANAGER.urns(cdp), 0.25e8);
        deal(DAI_TOKEN, address(vault), 20_000e18 + 2);
        _repay(ALL);
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, wbtc, ALL)));
        assertEq(IERC20(wbtc).balanceOf(address(vault)), 2.25e8);
        _assertClean();
    }

    // ---------------------------------------------------------------- changing hands

    function test_transferOut_ofMax_givesCollateralAndDebt() public {
        _borrow(8000e18);
        _run(abi.encodeCall(ILendingAdapter.transferOut, (ref, WETH, ALL, alice)));
        assertEq(MANAGER.owns(cdp), alice);
        assertEq(adapter.collateralOf(alice, ref, WETH), 10 ether);
        assertApproxEqAbs(adapter.debtOf(alice, ref, DAI_TOKEN), 8000e18, 2);
        assertEq(adapter.health(address(vault), ref).healthWad, ALL);
        assertEq(adapter.collateralOf(address(vault), ref, WETH), 0);
        assertEq(adapter.debtOf(address(vault), ref, DAI_TOKEN), 0);
    }

    function test_transferOut_ofAPart_paysTokens() public {
        _borrow(8000e18);
        _run(abi.encodeCall(ILendingAdapter.transferOut, (ref, WETH, 1 ether, alice)));
        assertEq(IERC20(WETH).balanceOf(alice), 1 ether);
        assertEq(adapter.collateralOf(address(vault), ref, WETH), 9 ether);
        assertEq(MANAGER.owns(cdp), address(vault));
    }

    function test_transferOut_ofMax_worksAfterShutdown() public {
        VAT.cage();
        vm.expectRevert("Vat/not-live");
        _run(abi.encodeCall(ILendingAdapter.withdraw, (ref, WETH, 1)));
        _run(abi.encodeCall(ILendingAdapter.transferOut, (ref, WETH, ALL, alice)));
        assertEq(MANAGER.owns(cdp), alice);
    }

    function test_pullIn_bringsTheDebtAlong_andEndsOldGrants() public {
        (uint256 others,) = _open(alice, 5 ether, 7000e18);
        vm.startPrank(alice);
        MANAGER.cdpAllow(others, address(vault), 1);
        MANAGER.cdpAllow(others, bob, 1);
        vm.stopPrank();
        uint256 owed = adapter.debtOf(alice, bytes32(others), DAI_TOKEN);
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(others), WETH, ALL, alice)));
        assertEq(adapter.debtOf(address(vault), bytes32(others), DAI_TOKEN), owed);
        vm.prank(bob);
        vm.expectRevert("cdp-not-allowed");
        MANAGER.frob(others, -1, 0);
    }

    function test_pullIn_ofAPart_isRefused() public {
        (uint256 others,) = _open(alice, 5 ether, 0);
        vm.prank(alice);
        MANAGER.cdpAllow(others, address(vault), 1);
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.PartForbidden.selector, 5 ether - 1, 5 ether));
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(others), WETH, 5 ether - 1, alice)));
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.TokenUnknown.selector, DAI_TOKEN));
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(others), DAI_TOKEN, 5 ether, alice)));
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(others), WETH, 5 ether, alice)));
        assertEq(MANAGER.owns(others), address(vault));
    }

    function test_pullIn_ofAPart_isRefused_whereTokensHaveFewerDecimals() public {
        address wbtc = _holdWbtc(2e8);
        vm.startPrank(address(vault));
        MANAGER.give(cdp, alice);
        vm.startPrank(alice);
        MANAGER.cdpAllow(cdp, address(vault), 1);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.PartForbidden.selector, 2e8 - 1, 2e8));
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(cdp), wbtc, 2e8 - 1, alice)));
        _run(abi.encodeCall(ILendingAdapter.pullIn, (bytes32(cdp), wbtc, 2e8, alice)));
        assertEq(MANAGER.owns(cdp), address(vault));
    }

    function test_repayFor_leavesNothingInTheVaultsAccount() public {
        (uint256 others, address othersUrn) = _open(alice, 10 ether, 14_000e18);
        deal(DAI_TOKEN, address(vault), 20_000e18);
        uint256 there = VAT.dai(othersUrn);
        uint256 rate = _rate(ETH);
        _run(abi.encodeCall(ILendingAdapter.repayFor, (bytes32(others), DAI_TOKEN, 1001, alice)));
        (, uint256 art) = VAT.urns(ETH, othersUrn);
        assertEq(14_000e18 - art, 1001 * RAY / rate);
        assertEq(VAT.dai(othersUrn) - there, 1001 * RAY - (14_000e18 - art) * rate, "the rest of a share is his");
        _run(abi.encodeCall(ILendingAdapter.repayFor, (bytes32(others), DAI_TOKEN, ALL, alice)));
        (, art) = VAT.urns(ETH, othersUrn);
        assertEq(art, 0);
        _assertClean();
    }

    // ---------------------------------------------------------------- views

    function test_prices_countPar() public {
        _borrow(8000e18);
        SPOTTER.file("par", 1.02e27);
        SPOTTER.poke(ETH);
        assertEq(adapter.venuePriceWad(DAI_TOKEN), 1.02e18);
        assertEq(adapter.venuePriceWad(WETH), 3000e18);
        VenueHealth memory h = adapter.health(address(vault), ref);
        assertApproxEqAbs(h.debtWad, 8160e18, 2);
        assertEq(h.collateralWad, 30_000e18);
        assertEq(h.liquidationThresholdBps, 6896);
        assertApproxEqRel(h.healthWad, uint256(30_000e18) * 1e18 / 145 * 100 / 8160e18, 1e9);
    }

    function test_spenders_areTheDoors() public {
        assertEq(adapter.spenderOf(WETH), address(ETH_JOIN));
        assertEq(adapter.spenderOf(DAI_TOKEN), address(DAI_JOIN));
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.TokenUnknown.selector, bob));
        adapter.spenderOf(bob);
        vm.expectRevert(abi.encodeWithSelector(MakerAdapter.TokenUnknown.selector, bob));
        adapter.venuePriceWad(bob);
    }

    function test_health_withoutAPrice_isZero() public {
        _borrow(8000e18);
        OSM.void();
        SPOTTER.poke(ETH);
        assertEq(adapter.health(address(vault), ref).healthWad, 0);
    }

    function test_nextHealth_isUnknown_toTheUnlisted_andWithoutAPrice() public {
        _borrow(8000e18);
        (uint256 healthWad, uint256 fromSeconds, bool known) = adapter.nextHealth(address(vault), ref);
        assertFalse(known);
        assertEq(healthWad, 0);
        assertEq(fromSeconds, 0);
        OSM.kiss(address(adapter));
        (,, known) = adapter.nextHealth(address(vault), ref);
        assertTrue(known, "once listed");
        (,, known) = adapter.nextPrice();
        assertTrue(known, "and so is its price");
        OSM.void();
        (,, known) = adapter.nextHealth(address(vault), ref);
        assertFalse(known, "there is no price");
    }

    function test_nextHealth_isTheHealthOfTheNextHour() public {
        JUG.file(ETH, "duty", RAY);
        _borrow(8000e18);
        OSM.kiss(address(adapter));
        vm.warp(uint256(OSM.zzz()) + 1 hours);
        MedianModel(OSM.src()).poke(2000e18);
        OSM.poke();
        SPOTTER.poke(ETH);
        (uint256 healthWad, uint256 fromSeconds, bool known) = adapter.nextHealth(address(vault), ref);
        assertTrue(known);
        assertEq(fromSeconds, uint256(OSM.zzz()) + 1 hours);
        assertGt(adapter.health(address(vault), ref).healthWad, healthWad, "not yet");
        assertEq(healthWad, adapter.healthAt(address(vault), ref, 2000e18));
        vm.warp(fromSeconds - 1);
        vm.expectRevert("OSM/not-passed");
        OSM.poke();
        vm.warp(fromSeconds);
        OSM.poke();
        SPOTTER.poke(ETH);
        assertEq(adapter.health(address(vault), ref).healthWad, healthWad, "now");
    }

    /// @dev The rate that the view computes is the rate that the Jug writes, at any fee and after any time. The debt is so large that one
    /// unit of the rate is four units of dai.
    function testFuzz_debtOf_isTheDebtAfterADrip(uint256 duty, uint256 base, uint32 time) public {
        JUG.file(ETH, "duty", bound(duty, RAY, RAY + 1e19));
        JUG.file("base", bound(base, 0, 1e18));
        uint256 art = 4e27;
        (cdp, urn) = _open(address(vault), 5_000_000 ether, art);
        ref = bytes32(cdp);
        skip(bound(time, 0, 3 * 365 days));
        uint256 owed = adapter.debtOf(address(vault), ref, DAI_TOKEN);
        uint256 healthWad = adapter.health(address(vault), ref).healthWad;
        uint256 rate = JUG.drip(ETH);
        assertEq(owed, (art * rate + RAY - 1) / RAY);
        assertEq(healthWad, Math.mulDiv(5_000_000 ether * _spot(ETH), 1e18, art * rate));
        assertEq(healthWad < 1e18, 5_000_000 ether * _spot(ETH) < art * rate);
    }

    // ---------------------------------------------------------------- helpers

    /// @dev From here on the adapter is that of WBTC, and the vault has a cdp with two of them; what it holds beyond stays idle.
    function _holdWbtc(uint256 held) private returns (address wbtc) {
        MakerAddresses memory parts = _addresses();
        parts.gemJoin = IMakerGemJoin(MakerMainnet.WBTC_A_JOIN);
        adapter = new MakerAdapter(parts);
        (wbtc, cdp) = (MakerMainnet.WBTC, MANAGER.open(WBTC, address(vault)));
        ref = bytes32(cdp);
        deal(wbtc, address(vault), held);
        _run(abi.encodeCall(ILendingAdapter.supply, (ref, wbtc, 2e8)));
    }

    function _run(bytes memory call) private {
        vault.run(address(adapter), call);
    }

    function _borrow(uint256 amount) private {
        _run(abi.encodeCall(ILendingAdapter.borrow, (ref, DAI_TOKEN, amount)));
    }

    function _repay(uint256 amount) private {
        _run(abi.encodeCall(ILendingAdapter.repay, (ref, DAI_TOKEN, amount)));
    }

    /// @dev Nothing of the vault is left in the Vat, and nobody may touch what could come there.
    function _assertClean() private view {
        assertEq(VAT.dai(address(vault)), 0, "dai");
        assertEq(VAT.gem(ETH, address(vault)), 0, "gem");
        assertEq(VAT.can(address(vault), address(DAI_JOIN)), 0, "consent");
        assertEq(DAI.allowance(address(vault), address(DAI_JOIN)), 0, "allowance of dai");
        assertEq(IERC20(WETH).allowance(address(vault), address(ETH_JOIN)), 0, "allowance of weth");
    }

    function _ofAnother(uint256 cdp_, address observed, address expected) private pure returns (bytes memory) {
        return abi.encodeWithSelector(MakerAdapter.CdpOfAnother.selector, cdp_, observed, expected);
    }

    function _addresses() private pure returns (MakerAddresses memory) {
        return MakerAddresses(
            IMakerCdpManager(address(MANAGER)),
            IMakerVat(address(VAT)),
            IMakerJug(address(JUG)),
            IMakerSpotter(address(SPOTTER)),
            IMakerGemJoin(address(ETH_JOIN)),
            IMakerDaiJoin(address(DAI_JOIN))
        );
    }
}
