// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "./interfaces/IVaultTerms.sol";
import {Budget} from "./libraries/Budget.sol";
import {
    AssetConfig,
    Limits,
    PositionConfig,
    QueueTerms,
    QueuedDecision,
    TokenRole,
    VaultState
} from "./types/Config.sol";
import {NetState, NetTerms} from "./types/Net.sol";

/// @title Storage, lock and roles of a vault
/// @dev All storage of a vault is declared here and nowhere else, so that all planes of a vault's code, which run by
/// delegatecall, agree on every slot by construction.
abstract contract VaultStorage is IVaultTerms {
    // one slot: all that every execution asks for; the page is the copy of everything else, see ConfigPage
    address internal _page;
    uint64 internal _configEpoch; // every change of configuration counts it up and kills the decisions made before
    VaultState internal _state;

    address internal _owner;
    bool internal _initialized;
    address internal _pendingOwner;
    address internal _curator;
    uint32 internal _timelockSeconds;
    address internal _guardian;
    address internal _signer;

    Limits internal _limits;
    Budget.Pair internal _budgets;
    QueueTerms internal _queueTerms;
    Budget.Bucket internal _riskBucket; // risk-raising notional that needed no queue, USD
    QueuedDecision[] internal _queue;

    address[] internal _assetList;
    uint256[] internal _positionList;
    bytes32[] internal _modelList;
    mapping(address token => AssetConfig) internal _assets;
    mapping(address token => address) internal _quotes; // the other token of a mean-price pool `second`
    mapping(address token => Budget.Bucket) internal _idleBuckets;
    mapping(uint256 positionId => PositionConfig) internal _positions;
    mapping(uint256 positionId => address[]) internal _positionTokens;
    mapping(uint256 positionId => mapping(address token => TokenRole)) internal _roles;
    mapping(uint256 positionId => mapping(uint256 word => uint256)) internal _nonces;
    mapping(bytes32 callHash => uint256) internal _executableAt; // unix seconds, zero = not submitted
    mapping(uint256 positionId => NetTerms) internal _nets;
    mapping(uint256 positionId => NetState) internal _netStates;
    mapping(bytes32 digest => address) internal _queuedCalls; // arguments of a queued decision, packed, as code; stale where the queue has it not

    uint256 private transient _locked; // 1 while funds move; a slot of its own, so that writing it reads nothing
    bool internal transient _carrying; // a position is on its way, and the lender in flight answers to the plane that carries it

    /// @dev Held by whatever moves funds, from its first line to its last; transient, so no path can leave it shut.
    modifier lock() {
        _enter();
        _;
        _locked = 0;
    }

    /// @dev For what neither moves funds nor may run while funds move.
    modifier unlocked() {
        _requireUnlocked();
        _;
    }

    modifier onlyOwner() {
        _requireOwner();
        _;
    }

    /// @dev What is deployed directly serves clones and delegatecalls; it is no vault itself and cannot be initialised.
    constructor() {
        _initialized = true;
    }

    function _enter() internal {
        _requireUnlocked();
        _locked = 1;
    }

    function _requireUnlocked() internal view {
        require(_locked == 0, Locked());
    }

    /// @dev For what only an execution may reach.
    function _requireLocked() internal view {
        require(_locked != 0, Unauthorized(msg.sender));
    }

    function _requireOwner() internal view {
        require(msg.sender == _owner, Unauthorized(msg.sender));
    }

    /// @dev Position as its venue is asked for it; unknown positions have no adapter and end here.
    function _knownPosition(uint256 positionId) internal view returns (PositionConfig storage position) {
        position = _positions[positionId];
        require(position.adapter != address(0), PositionForbidden(positionId));
    }

    /// @dev Place of a model in the list; its length where it is not there.
    function _findModel(bytes32 modelId) internal view returns (bool approved, uint256 index) {
        uint256 count = _modelList.length;
        for (; index < count; index++) {
            if (_modelList[index] == modelId) return (true, index);
        }
    }
}
