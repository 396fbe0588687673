// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultPage} from "./VaultPage.sol";
import {VaultWiring} from "./VaultWiring.sol";
import {BudgetGuard} from "./guards/BudgetGuard.sol";
import {NetGuard} from "./guards/NetGuard.sol";
import {IVaultConfiguration} from "./interfaces/IVaultConfiguration.sol";
import {Budget} from "./libraries/Budget.sol";
import {ConfigCheck} from "./libraries/ConfigCheck.sol";
import {DecisionQueue} from "./libraries/DecisionQueue.sol";
import {NetCheck} from "./libraries/NetCheck.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    Limits,
    PositionConfig,
    PositionSetup,
    PositionToken,
    QueueTerms,
    QueuedDecision,
    TokenRole,
    VaultState
} from "./types/Config.sol";
import {NetState, NetTerms} from "./types/Net.sol";
import {Wiring} from "./types/Wiring.sol";

/// @title Roles, limits and the timelock
/// @notice The timelock is data: `submit` notes from when on a call may be made, the setter asks for the note of its own calldata and tears
/// it up. What loosens, or is not clearly monotone, waits; what tightens is immediate; nothing here can touch the owner's exit.
/// @dev Setters need no reentrancy lock of their own: they move no funds. They are barred while funds move, so that no callback can change
/// the rules of the action that it is part of. Called directly, it meets its own empty storage, where nobody has a role.
/// @custom:kill Holds nothing; without it a vault keeps its configuration and its owner's exit.
contract VaultConfigurator is VaultPage, IVaultConfiguration {
    using Budget for Budget.Bucket;
    using BudgetGuard for Budget.Pair;
    using DecisionQueue for QueuedDecision[];

    address private immutable _uniswapV3Factory;

    constructor(Wiring memory wiring) VaultWiring(wiring) {
        _uniswapV3Factory = wiring.uniswapV3Factory;
    }

    /// @inheritdoc IVaultConfiguration
    function initialize(InitialConfig calldata config) external {
        require(!_initialized, AlreadyInitialized());
        _initialized = true;
        require(config.owner != address(0), ZeroAddress("owner"));
        _owner = config.owner;
        _signer = config.roles.signer; // zero = no agent yet: a choice, and SignerUnset is the answer to every decision
        _setRoles(config.roles.curator, config.roles.guardian);
        _setTimelock(config.timelockSeconds);
        _setLimits(config.limits);
        for (uint256 i; i < config.assets.length; i++) {
            _setAsset(config.assets[i].token, config.assets[i].config);
        }
        for (uint256 i; i < config.positions.length; i++) {
            _setPosition(config.positions[i]);
        }
        for (uint256 i; i < config.models.length; i++) {
            _approveModel(config.models[i]);
        }
        emit OwnershipTransferred(address(0), config.owner);
        emit SignerChanged(address(0), config.roles.signer, msg.sender);
        _changed();
    }

    // ---------------------------------------------------------------- timelock

    /// @inheritdoc IVaultConfiguration
    function submit(bytes calldata call) external unlocked {
        _requireCurator();
        // the first four bytes are meant: the selector; a shorter call gets zeros and is no setter
        // forge-lint: disable-next-line(unsafe-typecast)
        bytes4 selector = bytes4(call);
        require(_isTimelocked(selector), ValueForbidden("selector", uint32(selector), 0));
        bytes32 callHash = keccak256(call);
        require(_executableAt[callHash] == 0, AlreadySubmitted(callHash));
        _executableAt[callHash] = block.timestamp + _timelockSeconds;
        emit ConfigSubmitted(callHash, call, _executableAt[callHash]);
    }

    /// @inheritdoc IVaultConfiguration
    function veto(bytes calldata call) external unlocked {
        require(msg.sender == _owner || msg.sender == _guardian, Unauthorized(msg.sender));
        bytes32 callHash = keccak256(call);
        require(_executableAt[callHash] != 0, NotSubmitted(callHash));
        delete _executableAt[callHash];
        emit ConfigVetoed(callHash, msg.sender);
    }

    /// @inheritdoc IVaultConfiguration
    function setLimits(Limits calldata newLimits) external unlocked {
        _timelocked();
        _accrueBudgets();
        _setLimits(newLimits);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function setAsset(address token, AssetConfig calldata config) external unlocked {
        _timelocked();
        _accrueIdle(token);
        _setAsset(token, config);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function setPosition(PositionSetup calldata setup) external unlocked {
        _timelocked();
        _setPosition(setup);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function approveModel(bytes32 modelId) external unlocked {
        _timelocked();
        _approveModel(modelId);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    /// @dev The terms' first second counts as a heartbeat: silence before it says nothing.
    function setNet(uint256 positionId, NetTerms calldata terms) external unlocked {
        _timelocked();
        NetCheck.terms(terms, _knownPosition(positionId), _roles[positionId], _uniswapV3Factory);
        NetState storage netState = _netStates[positionId];
        NetGuard.accrue(_nets[positionId], netState);
        _nets[positionId] = terms;
        netState.heartbeatAt = uint48(block.timestamp);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function setQueue(QueueTerms calldata newTerms) external unlocked {
        _timelocked();
        ConfigCheck.queue(newTerms);
        _accrueBudgets();
        _queueTerms = newTerms;
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function setTimelock(uint32 newSeconds) external unlocked {
        _timelocked();
        _setTimelock(newSeconds);
        _changed();
    }

    // ---------------------------------------------------------------- immediate

    /// @inheritdoc IVaultConfiguration
    function tightenLimits(Limits calldata newLimits) external unlocked {
        _requireCurator();
        ConfigCheck.requireTighter(_limits, newLimits);
        _accrueBudgets();
        _setLimits(newLimits);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function disablePosition(uint256 positionId) external unlocked {
        _requireCurator();
        _knownPosition(positionId).enabled = false;
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function disableNet(uint256 positionId) external unlocked {
        _requireCurator();
        NetGuard.accrue(_nets[positionId], _netStates[positionId]);
        delete _nets[positionId];
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function revokeModel(bytes32 modelId) external unlocked {
        _requireCurator();
        (bool approved, uint256 index) = _findModel(modelId);
        if (approved) {
            _modelList[index] = _modelList[_modelList.length - 1];
            _modelList.pop();
        }
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    /// @dev Does not touch the epoch: decisions on other nonces stay alive.
    function cancelNonces(uint256 positionId, uint256 word, uint256 mask) external unlocked {
        _requireAnyRole();
        _nonces[positionId][word] |= mask;
        emit NoncesCancelled(positionId, word, mask);
    }

    /// @inheritdoc IVaultConfiguration
    function vetoDecision(bytes32 decisionHash) external unlocked {
        require(msg.sender == _owner || msg.sender == _guardian, Unauthorized(msg.sender));
        _queue.remove(_queue.indexOf(decisionHash));
        emit QueueVetoed(decisionHash, msg.sender);
    }

    /// @inheritdoc IVaultConfiguration
    function releaseDecision(bytes32 decisionHash) external onlyOwner unlocked {
        QueuedDecision storage item = _queue[_queue.indexOf(decisionHash)];
        // never later than it was
        if (item.executableAt > block.timestamp) item.executableAt = uint64(block.timestamp);
        emit QueueReleased(decisionHash);
    }

    /// @inheritdoc IVaultConfiguration
    function revokeSigner() external unlocked {
        _requireAnyRole();
        _changeSigner(address(0));
    }

    /// @inheritdoc IVaultConfiguration
    function setState(VaultState to) external unlocked {
        VaultState from = _state;
        _requireAnyRole();
        // only the owner eases; the others may only move towards Halted
        require(msg.sender == _owner || to > from, Unauthorized(msg.sender));
        _state = to;
        emit StateChanged(from, to, msg.sender);
        _changed();
    }

    // ---------------------------------------------------------------- owner

    /// @inheritdoc IVaultConfiguration
    function setSigner(address newSigner) external onlyOwner unlocked {
        require(newSigner != address(0), ZeroAddress("signer"));
        _changeSigner(newSigner);
    }

    /// @inheritdoc IVaultConfiguration
    function setRoles(address newCurator, address newGuardian) external onlyOwner unlocked {
        _setRoles(newCurator, newGuardian);
        _changed();
    }

    /// @inheritdoc IVaultConfiguration
    function transferOwnership(address to) external onlyOwner unlocked {
        _pendingOwner = to; // zero withdraws the offer
        emit OwnershipTransferStarted(_owner, to);
    }

    /// @inheritdoc IVaultConfiguration
    function acceptOwnership() external unlocked {
        require(msg.sender == _pendingOwner, Unauthorized(msg.sender));
        emit OwnershipTransferred(_owner, msg.sender);
        _owner = msg.sender;
        delete _pendingOwner;
        _changed();
    }

    // ---------------------------------------------------------------- internals

    /// @dev Curator or owner, and the very calldata of this call submitted and ripe.
    function _timelocked() private {
        _requireCurator();
        bytes32 callHash = keccak256(msg.data);
        uint256 ripeAt = _executableAt[callHash];
        require(ripeAt != 0, NotSubmitted(callHash));
        require(block.timestamp >= ripeAt, TimelockPending(block.timestamp, ripeAt));
        delete _executableAt[callHash];
    }

    function _isTimelocked(bytes4 selector) private pure returns (bool) {
        return selector == IVaultConfiguration.setLimits.selector || selector == IVaultConfiguration.setAsset.selector
            || selector == IVaultConfiguration.setPosition.selector
            || selector == IVaultConfiguration.approveModel.selector || selector == IVaultConfiguration.setNet.selector
            || selector == IVaultConfiguration.setQueue.selector || selector == IVaultConfiguration.setTimelock.selector;
    }

    function _requireCurator() private view {
        require(msg.sender == _curator || msg.sender == _owner, Unauthorized(msg.sender));
    }

    function _requireAnyRole() private view {
        require(msg.sender == _guardian || msg.sender == _curator || msg.sender == _owner, Unauthorized(msg.sender));
    }

    function _changed() private {
        emit ConfigChanged(msg.sig, ++_configEpoch);
        _writePage();
    }

    function _changeSigner(address to) private {
        emit SignerChanged(_signer, to, msg.sender);
        _signer = to;
        _changed();
    }

    function _setRoles(address newCurator, address newGuardian) private {
        require(newCurator != address(0), ZeroAddress("curator"));
        require(newGuardian != address(0), ZeroAddress("guardian"));
        (_curator, _guardian) = (newCurator, newGuardian);
        emit RolesChanged(newCurator, newGuardian);
    }

    function _setTimelock(uint32 newSeconds) private {
        ConfigCheck.timelock(newSeconds);
        _timelockSeconds = newSeconds;
    }

    function _setLimits(Limits calldata newLimits) private {
        ConfigCheck.limits(newLimits);
        _limits = newLimits;
    }

    function _approveModel(bytes32 modelId) private {
        (bool approved,) = _findModel(modelId);
        if (approved) return;
        _modelList.push(modelId);
        ConfigCheck.atMost("models", _modelList.length, ConfigCheck.MAX_MODELS);
    }

    function _setAsset(address token, AssetConfig calldata config) private {
        _quotes[token] = ConfigCheck.asset(token, config, _uniswapV3Factory, _assets);
        if (_assets[token].feed == address(0)) {
            _assetList.push(token);
            ConfigCheck.atMost("assets", _assetList.length, ConfigCheck.MAX_ASSETS);
        }
        _assets[token] = config;
    }

    function _setPosition(PositionSetup calldata setup) private {
        uint256 id = setup.positionId;
        PositionConfig calldata config = setup.config;
        _requireVenue(config.adapter);
        ConfigCheck.position(config);
        _requireSameVenue(id, config);
        _positions[id] = config;
        _clearTokens(id);
        for (uint256 i; i < setup.tokens.length; i++) {
            _addToken(id, config, setup.tokens[i]);
        }
        ConfigCheck.inRange("tokens", _positionTokens[id].length, 1, ConfigCheck.MAX_TOKENS);
    }

    /// @dev A known position keeps its venue account, so that nothing is orphaned; a new one takes an account that no other has, so that
    /// nothing is counted twice.
    function _requireSameVenue(uint256 id, PositionConfig calldata config) private {
        PositionConfig storage known = _positions[id];
        bool isNew = known.adapter == address(0);
        if (!isNew) {
            require(known.adapter == config.adapter, VenueForbidden(config.adapter, known.adapter));
            require(
                known.venueRef == config.venueRef,
                ValueForbidden("venueRef", uint256(config.venueRef), uint256(known.venueRef))
            );
            return;
        }
        for (uint256 i; i < _positionList.length; i++) {
            PositionConfig storage other = _positions[_positionList[i]];
            bool taken = other.adapter == config.adapter && other.venueRef == config.venueRef;
            require(!taken, ValueForbidden("venueRef", uint256(config.venueRef), _positionList[i]));
        }
        _positionList.push(id);
        ConfigCheck.atMost("positions", _positionList.length, ConfigCheck.MAX_POSITIONS);
    }

    function _clearTokens(uint256 id) private {
        address[] storage tokens = _positionTokens[id];
        for (uint256 i; i < tokens.length; i++) {
            delete _roles[id][tokens[i]];
        }
        delete _positionTokens[id];
    }

    function _addToken(uint256 id, PositionConfig calldata config, PositionToken calldata item) private {
        require(_assets[item.token].feed != address(0), FeedUnset(item.token));
        require(item.role != TokenRole.None, TokenForbidden(item.token, item.role, TokenRole.Collateral));
        TokenRole earlier = _roles[id][item.token];
        require(earlier == TokenRole.None, TokenForbidden(item.token, earlier, TokenRole.None));
        ConfigCheck.venueKnows(config, item.token);
        _roles[id][item.token] = item.role;
        _positionTokens[id].push(item.token);
    }

    /// @dev Before limits change: refill up to now by the old ones.
    function _accrueBudgets() private {
        _budgets.accrue(_limits);
        _riskBucket.accrue(_queueTerms.riskPerWindowWad, _limits.windowSeconds);
        for (uint256 i; i < _assetList.length; i++) {
            _accrueIdle(_assetList[i]);
        }
    }

    function _accrueIdle(address token) private {
        _idleBuckets[token].accrue(_assets[token].idlePerWindow, _limits.windowSeconds);
    }
}
