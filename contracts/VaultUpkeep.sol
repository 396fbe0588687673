// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultNet} from "./VaultNet.sol";
import {NetGuard} from "./guards/NetGuard.sol";
import {NonceGuard} from "./guards/NonceGuard.sol";
import {OracleGuard} from "./guards/OracleGuard.sol";
import {VenueHealth} from "./interfaces/ILendingAdapter.sol";
import {IVaultAgent} from "./interfaces/IVaultAgent.sol";
import {IVaultRescue} from "./interfaces/IVaultRescue.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {RescueSize} from "./libraries/RescueSize.sol";
import {QueuedDecision, TokenRole, Upkeep} from "./types/Config.sol";
import {RouteKind} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";
import {NetState, NetTerms} from "./types/Net.sol";

/// @title What a keeper would have to do now
/// @notice A rescue goes before anything that waits, and is offered only where it would pass in this very block at any pool price within the owner's
/// slippage cap. A decision that has waited is offered in its time; what prices, budgets and pools say then is the execution's to find out.
abstract contract VaultUpkeep is VaultNet {
    using ConfigPage for Page;
    using NonceGuard for mapping(uint256 => uint256);

    // where the arguments of `executeQueued` have a decision, behind the places of both arguments, and its members, one word each
    uint256 private constant DECISION_AT = 2 * 32;
    uint256 private constant POSITION_AT = DECISION_AT + 1 * 32;
    uint256 private constant ROUTE_AT = DECISION_AT + 4 * 32; // holds the route's place, counted from the decision's
    uint256 private constant NONCE_AT = DECISION_AT + 22 * 32;

    /// @param x position filled in
    /// @param roles of the position's tokens
    /// @param told the venue's view, health zero where it is mute
    function _upkeep(uint256 positionId, Execution memory x, Page page, uint256 roles, VenueHealth memory told)
        internal
        view
        returns (Upkeep, bytes memory)
    {
        uint256 amount = _rescueAmount(positionId, x, page, roles, told);
        if (amount != 0) return (Upkeep.SAFETY_NET, abi.encodeCall(IVaultRescue.rescue, (positionId, amount)));
        bytes memory call = _queuedCall(positionId, page);
        return call.length == 0 ? (Upkeep.NONE, call) : (Upkeep.QUEUE_READY, call);
    }

    /// @dev The latest of the position's decisions whose time has come, so that a new plan goes before the one it replaces; empty where there is
    /// none. The epoch that it waited in answers for state, signer, model, position and tokens: each of them changes it.
    function _queuedCall(uint256 positionId, Page page) private view returns (bytes memory call) {
        uint256 count = _queue.length;
        if (count == 0) return "";
        uint256 graceSeconds = page.queueTerms().graceSeconds;
        uint256 latest;
        for (uint256 i; i < count; i++) {
            QueuedDecision memory item = _queue[i];
            bool ripe = item.epoch == _configEpoch && block.timestamp >= item.executableAt
                && block.timestamp <= item.executableAt + graceSeconds;
            if (!ripe || item.executableAt < latest) continue;
            bytes memory arguments = PackedWords.unpack(ConfigPage.wordsAt(_queuedCalls[item.digest]));
            if (!_isCallable(positionId, arguments)) continue;
            (latest, call) = (item.executableAt, bytes.concat(IVaultAgent.executeQueued.selector, arguments));
        }
    }

    /// @dev A keeper has no calldata for a router: that decision is for whoever holds it, through the proxy. Three words are read of what this
    /// vault encoded itself; decoding all of them costs three times as much as the rest of this function.
    function _isCallable(uint256 positionId, bytes memory arguments) private view returns (bool) {
        if (_word(arguments, POSITION_AT) != positionId) return false;
        uint256 routeKind = _word(arguments, DECISION_AT + _word(arguments, ROUTE_AT)); // a route's first word
        if (routeKind == uint256(RouteKind.Aggregator)) return false;
        return !_nonces[positionId].isUsed(_word(arguments, NONCE_AT));
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 32), offset))
        }
    }

    /// @dev Zero where the net may not act. No slot is read while health is at or above the target, or no net is set.
    function _rescueAmount(uint256 positionId, Execution memory x, Page page, uint256 roles, VenueHealth memory told)
        private
        view
        returns (uint256)
    {
        NetTerms memory terms = page.netOf(positionId);
        if (told.healthWad == 0 || told.healthWad >= terms.targetHealthWad) return 0;
        NetState storage state = _netStates[positionId];
        if (told.healthWad >= _triggerWad(terms, state, page, x) || block.timestamp < NetGuard.cooledAt(terms, state)) {
            return 0;
        }
        uint256 indexIn = page.indexOf(terms.tokenIn);
        uint256 priceInWad = _usablePriceWad(page, roles, indexIn, TokenRole.Collateral);
        if (priceInWad == 0) return 0;
        if (_usablePriceWad(page, roles, page.indexOf(terms.tokenOut), TokenRole.Debt) == 0) return 0;
        RescueSize.Market memory market = RescueSize.Market({
            priceInWad: priceInWad,
            unitIn: 10 ** page.asset(indexIn).tokenDecimals,
            lossLeftWad: NetGuard.lossLeftWad(terms, state),
            minGainWad: x.position.minHealthGainWad,
            isOnlyCollateral: _collaterals(roles) == 1
        });
        return RescueSize.amountIn(terms, told, market);
    }

    /// @dev Zero where the token has lost its role, or its feed is not fit.
    function _usablePriceWad(Page page, uint256 roles, uint256 index, TokenRole role) private view returns (uint256) {
        if (ConfigPage.roleOf(roles, index) != role) return 0;
        OracleGuard.Reading memory reading = OracleGuard.read(page.asset(index));
        return reading.fault == OracleGuard.Fault.None ? reading.priceWad : 0;
    }

    function _collaterals(uint256 roles) private pure returns (uint256 count) {
        for (; roles != 0; roles >>= 8) {
            if (roles & 0xff == uint256(TokenRole.Collateral)) count++;
        }
    }
}
