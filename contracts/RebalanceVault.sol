// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {LoanOrder, VaultBorrower} from "./VaultBorrower.sol";
import {VaultCustodian} from "./VaultCustodian.sol";
import {VaultMeasure} from "./VaultMeasure.sol";
import {VaultMover} from "./VaultMover.sol";
import {AgreementGuard} from "./guards/AgreementGuard.sol";
import {BudgetGuard} from "./guards/BudgetGuard.sol";
import {HealthGuard} from "./guards/HealthGuard.sol";
import {NonceGuard} from "./guards/NonceGuard.sol";
import {SlippageGuard} from "./guards/SlippageGuard.sol";
import {ILendingAdapter} from "./interfaces/ILendingAdapter.sol";
import {IVaultAgent} from "./interfaces/IVaultAgent.sol";
import {IVaultPorts} from "./interfaces/IVaultPorts.sol";
import {IVaultRescue} from "./interfaces/IVaultRescue.sol";
import {IAaveV3FlashBorrower, IERC3156FlashBorrower} from "./interfaces/external/IFlashLender.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {TokenRole, VaultState} from "./types/Config.sol";
import {ActionKind, Decision, Outcome, Route, RouteKind} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";
import {Wiring} from "./types/Wiring.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title RebalanceVault
/// @notice Holds one borrower's lending positions and enforces the owner's limits on what a signing agent proposes.
/// @dev
/// TRUST. The agent forecasts, proposes and signs; this contract believes nothing of it and derives every limit from the chain again.
///   owner     custody; trusted with everything that is his: may take all of it out at any time, in any state, without any oracle
///   curator   configuration; limited: what loosens waits in the timelock, where the owner or the guardian can veto it
///   guardian  brake; limited: towards Halted, veto, revoke the signer, cancel nonces; can move nothing and loosen nothing
///   signer    the agent's key; untrusted: every line below assumes that it is already stolen
///   keeper    whoever relays; untrusted and unknown: he brings gas, not authority
///   venue     Aave, its oracle and its upgrades; trusted with what is supplied to it, as every borrower trusts it
///   feeds     trusted inside their bounds, while fresh, and while other views agree
///
/// THE SIGNATURE is necessary and never sufficient. It covers every value that is executed. A decision lives for a short time, under one
/// epoch of configuration, on one nonce, and is either executed once or provably dead. It names maxima, so that a wei of interest or a
/// donation never makes it fail; but what is over a limit is rejected, never cut to fit.
///
/// WHAT A THIEF OF THE AGENT'S KEY CAN DO. He can send the decisions that an honest agent could: move idle tokens into the position, and
/// sell collateral to repay debt at a price no worse than `maxSlippageBps` from the primary feeds. The loss of all such sales, measured at
/// these prices in what left and what came, fees included, is at most `lossPerWindowWad` in any window of that length: a bucket of half
/// that size that refills by the other half. He takes nothing out, because no path of a decision names a receiver. He can still move a
/// position to where the market hurts it more; how far is bounded by the health floor and the ceiling.
///
/// WHAT IS NOT PROMISED. Losses of the market and of the venue; the owner's own exits; a primary feed that lies inside its bounds while
/// every other view agrees with it.
///
/// ORDER. One line a step, the same for `execute`, `executeQueued` and `preview`: see `_run` and `_admit`. What an action may lose is taken from the
/// budgets before the first call leaves, what it did lose is measured in balances after the last one has returned. Results of calls are
/// not believed.
///
/// HEALTH. A decision whose floor is at least the owner's promises that the position ends at or above it, and is held to that: what health
/// was before then decides nothing and is not asked for, which spares a tenth of the guards' gas. A decision with a lower floor is a repair
/// from below: health and the venue's books are measured before and after, and only it can prove an emergency.
///
/// ORACLES DEAD. Repairs that need no swap (collateral from idle funds, repayment from idle funds) need no price: they have budgets of their
/// own in token units and work while feeds are down. So does everything of the owner.
///
/// CALLS OUT. Lending venues and the other planes are code that runs by delegatecall from addresses fixed in this code; pools follow
/// from a pinned factory, lenders are pinned, and a path leads over the vault's assets only. Nobody supplies a target or calldata. Routers
/// of aggregators are called by a proxy that has no rights here: it is sent what is sold, and what came back is measured. No approval
/// outlives an action. The vault gives no delegation of credit.
///
/// PARTS. `VaultStorage` every slot and the lock; `VaultWiring` what may be called; `VaultBase` calls out; `VaultSteps` what every kind of
/// decision passes. Six planes of code share the storage: this one, what the agent may do; `VaultBorrower`, the same with a loan for the
/// length of a call, and what has to wait; `VaultMover`, which carries positions, between venues for the agent, in and out for the owner;
/// `VaultCustodian`, the owner's way in and out and the views; `VaultRescuer`, the safety net; `VaultConfigurator`, roles, limits and timelock.
/// A selector that a plane does not have is the next one's; of the borrower's, only the lenders' callbacks can be reached from outside.
///
/// RISK. New debt, and another collateral that may lower health, need every view of both prices to agree, no jump, a position that ends
/// above the floor, and the active state. Beyond a budget of their own they are queued: queued actions wait for the owner's delay, where he
/// or the guardian can veto them, pass all guards again, and die with the epoch.
///
/// MOVES raise risk and never wait for an emergency: see `VaultMover`. They go to the owner's own positions and nowhere else.
///
/// FORBIDDEN TODAY: loans for anything but deleverage and moves, aggregators for anything but deleverage, paths of several hops without a
/// loan, keeper fees. Their fields exist in the decision, must be zero, and are refused by name.
/// @custom:kill `setState(VaultState.Halted)` by owner, curator or guardian stops the agent; `revokeSigner` takes its key away. The owner's
/// exit cannot be stopped.
contract RebalanceVault is VaultBase, VaultMeasure, IVaultAgent {
    using NonceGuard for mapping(uint256 => uint256);
    using ConfigPage for Page;

    /// @notice Code of the owner's plane, which knows the safety net's, which knows the configuration's.
    address public immutable custodian;
    /// @notice Code of the plane that borrows.
    address public immutable borrower;
    /// @notice Code of the plane that carries positions.
    address public immutable mover;
    address private immutable _rescuer; // the custodian's

    /// @dev A move is the mover's as a whole: same calldata, same caller, same order of steps, and the same lock, which it takes itself.
    modifier unlessMove(Decision calldata decision) {
        if (decision.kind == ActionKind.Move) _answerBy(mover);
        _;
    }

    constructor(VaultCustodian custodian_, VaultBorrower borrower_, VaultMover mover_, Wiring memory wiring)
        VaultBase(wiring)
    {
        _requireSameWiring(custodian_.wiringHash());
        _requireSameWiring(borrower_.wiringHash());
        _requireSameWiring(mover_.wiringHash());
        (custodian, borrower, mover) = (address(custodian_), address(borrower_), address(mover_));
        _rescuer = custodian_.rescuer();
    }

    receive() external payable {}

    fallback() external {
        _answerBy(_planeOf(msg.sig));
    }

    /// @dev A lender answers to the plane that asked it. What else is not the custodian's has five arguments or more, and views are spared the
    /// look. The net's two calls would reach their plane through the custodian too: the short way spares them 4,000 gas.
    function _planeOf(bytes4 selector) private view returns (address) {
        if (selector == IVaultRescue.rescue.selector || selector == IVaultRescue.heartbeat.selector) return _rescuer;
        if (msg.data.length < 4 + 5 * 32) return custodian;
        bool byLender = selector == IAaveV3FlashBorrower.executeOperation.selector
            || selector == IERC3156FlashBorrower.onFlashLoan.selector;
        if (byLender) return _carrying ? mover : borrower;
        bool isPort = selector == IVaultPorts.importPosition.selector || selector == IVaultPorts.exportPosition.selector;
        return isPort ? mover : custodian;
    }

    // ---------------------------------------------------------------- agent

    /// @inheritdoc IVaultAgent
    function execute(Decision calldata decision, bytes calldata signature)
        external
        unlessMove(decision)
        lock
        returns (Outcome memory outcome)
    {
        _run(decision, signature, Mode.Direct, outcome);
    }

    /// @inheritdoc IVaultAgent
    /// @dev Checks what can be checked without prices; everything is checked again at execution.
    function queue(Decision calldata decision, bytes calldata signature) external lock {
        if (decision.kind == ActionKind.Move) _delegate(mover, bytes.concat(VaultMover.admit.selector, msg.data[4:]));
        else _admit(decision, ConfigPage.newExecution()[0], signature, Mode.Direct);
        _delegate(borrower, bytes.concat(VaultBorrower.enqueue.selector, msg.data[4:]));
    }

    /// @inheritdoc IVaultAgent
    function executeQueued(Decision calldata decision, bytes calldata signature)
        external
        unlessMove(decision)
        lock
        returns (Outcome memory outcome)
    {
        _run(decision, signature, Mode.Queued, outcome);
    }

    /// @inheritdoc IVaultAgent
    /// @dev Takes the lock and never gives it back: the revert does.
    function preview(Decision calldata decision) external unlessMove(decision) {
        _enter();
        Outcome memory outcome;
        _run(decision, msg.data[:0], Mode.Preview, outcome);
        revert PreviewResult(outcome);
    }

    /// @dev The order of every execution, one line a step. The lock is held.
    /// @param outcome all zero, filled in
    function _run(Decision calldata decision, bytes calldata signature, Mode mode, Outcome memory outcome) private {
        uint256 gasBefore = gasleft();
        Execution memory x = ConfigPage.newExecution()[0];
        Page page = _admit(decision, x, signature, mode);
        _measureBefore(decision, x, outcome);
        uint256 actionLimitWad = _checkOracle(x, page);
        _reserveBudgets(decision, x, outcome, actionLimitWad);
        if (mode != Mode.Queued) _checkQueue(x, outcome.notionalWad);
        _nonces[decision.positionId].use(decision.nonce);
        _act(decision, x, outcome);
        _measureAfter(decision, x, outcome);
        _checkSlippage(decision, x, outcome);
        _checkHealth(decision, x, outcome);
        _settleLoss(x, outcome);
        _checkAllowance(x);
        outcome.gasUsed = gasBefore - gasleft();
        emit Executed(decision.positionId, x.digest, decision.journalHead, decision.nonce, decision.kind, outcome);
    }

    // ---------------------------------------------------------------- before the effects

    /// @dev The steps that need no price and no balance, one a line; whatever is queued passes them too.
    function _admit(Decision calldata decision, Execution memory x, bytes calldata signature, Mode mode)
        private
        returns (Page page)
    {
        _checkStateAndKind(decision, x);
        page = _checkAuthority(decision, x, signature, mode != Mode.Preview);
        _checkTime(decision, x, mode);
        _nonces[decision.positionId].check(decision.positionId, decision.nonce);
        _checkVenueAndTokens(decision, x, page);
    }

    /// @dev Kinds, routes and fields that this version does not have are forbidden, not ignored.
    function _checkStateAndKind(Decision calldata d, Execution memory x) private view {
        _checkVersion(d);
        (ActionKind kind, VaultState state) = (d.kind, _state);
        bool isSwap = kind == ActionKind.Deleverage || kind == ActionKind.Leverage || kind == ActionKind.SwapCollateral;
        bool isIdle = kind == ActionKind.AddCollateral || kind == ActionKind.RepayFromIdle;
        require(isSwap || isIdle, KindForbidden(kind));
        require(state != VaultState.Halted, StateForbids(state, kind));
        x.swaps = isSwap;
        _checkRoute(d, x);
        require(d.targetVenue == address(0), FieldForbidden("targetVenue"));
        require(d.targetPositionId == 0, FieldForbidden("targetPositionId"));
    }

    /// @dev A lender that is not in the wiring has no route. The path of a financed sale is the borrower's to check, before it borrows.
    function _checkRoute(Decision calldata d, Execution memory x) private view {
        Route calldata route = d.route;
        (RouteKind kind, address source) = (route.kind, route.flashSource);
        address lender = d.kind == ActionKind.Deleverage ? _lenderOf(kind, source) : address(0);
        require(source == lender, FieldForbidden("flashSource"));
        x.financed = lender != address(0);
        if (x.financed) return;
        RouteKind allowed = x.swaps ? RouteKind.UniswapV3FlashSwap : RouteKind.None;
        require(kind == allowed, RouteForbidden(kind, allowed));
        _checkPath(d, route.path, x.swaps);
    }

    function _checkPath(Decision calldata d, bytes calldata path, bool isSwap) private pure {
        if (!isSwap) {
            require(path.length == 0, PathInvalid(path));
            require(d.tokenOut == d.tokenIn, FieldForbidden("tokenOut"));
            return;
        }
        (address tokenIn, address tokenOut) = _tokensOf(path);
        require(tokenIn == d.tokenIn && tokenOut == d.tokenOut, PathInvalid(path));
    }

    function _checkVenueAndTokens(Decision calldata d, Execution memory x, Page page) private view {
        (ActionKind kind, address venue) = (d.kind, d.venue);
        uint256 roles = page.takePosition(d.positionId, x);
        address adapter = x.position.adapter;
        require(x.position.enabled, PositionForbidden(d.positionId));
        require(venue == adapter, VenueForbidden(venue, adapter));
        bool takesDebt = kind == ActionKind.RepayFromIdle || kind == ActionKind.Leverage;
        (x.tokenIn, x.tokenOut) = (d.tokenIn, d.tokenOut);
        x.indexIn = page.requireRole(roles, x.tokenIn, takesDebt ? TokenRole.Debt : TokenRole.Collateral);
        page.takeAssetIn(x.indexIn, x);
        if (!x.swaps) return;
        bool repays = kind == ActionKind.Deleverage;
        x.indexOut = page.requireRole(roles, x.tokenOut, repays ? TokenRole.Debt : TokenRole.Collateral);
        page.takeAssetOut(x.indexOut, x);
        _classify(d, x);
    }

    /// @dev Selling collateral for debt never raises risk. New debt does, and is a promise. Another collateral does too, unless the decision has
    /// health measured before and after, where it must not fall.
    function _classify(Decision calldata d, Execution memory x) private view {
        uint256 floorWad = x.position.healthFloorWad;
        x.measured = d.healthFloorWad < floorWad;
        if (d.kind == ActionKind.Deleverage) return;
        x.raises = !x.measured || d.kind == ActionKind.Leverage;
        if (!x.raises) return;
        require(!x.measured, ValueForbidden("healthFloorWad", d.healthFloorWad, floorWad));
        VaultState state = _state;
        require(state == VaultState.Active, StateForbids(state, d.kind));
    }

    /// @dev Swap-free repair needs no price. A swap always needs fresh primaries in their bounds; how far other views may be off them
    /// depends on its size, unless the venue itself proves an emergency.
    /// @return actionLimitWad greatest notional of this action, USD
    function _checkOracle(Execution memory x, Page page) private view returns (uint256 actionLimitWad) {
        if (!x.swaps) return 0;
        _takePrices(x);
        if (x.emergency) return x.limits.maxActionWad;
        (uint256 inBps, uint256 outBps) = _deviations(x, page);
        if (x.raises) return _checkCalm(x, inBps, outBps);
        return inBps > outBps
            ? AgreementGuard.requireActionLimitWad(x.tokenIn, inBps, x.limits)
            : AgreementGuard.requireActionLimitWad(x.tokenOut, outBps, x.limits);
    }

    function _reserveBudgets(Decision calldata d, Execution memory x, Outcome memory outcome, uint256 actionLimitWad)
        private
    {
        uint256 maxLossBps = _checkLossLimit(d, x);
        if (x.swaps) return _reserveSwap(maxLossBps, x, outcome, actionLimitWad);
        uint256 perWindow = x.assetIn.idlePerWindow;
        BudgetGuard.reserveIdle(_idleBuckets[x.tokenIn], x.tokenIn, perWindow, x.limits.windowSeconds, x.spend);
    }

    // ---------------------------------------------------------------- the action

    function _act(Decision calldata d, Execution memory x, Outcome memory outcome) private {
        if (!x.swaps) {
            bytes4 mutator = d.kind == ActionKind.AddCollateral ? _SUPPLY : _REPAY;
            _venueCall(x.position.adapter, _call(mutator, x.position.venueRef, x.tokenIn, x.spend));
        } else if (x.financed) {
            (outcome.spent, outcome.obtained) = (x.spend, _sellWithLoan(d, x));
        } else {
            FlashSwapOrder memory order =
                FlashSwapOrder(d.kind, x.position.adapter, x.position.venueRef, x.tokenIn, x.tokenOut, x.spend);
            (outcome.spent, outcome.obtained) = _flashSwap(order, d.route.path);
        }
    }

    /// @dev The loan is what the decision wants to see repaid at least.
    function _sellWithLoan(Decision calldata d, Execution memory x) private returns (uint256 obtained) {
        LoanOrder memory order = LoanOrder(
            d.route.kind,
            d.route.flashSource,
            x.position.adapter,
            x.position.venueRef,
            x.tokenIn,
            x.tokenOut,
            x.spend,
            d.minOut
        );
        bytes memory answer = _delegate(borrower, abi.encodeCall(VaultBorrower.sellWithLoan, (order, d.route.path)));
        // one word by its type
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint256(bytes32(answer));
    }

    // ---------------------------------------------------------------- after the effects

    /// @dev Adds the swap's loss at the primary prices, rounded against the agent: equity before less equity after is what was spent less
    /// what was obtained, plus what the books lost.
    function _checkSlippage(Decision calldata d, Execution memory x, Outcome memory outcome) private pure {
        SlippageGuard.checkAmounts(outcome.spent, d.maxIn, outcome.obtained, d.minOut);
        if (!x.swaps) return;
        // what is spent to the unit has its value already
        uint256 spentWad = outcome.spent == x.spend
            ? outcome.notionalWad
            : UnitMath.valueWadUp(outcome.spent, x.priceInWad, x.assetIn.tokenDecimals);
        uint256 obtainedWad = UnitMath.valueWadDown(outcome.obtained, x.priceOutWad, x.assetOut.tokenDecimals);
        SlippageGuard.checkValue(spentWad, obtainedWad, x.limits.maxSlippageBps);
        outcome.lossWad += UnitMath.saturatingSub(spentWad, obtainedWad);
    }

    /// @dev Where the venue cannot tell its health (idle kinds with dead feeds), the amounts have already shown that collateral grew or
    /// debt fell, and neither can hurt a position.
    function _checkHealth(Decision calldata d, Execution memory x, Outcome memory outcome) private pure {
        if (!x.swaps && (outcome.healthBeforeWad == 0 || outcome.healthAfterWad == 0)) return;
        uint256 floorWad = Math.max(x.position.healthFloorWad, d.healthFloorWad);
        uint256 ceilingWad = Math.min(x.position.healthCeilingWad, d.healthCeilingWad);
        if (x.swaps && !x.measured) return HealthGuard.checkPromise(outcome.healthAfterWad, floorWad, ceilingWad);
        HealthGuard.Rule memory rule = HealthGuard.Rule(floorWad, ceilingWad, x.position.minHealthGainWad);
        HealthGuard.checkReducing(outcome.healthBeforeWad, outcome.healthAfterWad, rule);
    }

    function _settleLoss(Execution memory x, Outcome memory outcome) private {
        if (x.swaps) BudgetGuard.settleLoss(_budgets, x.reservedLossWad, outcome.lossWad);
    }

    /// @dev One token: of the adapter's mutators an action calls one that approves, once: `supply` or `repay`, alone or with a withdrawal, which
    /// approves nothing. It is given tokenOut in a swap, and tokenIn otherwise.
    function _checkAllowance(Execution memory x) private view {
        address token = x.swaps ? x.tokenOut : x.tokenIn;
        _requireNoAllowance(token, x.swaps ? x.spender : ILendingAdapter(x.position.adapter).spenderOf(token));
    }
}
