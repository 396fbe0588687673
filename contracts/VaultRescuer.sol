// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {VaultConfigurator} from "./VaultConfigurator.sol";
import {VaultNet} from "./VaultNet.sol";
import {HealthGuard} from "./guards/HealthGuard.sol";
import {NetGuard} from "./guards/NetGuard.sol";
import {OracleGuard} from "./guards/OracleGuard.sol";
import {SignatureGuard} from "./guards/SignatureGuard.sol";
import {SlippageGuard} from "./guards/SlippageGuard.sol";
import {ILendingAdapter, VenueHealth} from "./interfaces/ILendingAdapter.sol";
import {IVaultRescue} from "./interfaces/IVaultRescue.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {HeartbeatHash} from "./libraries/HeartbeatHash.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {VenueBooks} from "./libraries/VenueBooks.sol";
import {FlashSwapOrder} from "./swap/UniswapV3FlashSwap.sol";
import {TokenRole} from "./types/Config.sol";
import {ActionKind} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";
import {NetState, NetStatus, NetTerms, RescueOutcome} from "./types/Net.sol";
import {Wiring} from "./types/Wiring.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title The safety net's plane
/// @notice Whoever calls `rescue` brings gas and picks an amount; everything else is the owner's rule. He is believed nothing.
/// @dev The net works in every state of the vault and for a disabled position too: these are brakes on the agent, and a braked agent is one
/// more reason for a net. `disableNet` is its own brake.
///
/// WHAT A STRANGER CAN DO. Sell collateral for debt when the position is in danger, once per cooldown, at a price no worse than
/// `maxSlippageBps` from the primary feeds, and be paid for it. All that such sales and rewards cost is at most `lossPerWindowWad` in any
/// window. Danger is told by the venue, whom nobody believes who has no collateral there.
///
/// WHAT A THIEF OF THE AGENT'S KEY CAN DO. Send heartbeats, and so keep the net from acting between the emergency and the critical level,
/// until `revokeSigner`. He can neither use its budgets nor be refused by them, because they are other slots than a decision's.
/// @custom:kill `disableNet` by owner or curator.
contract VaultRescuer is VaultNet, IVaultRescue {
    using ConfigPage for Page;
    using SafeERC20 for IERC20;

    /// @notice Code of the configuration plane.
    address public immutable configurator;

    constructor(VaultConfigurator configurator_, Wiring memory wiring) VaultBase(wiring) {
        _requireSameWiring(configurator_.wiringHash());
        configurator = address(configurator_);
    }

    receive() external payable {}

    fallback() external {
        _answerBy(configurator);
    }

    // ---------------------------------------------------------------- heartbeat

    /// @inheritdoc IVaultRescue
    function heartbeat(uint256 positionId, uint48 seenAt, bytes calldata signature) external unlocked {
        require(_nets[positionId].targetHealthWad != 0, NetUnset(positionId));
        require(seenAt <= block.timestamp, HeartbeatFromFuture(seenAt, block.timestamp));
        NetState storage state = _netStates[positionId];
        require(seenAt > state.heartbeatAt, HeartbeatNotNewer(seenAt, state.heartbeatAt));
        address expected = _signer;
        require(expected != address(0), SignerUnset());
        require(
            SignatureGuard.isSigned(expected, HeartbeatHash.digest(positionId, seenAt), signature),
            SignatureInvalid(expected)
        );
        state.heartbeatAt = seenAt;
        emit HeartbeatSeen(positionId, seenAt);
    }

    /// @inheritdoc IVaultRescue
    function hashHeartbeat(uint256 positionId, uint48 seenAt) external view returns (bytes32) {
        return HeartbeatHash.digest(positionId, seenAt);
    }

    /// @inheritdoc IVaultRescue
    function netStatus(uint256 positionId) external view returns (NetStatus memory s) {
        Page page = ConfigPage.read(_page, _configEpoch);
        NetTerms memory terms = _requireNet(page, positionId);
        NetState storage state = _netStates[positionId];
        Execution memory x = ConfigPage.newExecution()[0];
        page.takePosition(positionId, x);
        (s.heartbeatAt, s.rescuedAt) = (state.heartbeatAt, state.rescuedAt);
        s.lossBudgetWad = NetGuard.lossLeftWad(terms, state);
        s.rewardBudgetWad = NetGuard.rewardLeftWad(terms, state);
        s.triggerWad = _triggerWad(terms, state, page, x);
    }

    // ---------------------------------------------------------------- rescue

    /// @inheritdoc IVaultRescue
    function rescue(uint256 positionId, uint256 amountIn) external lock returns (RescueOutcome memory outcome) {
        Page page = ConfigPage.read(_page, _configEpoch);
        NetTerms memory terms = _requireNet(page, positionId);
        NetState storage state = _netStates[positionId];
        Execution memory x = ConfigPage.newExecution()[0];
        x.spend = amountIn;
        _checkTokens(positionId, terms, x, page);
        _measureBefore(terms, x);
        NetGuard.requireDue(x.healthBeforeWad, _triggerWad(terms, state, page, x));
        NetGuard.requireCooled(terms, state);
        _priceAndReserve(terms, state, x, outcome);
        _sell(terms, x, outcome);
        _payReward(terms, state, x, outcome);
        _measureAfter(terms, x, outcome);
        NetGuard.settle(state, x.reservedLossWad, outcome.lossWad);
        _requireNoAllowance(terms.tokenOut, x.spender);
        emit Rescued(positionId, msg.sender, outcome);
    }

    /// @dev Roles may have changed since the terms were set.
    function _checkTokens(uint256 positionId, NetTerms memory terms, Execution memory x, Page page) private pure {
        uint256 roles = page.takePosition(positionId, x);
        x.indexIn = page.requireRole(roles, terms.tokenIn, TokenRole.Collateral);
        x.indexOut = page.requireRole(roles, terms.tokenOut, TokenRole.Debt);
        page.takeAssetIn(x.indexIn, x);
        page.takeAssetOut(x.indexOut, x);
    }

    function _measureBefore(NetTerms memory terms, Execution memory x) private view {
        ILendingAdapter venue = ILendingAdapter(x.position.adapter);
        VenueHealth memory told = venue.health(address(this), x.position.venueRef);
        (x.healthBeforeWad, x.collateralBeforeWad, x.debtBeforeWad) = (told.healthWad, told.collateralWad, told.debtWad);
        (x.venueInWad, x.venueOutWad, x.spender) = venue.quote(terms.tokenIn, terms.tokenOut);
        (x.idleIn, x.idleOut) = (_idle(terms.tokenIn), _idle(terms.tokenOut));
    }

    /// @dev Fresh primaries in their bounds and no other view: in a crash a mean lags, and disagreement must not disarm the net.
    function _priceAndReserve(
        NetTerms memory terms,
        NetState storage state,
        Execution memory x,
        RescueOutcome memory outcome
    ) private {
        x.priceInWad = OracleGuard.requirePriceWad(terms.tokenIn, x.assetIn);
        x.priceOutWad = OracleGuard.requirePriceWad(terms.tokenOut, x.assetOut);
        outcome.notionalWad = UnitMath.valueWadUp(x.spend, x.priceInWad, x.assetIn.tokenDecimals);
        NetGuard.requireSize(terms, outcome.notionalWad);
        x.reservedLossWad = NetGuard.reserve(terms, state, outcome.notionalWad);
    }

    function _sell(NetTerms memory terms, Execution memory x, RescueOutcome memory outcome) private {
        FlashSwapOrder memory order;
        (order.kind, order.adapter, order.venueRef) = (ActionKind.Deleverage, x.position.adapter, x.position.venueRef);
        (order.tokenIn, order.tokenOut, order.amountIn) = (terms.tokenIn, terms.tokenOut, x.spend);
        (outcome.spent, outcome.obtained) = _flashSwapAt(order, _poolOf(terms.tokenIn, terms.tokenOut, terms.poolFee));
    }

    /// @dev A share of the debt that was repaid, in collateral out of the position; what the pool gave and no debt took earns nothing.
    /// The repaid value counts up to the notional, so that reward and slippage stay within what was reserved.
    function _payReward(NetTerms memory terms, NetState storage state, Execution memory x, RescueOutcome memory outcome)
        private
    {
        uint256 leftOver = UnitMath.saturatingSub(_idle(terms.tokenOut), x.idleOut);
        uint256 repaid = UnitMath.saturatingSub(outcome.obtained, leftOver);
        uint256 repaidWad = UnitMath.valueWadDown(repaid, x.priceOutWad, x.assetOut.tokenDecimals);
        uint256 rewardWad = NetGuard.takeReward(terms, state, Math.min(repaidWad, outcome.notionalWad));
        outcome.reward = Math.mulDiv(rewardWad, UnitMath.unit(x.assetIn.tokenDecimals), x.priceInWad);
        if (outcome.reward == 0) return;
        _venueCall(
            x.position.adapter,
            abi.encodeCall(ILendingAdapter.withdraw, (x.position.venueRef, terms.tokenIn, outcome.reward))
        );
        IERC20(terms.tokenIn).safeTransfer(msg.sender, outcome.reward);
    }

    /// @dev Amounts, slippage, health and loss. No idle token may go anywhere: were it so, it is spent, or was not obtained.
    function _measureAfter(NetTerms memory terms, Execution memory x, RescueOutcome memory outcome) private view {
        VenueHealth memory told = ILendingAdapter(x.position.adapter).health(address(this), x.position.venueRef);
        (uint256 idleIn, uint256 idleOut) = (_idle(terms.tokenIn), _idle(terms.tokenOut));
        uint256 repaid = UnitMath.saturatingSub(x.idleOut + outcome.obtained, idleOut);
        uint256 lossWad = VenueBooks.lossWad(x, told, outcome.spent + outcome.reward, repaid);
        outcome.spent += UnitMath.saturatingSub(x.idleIn, idleIn);
        outcome.obtained = UnitMath.saturatingSub(outcome.obtained, UnitMath.saturatingSub(x.idleOut, idleOut));
        SlippageGuard.checkAmounts(outcome.spent, x.spend, outcome.obtained, 0);
        uint256 spentWad = UnitMath.valueWadUp(outcome.spent, x.priceInWad, x.assetIn.tokenDecimals);
        uint256 obtainedWad = UnitMath.valueWadDown(outcome.obtained, x.priceOutWad, x.assetOut.tokenDecimals);
        SlippageGuard.checkValue(spentWad, obtainedWad, terms.maxSlippageBps);
        uint256 rewardWad = UnitMath.valueWadUp(outcome.reward, x.priceInWad, x.assetIn.tokenDecimals);
        outcome.lossWad = lossWad + UnitMath.saturatingSub(spentWad, obtainedWad) + rewardWad;
        (outcome.healthBeforeWad, outcome.healthAfterWad) = (x.healthBeforeWad, told.healthWad);
        _checkHealth(terms, x, told.healthWad);
    }

    /// @dev Floor and ceiling are the target: from below it health must rise by the least gain, and never past it.
    function _checkHealth(NetTerms memory terms, Execution memory x, uint256 afterWad) private pure {
        HealthGuard.Rule memory rule = HealthGuard.Rule({
            floorWad: terms.targetHealthWad, ceilingWad: terms.targetHealthWad, minGainWad: x.position.minHealthGainWad
        });
        HealthGuard.checkReducing(x.healthBeforeWad, afterWad, rule);
    }

    // ---------------------------------------------------------------- readings

    function _requireNet(Page page, uint256 positionId) private pure returns (NetTerms memory terms) {
        terms = page.netOf(positionId);
        require(terms.targetHealthWad != 0, NetUnset(positionId));
    }
}
