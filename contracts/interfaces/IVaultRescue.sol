// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {NetStatus, RescueOutcome} from "../types/Net.sol";
import {IVaultTerms} from "./IVaultTerms.sol";

/// @title The safety net: what anyone may do for a position that its agent does not save
interface IVaultRescue is IVaultTerms {
    event HeartbeatSeen(uint256 indexed positionId, uint48 seenAt);
    event Rescued(uint256 indexed positionId, address indexed by, RescueOutcome outcome);

    error NetUnset(uint256 positionId);
    error RescueNotDue(uint256 healthWad, uint256 belowWad);
    error CoolingDown(uint256 nowSeconds, uint256 untilSeconds);
    error ActionTooSmall(uint256 notionalWad, uint256 allowedWad);
    error HeartbeatFromFuture(uint256 seenAt, uint256 nowSeconds);
    error HeartbeatNotNewer(uint256 seenAt, uint256 latest);

    /// @notice Notes that the agent answers for the position. Anyone may relay what the signer signed.
    /// @param seenAt unix second of the heartbeat, not in the future and later than the latest known
    /// @param signature of `hashHeartbeat(positionId, seenAt)` by the vault's signer
    function heartbeat(uint256 positionId, uint48 seenAt, bytes calldata signature) external;

    /// @notice Sells collateral of the position and repays its debt, by the owner's rule and from its own budgets. Works in every state of
    /// the vault and pays the caller a reward.
    /// @dev Requirements, in this order: unlocked; net set; roles of its tokens; due; cooled down; feeds; size; budget; after the effects:
    /// amounts, slippage, health, loss, no allowance left.
    /// @param amountIn tokenIn units to sell, exact
    function rescue(uint256 positionId, uint256 amountIn) external returns (RescueOutcome memory);

    /// @notice EIP-712 digest of a heartbeat, for this chain and this vault.
    function hashHeartbeat(uint256 positionId, uint48 seenAt) external view returns (bytes32);

    /// @notice What the net remembers and has left. Reverts where none is set.
    function netStatus(uint256 positionId) external view returns (NetStatus memory);
}
