// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultCalls} from "./VaultCalls.sol";
import {AgreementGuard} from "./guards/AgreementGuard.sol";
import {BudgetGuard} from "./guards/BudgetGuard.sol";
import {NonceGuard} from "./guards/NonceGuard.sol";
import {OracleGuard} from "./guards/OracleGuard.sol";
import {SignatureGuard} from "./guards/SignatureGuard.sol";
import {WindowGuard} from "./guards/WindowGuard.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {DecisionHash} from "./libraries/DecisionHash.sol";
import {DecisionQueue} from "./libraries/DecisionQueue.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {AssetConfig, QueueTerms, QueuedDecision, SecondSource} from "./types/Config.sol";
import {DECISION_VERSION, Decision, Outcome} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";

/// @title Steps that every decision takes, whatever its kind
/// @notice Who signed, when, what the prices are, what may be lost and what has to wait. The planes that execute decisions differ in what they
/// do and measure, and in nothing that stands here.
abstract contract VaultSteps is VaultCalls {
    using NonceGuard for mapping(uint256 => uint256);
    using DecisionQueue for QueuedDecision[];
    using ConfigPage for Page;

    enum Mode {
        Preview, // everything but the signature
        Direct,
        Queued // the queue's time instead of the decision's
    }

    /// @dev Versions and fields that no kind has yet are forbidden, not ignored.
    function _checkVersion(Decision calldata d) internal pure {
        uint16 version = d.version;
        require(version == DECISION_VERSION, VersionUnsupported(version, DECISION_VERSION));
        require(d.keeperFeeMaxWei == 0, FieldForbidden("keeperFeeMaxWei"));
    }

    /// @dev `preview` leaves out the signature and nothing else.
    /// @return page the configuration of this very epoch
    function _checkAuthority(Decision calldata d, Execution memory x, bytes calldata signature, bool signed)
        internal
        view
        returns (Page page)
    {
        uint64 epoch = _configEpoch;
        page = ConfigPage.read(_page, epoch);
        page.takeTerms(x);
        address expected = page.signer();
        require(expected != address(0), SignerUnset());
        x.digest = DecisionHash.digest(d);
        require(!signed || SignatureGuard.isSigned(expected, x.digest, signature), SignatureInvalid(expected));
        require(page.hasModel(d.modelId), ModelNotApproved(d.modelId));
        require(d.configEpoch == epoch, EpochMismatch(d.configEpoch, epoch));
    }

    /// @dev A queued decision has had its own time when it was queued; what it was made from is as old as the owner's delay.
    function _checkTime(Decision calldata d, Execution memory x, Mode mode) internal {
        if (mode == Mode.Queued) _queue.take(x.digest, x.queueTerms.graceSeconds);
        else WindowGuard.check(d, x.limits);
    }

    /// @dev Fresh primaries in their bounds.
    function _takePrices(Execution memory x) internal view {
        (x.priceInWad, x.roundIn) = OracleGuard.requireRound(x.tokenIn, x.assetIn);
        (x.priceOutWad, x.roundOut) = OracleGuard.requireRound(x.tokenOut, x.assetOut);
    }

    /// @dev How far the other views are off the primaries, bps.
    function _deviations(Execution memory x, Page page) internal view returns (uint256 inBps, uint256 outBps) {
        (address tokenIn, address tokenOut) = (x.tokenIn, x.tokenOut);
        (bool isToken0, uint256 decimals, uint256 priceWad) = (false, 0, 0);
        if (x.assetIn.secondSource == SecondSource.UniswapV3Twap) {
            (isToken0, decimals, priceWad) =
                _quote(page.quoteOf(x.indexIn), page, tokenIn, tokenOut, x.assetOut, x.priceOutWad);
        }
        inBps = AgreementGuard.worstDeviationBps(x.assetIn, x.priceInWad, x.venueInWad, isToken0, decimals, priceWad);
        if (x.assetOut.secondSource == SecondSource.UniswapV3Twap) {
            (isToken0, decimals, priceWad) =
                _quote(page.quoteOf(x.indexOut), page, tokenOut, tokenIn, x.assetIn, x.priceInWad);
        }
        outBps =
            AgreementGuard.worstDeviationBps(x.assetOut, x.priceOutWad, x.venueOutWad, isToken0, decimals, priceWad);
    }

    /// @dev Risk is only raised where all views agree and neither price has just jumped.
    function _checkCalm(Execution memory x, uint256 inBps, uint256 outBps)
        internal
        view
        returns (uint256 actionLimitWad)
    {
        uint256 agreeBps = x.limits.agreeBps;
        require(inBps <= agreeBps, SourcesDisagree(x.tokenIn, inBps, agreeBps));
        require(outBps <= agreeBps, SourcesDisagree(x.tokenOut, outBps, agreeBps));
        OracleGuard.requireNoJump(x.tokenIn, x.assetIn, x.priceInWad, x.roundIn);
        OracleGuard.requireNoJump(x.tokenOut, x.assetOut, x.priceOutWad, x.roundOut);
        return x.limits.maxActionWad;
    }

    /// @dev What an asset's mean-price pool quotes in: the swap's other token, which has been read, or a third one with a feed of its own.
    /// @param token the pool's other token, zero without such a pool
    /// @param base the asset's own
    /// @return isToken0 whether the asset comes first in it, as every pool orders its two
    /// @return decimals of the other token
    /// @return priceWad its primary price, zero where its feed is not usable
    function _quote(
        address token,
        Page page,
        address base,
        address other,
        AssetConfig memory otherAsset,
        uint256 otherPriceWad
    ) private view returns (bool isToken0, uint256 decimals, uint256 priceWad) {
        if (token == address(0) || token == other) {
            return (base < other, otherAsset.tokenDecimals, otherPriceWad);
        }
        AssetConfig memory asset = page.asset(page.indexOf(token));
        OracleGuard.Reading memory reading = OracleGuard.read(asset);
        bool usable = reading.fault == OracleGuard.Fault.None;
        return (base < token, asset.tokenDecimals, usable ? reading.priceWad : 0);
    }

    /// @dev An emergency waives the notional budget, never the loss budget.
    function _reserveSwap(uint256 maxLossBps, Execution memory x, Outcome memory outcome, uint256 actionLimitWad)
        internal
    {
        require(maxLossBps != 0, ValueForbidden("maxLossBps", 0, x.limits.maxLossBps));
        uint256 notionalWad = UnitMath.valueWadUp(x.spend, x.priceInWad, x.assetIn.tokenDecimals);
        require(notionalWad <= actionLimitWad, ActionTooLarge(notionalWad, actionLimitWad));
        x.reservedLossWad = UnitMath.bpsOfUp(notionalWad, maxLossBps);
        BudgetGuard.reserveSwap(_budgets, x.limits, x.emergency ? 0 : notionalWad, x.reservedLossWad);
        outcome.notionalWad = notionalWad;
    }

    function _checkLossLimit(Decision calldata d, Execution memory x) internal pure returns (uint16 maxLossBps) {
        maxLossBps = d.maxLossBps;
        uint16 allowed = x.limits.maxLossBps;
        require(maxLossBps <= allowed, LossLimitTooHigh(maxLossBps, allowed));
    }

    /// @dev Large actions wait where the owner can see them, and so does risk beyond a budget of its own, so that many small steps are not a
    /// way around. An emergency does not wait.
    function _checkQueue(Execution memory x, uint256 notionalWad) internal {
        if (!x.swaps || x.emergency) return;
        QueueTerms memory terms = x.queueTerms;
        bool large = terms.delaySeconds != 0 && notionalWad > terms.largeActionWad;
        require(!large, MustQueue(notionalWad, terms.largeActionWad));
        if (!x.raises) return;
        BudgetGuard.reserveRisk(_riskBucket, terms.riskPerWindowWad, x.limits.windowSeconds, notionalWad);
    }
}
