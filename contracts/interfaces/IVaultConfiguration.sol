// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {AssetConfig, InitialConfig, Limits, PositionSetup, QueueTerms, VaultState} from "../types/Config.sol";
import {NetTerms} from "../types/Net.sol";

/// @title Configuration of a vault
/// @notice Behind the vault's own address; the code lives in `VaultConfigurator`.
interface IVaultConfiguration {
    function initialize(InitialConfig calldata config) external;

    /// @notice Announces a call to one of the timelocked setters below.
    function submit(bytes calldata call) external;
    /// @notice Owner or guardian: kills an announced call.
    function veto(bytes calldata call) external;

    // timelocked: whatever loosens or is not clearly monotone
    function setLimits(Limits calldata newLimits) external;
    function setAsset(address token, AssetConfig calldata config) external;
    function setPosition(PositionSetup calldata setup) external;
    function approveModel(bytes32 modelId) external;
    function setQueue(QueueTerms calldata newTerms) external;
    /// @notice What anyone may do to save the position. New terms wait, tighter ones too: what to do at once is `disableNet`.
    function setNet(uint256 positionId, NetTerms calldata terms) external;
    function setTimelock(uint32 newSeconds) external;

    // immediate: whatever tightens
    function tightenLimits(Limits calldata newLimits) external;
    function disablePosition(uint256 positionId) external;
    function disableNet(uint256 positionId) external;
    function revokeModel(bytes32 modelId) external;
    function cancelNonces(uint256 positionId, uint256 word, uint256 mask) external;
    function revokeSigner() external;
    /// @notice Owner or guardian: kills a queued decision.
    function vetoDecision(bytes32 decisionHash) external;
    function setState(VaultState to) external;

    // owner only
    /// @notice Lets a queued decision execute at once.
    function releaseDecision(bytes32 decisionHash) external;
    function setSigner(address newSigner) external;
    function setRoles(address newCurator, address newGuardian) external;
    function transferOwnership(address to) external;
    function acceptOwnership() external;
}
