// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultStorage} from "./VaultStorage.sol";
import {IVaultConfigViews} from "./interfaces/IVaultConfigViews.sol";
import {
    AssetConfig,
    Limits,
    PositionConfig,
    QueueTerms,
    QueuedDecision,
    TokenRole,
    VaultState
} from "./types/Config.sol";
import {NetTerms} from "./types/Net.sol";

/// @title What a vault's configuration is
abstract contract VaultConfigViews is VaultStorage, IVaultConfigViews {
    /// @inheritdoc IVaultConfigViews
    function owner() external view returns (address) {
        return _owner;
    }

    /// @inheritdoc IVaultConfigViews
    function pendingOwner() external view returns (address) {
        return _pendingOwner;
    }

    /// @inheritdoc IVaultConfigViews
    function curator() external view returns (address) {
        return _curator;
    }

    /// @inheritdoc IVaultConfigViews
    function guardian() external view returns (address) {
        return _guardian;
    }

    /// @inheritdoc IVaultConfigViews
    function signer() external view returns (address) {
        return _signer;
    }

    /// @inheritdoc IVaultConfigViews
    function state() external view returns (VaultState) {
        return _state;
    }

    /// @inheritdoc IVaultConfigViews
    function configEpoch() external view returns (uint64) {
        return _configEpoch;
    }

    /// @inheritdoc IVaultConfigViews
    function configPage() external view returns (address) {
        return _page;
    }

    /// @inheritdoc IVaultConfigViews
    function timelockSeconds() external view returns (uint32) {
        return _timelockSeconds;
    }

    /// @inheritdoc IVaultConfigViews
    function limits() external view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc IVaultConfigViews
    function assetList() external view returns (address[] memory) {
        return _assetList;
    }

    /// @inheritdoc IVaultConfigViews
    function positionList() external view returns (uint256[] memory) {
        return _positionList;
    }

    /// @inheritdoc IVaultConfigViews
    function assetConfig(address token) external view returns (AssetConfig memory) {
        return _assets[token];
    }

    /// @inheritdoc IVaultConfigViews
    function positionConfig(uint256 positionId) external view returns (PositionConfig memory) {
        return _positions[positionId];
    }

    /// @inheritdoc IVaultConfigViews
    function positionTokens(uint256 positionId) external view returns (address[] memory) {
        return _positionTokens[positionId];
    }

    /// @inheritdoc IVaultConfigViews
    function tokenRole(uint256 positionId, address token) external view returns (TokenRole) {
        return _roles[positionId][token];
    }

    /// @inheritdoc IVaultConfigViews
    function queueTerms() external view returns (QueueTerms memory) {
        return _queueTerms;
    }

    /// @inheritdoc IVaultConfigViews
    function queuedDecisions() external view returns (QueuedDecision[] memory) {
        return _queue;
    }

    /// @inheritdoc IVaultConfigViews
    function netTerms(uint256 positionId) external view returns (NetTerms memory) {
        return _nets[positionId];
    }

    /// @inheritdoc IVaultConfigViews
    function modelList() external view returns (bytes32[] memory) {
        return _modelList;
    }

    /// @inheritdoc IVaultConfigViews
    function isModelApproved(bytes32 modelId) external view returns (bool) {
        (bool approved,) = _findModel(modelId);
        return approved;
    }

    /// @inheritdoc IVaultConfigViews
    function executableAt(bytes32 callHash) external view returns (uint256) {
        return _executableAt[callHash];
    }
}
