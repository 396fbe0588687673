// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractConformance} from "./AbstractConformance.sol";
import {FixtureReader} from "./Fixture.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingAdapter, VenueHealth, VenuePosition} from "ballast/interfaces/ILendingAdapter.sol";
import {Vm} from "forge-std/Vm.sol";

/// @title What every lending adapter must do
/// @notice The same tests for every venue; what differs is in the fixture (docs/conformance.md).
abstract contract AbstractAdapterTest is AbstractConformance {
    using FixtureReader for string;

    bytes32 private constant APPROVAL = keccak256("Approval(address,address,uint256)");

    // ---------------------------------------------------------------- mutators: who may call, and on what

    function test_mutators_refuseDirectCalls() public {
        bytes[10] memory calls = _mutators(vaultRef, fixture.collateral.token, fixture.debt.token);
        for (uint256 i; i < calls.length; i++) {
            (bool done, bytes memory reason) = address(adapter).call(calls[i]);
            assertFalse(done);
            assertEq(bytes4(reason), ILendingAdapter.OnlyDelegated.selector);
        }
    }

    function test_everything_refusesUnknownSubAccounts() public {
        bytes memory reason = abi.encodeWithSelector(ILendingAdapter.VenueRefUnknown.selector, unknownRef);
        bytes[10] memory calls = _mutators(unknownRef, fixture.collateral.token, fixture.debt.token);
        for (uint256 i; i < calls.length; i++) {
            vm.expectRevert(reason);
            vault.run(address(adapter), calls[i]);
        }
        (address account, address collateral, address debt) =
            (address(vault), fixture.collateral.token, fixture.debt.token);
        vm.expectRevert(reason);
        adapter.health(account, unknownRef);
        vm.expectRevert(reason);
        adapter.healthOf(account, unknownRef);
        vm.expectRevert(reason);
        adapter.collateralOf(account, unknownRef, collateral);
        vm.expectRevert(reason);
        adapter.debtOf(account, unknownRef, debt);
        vm.expectRevert(reason);
        adapter.positionOf(account, unknownRef, collateral, debt);
    }

    function test_unknownTokens_areRefusedByName() public {
        bytes4 reason = bytes4(json.blob(".unknownTokenError"));
        address stranger = address(this);
        vm.expectPartialRevert(reason);
        adapter.collateralOf(address(vault), vaultRef, stranger);
        vm.expectPartialRevert(reason);
        adapter.debtOf(address(vault), vaultRef, stranger);
        vm.expectPartialRevert(reason);
        adapter.positionOf(address(vault), vaultRef, stranger, fixture.debt.token);
        vm.expectPartialRevert(reason);
        adapter.positionOf(address(vault), vaultRef, fixture.collateral.token, stranger);
    }

    function test_unknownTokens_moveNothing() public {
        _position();
        bytes[10] memory calls = _mutators(vaultRef, address(new NoToken()), address(new NoToken()));
        for (uint256 i; i < calls.length; i++) {
            (bool done,) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), calls[i])));
            assertFalse(done, vm.toString(i));
        }
    }

    function test_mutators_writeNoStorage() public {
        vm.record();
        _position();
        _repay(fixture.debt.amount / 2);
        _withdraw(fixture.collateral.amount / 100);
        (, bytes32[] memory written) = vm.accesses(address(vault));
        assertEq(written.length, 0, "in the account that it runs in");
        (, written) = vm.accesses(address(adapter));
        assertEq(written.length, 0, "in the adapter");
    }

    // ---------------------------------------------------------------- mutators: amounts

    function test_supply_movesIdleIntoThePosition() public {
        uint256 amount = fixture.collateral.amount;
        _fundCollateral(address(vault), 2 * amount);
        _run(vault, abi.encodeCall(ILendingAdapter.supply, (vaultRef, fixture.collateral.token, amount)));
        assertEq(_idle(fixture.collateral.token), amount, "exactly the amount leaves");
        _assertRounded(_collateral(vault), amount, "collateral");
        _assertNoAllowance(fixture.collateral.token);
    }

    function test_borrow_bringsIdleAndDebt() public {
        _position();
        assertEq(_idle(fixture.debt.token), fixture.debt.amount, "exactly the amount arrives");
        _assertRounded(_debt(vault), fixture.debt.amount, "debt");
    }

    function test_borrow_ofMax_isRefused() public {
        _supply(vault, fixture.collateral.amount);
        bytes memory call = abi.encodeCall(ILendingAdapter.borrow, (vaultRef, fixture.debt.token, type(uint256).max));
        (bool done,) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), call)));
        assertFalse(done, "a borrowing has an amount");
    }

    function test_repay_takesExactlyTheAmount() public {
        _position();
        uint256 half = fixture.debt.amount / 2;
        uint256 owed = _debt(vault);
        _repay(half);
        _assertRounded(_debt(vault), owed - half, "debt");
        assertEq(_idle(fixture.debt.token), fixture.debt.amount - half, "exactly the amount leaves");
        _assertNoAllowance(fixture.debt.token);
    }

    function test_repay_neverTakesMoreThanTheDebt() public {
        _position();
        _fundDebt(address(vault), fixture.debt.amount);
        uint256 owed = _debt(vault);
        _repay(owed + 1);
        _assertRepaid(owed);
    }

    function test_repay_ofMax_takesTheDebt() public {
        _position();
        _fundDebt(address(vault), fixture.debt.amount);
        uint256 owed = _debt(vault);
        _repay(type(uint256).max);
        _assertRepaid(owed);
    }

    function test_repay_ofExactlyTheDebt_leavesNone() public {
        _position();
        _fundDebt(address(vault), fixture.debt.amount);
        uint256 owed = _debt(vault);
        _repay(owed);
        _assertRepaid(owed);
    }

    function test_withdraw_takesAPart() public {
        uint256 amount = fixture.collateral.amount;
        _supply(vault, amount);
        uint256 held = _collateral(vault);
        _withdraw(amount / 4);
        assertEq(_idle(fixture.collateral.token), amount / 4, "exactly the amount arrives");
        _assertRounded(_collateral(vault), held - amount / 4, "collateral");
    }

    function test_withdraw_ofMax_takesAll() public {
        _supply(vault, fixture.collateral.amount);
        uint256 held = _collateral(vault);
        _withdraw(type(uint256).max);
        assertEq(_idle(fixture.collateral.token), held, "what the view promised");
        assertEq(_collateral(vault), 0);
    }

    function test_withdraw_belowWhatTheDebtNeeds_isRefused() public {
        _position();
        bytes memory call =
            abi.encodeCall(ILendingAdapter.withdraw, (vaultRef, fixture.collateral.token, type(uint256).max));
        (bool done,) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), call)));
        assertFalse(done, "the venue let a debt stand without collateral");
    }

    /// @dev What both steps do one after the other, rounded as the venue rounds.
    function test_repayAndWithdraw_isBothInOneCall() public {
        _position();
        (uint256 half, uint256 part) = (fixture.debt.amount / 2, fixture.collateral.amount / 100);
        uint256 state = vm.snapshotState();
        _repay(half);
        _withdraw(part);
        (uint256 owed, uint256 held) = (_debt(vault), _collateral(vault));
        vm.revertToState(state);
        _repayAndWithdraw(half, part);
        _assertRounded(_debt(vault), owed, "debt");
        _assertRounded(_collateral(vault), held, "collateral");
        assertEq(_idle(fixture.debt.token), fixture.debt.amount - half, "exactly the amount leaves");
        assertEq(_idle(fixture.collateral.token), part, "exactly the amount arrives");
        _assertNoAllowance(fixture.debt.token);
    }

    function test_repayAndWithdraw_neverTakesMoreThanTheDebt() public {
        _position();
        _fundDebt(address(vault), fixture.debt.amount);
        uint256 owed = _debt(vault);
        _repayAndWithdraw(owed + 1, fixture.collateral.amount / 2);
        _assertRepaid(owed);
        assertEq(_idle(fixture.collateral.token), fixture.collateral.amount / 2);
    }

    function test_repayAndWithdraw_belowWhatTheDebtNeeds_isRefused() public {
        _position();
        bytes memory call = abi.encodeCall(
            ILendingAdapter.repayAndWithdraw,
            (vaultRef, fixture.debt.token, 1, fixture.collateral.token, _collateral(vault))
        );
        (bool done,) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), call)));
        assertFalse(done, "the venue judges what is left");
    }

    function test_transferOut_handsAPartOver() public {
        uint256 amount = fixture.collateral.amount;
        _supply(vault, amount);
        uint256 held = _collateral(vault);
        _transferOut(amount / 4, "heir");
        _assertRounded(_truth(".truth.holding", makeAddr("heir")), amount / 4, "the heir's");
        _assertRounded(_collateral(vault), held - amount / 4, "what stays");
    }

    function test_transferOut_ofMax_handsAllOver() public {
        _supply(vault, fixture.collateral.amount);
        uint256 held = _collateral(vault);
        _transferOut(type(uint256).max, "heir");
        _assertRounded(_truth(".truth.holding", makeAddr("heir")), held, "the heir's");
        assertEq(_collateral(vault), 0);
    }

    // ---------------------------------------------------------------- mutators: dust

    function test_borrow_ofTheVenuesMinimum_andOneUnitLess() public {
        vm.skip(!fixture.hasMinimumDebt, "the fixture names no minimum debt");
        _supply(vault, fixture.collateral.amount);
        bytes memory call =
            abi.encodeCall(ILendingAdapter.borrow, (vaultRef, fixture.debt.token, fixture.minimumDebtUnits - 1));
        _assertDustRefused(call);
        _borrow(vault, fixture.minimumDebtUnits);
        assertGe(_debt(vault), fixture.minimumDebtUnits);
    }

    function test_repay_downToDust_isTheVenuesToRefuse() public {
        vm.skip(!fixture.hasMinimumDebt, "the fixture names no minimum debt");
        _position();
        uint256 amount = _debt(vault) - fixture.minimumDebtUnits / 2;
        bytes memory call = abi.encodeCall(ILendingAdapter.repay, (vaultRef, fixture.debt.token, amount));
        if (fixture.dustBlocksRepay) return _assertDustRefused(call);
        _run(vault, call);
        _assertRounded(_debt(vault), fixture.minimumDebtUnits / 2, "debt");
    }

    // ---------------------------------------------------------------- mutators: porters

    function test_pullIn_takesTheOwnersCollateralAlong() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _supply(owner, fixture.collateral.amount);
        uint256 held = _collateral(owner);
        _consent();
        _pullIn();
        assertEq(_collateral(owner), 0);
        _assertRounded(adapter.collateralOf(address(vault), _pulledRef(), fixture.collateral.token), held, "taken");
        assertEq(_idle(fixture.collateral.token), 0, "as a position, not as tokens");
    }

    function test_pullIn_countsAsCollateral() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _supply(owner, fixture.collateral.amount);
        _consent();
        _pullIn();
        _run(vault, abi.encodeCall(ILendingAdapter.borrow, (_pulledRef(), fixture.debt.token, fixture.debt.amount)));
        assertEq(_idle(fixture.debt.token), fixture.debt.amount);
    }

    function test_pullIn_needsConsent() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _supply(owner, fixture.collateral.amount);
        (bool done,) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), _pullInCall())));
        assertFalse(done, "taken without consent");
        _consent();
        _pullIn();
    }

    function test_repayFor_paysTheOwnersDebt_andNoMore() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _supply(owner, fixture.collateral.amount);
        _borrow(owner, fixture.debt.amount);
        _fundDebt(address(vault), 3 * fixture.debt.amount);
        _repayFor(fixture.debt.amount / 2);
        uint256 owed = _debt(owner);
        _assertRounded(owed, fixture.debt.amount - fixture.debt.amount / 2, "half is left");
        uint256 idle = _idle(fixture.debt.token);
        _repayFor(type(uint256).max);
        assertEq(_debt(owner), 0);
        assertEq(idle - _idle(fixture.debt.token), owed, "exactly the debt leaves");
        _assertNoAllowance(fixture.debt.token);
    }

    function test_supplyFor_isTheOwnersCollateral() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _consent();
        _supplyFor(fixture.collateral.amount);
        assertEq(_idle(fixture.collateral.token), 0, "all of it leaves");
        _assertRounded(_collateral(owner), fixture.collateral.amount, "the owner's");
        assertEq(_collateral(vault), 0, "and not the vault's");
        _assertNoAllowance(fixture.collateral.token);
        _borrow(owner, fixture.debt.amount); // it backs a debt
    }

    function test_borrowFor_isTheOwnersDebt_andTheVaultsTokens() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _supply(owner, fixture.collateral.amount);
        _consent();
        _run(vault, _borrowForCall());
        assertEq(_idle(fixture.debt.token), fixture.debt.amount, "exactly what was asked for");
        _assertRounded(_debt(owner), fixture.debt.amount, "the owner's debt");
        assertEq(_debt(vault), 0, "and not the vault's");
    }

    function test_borrowFor_needsConsent() public {
        vm.skip(!fixture.hasPorter, "the fixture names no porter");
        _supply(owner, fixture.collateral.amount);
        (bool done,) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), _borrowForCall())));
        assertFalse(done, "borrowed on another's name without consent");
        _consent();
        _run(vault, _borrowForCall());
    }

    // ---------------------------------------------------------------- views

    function test_views_areTheProtocolsTruth() public {
        _position();
        assertEq(_collateral(vault), _truth(".truth.collateral", address(vault)), "collateral");
        if (json.has(".truth.debt")) assertEq(_debt(vault), _truth(".truth.debt", address(vault)), "debt");
    }

    function test_views_areOfTheAccountNamed() public {
        _position();
        assertEq(_collateral(owner), 0);
        assertEq(_debt(owner), 0);
        assertEq(adapter.health(address(owner), ownerRef).healthWad, type(uint256).max);
    }

    function test_venuePrice_isUsdPerWholeToken() public {
        assertEq(adapter.venuePriceWad(fixture.collateral.token), _priceWad(fixture.priceValue));
        _setPrice(fixture.priceValue * 3 / 2);
        assertEq(adapter.venuePriceWad(fixture.collateral.token), _priceWad(fixture.priceValue * 3 / 2));
    }

    function test_tokensOfTheOtherSide_areNotHeld() public {
        _position();
        assertEq(adapter.collateralOf(address(vault), vaultRef, fixture.debt.token), 0, "the debt token backs nothing");
        assertEq(adapter.debtOf(address(vault), vaultRef, fixture.collateral.token), 0, "the collateral is not owed");
    }

    function test_quote_isTheSingleViewsInOne() public view {
        (address collateral, address debt) = (fixture.collateral.token, fixture.debt.token);
        (uint256 priceInWad, uint256 priceOutWad, address spender) = adapter.quote(collateral, debt);
        assertEq(priceInWad, adapter.venuePriceWad(collateral));
        assertEq(priceOutWad, adapter.venuePriceWad(debt));
        assertEq(spender, adapter.spenderOf(debt), "repaying approves the debt token");
        (priceInWad, priceOutWad, spender) = adapter.quote(debt, collateral);
        assertEq(priceInWad, adapter.venuePriceWad(debt));
        assertEq(priceOutWad, adapter.venuePriceWad(collateral));
        assertEq(spender, adapter.spenderOf(collateral), "supplying approves the collateral");
    }

    function test_positionOf_isTheSingleViewsInOne() public {
        _position();
        (address collateral, address debt) = (fixture.collateral.token, fixture.debt.token);
        skip(fixture.interestSeconds);
        _assertPosition(address(vault), vaultRef, collateral, debt);
        _assertPosition(address(vault), vaultRef, debt, collateral);
        _assertPosition(address(vault), vaultRef, collateral, collateral);
        _assertPosition(address(owner), ownerRef, collateral, debt);
    }

    function test_spenderOf_isWhomTheMutatorsApprove() public {
        vm.recordLogs();
        _position();
        _repay(fixture.debt.amount / 2);
        _assertApproved(vm.getRecordedLogs());
    }

    function test_interest_isSeenWithoutAPoke() public {
        _position();
        uint256 owed = _debt(vault);
        uint256 health = _health().healthWad;
        skip(fixture.interestSeconds);
        uint256 grown = _debt(vault);
        assertGt(grown, owed, "debt");
        assertLt(_health().healthWad, health, "health");
        _fundDebt(address(vault), grown);
        _repay(type(uint256).max);
        assertEq(_debt(vault), 0);
        assertEq(_idle(fixture.debt.token), fixture.debt.amount, "what the view said is what was taken");
    }

    // ---------------------------------------------------------------- health

    function test_health_withoutDebt_isWithoutLimit() public {
        _supply(vault, fixture.collateral.amount);
        assertEq(_health().healthWad, type(uint256).max);
        assertEq(_health().debtWad, 0);
    }

    function test_health_isThresholdValueOverDebt() public {
        _position();
        VenueHealth memory h = _health();
        assertApproxEqRel(h.healthWad, h.collateralWad * h.liquidationThresholdBps * 1e14 / h.debtWad, 0.001e18);
        uint256 unit = 10 ** NoToken(fixture.collateral.token).decimals();
        uint256 worth = fixture.collateral.amount * _priceWad(fixture.priceValue) / unit;
        assertApproxEqRel(h.collateralWad, worth, 0.0001e18);
    }

    function test_health_followsEveryAction() public {
        _position();
        uint256 before = _health().healthWad;
        _supply(vault, fixture.collateral.amount / 10);
        uint256 supplied = _health().healthWad;
        assertGt(supplied, before, "supply");
        _borrow(vault, fixture.debt.amount / 10);
        uint256 borrowed = _health().healthWad;
        assertLt(borrowed, supplied, "borrow");
        _repay(fixture.debt.amount / 10);
        assertGt(_health().healthWad, borrowed, "repay");
        before = _health().healthWad;
        _withdraw(fixture.collateral.amount / 20);
        assertLt(_health().healthWad, before, "withdraw");
    }

    function test_health_belowOne_isExactlyLiquidatable() public {
        _position();
        _assertBoundary();
    }

    function test_health_belowOne_isExactlyLiquidatable_afterInterest() public {
        _position();
        skip(fixture.interestSeconds);
        _assertBoundary();
    }

    /// @dev Price is what moves the boundary: at the lowest price of health 1 the venue refuses, one unit below it liquidates.
    function _assertBoundary() private {
        uint256 lowest = _lowestHealthyPrice();
        _setPrice(lowest);
        assertGe(_health().healthWad, 1e18);
        assertFalse(_isLiquidatable(), "liquidatable at health 1 or more");
        _setPrice(lowest - 1);
        assertLt(_health().healthWad, 1e18);
        assertTrue(_isLiquidatable(), "not liquidatable below health 1");
    }

    function _lowestHealthyPrice() private returns (uint256 high) {
        high = fixture.priceValue;
        uint256 low = 1;
        while (high - low > 1) {
            uint256 middle = (high + low) / 2;
            _setPrice(middle);
            if (_health().healthWad < 1e18) low = middle;
            else high = middle;
        }
    }

    // ---------------------------------------------------------------- helpers

    function _mutators(bytes32 ref, address collateral, address debt) private view returns (bytes[10] memory) {
        return [
            abi.encodeCall(ILendingAdapter.supply, (ref, collateral, 1)),
            abi.encodeCall(ILendingAdapter.withdraw, (ref, collateral, 1)),
            abi.encodeCall(ILendingAdapter.borrow, (ref, debt, 1)),
            abi.encodeCall(ILendingAdapter.repay, (ref, debt, 1)),
            abi.encodeCall(ILendingAdapter.transferOut, (ref, collateral, 1, address(this))),
            abi.encodeCall(ILendingAdapter.pullIn, (ref, collateral, 1, address(owner))),
            abi.encodeCall(ILendingAdapter.repayFor, (ref, debt, 1, address(owner))),
            abi.encodeCall(ILendingAdapter.supplyFor, (ref, collateral, 1, address(owner))),
            abi.encodeCall(ILendingAdapter.borrowFor, (ref, debt, 1, address(owner))),
            abi.encodeCall(ILendingAdapter.repayAndWithdraw, (ref, debt, 1, collateral, 1))
        ];
    }

    function _transferOut(uint256 amount, string memory to) private {
        _run(
            vault,
            abi.encodeCall(ILendingAdapter.transferOut, (vaultRef, fixture.collateral.token, amount, makeAddr(to)))
        );
    }

    function _consent() private {
        _bindAccount(address(owner));
        _runSteps(".porter.consent");
    }

    function _pullInCall() private view returns (bytes memory) {
        return
            abi.encodeCall(
                ILendingAdapter.pullIn, (ownerRef, fixture.collateral.token, type(uint256).max, address(owner))
            );
    }

    function _pullIn() private {
        _run(vault, _pullInCall());
    }

    /// @dev A sub-account changes hands under its own name.
    function _pulledRef() private view returns (bytes32) {
        return ownerRef;
    }

    function _repayFor(uint256 amount) private {
        _run(vault, abi.encodeCall(ILendingAdapter.repayFor, (ownerRef, fixture.debt.token, amount, address(owner))));
    }

    function _supplyFor(uint256 amount) private {
        _fundCollateral(address(vault), amount);
        address token = fixture.collateral.token;
        _run(vault, abi.encodeCall(ILendingAdapter.supplyFor, (ownerRef, token, amount, address(owner))));
    }

    function _borrowForCall() private view returns (bytes memory) {
        return
            abi.encodeCall(
                ILendingAdapter.borrowFor, (ownerRef, fixture.debt.token, fixture.debt.amount, address(owner))
            );
    }

    function _assertRepaid(uint256 owed) private view {
        assertEq(_debt(vault), 0, "debt");
        assertEq(_idle(fixture.debt.token), 2 * fixture.debt.amount - owed, "exactly the debt leaves");
        _assertNoAllowance(fixture.debt.token);
    }

    function _assertDustRefused(bytes memory call) private {
        (bool done, bytes memory reason) = address(vault).call(abi.encodeCall(vault.run, (address(adapter), call)));
        assertFalse(done, "dust was let through");
        assertTrue(_startsWith(reason, json.blob(".minimumDebt.error")), vm.toString(reason));
    }

    function _assertPosition(address account, bytes32 ref, address collateral, address debt) private view {
        VenuePosition memory position = adapter.positionOf(account, ref, collateral, debt);
        assertEq(position.held, adapter.collateralOf(account, ref, collateral), "held");
        assertEq(position.owed, adapter.debtOf(account, ref, debt), "owed");
        assertEq(position.healthWad, adapter.healthOf(account, ref), "health");
        assertEq(position.healthWad, adapter.health(account, ref).healthWad, "health, with its values");
    }

    function _assertApproved(Vm.Log[] memory logs) private view {
        bool[2] memory seen;
        address[2] memory tokens = [fixture.collateral.token, fixture.debt.token];
        for (uint256 i; i < logs.length; i++) {
            Vm.Log memory log = logs[i];
            if (log.topics.length != 3 || log.topics[0] != APPROVAL) continue;
            if (log.topics[1] != bytes32(uint256(uint160(address(vault))))) continue;
            address spender = address(uint160(uint256(log.topics[2])));
            assertEq(spender, adapter.spenderOf(log.emitter), "approved somebody else");
            for (uint256 t; t < 2; t++) {
                if (log.emitter == tokens[t]) seen[t] = true;
            }
        }
        assertTrue(seen[0] && seen[1], "no approval was seen");
    }

    function _priceWad(uint256 price) private view returns (uint256) {
        uint256 decimals = fixture.priceDecimals;
        return decimals > 18 ? price / 10 ** (decimals - 18) : price * 10 ** (18 - decimals);
    }
}

/// @notice Answers `decimals` and nothing else.
contract NoToken {
    uint8 public constant decimals = 18;
}
