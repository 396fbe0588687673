// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {
    AssetConfig,
    Limits,
    PositionConfig,
    QueueTerms,
    QueuedDecision,
    TokenRole,
    VaultState
} from "../types/Config.sol";
import {NetTerms} from "../types/Net.sol";

/// @title What a vault's configuration is
/// @notice Behind the vault's own address; the code lives in `VaultConfigViews`, with the owner's plane.
interface IVaultConfigViews {
    /// @notice Custody.
    function owner() external view returns (address);

    /// @notice Whom the owner offered the vault to.
    function pendingOwner() external view returns (address);

    /// @notice Configuration.
    function curator() external view returns (address);

    /// @notice Towards Halted.
    function guardian() external view returns (address);

    /// @notice The agent's key; zero = no agent.
    function signer() external view returns (address);

    /// @notice Breaker.
    function state() external view returns (VaultState);

    /// @notice Counts the changes of configuration; a decision names the one it was made under.
    function configEpoch() external view returns (uint64);

    /// @notice Account whose code is the copy of the configuration that executions read, see ConfigPage; a new one with every epoch.
    function configPage() external view returns (address);

    /// @notice Delay of what loosens.
    function timelockSeconds() external view returns (uint32);

    /// @notice Owner's limits.
    function limits() external view returns (Limits memory);

    /// @notice Every token with a feed.
    function assetList() external view returns (address[] memory);

    /// @notice Every position, disabled ones too.
    function positionList() external view returns (uint256[] memory);

    /// @notice How `token` is valued; all zero where it is not registered.
    function assetConfig(address token) external view returns (AssetConfig memory);

    /// @notice All zero where there is no such position.
    function positionConfig(uint256 positionId) external view returns (PositionConfig memory);

    /// @notice Tokens with a role in the position.
    function positionTokens(uint256 positionId) external view returns (address[] memory);

    /// @notice What `token` may be used for in the position.
    function tokenRole(uint256 positionId, address token) external view returns (TokenRole);

    /// @notice The position's safety net; all zero where there is none.
    function netTerms(uint256 positionId) external view returns (NetTerms memory);

    /// @notice Ids of the models whose decisions are accepted, in no order.
    function modelList() external view returns (bytes32[] memory);

    /// @notice When a decision has to wait.
    function queueTerms() external view returns (QueueTerms memory);

    /// @notice Decisions that wait, and those that are over and have not made room yet.
    function queuedDecisions() external view returns (QueuedDecision[] memory);

    /// @notice Whether decisions of this model are accepted.
    function isModelApproved(bytes32 modelId) external view returns (bool);

    /// @notice Unix second from which a submitted call may be made, zero = not submitted. `callHash` = keccak256 of its calldata.
    function executableAt(bytes32 callHash) external view returns (uint256);
}
