// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRebalanceVault} from "../interfaces/IRebalanceVault.sol";
import {AbstractKeeper} from "./AbstractKeeper.sol";

/// @title Custom-logic upkeep in the form of Chainlink Automation
/// @notice Rewards go to `rewardTo`: the forwarder that calls has no use for them.
contract ChainlinkUpkeep is AbstractKeeper {
    address public immutable rewardTo;

    constructor(IRebalanceVault vault_, uint256 positionId_, address rewardTo_) AbstractKeeper(vault_, positionId_) {
        rewardTo = rewardTo_;
    }

    /// @notice Whether to perform now. The data is for the record: `performUpkeep` does not read it.
    function checkUpkeep(bytes calldata) external view returns (bool upkeepNeeded, bytes memory performData) {
        return _due();
    }

    /// @notice Does what is due by then. Reverts with `NothingDue`, or with the vault's error.
    function performUpkeep(bytes calldata) external {
        _perform(rewardTo);
    }
}
