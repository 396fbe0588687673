// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultPage} from "./VaultPage.sol";
import {IVaultConfiguration} from "./interfaces/IVaultConfiguration.sol";
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
abstract contract VaultConfigViews is VaultPage, IVaultConfiguration {
    /// @inheritdoc IVaultConfiguration
    function owner() external view returns (address) {
        return _owner;
    }

    /// @inheritdoc IVaultConfiguration
    function pendingOwner() external view returns (address) {
        return _pendingOwner;
    }

    /// @inheritdoc IVaultConfiguration
    function curator() external view returns (address) {
        return _curator;
    }

    /// @inheritdoc IVaultConfiguration
    function guardian() external view returns (address) {
        return _guardian;
    }

    /// @inheritdoc IVaultConfiguration
    function signer() external view returns (address) {
        return _signer;
    }

    /// @inheritdoc IVaultConfiguration
    function state() external view returns (VaultState) {
        return _state;
    }

    /// @inheritdoc IVaultConfiguration
    function configEpoch() external view returns (uint64) {
        return _configEpoch;
    }

    /// @inheritdoc IVaultConfiguration
    function configPage() external view returns (address) {
        return _page;
    }

    /// @inheritdoc IVaultConfiguration
    function timelockSeconds() external view returns (uint32) {
        return _timelockSeconds;
    }

    /// @inheritdoc IVaultConfiguration
    function limits() external view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc IVaultConfiguration
    function assetList() external view returns (address[] memory) {
        return _assetList;
    }

    /// @inheritdoc IVaultConfiguration
    function positionList() external view returns (uint256[] memory) {
        return _positionList;
    }

    /// @inheritdoc IVaultConfiguration
    function assetConfig(address token) external view returns (AssetConfig memory) {
        return _assets[token];
    }

    /// @inheritdoc IVaultConfiguration
    function positionConfig(uint256 positionId) external view returns (PositionConfig memory) {
        return _positions[positionId];
    }

    /// @inheritdoc IVaultConfiguration
    function positionTokens(uint256 positionId) external view returns (address[] memory) {
        return _positionTokens[positionId];
    }

    /// @inheritdoc IVaultConfiguration
    function tokenRole(uint256 positionId, address token) external view returns (TokenRole) {
        return _roles[positionId][token];
    }

    /// @inheritdoc IVaultConfiguration
    function queueTerms() external view returns (QueueTerms memory) {
        return _queueTerms;
    }

    /// @inheritdoc IVaultConfiguration
    function queuedDecisions() external view returns (QueuedDecision[] memory) {
        return _queue;
    }

    /// @inheritdoc IVaultConfiguration
    function netTerms(uint256 positionId) external view returns (NetTerms memory) {
        return _nets[positionId];
    }

    /// @inheritdoc IVaultConfiguration
    function modelList() external view returns (bytes32[] memory) {
        return _modelList;
    }

    /// @inheritdoc IVaultConfiguration
    function isModelApproved(bytes32 modelId) public view returns (bool) {
        (bool approved,) = _findModel(modelId);
        return approved;
    }

    /// @inheritdoc IVaultConfiguration
    function executableAt(bytes32 callHash) external view returns (uint256) {
        return _executableAt[callHash];
    }

    function _findModel(bytes32 modelId) internal view returns (bool approved, uint256 index) {
        uint256 count = _modelList.length;
        for (; index < count; index++) {
            if (_modelList[index] == modelId) return (true, index);
        }
    }
}
