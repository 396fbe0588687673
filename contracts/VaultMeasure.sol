// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultSteps} from "./VaultSteps.sol";
import {ILendingAdapter, VenueHealth} from "./interfaces/ILendingAdapter.sol";
import {StaticWord} from "./libraries/StaticWord.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {VenueBooks} from "./libraries/VenueBooks.sol";
import {ActionKind, Decision, Outcome} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What an execution measures before and after its effects
/// @notice Balances and the venue's own answers; what a call returned is not believed.
abstract contract VaultMeasure is VaultSteps {
    /// @dev What is spent: at most `maxIn`, and no more than there is to sell, to add or to repay.
    function _measureBefore(Decision calldata d, Execution memory x, Outcome memory outcome) internal view {
        x.idleIn = _idle(x.tokenIn);
        if (x.swaps) {
            x.idleOut = _idle(x.tokenOut);
            _measureVenue(d, x);
        } else {
            x.healthBeforeWad = _tryHealth(x.position.adapter, x.position.venueRef).healthWad;
            x.inPosition = _inPosition(d, x);
            x.spend = Math.min(d.maxIn, x.idleIn);
            if (d.kind == ActionKind.RepayFromIdle) x.spend = Math.min(x.spend, x.inPosition);
        }
        outcome.healthBeforeWad = x.healthBeforeWad;
        require(x.spend != 0, NothingToDo());
    }

    /// @dev A maximum is no wish: what the venue does not hold it refuses by itself, and only "all" has to be looked up.
    function _measureVenue(Decision calldata d, Execution memory x) private view {
        (x.venueInWad, x.venueOutWad, x.spender) = ILendingAdapter(x.position.adapter).quote(x.tokenIn, x.tokenOut);
        bool all = d.maxIn == type(uint256).max && d.kind != ActionKind.Leverage;
        x.spend = all ? _inPosition(d, x) : d.maxIn;
        if (!x.measured) return;
        VenueHealth memory told = ILendingAdapter(x.position.adapter).health(address(this), x.position.venueRef);
        (x.healthBeforeWad, x.collateralBeforeWad, x.debtBeforeWad) = (told.healthWad, told.collateralWad, told.debtWad);
        x.emergency = told.healthWad < x.position.emergencyHealthWad;
    }

    /// @dev An idle repair is measured in its one token, on the idle side and on the position's side. A swap is measured by what the pool
    /// took and gave, and the rest of the equity by balances and the venue's books. Swaps need the venue's answer; idle repairs go on without
    /// it, with zero for "cannot tell".
    function _measureAfter(Decision calldata d, Execution memory x, Outcome memory outcome) internal view {
        if (x.swaps) _measureSwap(x, outcome);
        else _measureIdle(d, x, outcome);
    }

    /// @dev No idle token may go anywhere: were it so, it is spent, or was not obtained.
    function _measureSwap(Execution memory x, Outcome memory outcome) private view {
        (uint256 idleIn, uint256 idleOut) = (_idle(x.tokenIn), _idle(x.tokenOut));
        outcome.spent += UnitMath.saturatingSub(x.idleIn, idleIn);
        outcome.obtained = UnitMath.saturatingSub(outcome.obtained, UnitMath.saturatingSub(x.idleOut, idleOut));
        (address adapter, bytes32 venueRef) = (x.position.adapter, x.position.venueRef);
        if (!x.measured) {
            outcome.healthAfterWad = StaticWord.ask(adapter, ILendingAdapter.healthOf.selector, address(this), venueRef);
            return;
        }
        VenueHealth memory told = ILendingAdapter(adapter).health(address(this), venueRef);
        outcome.healthAfterWad = told.healthWad;
        // both differences are taken of what came in and what stayed idle; the second saturates where a gift is left over
        uint256 takenOut = outcome.spent + idleIn - x.idleIn;
        uint256 repaid = UnitMath.saturatingSub(x.idleOut + outcome.obtained, idleOut);
        outcome.lossWad = VenueBooks.lossWad(x, told, takenOut, repaid);
    }

    function _measureIdle(Decision calldata d, Execution memory x, Outcome memory outcome) private view {
        outcome.healthAfterWad = _tryHealth(x.position.adapter, x.position.venueRef).healthWad;
        outcome.spent = UnitMath.saturatingSub(x.idleIn, _idle(x.tokenIn));
        uint256 inPosition = _inPosition(d, x);
        bool repays = d.kind == ActionKind.RepayFromIdle;
        require(!repays || inPosition <= x.inPosition, DebtIncreased(inPosition, x.inPosition));
        outcome.obtained = repays ? x.inPosition - inPosition : UnitMath.saturatingSub(inPosition, x.inPosition);
    }

    /// @dev Units of tokenIn in the position: what is owed for a repayment, collateral otherwise.
    function _inPosition(Decision calldata d, Execution memory x) private view returns (uint256) {
        ILendingAdapter adapter = ILendingAdapter(x.position.adapter);
        return d.kind == ActionKind.RepayFromIdle
            ? adapter.debtOf(address(this), x.position.venueRef, x.tokenIn)
            : adapter.collateralOf(address(this), x.position.venueRef, x.tokenIn);
    }
}
