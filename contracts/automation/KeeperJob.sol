// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRebalanceVault} from "../interfaces/IRebalanceVault.sol";
import {AbstractKeeper} from "./AbstractKeeper.sol";

/// @title A job that anyone may work, paid to whoever works it
contract KeeperJob is AbstractKeeper {
    constructor(IRebalanceVault vault_, uint256 positionId_) AbstractKeeper(vault_, positionId_) {}

    /// @notice Whether `work` would do something now.
    function workable() external view returns (bool due) {
        (due,) = _due();
    }

    /// @notice Does what is due. Reverts with `NothingDue`, or with the vault's error.
    function work() external {
        _perform(msg.sender);
    }
}
