// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AdapterHost} from "./AdapterHost.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ILendingAdapter, VenueHealth, VenueQuote} from "ballast/interfaces/ILendingAdapter.sol";
import {Test} from "forge-std/Test.sol";

/// @title What every lending adapter must do
/// @notice One leaf per protocol names the adapter, a sub-account, two tokens and sizes; the tests are the same for all.
abstract contract LendingAdapterConformance is Test {
    /// @dev What a venue may round away in one step, token units.
    uint256 private constant ROUNDING_UNITS = 2;

    AdapterHost internal host;

    // ---------------------------------------------------------------- what a leaf says

    function adapter() internal view virtual returns (ILendingAdapter);
    function venueRef() internal view virtual returns (bytes32);
    function unknownVenueRef() internal view virtual returns (bytes32);
    function collateral() internal view virtual returns (address);
    function debt() internal view virtual returns (address);
    function collateralAmount() internal view virtual returns (uint256);
    /// @dev Leaves the position healthy beside `collateralAmount`.
    function debtAmount() internal view virtual returns (uint256);
    /// @dev USD per whole collateral token, wad, from another source than the adapter.
    function collateralPriceWad() internal view virtual returns (uint256);
    /// @dev The token that `transferOut` hands over.
    function positionToken() internal view virtual returns (address);

    // ---------------------------------------------------------------- mutators

    function test_mutators_refuseDirectCalls() public {
        bytes[5] memory calls = _mutators(venueRef());
        for (uint256 i; i < calls.length; i++) {
            (bool done, bytes memory reason) = address(adapter()).call(calls[i]);
            assertFalse(done);
            assertEq(bytes4(reason), ILendingAdapter.OnlyDelegated.selector);
        }
    }

    function test_everything_refusesUnknownSubAccounts() public {
        bytes32 ref = unknownVenueRef();
        bytes memory reason = abi.encodeWithSelector(ILendingAdapter.VenueRefUnknown.selector, ref);
        bytes[5] memory calls = _mutators(ref);
        for (uint256 i; i < calls.length; i++) {
            vm.expectRevert(reason);
            host.run(address(adapter()), calls[i]);
        }
        ILendingAdapter target = adapter();
        vm.expectRevert(reason);
        target.health(address(host), ref);
        vm.expectRevert(reason);
        target.collateralOf(address(host), ref, collateral());
        vm.expectRevert(reason);
        target.debtOf(address(host), ref, debt());
    }

    function test_supply_movesIdleIntoThePosition() public {
        _supply();
        assertEq(_idle(collateral()), 0);
        assertApproxEqAbs(_collateral(), collateralAmount(), ROUNDING_UNITS);
        _assertNoAllowance(collateral());
    }

    function test_borrow_bringsIdleAndDebt() public {
        _supply();
        _borrow();
        assertEq(_idle(debt()), debtAmount());
        assertApproxEqAbs(_debt(), debtAmount(), ROUNDING_UNITS);
    }

    function test_repay_lowersTheDebt() public {
        _supply();
        _borrow();
        _run(abi.encodeCall(ILendingAdapter.repay, (venueRef(), debt(), debtAmount() / 2)));
        assertApproxEqAbs(_debt(), debtAmount() / 2, ROUNDING_UNITS);
        assertEq(_idle(debt()), debtAmount() - debtAmount() / 2);
        _assertNoAllowance(debt());
    }

    function test_repay_neverTakesMoreThanTheDebt() public {
        _supply();
        _borrow();
        deal(debt(), address(host), 3 * debtAmount());
        uint256 owed = _debt();
        _run(abi.encodeCall(ILendingAdapter.repay, (venueRef(), debt(), 3 * debtAmount())));
        assertEq(_debt(), 0);
        assertEq(_idle(debt()), 3 * debtAmount() - owed);
        _assertNoAllowance(debt());
    }

    function test_withdraw_takesAPartOrAll() public {
        _supply();
        _run(abi.encodeCall(ILendingAdapter.withdraw, (venueRef(), collateral(), collateralAmount() / 4)));
        assertEq(_idle(collateral()), collateralAmount() / 4);
        _run(abi.encodeCall(ILendingAdapter.withdraw, (venueRef(), collateral(), type(uint256).max)));
        assertApproxEqAbs(_idle(collateral()), collateralAmount(), 2 * ROUNDING_UNITS);
        assertEq(_collateral(), 0);
    }

    function test_transferOut_handsThePositionOver() public {
        address heir = makeAddr("heir");
        _supply();
        _run(abi.encodeCall(ILendingAdapter.transferOut, (venueRef(), collateral(), type(uint256).max, heir)));
        assertApproxEqAbs(IERC20(positionToken()).balanceOf(heir), collateralAmount(), 2 * ROUNDING_UNITS);
        assertEq(_collateral(), 0);
    }

    function test_mutators_writeNoStorage() public {
        vm.record();
        _supply();
        _borrow();
        _run(abi.encodeCall(ILendingAdapter.repay, (venueRef(), debt(), debtAmount())));
        _run(abi.encodeCall(ILendingAdapter.withdraw, (venueRef(), collateral(), collateralAmount() / 2)));
        (, bytes32[] memory written) = vm.accesses(address(host));
        assertEq(written.length, 0, "in the account that it runs in");
        (, written) = vm.accesses(address(adapter()));
        assertEq(written.length, 0, "in the adapter");
    }

    // ---------------------------------------------------------------- views

    function test_health_withoutDebt_isWithoutLimit() public {
        _supply();
        VenueHealth memory h = adapter().health(address(host), venueRef());
        assertEq(h.healthWad, type(uint256).max);
        assertEq(h.debtWad, 0);
    }

    function test_health_isThresholdValueOverDebt() public {
        _supply();
        _borrow();
        VenueHealth memory h = adapter().health(address(host), venueRef());
        assertApproxEqRel(h.healthWad, h.collateralWad * h.liquidationThresholdBps * 1e14 / h.debtWad, 0.0001e18);
        uint256 unit = 10 ** IERC20Decimals(collateral()).decimals();
        assertApproxEqRel(h.collateralWad, collateralAmount() * collateralPriceWad() / unit, 0.0001e18);
    }

    function test_views_areOfTheAccountNamed() public {
        _supply();
        _borrow();
        address nobody = makeAddr("nobody");
        assertEq(adapter().collateralOf(nobody, venueRef(), collateral()), 0);
        assertEq(adapter().debtOf(nobody, venueRef(), debt()), 0);
    }

    function test_venuePrice_isUsdPerWholeToken() public view {
        assertApproxEqRel(adapter().venuePriceWad(collateral()), collateralPriceWad(), 0.0001e18);
    }

    function test_quote_isTheSingleViewsInOne() public view {
        VenueQuote memory quote = adapter().quote(collateral(), debt());
        assertEq(quote.priceInWad, adapter().venuePriceWad(collateral()));
        assertEq(quote.priceOutWad, adapter().venuePriceWad(debt()));
        assertEq(quote.spender, adapter().spenderOf(debt()));
    }

    // ---------------------------------------------------------------- helpers

    function _mutators(bytes32 ref) private view returns (bytes[5] memory) {
        return [
            abi.encodeCall(ILendingAdapter.supply, (ref, collateral(), 1)),
            abi.encodeCall(ILendingAdapter.withdraw, (ref, collateral(), 1)),
            abi.encodeCall(ILendingAdapter.borrow, (ref, debt(), 1)),
            abi.encodeCall(ILendingAdapter.repay, (ref, debt(), 1)),
            abi.encodeCall(ILendingAdapter.transferOut, (ref, collateral(), 1, address(this)))
        ];
    }

    function _supply() private {
        deal(collateral(), address(host), collateralAmount());
        _run(abi.encodeCall(ILendingAdapter.supply, (venueRef(), collateral(), collateralAmount())));
    }

    function _borrow() private {
        _run(abi.encodeCall(ILendingAdapter.borrow, (venueRef(), debt(), debtAmount())));
    }

    function _run(bytes memory call) private {
        host.run(address(adapter()), call);
    }

    function _idle(address token) private view returns (uint256) {
        return IERC20(token).balanceOf(address(host));
    }

    function _collateral() private view returns (uint256) {
        return adapter().collateralOf(address(host), venueRef(), collateral());
    }

    function _debt() private view returns (uint256) {
        return adapter().debtOf(address(host), venueRef(), debt());
    }

    function _assertNoAllowance(address token) private view {
        assertEq(IERC20(token).allowance(address(host), adapter().spenderOf(token)), 0, "allowance");
    }
}

interface IERC20Decimals {
    function decimals() external view returns (uint8);
}
