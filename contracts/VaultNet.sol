// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {NetGuard} from "./guards/NetGuard.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {VaultState} from "./types/Config.sol";
import {Execution} from "./types/Execution.sol";
import {NetState, NetTerms} from "./types/Net.sol";

/// @title When a rescue is due
/// @notice One rule for whoever asks and for the rescue itself.
abstract contract VaultNet is VaultBase {
    using ConfigPage for Page;

    /// @dev Health below which the net may act now.
    /// @param x position filled in
    function _triggerWad(NetTerms memory terms, NetState storage state, Page page, Execution memory x)
        internal
        view
        returns (uint256)
    {
        bool agentMayAct = x.position.enabled && page.signer() != address(0) && _state != VaultState.Halted;
        return NetGuard.triggerWad(terms, x.position.emergencyHealthWad, state.heartbeatAt, agentMayAct);
    }
}
