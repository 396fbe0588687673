// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {PositionStatus} from "../types/Config.sol";
import {Decision, Outcome} from "../types/Decision.sol";
import {IVaultTerms} from "./IVaultTerms.sol";

/// @title Execution, views and the owner's way in and out
/// @notice Holds one borrower's positions and enforces the owner's limits on whatever a signing agent proposes. See the essay above the
/// implementation for trust and limits.
interface IVaultExecution is IVaultTerms {
    // ---------------------------------------------------------------- agent

    /// @notice Executes a decision that this vault's signer signed. Anyone may relay it.
    /// @dev Requirements, in this order: unlocked; version, state and kind; signature, model and epoch; window and snapshot age; unused
    /// nonce; position, venue and tokens allowed; oracle; budgets; after the effects: amounts, slippage, health, loss, no allowance left.
    /// @param decision what to do
    /// @param signature 65-byte ECDSA signature of `hashDecision(decision)`, or an ERC-1271 signature where the signer is a contract
    function execute(Decision calldata decision, bytes calldata signature) external returns (Outcome memory);

    /// @notice Runs everything that `execute` runs except the signature, then reverts with `PreviewResult` (or with the error that
    /// `execute` would meet). For eth_call.
    function preview(Decision calldata decision) external;

    /// @notice EIP-712 digest that the signer signs, for this chain and this vault.
    function hashDecision(Decision calldata decision) external view returns (bytes32);

    // ---------------------------------------------------------------- views

    function status(uint256 positionId) external view returns (PositionStatus memory);

    /// @notice USD value, 18 decimals, of idle funds plus collateral minus debt over every registered asset and position, at the primary
    /// feeds. Reverts while the vault is locked, and where a feed is not usable.
    function getPortfolioValue() external view returns (int256 valueWad);

    function domainSeparator() external view returns (bytes32);
    function isNonceUsed(uint256 positionId, uint256 nonce) external view returns (bool);
    function nonceBitmap(uint256 positionId, uint256 word) external view returns (uint256);
    function idleBudget(address token) external view returns (uint256 left);
    function lossBudget() external view returns (uint256 leftWad);
    function notionalBudget() external view returns (uint256 leftWad);

    // ---------------------------------------------------------------- owner: free of every guard, in every state

    function supply(uint256 positionId, address token, uint256 amount) external;
    function borrow(uint256 positionId, address token, uint256 amount, address to) external;
    function repay(uint256 positionId, address token, uint256 amount) external;
    function withdraw(uint256 positionId, address token, uint256 amount, address to) external;
    function transferPosition(uint256 positionId, address token, uint256 amount, address to) external;
    function sweep(address token, uint256 amount, address to) external;
    function sweepNative(uint256 amount, address payable to) external;

    /// @notice Sells collateral to repay debt at the owner's own `minOut`, through one Uniswap V3 flash swap.
    function flashExit(uint256 positionId, bytes calldata path, uint256 amountIn, uint256 minOut) external;
}
