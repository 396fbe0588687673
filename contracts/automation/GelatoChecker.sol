// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRebalanceVault} from "../interfaces/IRebalanceVault.sol";
import {AbstractKeeper} from "./AbstractKeeper.sol";

/// @title Resolver in the form that Gelato gave it
/// @notice The task's target is the vault itself: whoever executes calls it with `execPayload`, and is paid by it.
contract GelatoChecker is AbstractKeeper {
    constructor(IRebalanceVault vault_, uint256 positionId_) AbstractKeeper(vault_, positionId_) {}

    /// @notice Whether to execute now, and the calldata for the vault.
    function checker() external view returns (bool canExec, bytes memory execPayload) {
        return _due();
    }
}
