// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// @notice What the vault is asked to do. Values are final: later versions append, never renumber.
enum ActionKind {
    None,
    AddCollateral, // idle collateral token -> position
    RepayFromIdle, // idle debt token -> position
    Deleverage, // sell collateral, repay debt
    Leverage, // borrow, buy collateral
    SwapCollateral, // one collateral for another
    Move // position, or part of it, to another venue
}

/// @notice How the tokens travel.
enum RouteKind {
    None, // idle funds only: no swap, no loan
    UniswapV3FlashSwap, // path = tokenIn ++ fee (3 bytes) ++ tokenOut; the pool itself is the lender
    AaveV3FlashLoan, // flashSource = the lending pool, path = the swap
    FreeFlashLoan, // flashSource = a lender without premium, path = the swap
    Aggregator // flashSource = a lender, path = router (20 bytes) ++ keccak256 of the router's calldata (32 bytes)
}

/// @notice Route of a decision. `path` is hashed into the digest, so no part of a swap stays unsigned.
struct Route {
    RouteKind kind;
    bytes path;
    address flashSource;
}

/// @notice What the agent proposes and signs (EIP-712). Every executed value is covered by the digest.
/// @dev Amounts are maxima: `maxIn` caps what is spent, `type(uint256).max` in the position's favour never makes a call fail.
struct Decision {
    uint16 version; // DECISION_VERSION
    uint256 positionId; // position in this vault
    address venue; // lending adapter that the position is held through
    ActionKind kind;
    Route route;
    address tokenIn; // spent: collateral sold, or the idle token itself
    address tokenOut; // obtained: debt token repaid; equal to tokenIn for idle kinds
    uint256 maxIn; // tokenIn units; Move: collateral that moves, exactly, or all
    uint256 minOut; // tokenOut units; Move: debt that moves, exactly, or the least there must be where all moves
    address targetVenue; // Move only, zero otherwise
    uint256 targetPositionId; // Move only, zero otherwise
    uint256 healthFloorWad; // least health factor after, 1e18 = liquidation; below the owner's floor = repair from below
    uint256 healthCeilingWad; // greatest health factor after
    uint16 maxLossBps; // of the notional, oracle-valued; reserved from the loss budget
    uint256 keeperFeeMaxWei; // reward of whoever relays, zero in this version
    uint32 probabilityPpm; // forecast P(HF < 1 within horizonSeconds), parts per million
    uint32 horizonSeconds;
    bytes32 modelId; // hash of the weights that made the forecast, or of the rule
    bytes32 snapshotHash; // hash of all that the agent saw
    uint64 snapshotBlock; // block of the snapshot
    bytes32 journalHead; // head of the agent's journal before this decision
    uint64 configEpoch; // configuration that the decision was made under
    uint256 nonce; // word << 8 | bit, unordered, per position
    uint48 validAfter; // unix seconds, first second in which it may execute
    uint48 validUntil; // unix seconds, last second in which it may execute
}

/// @notice What an execution did, measured; also what `preview` reports. Of a move: collateral and debt that left the source, health before of the
/// source and after of the target.
struct Outcome {
    uint256 spent; // tokenIn units that left idle funds or the position
    uint256 obtained; // tokenOut units that reached idle funds or the position
    uint256 healthBeforeWad; // venue's view, zero where the venue cannot tell (idle kinds) or was not asked (swaps and moves that promise the owner's floor)
    uint256 healthAfterWad;
    uint256 notionalWad; // USD, 18 decimals, zero for idle kinds
    uint256 lossWad; // USD, 18 decimals, measured equity loss; zero if equity rose
    uint256 gasUsed; // of the execution inside the vault, without the transaction's base cost
}

uint16 constant DECISION_VERSION = 1;
