// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {Decision, Outcome} from "../types/Decision.sol";
import {IVaultTerms} from "./IVaultTerms.sol";

/// @title What an agent may ask of a vault
/// @notice Enforces the owner's limits on whatever a signing agent proposes. See the essay above the implementation for trust and limits.
interface IVaultAgent is IVaultTerms {
    /// @notice Executes a decision that this vault's signer signed. Anyone may relay it.
    /// @dev Requirements, in this order: unlocked; version, state and kind; signature, model and epoch; window and snapshot age; unused
    /// nonce; position, venue and tokens allowed; oracle; budgets; after the effects: amounts, slippage, health, loss, no allowance left.
    /// @param decision what to do
    /// @param signature 65-byte ECDSA signature of `hashDecision(decision)`, or an ERC-1271 signature where the signer is a contract
    function execute(Decision calldata decision, bytes calldata signature) external returns (Outcome memory);

    /// @notice Lets a decision wait that may not execute at once: `MustQueue` or `RiskBudgetExceeded` would refuse it.
    /// @dev Its `validUntil` bounds the queueing. It executes from the owner's delay on, for his time of grace, unless vetoed; a change of
    /// configuration kills it.
    function queue(Decision calldata decision, bytes calldata signature) external;

    /// @notice Executes a decision that has waited. Every guard is passed again, the signer's approval and the epoch included.
    function executeQueued(Decision calldata decision, bytes calldata signature) external returns (Outcome memory);

    /// @notice Runs everything that `execute` runs except the signature, then reverts with `PreviewResult` (or with the error that
    /// `execute` would meet). For eth_call.
    function preview(Decision calldata decision) external;
}
