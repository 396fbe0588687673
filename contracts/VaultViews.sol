// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultUpkeep} from "./VaultUpkeep.sol";
import {BudgetGuard} from "./guards/BudgetGuard.sol";
import {NonceGuard} from "./guards/NonceGuard.sol";
import {OracleGuard} from "./guards/OracleGuard.sol";
import {ILendingAdapter, VenueHealth} from "./interfaces/ILendingAdapter.sol";
import {IVaultCustody} from "./interfaces/IVaultCustody.sol";
import {Budget} from "./libraries/Budget.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {DecisionHash} from "./libraries/DecisionHash.sol";
import {UnitMath} from "./libraries/UnitMath.sol";
import {AssetConfig, PositionConfig, PositionStatus, TokenRole} from "./types/Config.sol";
import {Decision} from "./types/Decision.sol";
import {Execution} from "./types/Execution.sol";

/// @title What a vault tells agents, keepers and integrators
/// @notice Views that value something revert while funds move, so that nobody reads the middle of an action.
abstract contract VaultViews is VaultUpkeep, IVaultCustody {
    using Budget for Budget.Bucket;
    using ConfigPage for Page;
    using NonceGuard for mapping(uint256 => uint256);

    /// @inheritdoc IVaultCustody
    function hashDecision(Decision calldata decision) external view returns (bytes32) {
        return DecisionHash.digest(decision);
    }

    /// @inheritdoc IVaultCustody
    function domainSeparator() external view returns (bytes32) {
        return DecisionHash.domainSeparator();
    }

    /// @inheritdoc IVaultCustody
    function status(uint256 positionId) external view unlocked returns (PositionStatus memory s) {
        Execution memory x = ConfigPage.newExecution()[0];
        (s.state, s.configEpoch) = (_state, _configEpoch);
        Page page = ConfigPage.read(_page, s.configEpoch);
        page.takeTerms(x);
        uint256 roles = page.takePosition(positionId, x);
        VenueHealth memory told = _tryHealth(x.position.adapter, x.position.venueRef);
        (s.healthWad, s.collateralWad, s.debtWad) = (told.healthWad, told.collateralWad, told.debtWad);
        (s.lossBudgetWad, s.notionalBudgetWad) = BudgetGuard.available(_budgets, x.limits);
        (s.upkeep, s.upkeepCall) = _upkeep(positionId, x, page, roles, told);
    }

    /// @inheritdoc IVaultCustody
    function getPortfolioValue() external view unlocked returns (int256 valueWad) {
        for (uint256 i; i < _assetList.length; i++) {
            valueWad += _assetValue(_assetList[i]);
        }
    }

    /// @inheritdoc IVaultCustody
    function assetToPriceFeed(address token) external view returns (address feed) {
        return _assets[token].feed;
    }

    /// @inheritdoc IVaultCustody
    function swapProxy() external view returns (address) {
        return _swapProxy;
    }

    /// @dev Holdings round down and debts up, per token.
    function _assetValue(address token) private view returns (int256) {
        AssetConfig storage asset = _assets[token];
        uint256 priceWad = OracleGuard.requirePriceWad(token, asset);
        uint256 held = _idle(token);
        uint256 owed;
        for (uint256 i; i < _positionList.length; i++) {
            uint256 id = _positionList[i];
            if (_roles[id][token] == TokenRole.None) continue;
            PositionConfig storage position = _positions[id];
            held += ILendingAdapter(position.adapter).collateralOf(address(this), position.venueRef, token);
            owed += ILendingAdapter(position.adapter).debtOf(address(this), position.venueRef, token);
        }
        // no overflow: 128-bit prices of amounts that exist
        return int256(UnitMath.valueWadDown(held, priceWad, asset.tokenDecimals))
            - int256(UnitMath.valueWadUp(owed, priceWad, asset.tokenDecimals));
    }

    /// @inheritdoc IVaultCustody
    function isNonceUsed(uint256 positionId, uint256 nonce) external view returns (bool) {
        return _nonces[positionId].isUsed(nonce);
    }

    /// @inheritdoc IVaultCustody
    function nonceBitmap(uint256 positionId, uint256 word) external view returns (uint256) {
        return _nonces[positionId][word];
    }

    /// @inheritdoc IVaultCustody
    function idleBudget(address token) external view returns (uint256 left) {
        return _idleBuckets[token].available(_assets[token].idlePerWindow, _limits.windowSeconds);
    }

    /// @inheritdoc IVaultCustody
    function lossBudget() public view returns (uint256 leftWad) {
        (leftWad,) = BudgetGuard.available(_budgets, _limits);
    }

    /// @inheritdoc IVaultCustody
    function notionalBudget() public view returns (uint256 leftWad) {
        (, leftWad) = BudgetGuard.available(_budgets, _limits);
    }
}
