// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {TokenRole, VaultState} from "../types/Config.sol";
import {ActionKind, Outcome, RouteKind} from "../types/Decision.sol";

/// @title What a vault says: its events and its errors
interface IVaultTerms {
    // ---------------------------------------------------------------- events

    /// @notice A decision was executed. `journalHead` lets anybody hold the agent's journal against the chain.
    event Executed(
        uint256 indexed positionId,
        bytes32 indexed decisionHash,
        bytes32 indexed journalHead,
        uint256 nonce,
        ActionKind kind,
        Outcome outcome
    );
    event Queued(uint256 indexed positionId, bytes32 indexed decisionHash, uint256 executableAt);
    event QueueVetoed(bytes32 indexed decisionHash, address by);
    event QueueReleased(bytes32 indexed decisionHash);
    event NoncesCancelled(uint256 indexed positionId, uint256 indexed word, uint256 mask);
    event StateChanged(VaultState from, VaultState to, address by);
    event SignerChanged(address from, address to, address by);
    event RolesChanged(address curator, address guardian);
    event OwnershipTransferStarted(address indexed from, address indexed to);
    event OwnershipTransferred(address indexed from, address indexed to);
    event ConfigSubmitted(bytes32 indexed callHash, bytes call, uint256 executableAt);
    event ConfigVetoed(bytes32 indexed callHash, address by);
    event ConfigChanged(bytes4 indexed setter, uint64 epoch);
    event OwnerExit(bytes4 indexed operation, address token, uint256 amount, address to);

    // ------------------------------------------------- errors: (observed, allowed)

    error Unauthorized(address caller);
    error AlreadyInitialized();
    error Locked();
    error ZeroAddress(string field);
    error WiringMismatch(bytes32 observed, bytes32 expected);
    error ValueForbidden(string field, uint256 observed, uint256 allowed);

    error VersionUnsupported(uint16 observed, uint16 allowed);
    error StateForbids(VaultState state, ActionKind kind);
    error KindForbidden(ActionKind kind);
    error RouteForbidden(RouteKind observed, RouteKind allowed);
    error PathInvalid(bytes path);
    error FieldForbidden(string field);

    error SignerUnset();
    error SignatureInvalid(address expectedSigner);
    error ModelNotApproved(bytes32 modelId);
    error EpochMismatch(uint64 observed, uint64 current);
    error NotYetValid(uint256 nowSeconds, uint256 validAfter);
    error Expired(uint256 nowSeconds, uint256 validUntil);
    error LifetimeTooLong(uint256 observed, uint256 allowed);
    error SnapshotTooOld(uint256 ageBlocks, uint256 allowedBlocks);
    error SnapshotFromFuture(uint256 snapshotBlock, uint256 blockNumber);
    error NonceUsed(uint256 positionId, uint256 nonce);

    error PositionForbidden(uint256 positionId);
    error VenueForbidden(address observed, address allowed);
    error TokenForbidden(address token, TokenRole observed, TokenRole required);

    error FeedUnset(address token);
    /// @notice The feed reverted, for this reason of its own.
    error FeedRefused(address token, address feed, bytes reason);
    error PriceNotPositive(address token, int256 answer);
    error PriceStale(address token, uint256 ageSeconds, uint256 allowedSeconds);
    error PriceFromFuture(address token, uint256 updatedAt, uint256 nowSeconds);
    error PriceOutOfBounds(address token, uint256 priceWad, uint256 minWad, uint256 maxWad);
    error PriceJumped(address token, uint256 jumpBps, uint256 allowedBps);
    error SecondSourceUnset(address token);
    error SourcesDisagree(address token, uint256 deviationBps, uint256 allowedBps);

    error ActionTooLarge(uint256 notionalWad, uint256 allowedWad);
    error NotionalBudgetExceeded(uint256 requestedWad, uint256 leftWad);
    error LossBudgetExceeded(uint256 requestedWad, uint256 leftWad);
    error MustQueue(uint256 notionalWad, uint256 allowedWad);
    error RiskBudgetExceeded(uint256 requestedWad, uint256 leftWad);
    error QueueUnset();
    error QueueFull(uint256 observed, uint256 allowed);
    error DecisionQueued(bytes32 decisionHash);
    error DecisionNotQueued(bytes32 decisionHash);
    error IdleBudgetExceeded(address token, uint256 requested, uint256 left);
    error LossLimitTooHigh(uint256 observedBps, uint256 allowedBps);
    error LossExceeded(uint256 measuredWad, uint256 reservedWad);

    error NothingToDo();
    error InputTooHigh(uint256 spent, uint256 maxIn);
    error OutputTooLow(uint256 obtained, uint256 minOut);
    error SlippageExceeded(uint256 obtainedWad, uint256 requiredWad);
    error HealthBelowFloor(uint256 afterWad, uint256 floorWad);
    error HealthAboveCeiling(uint256 afterWad, uint256 ceilingWad);
    error HealthNotImproved(uint256 afterWad, uint256 requiredWad);
    error DebtIncreased(uint256 afterAmount, uint256 beforeAmount);
    error AllowanceLeft(address token, address spender, uint256 amount);
    /// @notice A move or a port would have left tokens idle in the vault, or used up idle ones.
    error IdleChanged(address token, uint256 afterAmount, uint256 beforeAmount);
    /// @notice All of a position was to move, and this much of its collateral or debt did not.
    error LeftBehind(address token, uint256 amount);
    error InsufficientGas();
    error CallbackUnexpected(address sender);

    error NotSubmitted(bytes32 callHash);
    error AlreadySubmitted(bytes32 callHash);
    error TimelockPending(uint256 nowSeconds, uint256 executableAt);
    error NotTighter(string field, uint256 observed, uint256 current);

    /// @notice The answer of `preview`, which always reverts.
    error PreviewResult(Outcome outcome);
}
