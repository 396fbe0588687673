// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Carriage, CarryOrder, VaultPorter} from "./VaultPorter.sol";
import {VaultSteps} from "./VaultSteps.sol";
import {VaultWiring} from "./VaultWiring.sol";
import {BudgetGuard} from "./guards/BudgetGuard.sol";
import {HealthGuard} from "./guards/HealthGuard.sol";
import {NonceGuard} from "./guards/NonceGuard.sol";
import {ILendingAdapter, VenuePosition} from "./interfaces/ILendingAdapter.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {PositionConfig, TokenRole, VaultState} from "./types/Config.sol";
import {ActionKind, Decision, Outcome, Route, RouteKind} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";
import {Wiring} from "./types/Wiring.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The plane that carries positions
/// @notice Moves a position, or a part of it, from one venue to another in one decision; and brings an owner's position in and out. Runs by
/// delegatecall from the vault: for decisions of kind `Move`, for the owner's two ports, and for the lenders' callbacks while it carries. Called
/// directly, it meets its own empty storage, where nobody has a role.
/// @dev WHAT MOVES. `maxIn` of collateral and `minOut` of debt, exactly; `maxIn` of `type(uint256).max` moves all of both, and `minOut` is then
/// the least debt that has to be there. Every executed value is signed, or all there is.
///
/// WHAT IT COSTS. The lender's premium and what venues round, at the primary prices, over both positions; idle tokens are the same to the unit
/// before and after. That is the measured loss, and it is reserved and settled like a sale's.
///
/// RISK. A move is for yield, never a rescue: it needs the active state, fresh primaries in their bounds, both venues and every other view in
/// agreement, no jump, the notional budget, and the queue or the budget of what raises risk. No emergency waives any of it. The target
/// ends between floor and ceiling; what stays behind with debt ends at its own floor, or no lower than it was. A decision whose floor is at
/// least the source's too promises the first for both; then health before decides nothing, is not asked for, and is told as zero.
///
/// NOTHING LEFT BEHIND. No idle token, no allowance; and where all moves, neither collateral nor debt at the source. What a venue does not take
/// (a debt below its minimum, a part of a debt that leaves dust) it refuses by its own error.
/// @custom:kill Holds nothing and can carry nothing outside an execution.
contract VaultMover is VaultSteps, VaultPorter {
    using NonceGuard for mapping(uint256 => uint256);
    using ConfigPage for Page;

    /// @dev Venues keep shares: what leaves one position and what enters another may each be rounded by a unit.
    uint256 private constant ROUNDING_UNITS = 2;

    constructor(Wiring memory wiring) VaultWiring(wiring) {}

    /// @notice As `IVaultAgent`, for moves.
    function execute(Decision calldata decision, bytes calldata signature) external lock returns (Outcome memory) {
        return _run(decision, signature, Mode.Direct);
    }

    /// @notice Checks what the vault is about to queue. Callers hold the lock.
    function admit(Decision calldata decision, bytes calldata signature) external {
        _requireLocked();
        _admit(decision, ConfigPage.newExecution()[0], ConfigPage.newExecution()[0], signature, Mode.Direct);
    }

    /// @notice As `IVaultAgent`, for moves.
    function executeQueued(Decision calldata decision, bytes calldata signature)
        external
        lock
        returns (Outcome memory)
    {
        return _run(decision, signature, Mode.Queued);
    }

    /// @notice As `IVaultAgent`, for moves.
    function preview(Decision calldata decision) external {
        _enter();
        revert PreviewResult(_run(decision, msg.data[:0], Mode.Preview));
    }

    /// @dev The order of every execution, one line a step. The lock is held.
    function _run(Decision calldata decision, bytes calldata signature, Mode mode)
        private
        returns (Outcome memory outcome)
    {
        uint256 gasBefore = gasleft();
        Execution memory x = ConfigPage.newExecution()[0]; // the source, and all that is of the decision as a whole
        Execution memory to = ConfigPage.newExecution()[0]; // the target: its position, books, prices and spender
        Page page = _admit(decision, x, to, signature, mode);
        _measureBefore(decision, x, to, outcome);
        uint256 actionLimitWad = _checkOracle(x, to, page);
        _reserveSwap(_checkLossLimit(decision, x), x, outcome, actionLimitWad);
        if (mode != Mode.Queued) _checkQueue(x, outcome.notionalWad);
        _nonces[decision.positionId].use(decision.nonce);
        _act(decision, x, to, outcome);
        uint256 restWad = _measureAfter(decision, x, to, outcome);
        _checkHealth(decision, x, to, outcome, restWad);
        BudgetGuard.settleLoss(_budgets, x.reservedLossWad, outcome.lossWad);
        // the lender's was looked at when the loan was back, and no mutator has run since
        if (x.spender != decision.route.flashSource) _requireNoAllowance(decision.tokenOut, x.spender);
        _requireNoAllowance(decision.tokenIn, to.spender);
        outcome.gasUsed = gasBefore - gasleft();
        emit Executed(decision.positionId, x.digest, decision.journalHead, decision.nonce, decision.kind, outcome);
    }

    // ---------------------------------------------------------------- before the effects

    /// @dev The steps that need no price and no balance, one a line; whatever is queued passes them too.
    function _admit(Decision calldata d, Execution memory x, Execution memory to, bytes calldata signature, Mode mode)
        private
        returns (Page page)
    {
        _checkVersion(d);
        require(d.kind == ActionKind.Move, KindForbidden(d.kind));
        require(_state == VaultState.Active, StateForbids(_state, d.kind));
        _checkRoute(d.route);
        page = _checkAuthority(d, x, signature, mode != Mode.Preview);
        _checkTime(d, x, mode);
        _nonces[d.positionId].check(d.positionId, d.nonce);
        _checkPositions(d, x, to, page);
    }

    /// @dev A loan and no path: nothing is sold.
    function _checkRoute(Route calldata route) private view {
        address lender = _lenderOf(route.kind, address(0)); // no route leaves a choice: an aggregator's sells
        require(lender != address(0), RouteForbidden(route.kind, RouteKind.AaveV3FlashLoan));
        require(route.flashSource == lender, FieldForbidden("flashSource"));
        require(route.path.length == 0, PathInvalid(route.path));
    }

    /// @dev A move always promises the target's floor.
    function _checkPositions(Decision calldata d, Execution memory x, Execution memory to, Page page) private pure {
        require(d.targetPositionId != d.positionId, FieldForbidden("targetPositionId"));
        _takePosition(d, x, page, d.positionId, d.venue);
        _takePosition(d, to, page, d.targetPositionId, d.targetVenue);
        (x.tokenIn, x.tokenOut) = (d.tokenIn, d.tokenOut);
        page.takeAssetIn(x.indexIn, x);
        page.takeAssetOut(x.indexOut, x);
        uint256 floorWad = to.position.healthFloorWad;
        require(d.healthFloorWad >= floorWad, ValueForbidden("healthFloorWad", d.healthFloorWad, floorWad));
        (x.swaps, x.raises) = (true, true);
    }

    function _takePosition(Decision calldata d, Execution memory side, Page page, uint256 id, address venue)
        private
        pure
    {
        uint256 roles = page.takePosition(id, side);
        require(side.position.enabled, PositionForbidden(id));
        require(venue == side.position.adapter, VenueForbidden(venue, side.position.adapter));
        side.indexIn = page.requireRole(roles, d.tokenIn, TokenRole.Collateral);
        side.indexOut = page.requireRole(roles, d.tokenOut, TokenRole.Debt);
    }

    function _measureBefore(Decision calldata d, Execution memory x, Execution memory to, Outcome memory outcome)
        private
        view
    {
        (x.venueInWad, x.venueOutWad, x.spender) = ILendingAdapter(x.position.adapter).quote(d.tokenIn, d.tokenOut);
        (to.venueOutWad, to.venueInWad, to.spender) = ILendingAdapter(to.position.adapter).quote(d.tokenOut, d.tokenIn);
        if (_promisesRest(d, x)) {
            (x.inPosition, x.owed) = _books(d, x.position);
        } else {
            VenuePosition memory source = _positionOf(d, x.position);
            (x.inPosition, x.owed, x.healthBeforeWad) = (source.held, source.owed, source.healthWad);
        }
        (to.inPosition, to.owed) = _books(d, to.position);
        outcome.healthBeforeWad = x.healthBeforeWad;
        bool all = d.maxIn == type(uint256).max;
        (x.spend, outcome.obtained) = all ? (x.inPosition, x.owed) : (d.maxIn, d.minOut);
        require(x.spend != 0 && outcome.obtained != 0, NothingToDo());
        require(x.spend <= x.inPosition, InputTooHigh(x.spend, x.inPosition));
        require(d.minOut <= x.owed, OutputTooLow(x.owed, d.minOut));
    }

    /// @dev Both venues' views of both prices, and every other.
    function _checkOracle(Execution memory x, Execution memory to, Page page)
        private
        view
        returns (uint256 actionLimitWad)
    {
        _takePrices(x);
        (uint256 inBps, uint256 outBps) = _deviations(x, page);
        inBps = Math.max(inBps, UnitMath.deviationBpsUp(to.venueInWad, x.priceInWad));
        outBps = Math.max(outBps, UnitMath.deviationBpsUp(to.venueOutWad, x.priceOutWad));
        return _checkCalm(x, inBps, outBps);
    }

    // ---------------------------------------------------------------- the action

    function _act(Decision calldata d, Execution memory x, Execution memory to, Outcome memory outcome) private {
        CarryOrder memory order = CarryOrder({
            by: Carriage.Move,
            fromAdapter: x.position.adapter,
            fromRef: x.position.venueRef,
            toAdapter: to.position.adapter,
            toRef: to.position.venueRef,
            account: address(0),
            tokenIn: d.tokenIn,
            amountIn: d.maxIn,
            maxBorrow: type(uint256).max // the loss budget bounds the premium
        });
        _carry(order, d.route.kind, d.tokenOut, outcome.obtained);
    }

    // ---------------------------------------------------------------- after the effects

    /// @return restWad health of what stays at the source
    function _measureAfter(Decision calldata d, Execution memory x, Execution memory to, Outcome memory outcome)
        private
        view
        returns (uint256 restWad)
    {
        VenuePosition memory rest = _positionOf(d, x.position);
        (uint256 held, uint256 owed) = (rest.held, rest.owed);
        outcome.spent = UnitMath.saturatingSub(x.inPosition, held);
        require(outcome.spent <= x.spend + ROUNDING_UNITS, InputTooHigh(outcome.spent, x.spend));
        uint256 loan = outcome.obtained;
        outcome.obtained = UnitMath.saturatingSub(x.owed, owed);
        require(outcome.obtained + ROUNDING_UNITS >= loan, OutputTooLow(outcome.obtained, loan));
        if (d.maxIn == type(uint256).max) {
            require(held == 0, LeftBehind(d.tokenIn, held));
            require(owed == 0, LeftBehind(d.tokenOut, owed));
        }
        VenuePosition memory there = _positionOf(d, to.position);
        outcome.healthAfterWad = there.healthWad;
        outcome.lossWad =
            _lossWad(x, x.inPosition + to.inPosition, held + there.held, x.owed + to.owed, owed + there.owed);
        return rest.healthWad;
    }

    /// @dev Equity before less equity after, at the primary prices, rounded against the agent. Idle tokens are the same before and after.
    function _lossWad(Execution memory x, uint256 heldBefore, uint256 heldAfter, uint256 owedBefore, uint256 owedAfter)
        private
        pure
        returns (uint256)
    {
        (uint8 inDecimals, uint8 outDecimals) = (x.assetIn.tokenDecimals, x.assetOut.tokenDecimals);
        uint256 lessWad = UnitMath.valueWadUp(heldBefore, x.priceInWad, inDecimals)
            + UnitMath.valueWadUp(owedAfter, x.priceOutWad, outDecimals);
        uint256 moreWad = UnitMath.valueWadDown(heldAfter, x.priceInWad, inDecimals)
            + UnitMath.valueWadDown(owedBefore, x.priceOutWad, outDecimals);
        return UnitMath.saturatingSub(lessWad, moreWad);
    }

    /// @dev A position without debt is beyond every floor; the source has no ceiling to keep, because nothing was sold there.
    function _checkHealth(
        Decision calldata d,
        Execution memory x,
        Execution memory to,
        Outcome memory outcome,
        uint256 restWad
    ) private pure {
        uint256 leastWad = x.position.healthFloorWad;
        if (!_promisesRest(d, x)) leastWad = Math.min(leastWad, HealthGuard.capped(x.healthBeforeWad));
        require(restWad >= leastWad, HealthBelowFloor(restWad, leastWad));
        uint256 ceilingWad = Math.min(to.position.healthCeilingWad, d.healthCeilingWad);
        HealthGuard.checkPromise(outcome.healthAfterWad, d.healthFloorWad, ceilingWad); // that floor is at least the owner's
    }

    // ---------------------------------------------------------------- readings

    /// @dev A decision that asks for at least the source's floor too wants it kept by what stays, whatever health was before.
    function _promisesRest(Decision calldata d, Execution memory x) private pure returns (bool) {
        return d.healthFloorWad >= x.position.healthFloorWad;
    }

    /// @return held tokenIn units of collateral
    /// @return owed tokenOut units of debt
    function _books(Decision calldata d, PositionConfig memory position)
        private
        view
        returns (uint256 held, uint256 owed)
    {
        ILendingAdapter adapter = ILendingAdapter(position.adapter);
        held = adapter.collateralOf(address(this), position.venueRef, d.tokenIn);
        owed = adapter.debtOf(address(this), position.venueRef, d.tokenOut);
    }

    /// @dev The same, and the venue's view of health.
    function _positionOf(Decision calldata d, PositionConfig memory position)
        private
        view
        returns (VenuePosition memory)
    {
        return ILendingAdapter(position.adapter).positionOf(address(this), position.venueRef, d.tokenIn, d.tokenOut);
    }
}
