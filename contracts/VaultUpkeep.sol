// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultNet} from "./VaultNet.sol";
import {NetGuard} from "./guards/NetGuard.sol";
import {OracleGuard} from "./guards/OracleGuard.sol";
import {VenueHealth} from "./interfaces/ILendingAdapter.sol";
import {IVaultRescue} from "./interfaces/IVaultRescue.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {RescueSize} from "./libraries/RescueSize.sol";
import {TokenRole, Upkeep} from "./types/Config.sol";
import {Execution} from "./types/Execution.sol";
import {NetState, NetTerms} from "./types/Net.sol";

/// @title What a keeper would have to do now
/// @notice Answers with a call only where that call would pass in this very block at any pool price within the owner's slippage cap.
abstract contract VaultUpkeep is VaultNet {
    using ConfigPage for Page;

    /// @param x position filled in
    /// @param roles of the position's tokens
    /// @param told the venue's view, health zero where it is mute
    function _upkeep(uint256 positionId, Execution memory x, Page page, uint256 roles, VenueHealth memory told)
        internal
        view
        returns (Upkeep, bytes memory)
    {
        uint256 amount = _rescueAmount(positionId, x, page, roles, told);
        if (amount == 0) return (Upkeep.NONE, "");
        return (Upkeep.SAFETY_NET, abi.encodeCall(IVaultRescue.rescue, (positionId, amount)));
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
        uint256 priceInWad = _usablePriceWad(page, roles, terms.tokenIn, TokenRole.Collateral);
        if (priceInWad == 0 || _usablePriceWad(page, roles, terms.tokenOut, TokenRole.Debt) == 0) return 0;
        RescueSize.Market memory market = RescueSize.Market({
            priceInWad: priceInWad,
            unitIn: 10 ** page.asset(page.indexOf(terms.tokenIn)).tokenDecimals,
            lossLeftWad: NetGuard.lossLeftWad(terms, state),
            minGainWad: x.position.minHealthGainWad,
            isOnlyCollateral: _collaterals(roles) == 1
        });
        return RescueSize.amountIn(terms, told, market);
    }

    /// @dev Zero where the token has lost its role, or its feed is not fit.
    function _usablePriceWad(Page page, uint256 roles, address token, TokenRole role) private view returns (uint256) {
        uint256 index = page.indexOf(token);
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
