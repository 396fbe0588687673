// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {VaultCustodian} from "./VaultCustodian.sol";
import {AgreementGuard} from "./guards/AgreementGuard.sol";
import {BudgetGuard} from "./guards/BudgetGuard.sol";
import {HealthGuard} from "./guards/HealthGuard.sol";
import {NonceGuard} from "./guards/NonceGuard.sol";
import {OracleGuard} from "./guards/OracleGuard.sol";
import {SlippageGuard} from "./guards/SlippageGuard.sol";
import {WindowGuard} from "./guards/WindowGuard.sol";
import {ILendingAdapter, VenueHealth, VenueQuote} from "./interfaces/ILendingAdapter.sol";
import {IVaultAgent} from "./interfaces/IVaultAgent.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {DecisionHash} from "./libraries/DecisionHash.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {AssetConfig, TokenRole, VaultState} from "./types/Config.sol";
import {ActionKind, DECISION_VERSION, Decision, Outcome, RouteKind} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";
import {Wiring} from "./types/Wiring.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
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
/// ORDER. One function, one line a step, the same for `execute` and `preview`: see `_run`. What an action may lose is taken from the
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
/// from a pinned factory. Nobody supplies a target or calldata. No approval outlives an action. The vault gives no delegation of credit.
///
/// PARTS. `VaultStorage` every slot and the lock; `VaultWiring` what may be called; `VaultBase` calls out. Four planes of code share the
/// storage: this one, what the agent may do; `VaultCustodian`, the owner's way in and out and the views; `VaultRescuer`, the safety net;
/// `VaultConfigurator`, roles, limits and timelock. A selector that a plane does not have is the next one's.
///
/// FORBIDDEN TODAY: leverage, collateral swaps, moves between venues, flash loans, aggregators, keeper fees. Their fields exist in the
/// decision, must be zero, and are refused by name.
/// @custom:kill `setState(VaultState.Halted)` by owner, curator or guardian stops the agent; `revokeSigner` takes its key away. The owner's
/// exit cannot be stopped.
contract RebalanceVault is VaultBase, IVaultAgent {
    using NonceGuard for mapping(uint256 => uint256);
    using ConfigPage for Page;

    /// @notice Code of the owner's plane, which knows the safety net's, which knows the configuration's.
    address public immutable custodian;

    constructor(VaultCustodian custodian_, Wiring memory wiring) VaultBase(wiring) {
        _requireSameWiring(custodian_.wiringHash());
        custodian = address(custodian_);
    }

    receive() external payable {}

    fallback() external {
        _answerBy(custodian);
    }

    // ---------------------------------------------------------------- agent

    /// @inheritdoc IVaultAgent
    function execute(Decision calldata decision, bytes calldata signature) external lock returns (Outcome memory) {
        return _run(decision, signature, true);
    }

    /// @inheritdoc IVaultAgent
    /// @dev Takes the lock and never gives it back: the revert does.
    function preview(Decision calldata decision) external {
        _enter();
        revert PreviewResult(_run(decision, msg.data[:0], false));
    }

    /// @dev The order of every execution, one line a step. The lock is held.
    function _run(Decision calldata decision, bytes calldata signature, bool signed)
        private
        returns (Outcome memory outcome)
    {
        uint256 gasBefore = gasleft();
        Execution memory x = ConfigPage.newExecution()[0];
        _checkStateAndKind(decision);
        Page page = _checkAuthority(decision, x, signature, signed);
        WindowGuard.check(decision, x.limits);
        _nonces[decision.positionId].check(decision.positionId, decision.nonce);
        _checkVenueAndTokens(decision, x, page);
        _measureBefore(decision, x, outcome);
        uint256 actionLimitWad = _checkOracle(decision, x, page);
        _reserveBudgets(decision, x, outcome, actionLimitWad);
        _nonces[decision.positionId].use(decision.nonce);
        _act(decision, x, outcome);
        _measureAfter(decision, x, outcome);
        _checkSlippage(decision, x, outcome);
        _checkHealth(decision, x, outcome);
        _settleLoss(x, outcome);
        _checkAllowance(decision, x);
        outcome.gasUsed = gasBefore - gasleft();
        emit Executed(decision.positionId, x.digest, decision.journalHead, decision.nonce, decision.kind, outcome);
    }

    // ---------------------------------------------------------------- before the effects

    /// @dev Kinds, routes and fields that this version does not have are forbidden, not ignored.
    function _checkStateAndKind(Decision calldata d) private view {
        require(d.version == DECISION_VERSION, VersionUnsupported(d.version, DECISION_VERSION));
        bool isSwap = d.kind == ActionKind.Deleverage;
        bool isIdle = d.kind == ActionKind.AddCollateral || d.kind == ActionKind.RepayFromIdle;
        require(isSwap || isIdle, KindForbidden(d.kind));
        // Reducing allows all three kinds: none of them raises risk
        require(_state != VaultState.Halted, StateForbids(_state, d.kind));
        RouteKind route = isSwap ? RouteKind.UniswapV3FlashSwap : RouteKind.None;
        require(d.route.kind == route, RouteForbidden(d.route.kind, route));
        _checkPath(d, isSwap);
        require(d.route.flashSource == address(0), FieldForbidden("flashSource"));
        require(d.targetVenue == address(0), FieldForbidden("targetVenue"));
        require(d.targetPositionId == 0, FieldForbidden("targetPositionId"));
        require(d.keeperFeeMaxWei == 0, FieldForbidden("keeperFeeMaxWei"));
    }

    function _checkPath(Decision calldata d, bool isSwap) private pure {
        if (!isSwap) {
            require(d.route.path.length == 0, PathInvalid(d.route.path));
            require(d.tokenOut == d.tokenIn, FieldForbidden("tokenOut"));
            return;
        }
        (address tokenIn, address tokenOut) = _tokensOf(d.route.path);
        require(tokenIn == d.tokenIn && tokenOut == d.tokenOut, PathInvalid(d.route.path));
    }

    /// @dev `preview` leaves out the signature and nothing else.
    /// @return page the configuration of this very epoch
    function _checkAuthority(Decision calldata d, Execution memory x, bytes calldata signature, bool signed)
        private
        view
        returns (Page page)
    {
        uint64 epoch = _configEpoch;
        page = ConfigPage.read(_page, epoch);
        page.takeLimits(x);
        address expected = page.signer();
        require(expected != address(0), SignerUnset());
        x.digest = DecisionHash.digest(d);
        require(!signed || _isSigned(expected, x.digest, signature), SignatureInvalid(expected));
        require(page.hasModel(d.modelId), ModelNotApproved(d.modelId));
        require(d.configEpoch == epoch, EpochMismatch(d.configEpoch, epoch));
    }

    /// @dev A key first, which spares a look at its code; then a contract. Whoever holds the key of an account that has code decides for it.
    function _isSigned(address expected, bytes32 digest, bytes calldata signature) private view returns (bool) {
        // zero never passes: `expected` is not zero, and a failed recovery is an error
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == expected) return true;
        return SignatureChecker.isValidERC1271SignatureNow(expected, digest, signature);
    }

    function _checkVenueAndTokens(Decision calldata d, Execution memory x, Page page) private pure {
        uint256 roles = page.takePosition(d.positionId, x);
        require(x.position.enabled, PositionForbidden(d.positionId));
        require(d.venue == x.position.adapter, VenueForbidden(d.venue, x.position.adapter));
        x.swaps = d.kind == ActionKind.Deleverage;
        TokenRole role = d.kind == ActionKind.RepayFromIdle ? TokenRole.Debt : TokenRole.Collateral;
        x.indexIn = _requireRole(page, roles, d.tokenIn, role);
        page.takeAssetIn(x.indexIn, x);
        if (!x.swaps) return;
        x.indexOut = _requireRole(page, roles, d.tokenOut, TokenRole.Debt);
        page.takeAssetOut(x.indexOut, x);
    }

    /// @dev A token without a role in the position has none to show, whether it is an asset of the vault or not.
    function _requireRole(Page page, uint256 roles, address token, TokenRole required)
        private
        pure
        returns (uint256 index)
    {
        index = page.indexOf(token);
        TokenRole observed = ConfigPage.roleOf(roles, index);
        require(observed == required, TokenForbidden(token, observed, required));
    }

    /// @dev What is spent: at most `maxIn`, and no more than there is to sell, to add or to repay.
    function _measureBefore(Decision calldata d, Execution memory x, Outcome memory outcome) private view {
        x.idleIn = _idle(d.tokenIn);
        if (x.swaps) {
            x.idleOut = _idle(d.tokenOut);
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
        VenueQuote memory quote = ILendingAdapter(x.position.adapter).quote(d.tokenIn, d.tokenOut);
        (x.venueInWad, x.venueOutWad, x.spender) = (quote.collateralPriceWad, quote.debtPriceWad, quote.spender);
        x.spend = d.maxIn == type(uint256).max ? _inPosition(d, x) : d.maxIn;
        x.measured = d.healthFloorWad < x.position.healthFloorWad;
        if (!x.measured) return;
        VenueHealth memory told = _health(x);
        (x.healthBeforeWad, x.collateralBeforeWad, x.debtBeforeWad) = (told.healthWad, told.collateralWad, told.debtWad);
    }

    /// @dev Swap-free repair needs no price. A swap always needs fresh primaries in their bounds; how far other views may be off them
    /// depends on its size, unless the venue itself proves an emergency.
    /// @return actionLimitWad greatest notional of this action, USD
    function _checkOracle(Decision calldata d, Execution memory x, Page page)
        private
        view
        returns (uint256 actionLimitWad)
    {
        if (!x.swaps) return 0;
        x.priceInWad = OracleGuard.requirePriceWad(d.tokenIn, x.assetIn);
        x.priceOutWad = OracleGuard.requirePriceWad(d.tokenOut, x.assetOut);
        if (_isEmergency(x)) return x.limits.maxActionWad;
        AgreementGuard.Quote memory other = AgreementGuard.Quote(d.tokenOut, x.assetOut.tokenDecimals, x.priceOutWad);
        uint256 inBps = AgreementGuard.worstDeviationBps(
            d.tokenIn, x.assetIn, x.priceInWad, x.venueInWad, _quote(page, x.indexIn, other)
        );
        other = AgreementGuard.Quote(d.tokenIn, x.assetIn.tokenDecimals, x.priceInWad);
        uint256 outBps = AgreementGuard.worstDeviationBps(
            d.tokenOut, x.assetOut, x.priceOutWad, x.venueOutWad, _quote(page, x.indexOut, other)
        );
        return inBps > outBps
            ? AgreementGuard.requireActionLimitWad(d.tokenIn, inBps, x.limits)
            : AgreementGuard.requireActionLimitWad(d.tokenOut, outBps, x.limits);
    }

    /// @dev What an asset's mean-price pool quotes in: the swap's other token, which has been read, or a third one with a feed of its own.
    function _quote(Page page, uint256 index, AgreementGuard.Quote memory other)
        private
        view
        returns (AgreementGuard.Quote memory)
    {
        address token = page.quoteOf(index);
        if (token == address(0) || token == other.token) return other;
        AssetConfig memory asset = page.asset(page.indexOf(token));
        OracleGuard.Reading memory reading = OracleGuard.read(asset);
        bool usable = reading.fault == OracleGuard.Fault.None;
        return AgreementGuard.Quote(token, asset.tokenDecimals, usable ? reading.priceWad : 0);
    }

    /// @dev Proven, not claimed: only a decision that had health measured before can show one.
    function _isEmergency(Execution memory x) private pure returns (bool) {
        return x.measured && x.healthBeforeWad < x.position.emergencyHealthWad;
    }

    /// @dev An emergency waives the notional budget, never the loss budget.
    function _reserveBudgets(Decision calldata d, Execution memory x, Outcome memory outcome, uint256 actionLimitWad)
        private
    {
        require(d.maxLossBps <= x.limits.maxLossBps, LossLimitTooHigh(d.maxLossBps, x.limits.maxLossBps));
        if (!x.swaps) {
            uint256 perWindow = x.assetIn.idlePerWindow;
            BudgetGuard.reserveIdle(_idleBuckets[d.tokenIn], d.tokenIn, perWindow, x.limits.windowSeconds, x.spend);
            return;
        }
        require(d.maxLossBps != 0, ValueForbidden("maxLossBps", 0, x.limits.maxLossBps));
        uint256 notionalWad = UnitMath.valueWadUp(x.spend, x.priceInWad, x.assetIn.tokenDecimals);
        require(notionalWad <= actionLimitWad, ActionTooLarge(notionalWad, actionLimitWad));
        x.reservedLossWad = UnitMath.bpsOfUp(notionalWad, d.maxLossBps);
        BudgetGuard.reserveSwap(_budgets, x.limits, _isEmergency(x) ? 0 : notionalWad, x.reservedLossWad);
        outcome.notionalWad = notionalWad;
    }

    // ---------------------------------------------------------------- the action

    function _act(Decision calldata d, Execution memory x, Outcome memory outcome) private {
        if (d.kind == ActionKind.AddCollateral) {
            _venueCall(
                x.position.adapter, abi.encodeCall(ILendingAdapter.supply, (x.position.venueRef, d.tokenIn, x.spend))
            );
        } else if (d.kind == ActionKind.RepayFromIdle) {
            _venueCall(
                x.position.adapter, abi.encodeCall(ILendingAdapter.repay, (x.position.venueRef, d.tokenIn, x.spend))
            );
        } else {
            FlashSwapOrder memory order =
                FlashSwapOrder(x.position.adapter, x.position.venueRef, d.tokenIn, d.tokenOut, x.spend);
            (outcome.spent, outcome.obtained) = _flashSwap(order, d.route.path);
        }
    }

    // ---------------------------------------------------------------- after the effects

    /// @dev An idle repair is measured in its one token, on the idle side and on the position's side. A swap is measured by what the pool
    /// took and gave, and the rest of the equity by balances and the venue's books.
    function _measureAfter(Decision calldata d, Execution memory x, Outcome memory outcome) private view {
        VenueHealth memory told = _health(x);
        outcome.healthAfterWad = told.healthWad;
        uint256 idleIn = _idle(d.tokenIn);
        uint256 idleDrop = UnitMath.saturatingSub(x.idleIn, idleIn);
        if (x.swaps) {
            // no idle token may go anywhere: were it so, it is spent, or was not obtained
            outcome.spent = Math.max(outcome.spent, idleDrop);
            uint256 idleOut = _idle(d.tokenOut);
            outcome.obtained = UnitMath.saturatingSub(outcome.obtained, UnitMath.saturatingSub(x.idleOut, idleOut));
            if (x.measured) outcome.lossWad = _bookedLossWad(x, outcome, told, idleIn, idleOut);
            return;
        }
        outcome.spent = idleDrop;
        uint256 inPosition = _inPosition(d, x);
        bool repays = d.kind == ActionKind.RepayFromIdle;
        require(!repays || inPosition <= x.inPosition, DebtIncreased(inPosition, x.inPosition));
        outcome.obtained = repays ? x.inPosition - inPosition : UnitMath.saturatingSub(inPosition, x.inPosition);
    }

    /// @dev What the venue's books lost beyond the swap, in the venue's prices: worth before, plus what was repaid, less what was taken out,
    /// less worth after. Its rounding shows here, a few units of 1e-8 USD, and so would a booking that falls short of what moved.
    /// @param told the venue's view after
    /// @param idleIn idle tokenIn after
    /// @param idleOut idle tokenOut after
    function _bookedLossWad(
        Execution memory x,
        Outcome memory outcome,
        VenueHealth memory told,
        uint256 idleIn,
        uint256 idleOut
    ) private pure returns (uint256) {
        require(told.debtWad <= x.debtBeforeWad, DebtIncreased(told.debtWad, x.debtBeforeWad));
        // both differences are taken of what came in and what stayed idle; the first saturates where a gift is left over
        uint256 repaid = UnitMath.saturatingSub(x.idleOut + outcome.obtained, idleOut);
        uint256 takenOut = outcome.spent + idleIn - x.idleIn;
        uint256 expectedWad =
            x.collateralBeforeWad + UnitMath.valueWadUp(repaid, x.venueOutWad, x.assetOut.tokenDecimals) + told.debtWad;
        uint256 bookedWad = told.collateralWad + UnitMath.valueWadDown(takenOut, x.venueInWad, x.assetIn.tokenDecimals)
            + x.debtBeforeWad;
        return UnitMath.saturatingSub(expectedWad, bookedWad);
    }

    /// @dev Adds the swap's loss at the primary prices, rounded against the agent: equity before less equity after is what was spent less
    /// what was obtained, plus what the books lost.
    function _checkSlippage(Decision calldata d, Execution memory x, Outcome memory outcome) private view {
        SlippageGuard.checkAmounts(outcome.spent, d.maxIn, outcome.obtained, d.minOut);
        if (!x.swaps) return;
        uint256 spentWad = UnitMath.valueWadUp(outcome.spent, x.priceInWad, x.assetIn.tokenDecimals);
        uint256 obtainedWad = UnitMath.valueWadDown(outcome.obtained, x.priceOutWad, x.assetOut.tokenDecimals);
        SlippageGuard.checkValue(spentWad, obtainedWad, x.limits.maxSlippageBps);
        outcome.lossWad += UnitMath.saturatingSub(spentWad, obtainedWad);
    }

    /// @dev Where the venue cannot tell its health (idle kinds with dead feeds), the amounts have already shown that collateral grew or
    /// debt fell, and neither can hurt a position.
    function _checkHealth(Decision calldata d, Execution memory x, Outcome memory outcome) private pure {
        if (!x.swaps && (outcome.healthBeforeWad == 0 || outcome.healthAfterWad == 0)) return;
        HealthGuard.Rule memory rule = HealthGuard.Rule({
            floorWad: Math.max(x.position.healthFloorWad, d.healthFloorWad),
            ceilingWad: Math.min(x.position.healthCeilingWad, d.healthCeilingWad),
            minGainWad: x.position.minHealthGainWad
        });
        if (x.swaps && !x.measured) HealthGuard.checkPromise(outcome.healthAfterWad, rule);
        else HealthGuard.checkReducing(outcome.healthBeforeWad, outcome.healthAfterWad, rule);
    }

    function _settleLoss(Execution memory x, Outcome memory outcome) private {
        if (x.swaps) BudgetGuard.settleLoss(_budgets, x.reservedLossWad, outcome.lossWad);
    }

    /// @dev One token: of the adapter's mutators only `supply` and `repay` approve, each the token that it is given, and an action calls one
    /// of these two once: with tokenOut in a swap, whose `withdraw` of tokenIn approves nothing, and with tokenIn otherwise.
    function _checkAllowance(Decision calldata d, Execution memory x) private view {
        address token = x.swaps ? d.tokenOut : d.tokenIn;
        address spender = x.swaps ? x.spender : ILendingAdapter(x.position.adapter).spenderOf(token);
        uint256 left = IERC20(token).allowance(address(this), spender);
        require(left == 0, AllowanceLeft(token, spender, left));
    }

    // ---------------------------------------------------------------- readings

    /// @dev Swaps need the venue's answer; idle repairs go on without it, with zero for "cannot tell".
    function _health(Execution memory x) private view returns (VenueHealth memory) {
        if (x.swaps) return ILendingAdapter(x.position.adapter).health(address(this), x.position.venueRef);
        return _tryHealth(x.position.adapter, x.position.venueRef);
    }

    /// @dev Units of tokenIn in the position: what is owed for a repayment, collateral otherwise.
    function _inPosition(Decision calldata d, Execution memory x) private view returns (uint256) {
        ILendingAdapter adapter = ILendingAdapter(x.position.adapter);
        return d.kind == ActionKind.RepayFromIdle
            ? adapter.debtOf(address(this), x.position.venueRef, d.tokenIn)
            : adapter.collateralOf(address(this), x.position.venueRef, d.tokenIn);
    }
}
