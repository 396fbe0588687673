// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {RouteKind} from "../types/Decision.sol";

/// @notice A position that changes hands at its venue: who has it, and what of it.
struct PortOrder {
    uint256 positionId; // of this vault; names the venue, and the sub-account where the venue has them
    address account; // whose position comes in, or who takes the vault's over
    address tokenIn; // collateral
    uint256 amount; // tokenIn units, `type(uint256).max` = all
    address tokenOut; // debt
    uint256 debt; // tokenOut units that change hands, `type(uint256).max` = all; zero without a route
    uint256 maxBorrow; // tokenOut units: greatest new debt, the lender's premium included
    RouteKind route; // who lends; None where there is no debt, or it travels with the position (Maker)
}

/// @title An owner's way in and out with a position as it is
/// @notice One transaction, debt and all: a loan pays the old debt, the collateral changes hands, new debt pays the loan. Owner only and free of
/// every guard, as all that is his; the venue itself refuses to lend where the new position would not be healthy.
interface IVaultPorts {
    /// @notice Takes `account`'s position into the vault's. `account` must have consented at the venue, see docs/operations.md.
    /// @dev Refused with `InputTooHigh` above `maxBorrow`, `IdleChanged` where tokens of the vault would stay behind or be used up.
    function importPosition(PortOrder calldata order) external;

    /// @notice Hands the vault's position to `account`, who must have allowed the vault to borrow on his name where debt comes along.
    /// @dev Without a route it is handed over as it is: on Maker a whole cdp with its debt.
    function exportPosition(PortOrder calldata order) external;
}
