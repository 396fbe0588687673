// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AssetConfig, Limits, PositionConfig, QueueTerms} from "./Config.sol";

/// @notice One execution as it goes through the guards; lives in memory only. A move has a second one for its target.
/// @dev The first five members are the configuration that it runs under; `ConfigPage` writes them by their place.
struct Execution {
    Limits limits;
    PositionConfig position;
    AssetConfig assetIn;
    AssetConfig assetOut; // swaps only
    QueueTerms queueTerms;
    address tokenIn;
    address tokenOut;
    uint256 indexIn; // of tokenIn among the assets
    uint256 indexOut; // swaps only
    bytes32 digest;
    bool swaps; // false for idle kinds
    bool financed; // a lender pays first, see VaultBorrower
    bool raises; // risk: needs agreement, no jump, and a queue above a budget
    bool measured; // a swap whose venue is measured before too; see RebalanceVault, HEALTH
    bool emergency; // proven, not claimed: measured below the position's level
    uint256 spend; // tokenIn units
    uint256 priceInWad; // primary price; swaps only, as all prices
    uint256 priceOutWad;
    uint256 roundIn; // that the price is of
    uint256 roundOut;
    uint256 venueInWad; // the venue's price
    uint256 venueOutWad;
    uint256 reservedLossWad; // swaps only
    uint256 idleIn; // before
    uint256 idleOut; // before; swaps only
    uint256 inPosition; // before: collateral, or the debt for a repayment; idle kinds and moves
    uint256 healthBeforeWad; // venue's view, zero where it cannot tell or was not asked
    uint256 collateralBeforeWad; // venue's view; measured swaps only
    uint256 debtBeforeWad; // the same
    address spender; // whom a swap's repayment approves
    uint256 owed; // tokenOut units, before; moves only
}
