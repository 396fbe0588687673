// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {
    AssetConfig,
    InitialConfig,
    Limits,
    PositionConfig,
    PositionSetup,
    PositionStatus,
    TokenRole,
    VaultState
} from "../types/Config.sol";
import {ActionKind, Decision, Outcome, RouteKind} from "../types/Decision.sol";

/// @title RebalanceVault
/// @notice Holds one borrower's positions and enforces the owner's limits on whatever a signing agent proposes. See the essay above the
/// implementation for trust and limits.
interface IRebalanceVault {
    // ---------------------------------------------------------------- events

    /// @notice A decision was executed. `journalHead` lets anybody hold the agent's journal against the chain.
    event Executed(
        uint256 indexed positionId, bytes32 indexed decisionHash, bytes32 indexed journalHead, uint256 nonce, ActionKind kind, Outcome outcome
    );
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
    error InsufficientGas();
    error CallbackUnexpected(address sender);

    error NotSubmitted(bytes32 callHash);
    error AlreadySubmitted(bytes32 callHash);
    error TimelockPending(uint256 nowSeconds, uint256 executableAt);
    error NotTighter(string field, uint256 observed, uint256 current);

    /// @notice The answer of `preview`, which always reverts.
    error PreviewResult(Outcome outcome);

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

    // ---------------------------------------------------------------- configuration

    function initialize(InitialConfig calldata config) external;

    /// @notice Announces a call to one of the timelocked setters below.
    function submit(bytes calldata call) external;
    /// @notice Owner or guardian: kills an announced call.
    function veto(bytes calldata call) external;

    // timelocked: whatever loosens or is not clearly monotone
    function setLimits(Limits calldata limits) external;
    function setAsset(address token, AssetConfig calldata config) external;
    function setPosition(PositionSetup calldata setup) external;
    function approveModel(bytes32 modelId) external;
    function setTimelock(uint32 timelockSeconds) external;

    // immediate: whatever tightens
    function tightenLimits(Limits calldata limits) external;
    function disablePosition(uint256 positionId) external;
    function revokeModel(bytes32 modelId) external;
    function cancelNonces(uint256 positionId, uint256 word, uint256 mask) external;
    function revokeSigner() external;
    function setState(VaultState state) external;

    // owner only
    function setSigner(address signer) external;
    function setRoles(address curator, address guardian) external;
    function transferOwnership(address to) external;
    function acceptOwnership() external;
}
