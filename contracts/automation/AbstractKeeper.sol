// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRebalanceVault} from "../interfaces/IRebalanceVault.sol";
import {PositionStatus, Upkeep} from "../types/Config.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title One position of one vault, as keeper networks want to be told about it
/// @notice Permission-neutral: it has no role in the vault, asks `status`, and calls nothing but that vault with what `status` says. Whoever
/// could call it could call the vault itself.
/// @custom:kill Holds nothing and needs no trust; stop calling it.
abstract contract AbstractKeeper {
    using SafeERC20 for IERC20;

    IRebalanceVault public immutable vault;
    uint256 public immutable positionId;

    /// @notice There is nothing to do now.
    error NothingDue(uint256 positionId);

    constructor(IRebalanceVault vault_, uint256 positionId_) {
        vault_.status(positionId_); // reverts where there is no such vault or position
        (vault, positionId) = (vault_, positionId_);
    }

    /// @return due whether there is something to do
    /// @return call calldata for the vault
    function _due() internal view returns (bool due, bytes memory call) {
        PositionStatus memory status = vault.status(positionId);
        return (status.upkeep != Upkeep.NONE, status.upkeepCall);
    }

    /// @dev Asks again, whatever the caller was told before, and hands the reward on: all of the reward's token that is here, since nothing
    /// is meant to be.
    function _perform(address rewardTo) internal {
        (bool due, bytes memory call) = _due();
        require(due, NothingDue(positionId));
        address token = vault.netTerms(positionId).tokenIn;
        Address.functionCall(address(vault), call);
        uint256 reward = token == address(0) ? 0 : IERC20(token).balanceOf(address(this));
        if (reward != 0) IERC20(token).safeTransfer(rewardTo, reward);
    }
}
