// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractMakerTest} from "../mocks/maker/AbstractMakerTest.sol";

/// @notice The model of the Vat. The kind TOY has round numbers: rate 1, a unit of collateral carries three of debt.
contract MakerVatTest is AbstractMakerTest {
    bytes32 private constant TOY = "TOY";
    int256 private constant INK = 100;
    int256 private constant ART = 300;

    function setUp() public override {
        super.setUp();
        VAT.init(TOY);
        VAT.file(TOY, "spot", 3 * RAY);
        VAT.file(TOY, "line", 1000 * RAY);
        VAT.slip(TOY, alice, 1000);
        VAT.slip(TOY, bob, 1000);
    }

    // ---------------------------------------------------------------- frob

    function test_frob_upToTheLimit_isSafe() public {
        _frob(alice, INK, ART);
        (uint256 ink, uint256 art) = VAT.urns(TOY, alice);
        assertEq(ink, 100);
        assertEq(art, 300);
        assertEq(VAT.gem(TOY, alice), 900);
        assertEq(VAT.dai(alice), 300 * RAY);
    }

    function test_frob_oneShareAboveTheLimit_isNot() public {
        vm.expectRevert("Vat/not-safe");
        _frob(alice, INK, ART + 1);
    }

    function test_frob_countsTheRate() public {
        _frob(alice, INK, ART);
        VAT.fold(TOY, address(VOW), 1);
        vm.expectRevert("Vat/not-safe");
        _frob(alice, 0, 1);
        vm.expectRevert("Vat/not-safe");
        _frob(alice, -1, 0);
        _frob(alice, 1, 0);
        _frob(alice, 0, -1);
    }

    function test_frob_dust_isTheLeastDebt() public {
        VAT.file(TOY, "dust", 200 * RAY);
        vm.expectRevert("Vat/dust");
        _frob(alice, INK, 199);
        _frob(alice, INK, 200);
        vm.expectRevert("Vat/dust");
        _frob(alice, 0, -1);
        _frob(alice, 0, -200);
    }

    function test_frob_ceilingOfTheKind() public {
        VAT.file(TOY, "line", 300 * RAY);
        _frob(alice, INK, ART);
        vm.expectRevert("Vat/ceiling-exceeded");
        _frob(bob, INK, 1);
        VAT.file(TOY, "line", 0);
        _frob(alice, 0, -1);
    }

    function test_frob_ceilingOfAll() public {
        VAT.file("Line", VAT.debt() + 300 * RAY);
        _frob(alice, INK, ART);
        vm.expectRevert("Vat/ceiling-exceeded");
        _frob(bob, INK, 1);
        _frob(bob, INK, 0);
    }

    function test_frob_riskNeedsTheUrnsConsent() public {
        _frob(alice, INK, 1);
        vm.startPrank(bob);
        vm.expectRevert("Vat/not-allowed-u");
        VAT.frob(TOY, alice, bob, bob, 0, 1);
        vm.expectRevert("Vat/not-allowed-u");
        VAT.frob(TOY, alice, bob, bob, -1, 0);
        vm.stopPrank();
        vm.prank(alice);
        VAT.hope(bob);
        vm.prank(bob);
        VAT.frob(TOY, alice, bob, bob, -1, 1);
        vm.prank(alice);
        VAT.nope(bob);
        vm.prank(bob);
        vm.expectRevert("Vat/not-allowed-u");
        VAT.frob(TOY, alice, bob, bob, -1, 1);
    }

    function test_frob_takesGemAndDai_onlyFromWhoConsents() public {
        _frob(alice, INK, ART);
        vm.startPrank(bob);
        vm.expectRevert("Vat/not-allowed-v");
        VAT.frob(TOY, bob, alice, bob, 1, 0);
        vm.expectRevert("Vat/not-allowed-w");
        VAT.frob(TOY, alice, bob, alice, 0, -1);
        vm.stopPrank();
    }

    function test_frob_anyoneMayCalmAnothersUrn() public {
        _frob(alice, INK, ART);
        _frob(bob, INK, ART);
        vm.prank(bob);
        VAT.frob(TOY, alice, bob, bob, 1, -100);
        (uint256 ink, uint256 art) = VAT.urns(TOY, alice);
        assertEq(ink, 101);
        assertEq(art, 200);
    }

    function test_frob_unknownKind() public {
        vm.expectRevert("Vat/ilk-not-init");
        vm.prank(alice);
        VAT.frob("NONE", alice, alice, alice, 0, 0);
    }

    function test_arithmetic_revertsWithoutAReason() public {
        vm.expectRevert(bytes(""));
        _frob(alice, 1001, 0);
        vm.expectRevert(bytes(""));
        _frob(alice, -1, 0);
        vm.prank(alice);
        vm.expectRevert(bytes(""));
        VAT.flux(TOY, alice, bob, 1001);
        vm.expectRevert(bytes(""));
        VAT.slip(TOY, alice, type(int256).min);
    }

    // ---------------------------------------------------------------- transfers

    function test_fluxAndMove_needConsent() public {
        _frob(alice, INK, ART);
        vm.startPrank(bob);
        vm.expectRevert("Vat/not-allowed");
        VAT.flux(TOY, alice, bob, 1);
        vm.expectRevert("Vat/not-allowed");
        VAT.move(alice, bob, 1);
        vm.stopPrank();
        vm.startPrank(alice);
        VAT.flux(TOY, alice, bob, 900);
        VAT.move(alice, bob, 300 * RAY);
        assertEq(VAT.gem(TOY, bob), 1900);
        assertEq(VAT.dai(bob), 300 * RAY);
    }

    function test_fork_needsBoth_andLeavesBothSafe() public {
        _frob(alice, INK, 150);
        vm.prank(alice);
        vm.expectRevert("Vat/not-allowed");
        VAT.fork(TOY, alice, bob, 50, 150);
        vm.prank(bob);
        VAT.hope(alice);
        vm.startPrank(alice);
        vm.expectRevert("Vat/not-safe-src");
        VAT.fork(TOY, alice, bob, 51, 0);
        vm.expectRevert("Vat/not-safe-dst");
        VAT.fork(TOY, alice, bob, 49, 150);
        VAT.fork(TOY, alice, bob, 50, 150);
        (uint256 ink, uint256 art) = VAT.urns(TOY, bob);
        assertEq(ink, 50);
        assertEq(art, 150);
    }

    function test_fork_leavesNoDust() public {
        VAT.file(TOY, "dust", 100 * RAY);
        _frob(alice, INK, 200);
        vm.prank(bob);
        VAT.hope(alice);
        vm.startPrank(alice);
        vm.expectRevert("Vat/dust-src");
        VAT.fork(TOY, alice, bob, 34, 101);
        vm.expectRevert("Vat/dust-dst");
        VAT.fork(TOY, alice, bob, 33, 99);
        VAT.fork(TOY, alice, bob, 34, 100);
    }

    // ---------------------------------------------------------------- settlement

    function test_grab_turnsDebtIntoSin() public {
        _frob(alice, INK, ART);
        (uint256 debt, uint256 vice) = (VAT.debt(), VAT.vice());
        VAT.grab(TOY, alice, bob, address(VOW), -100, -300);
        assertEq(VAT.gem(TOY, bob), 1100);
        assertEq(VAT.sin(address(VOW)), 300 * RAY);
        assertEq(VAT.vice(), vice + 300 * RAY);
        assertEq(VAT.debt(), debt);
    }

    function test_heal_cancelsSinAgainstDai() public {
        VAT.suck(alice, alice, 7);
        (uint256 debt, uint256 vice) = (VAT.debt(), VAT.vice());
        vm.startPrank(alice);
        vm.expectRevert(bytes(""));
        VAT.heal(8);
        VAT.heal(7);
        assertEq(VAT.sin(alice), 0);
        assertEq(VAT.dai(alice), 0);
        assertEq(VAT.debt(), debt - 7);
        assertEq(VAT.vice(), vice - 7);
    }

    function test_fold_paysTheFeeOfAllDebt() public {
        _frob(alice, INK, ART);
        uint256 before = VAT.dai(address(VOW));
        VAT.fold(TOY, address(VOW), 5);
        assertEq(VAT.dai(address(VOW)), before + 1500);
        assertEq(_rate(TOY), RAY + 5);
    }

    /// @dev All dai and all sin balance: debt = vice + the debt of every kind.
    function testFuzz_books_balance(int8 dink, int8 dart, uint64 fee, int8 dart2, uint8 confiscated) public {
        uint256 others = VAT.debt();
        int256 ink = int256(bound(int256(dink), 0, 127));
        _tryFrob(ink, int256(dart));
        VAT.fold(TOY, address(VOW), int256(uint256(fee)));
        _tryFrob(0, int256(dart2));
        (, uint256 art) = VAT.urns(TOY, alice);
        VAT.grab(TOY, alice, bob, address(VOW), 0, -int256(bound(confiscated, 0, art)));
        (uint256 Art, uint256 rate,,,) = VAT.ilks(TOY);
        assertEq(VAT.debt() - others, VAT.sin(address(VOW)) + Art * rate);
        assertEq(VAT.debt() - others, VAT.dai(alice) + VAT.dai(address(VOW)));
    }

    // ---------------------------------------------------------------- administration

    function test_wards_only() public {
        bytes[8] memory calls = [
            abi.encodeCall(VAT.rely, (bob)),
            abi.encodeCall(VAT.deny, (address(this))),
            abi.encodeCall(VAT.init, ("NEW")),
            abi.encodeCall(VAT.slip, (TOY, bob, 1)),
            abi.encodeCall(VAT.grab, (TOY, alice, bob, bob, 0, 0)),
            abi.encodeCall(VAT.suck, (bob, bob, 1)),
            abi.encodeCall(VAT.fold, (TOY, bob, 1)),
            abi.encodeCall(VAT.cage, ())
        ];
        for (uint256 i; i < calls.length; i++) {
            vm.prank(bob);
            (bool done, bytes memory reason) = address(VAT).call(calls[i]);
            assertFalse(done);
            assertEq(reason, abi.encodeWithSignature("Error(string)", "Vat/not-authorized"));
        }
    }

    function test_init_once() public {
        vm.expectRevert("Vat/ilk-already-init");
        VAT.init(TOY);
    }

    function test_file_refusesUnknownTerms() public {
        vm.expectRevert("Vat/file-unrecognized-param");
        VAT.file("line", 1);
        vm.expectRevert("Vat/file-unrecognized-param");
        VAT.file(TOY, "Line", 1);
    }

    function test_cage_stopsDebt_notTransfers() public {
        _frob(alice, INK, 0);
        VAT.cage();
        vm.expectRevert("Vat/not-live");
        _frob(alice, 1, 0);
        vm.expectRevert("Vat/not-live");
        VAT.fold(TOY, bob, 1);
        vm.expectRevert("Vat/not-live");
        VAT.file(TOY, "spot", 1);
        vm.prank(alice);
        VAT.flux(TOY, alice, bob, 1);
    }

    function _frob(address who, int256 dink, int256 dart) private {
        vm.prank(who);
        VAT.frob(TOY, who, who, who, dink, dart);
    }

    function _tryFrob(int256 dink, int256 dart) private {
        vm.prank(alice);
        try VAT.frob(TOY, alice, alice, alice, dink, dart) {} catch {}
    }
}
