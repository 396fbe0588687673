// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// @notice A position's health as the venue itself sees it; this is what liquidators act on.
struct VenueHealth {
    uint256 collateralWad; // USD, 18 decimals
    uint256 debtWad; // USD, 18 decimals
    uint256 liquidationThresholdBps; // value-weighted
    uint256 healthWad; // 1e18 = liquidatable below; type(uint256).max without debt
}

/// @notice Both amounts of a position and its health, in one answer.
struct VenuePosition {
    uint256 held; // `collateralOf` one token
    uint256 owed; // `debtOf` another
    uint256 healthWad; // as in `health`
}

/// @title One lending protocol behind one interface
/// @notice Adapters hold no policy, no storage and no funds. Mutators run by delegatecall from a vault, refuse direct calls, act on
/// `address(this)` only (the four porters also on the account that they name) and leave no allowance behind. The views are called directly and
/// name the account they look at.
/// @dev `venueRef` selects a sub-account where the venue has them; adapters without sub-accounts require it to be zero.
interface ILendingAdapter {
    /// @notice A mutator was called directly.
    error OnlyDelegated();

    /// @notice The venue has no sub-account of that name.
    error VenueRefUnknown(bytes32 observed);

    /// @notice Moves `amount` of `token` from the vault's idle balance into the position as collateral.
    function supply(bytes32 venueRef, address token, uint256 amount) external;

    /// @notice Takes `amount` of collateral back to the vault; `type(uint256).max` takes all.
    function withdraw(bytes32 venueRef, address token, uint256 amount) external;

    /// @notice Borrows `amount` of `token` to the vault.
    function borrow(bytes32 venueRef, address token, uint256 amount) external;

    /// @notice Repays at most `amount`, never more than the debt.
    function repay(bytes32 venueRef, address token, uint256 amount) external;

    /// @notice `repay` of at most `repaid`, then `withdraw` of exactly `withdrawn`, in one call: what a sale of collateral for debt does to a
    /// position.
    function repayAndWithdraw(bytes32 venueRef, address debtToken, uint256 repaid, address token, uint256 withdrawn)
        external;

    /// @notice Hands the position token of `token` (an aToken, for example) to `to` without redeeming it.
    function transferOut(bytes32 venueRef, address token, uint256 amount, address to) external;

    /// @notice Takes `amount` of collateral in `token`, as a position, from `from`'s position into the vault's; `type(uint256).max` takes all.
    /// @dev `from` must have allowed the vault to do so at the venue; whose position may be taken is the caller's to check. `venueRef` is the
    /// sub-account that changes hands where the venue has them: the whole of it, if the venue cannot split one.
    function pullIn(bytes32 venueRef, address token, uint256 amount, address from) external;

    /// @notice Repays at most `amount` of `account`'s debt from the vault's idle balance, never more than the debt.
    /// @dev Needs no consent: everywhere anyone may repay for another. `venueRef` is the sub-account of `account`.
    function repayFor(bytes32 venueRef, address token, uint256 amount, address account) external;

    /// @notice Moves `amount` of `token` from the vault's idle balance into `account`'s position as collateral.
    /// @dev `venueRef` is the sub-account of `account`, who must have allowed the vault to act on it where the venue asks for that.
    function supplyFor(bytes32 venueRef, address token, uint256 amount, address account) external;

    /// @notice Borrows `amount` of `token` to the vault, as debt of `account`.
    /// @dev `account` must have allowed the vault to do so at the venue; whose debt it may become is the caller's to check. `venueRef` is the
    /// sub-account of `account`.
    function borrowFor(bytes32 venueRef, address token, uint256 amount, address account) external;

    /// @notice Health of `account` in the venue's own prices.
    function health(address account, bytes32 venueRef) external view returns (VenueHealth memory);

    /// @notice `health` without the values: 1e18 = liquidatable below; `type(uint256).max` without debt.
    function healthOf(address account, bytes32 venueRef) external view returns (uint256 healthWad);

    /// @notice What a swap needs to know of a venue, in one answer.
    /// @return priceInWad `venuePriceWad` of what leaves the position
    /// @return priceOutWad and of what enters it
    /// @return spender `spenderOf` what enters it
    function quote(address tokenIn, address tokenOut)
        external
        view
        returns (uint256 priceInWad, uint256 priceOutWad, address spender);

    /// @notice Collateral of `account` in units of `token`, interest included, rounded as the venue rounds; zero where `token` is debt only.
    function collateralOf(address account, bytes32 venueRef, address token) external view returns (uint256);

    /// @notice Debt of `account` in units of `token`, interest included, rounded as the venue rounds; zero where it is collateral only.
    function debtOf(address account, bytes32 venueRef, address token) external view returns (uint256);

    /// @notice `collateralOf` one token, `debtOf` another and the health, in one call: what they share is looked up once.
    function positionOf(address account, bytes32 venueRef, address collateral, address debt)
        external
        view
        returns (VenuePosition memory);

    /// @notice The venue's own price of `token`, USD per whole token, 18 decimals.
    function venuePriceWad(address token) external view returns (uint256);

    /// @notice Whom the mutators approve for `token`; a vault checks that no allowance to it is left.
    function spenderOf(address token) external view returns (address);
}
