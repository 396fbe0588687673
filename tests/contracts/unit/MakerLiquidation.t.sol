// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractMakerTest} from "../mocks/maker/AbstractMakerTest.sol";
import {IClipperCallee, LinearDecreaseModel} from "../mocks/maker/ClipperModel.sol";

/// @notice The models of Dog and Clipper: 10 ETH against 8,000 shares, unsafe at 1,300 dollars, auctioned from 1,430 down.
contract MakerLiquidationTest is AbstractMakerTest, IClipperCallee {
    uint256 private constant ART = 8000e18;
    address private immutable keeper = makeAddr("keeper");
    address private urn;
    uint256 private calledWith;

    function setUp() public override {
        super.setUp();
        (, urn) = _open(alice, 10 ether, ART);
        VAT.suck(address(VOW), address(this), 1_000_000 * RAD);
        VAT.hope(address(CLIPPER));
    }

    // ---------------------------------------------------------------- bark

    function test_bark_needsAnUnsafeUrn() public {
        uint256 least = (ART * _rate(ETH) + 10 ether - 1) / 10 ether;
        VAT.file(ETH, "spot", least);
        vm.expectRevert("Dog/not-unsafe");
        DOG.bark(ETH, urn, keeper);
        VAT.file(ETH, "spot", least - 1);
        DOG.bark(ETH, urn, keeper);
    }

    function test_bark_withoutAPrice_isRefused() public {
        VAT.file(ETH, "spot", 0);
        vm.expectRevert("Dog/not-unsafe");
        DOG.bark(ETH, urn, keeper);
    }

    function test_bark_doesNotDrip() public {
        VAT.file(ETH, "spot", (ART * _rate(ETH) + 10 ether - 1) / 10 ether);
        skip(30 days);
        vm.expectRevert("Dog/not-unsafe");
        DOG.bark(ETH, urn, keeper);
        JUG.drip(ETH);
        DOG.bark(ETH, urn, keeper);
    }

    function test_bark_takesAll_andAddsThePenalty() public {
        uint256 id = _bark();
        (uint256 ink, uint256 art) = VAT.urns(ETH, urn);
        assertEq(ink, 0);
        assertEq(art, 0);
        uint256 due = ART * _rate(ETH);
        (, uint256 tab, uint256 lot, address usr,, uint256 top) = CLIPPER.sales(id);
        assertEq(tab, due * 113 / 100);
        assertEq(lot, 10 ether);
        assertEq(usr, urn);
        assertEq(top, 1430 * RAY);
        assertEq(VOW.Sin(), due);
        assertEq(DOG.Dirt(), tab);
    }

    function test_bark_paysTheKeeper_tipAndChip() public {
        _bark();
        assertEq(VAT.dai(keeper), 250 * RAD + ART * _rate(ETH) * 113 / 100 / 1000);
    }

    function test_bark_whereRoomIsShort_takesAPart() public {
        _unsafeBig();
        DOG.file(ETH, "hole", 9000 * RAD * 113 / 100);
        DOG.bark(ETH, urn, keeper);
        (uint256 ink, uint256 art) = VAT.urns(ETH, urn);
        assertApproxEqRel((16_000e18 - art) * _rate(ETH), 9000 * RAD, 1e6);
        assertApproxEqRel(ink * 16_000e18 / 20 ether, art, 1e6);
        DOG.file(ETH, "hole", DOG.Dirt());
        vm.expectRevert("Dog/liquidation-limit-hit");
        DOG.bark(ETH, urn, keeper);
    }

    function test_bark_whereDustWouldStay_takesAll() public {
        _unsafeBig();
        DOG.file(ETH, "hole", 11_000 * RAD * 113 / 100);
        DOG.bark(ETH, urn, keeper);
        (, uint256 art) = VAT.urns(ETH, urn);
        assertEq(art, 0);
    }

    function test_bark_ofDust_isRefused() public {
        _unsafeBig();
        DOG.file(ETH, "hole", 7000 * RAD * 113 / 100);
        vm.expectRevert("Dog/dusty-auction-from-partial-liquidation");
        DOG.bark(ETH, urn, keeper);
    }

    // ---------------------------------------------------------------- take

    function test_take_paysTheTab_andReturnsTheRest() public {
        uint256 id = _bark();
        (, uint256 tab,,,,) = CLIPPER.sales(id);
        CLIPPER.take(id, 10 ether, 1430 * RAY, bob, "");
        uint256 slice = tab / (1430 * RAY);
        assertEq(VAT.gem(ETH, bob), slice);
        assertEq(VAT.gem(ETH, urn), 10 ether - slice, "unlocked, in the account of the cdp");
        assertEq(CLIPPER.count(), 0);
        assertEq(DOG.Dirt(), 0);
    }

    function test_take_atMostAtThePrice() public {
        uint256 id = _bark();
        vm.expectRevert("Clipper/too-expensive");
        CLIPPER.take(id, 1 ether, 1430 * RAY - 1, bob, "");
        skip(90);
        CLIPPER.take(id, 1 ether, 1430 * RAY * 99 / 100, bob, "");
        assertEq(VAT.gem(ETH, bob), 1 ether);
    }

    function test_take_aPart_leavesAnAuctionWorthItsDust() public {
        uint256 id = _bark();
        (, uint256 tab,,,,) = CLIPPER.sales(id);
        uint256 chost = 7500 * RAD * 113 / 100;
        assertEq(CLIPPER.chost(), chost);
        CLIPPER.take(id, 1 ether, 1430 * RAY, bob, "");
        CLIPPER.take(id, 1 ether, 1430 * RAY, bob, "");
        assertEq(VAT.gem(ETH, bob), 1 ether + (tab - 1430 * RAD - chost) / (1430 * RAY), "cut short");
        (, tab,,,,) = CLIPPER.sales(id);
        assertEq(tab, chost);
        vm.expectRevert("Clipper/no-partial-purchase");
        CLIPPER.take(id, 1 ether, 1430 * RAY, bob, "");
        CLIPPER.take(id, 10 ether, 1430 * RAY, bob, "");
        assertEq(CLIPPER.count(), 0);
    }

    function test_take_belowTheTab_leavesBadDebt() public {
        uint256 id = _bark();
        skip(90 * 60);
        (, uint256 price,,) = CLIPPER.getStatus(id);
        CLIPPER.take(id, 10 ether, price, bob, "");
        assertEq(VAT.gem(ETH, bob), 10 ether);
        assertEq(VAT.gem(ETH, urn), 0);
        assertEq(DOG.Dirt(), 0);
        assertEq(CLIPPER.count(), 0);
    }

    function test_take_callsTheBuyerBeforeItPays() public {
        uint256 id = _bark();
        CLIPPER.take(id, 1 ether, 1430 * RAY, address(this), "x");
        assertEq(calledWith, 1 ether);
    }

    function clipperCall(address sender, uint256 owe, uint256 slice, bytes calldata) external {
        assertEq(sender, address(this));
        assertEq(owe, slice * 1430 * RAY);
        assertEq(VAT.gem(ETH, address(this)), slice, "gem first");
        calledWith = slice;
        vm.expectRevert("Clipper/system-locked");
        CLIPPER.take(1, 1, type(uint256).max, bob, "");
    }

    function test_take_ofNothing_isRefused() public {
        vm.expectRevert("Clipper/not-running-auction");
        CLIPPER.take(1, 1, 1, bob, "");
    }

    function test_stopped_byLevels() public {
        uint256 id = _bark();
        CLIPPER.file("stopped", 2);
        vm.expectRevert("Clipper/stopped-incorrect");
        CLIPPER.redo(id, keeper);
        CLIPPER.take(id, 1 ether, 1430 * RAY, bob, "");
        CLIPPER.file("stopped", 3);
        vm.expectRevert("Clipper/stopped-incorrect");
        CLIPPER.take(id, 1 ether, 1430 * RAY, bob, "");
    }

    // ---------------------------------------------------------------- redo

    function test_redo_onceThePriceFellTooFar() public {
        uint256 id = _bark();
        skip(7199); // 79 stairs of 1 %: 45.2 %
        vm.expectRevert("Clipper/cannot-reset");
        CLIPPER.redo(id, keeper);
        skip(1); // 80 stairs: 44.8 %, below the cusp
        vm.expectRevert("Clipper/needs-reset");
        CLIPPER.take(id, 1, type(uint256).max, bob, "");
        _setPrice(1000e18);
        uint256 paid = VAT.dai(keeper);
        CLIPPER.redo(id, keeper);
        (,,,, uint96 tic, uint256 top) = CLIPPER.sales(id);
        assertEq(tic, block.timestamp);
        assertEq(top, 1100 * RAY);
        assertGt(VAT.dai(keeper), paid);
    }

    function test_redo_onceTheTimeIsUp() public {
        CLIPPER.file("cusp", 0);
        uint256 id = _bark();
        skip(7200);
        vm.expectRevert("Clipper/cannot-reset");
        CLIPPER.redo(id, keeper);
        skip(1);
        CLIPPER.redo(id, keeper);
    }

    function test_yank_handsTheRestToGovernance() public {
        uint256 id = _bark();
        CLIPPER.yank(id);
        assertEq(VAT.gem(ETH, address(this)), 10 ether);
        assertEq(DOG.Dirt(), 0);
    }

    function test_linearDecrease_reachesZeroAtTau() public {
        LinearDecreaseModel line = new LinearDecreaseModel(100);
        assertEq(line.price(1000 * RAY, 0), 1000 * RAY);
        assertEq(line.price(1000 * RAY, 99), 10 * RAY);
        assertEq(line.price(1000 * RAY, 100), 0);
    }

    // ---------------------------------------------------------------- settlement of the bad debt

    function test_vow_healsQueuedDebtAfterTheWait() public {
        VOW.file("wait", 10);
        _bark();
        uint256 due = VOW.Sin();
        uint256 since = block.timestamp;
        VAT.suck(bob, address(VOW), 2_000_000 * RAD);
        uint256 free = VAT.sin(address(VOW)) - due;
        vm.expectRevert("Vow/insufficient-debt");
        VOW.heal(free + 1);
        skip(9);
        vm.expectRevert("Vow/wait-not-finished");
        VOW.flog(since);
        skip(1);
        VOW.flog(since);
        VOW.heal(due);
        assertEq(VOW.Sin(), 0);
    }

    function _bark() private returns (uint256) {
        _setPrice(1300e18);
        return DOG.bark(ETH, urn, keeper);
    }

    function _unsafeBig() private {
        (, urn) = _open(bob, 20 ether, 16_000e18);
        _setPrice(1300e18);
    }
}
