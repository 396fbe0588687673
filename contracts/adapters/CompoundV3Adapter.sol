// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILendingAdapter, VenueHealth, VenuePosition} from "../interfaces/ILendingAdapter.sol";
import {AssetInfo, IComet} from "../interfaces/external/IComet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title One Compound III market (Comet) as a lending venue
/// @notice The market's base token is the debt, its collaterals are the collateral: nothing else. Assumptions: `comet` is the market's own
/// proxy; its feeds quote USD (markets that quote ETH have right health factors and wrong USD values here); there are no sub-accounts.
/// Collaterals, factors and feeds are read at every use, because governance changes them.
///
/// Health is what a liquidator meets, to the unit. He calls `absorb`, which accrues interest and then weighs collateral with the liquidation
/// factors. So debt comes from `borrowBalanceOf`, which includes interest until now (the market's own `isLiquidatable` does not before
/// an accrual), never from the borrow factors, and every product is cut to 8 decimals where the market cuts it.
///
/// A base balance is one signed number in Comet. Supplying base therefore repays and is not collateral; withdrawing base borrows. What others
/// donate in base lowers the debt or, without debt, the next borrowing.
/// @custom:kill Holds nothing and cannot be stopped; a vault stops using it by `disablePosition` or `setState(Halted)`.
contract CompoundV3Adapter is ILendingAdapter {
    using SafeERC20 for IERC20;

    uint256 private constant FACTOR_SCALE = 1e18;
    uint256 private constant PRICE_TO_WAD = 1e10; // the market's prices have 8 decimals
    uint256 private constant BPS = 10_000;

    IComet public immutable comet;
    address public immutable baseToken;
    address private immutable _self;
    uint256 private immutable _baseScale;

    /// @notice The market does not take the token in this role.
    error AssetUnknown(address token);
    /// @notice Only a debt or a balance can be taken whole; a borrowing has an amount.
    error AmountUnbounded();

    /// @dev USD, 8 decimals, each cut as the market cuts it.
    struct Weighed {
        uint256 collateral;
        uint256 weighted; // by the liquidation factors
        uint256 debt;
    }

    modifier onlyDelegated() {
        require(address(this) != _self, OnlyDelegated());
        _;
    }

    modifier noSubAccount(bytes32 venueRef) {
        require(venueRef == 0, VenueRefUnknown(venueRef));
        _;
    }

    modifier onlyBase(address token) {
        require(token == baseToken, AssetUnknown(token));
        _;
    }

    modifier notBase(address token) {
        require(token != baseToken, AssetUnknown(token));
        _;
    }

    constructor(IComet comet_) {
        comet = comet_;
        baseToken = comet_.baseToken();
        _baseScale = comet_.baseScale();
        _self = address(this);
    }

    /// @inheritdoc ILendingAdapter
    function supply(bytes32 venueRef, address token, uint256 amount)
        external
        onlyDelegated
        noSubAccount(venueRef)
        notBase(token)
    {
        IERC20(token).forceApprove(address(comet), amount);
        comet.supply(token, amount); // takes all of it or reverts
    }

    /// @inheritdoc ILendingAdapter
    function withdraw(bytes32 venueRef, address token, uint256 amount)
        external
        onlyDelegated
        noSubAccount(venueRef)
        notBase(token)
    {
        comet.withdraw(token, amount == type(uint256).max ? _held(address(this), token) : amount);
    }

    /// @inheritdoc ILendingAdapter
    function borrow(bytes32 venueRef, address token, uint256 amount)
        external
        onlyDelegated
        noSubAccount(venueRef)
        onlyBase(token)
    {
        require(amount != type(uint256).max, AmountUnbounded()); // the market would take it as "my balance" and do nothing
        comet.withdraw(token, amount);
    }

    /// @inheritdoc ILendingAdapter
    function repay(bytes32 venueRef, address token, uint256 amount)
        external
        onlyDelegated
        noSubAccount(venueRef)
        onlyBase(token)
    {
        _repay(amount, address(this));
    }

    /// @inheritdoc ILendingAdapter
    function repayAndWithdraw(bytes32 venueRef, address debtToken, uint256 repaid, address token, uint256 withdrawn)
        external
        onlyDelegated
        noSubAccount(venueRef)
        onlyBase(debtToken)
        notBase(token)
    {
        _repay(repaid, address(this));
        comet.withdraw(token, withdrawn);
    }

    /// @inheritdoc ILendingAdapter
    function transferOut(bytes32 venueRef, address token, uint256 amount, address to)
        external
        onlyDelegated
        noSubAccount(venueRef)
        notBase(token)
    {
        comet.transferAsset(to, token, Math.min(amount, _held(address(this), token)));
    }

    /// @inheritdoc ILendingAdapter
    /// @dev Consent is `allow(vault, true)`, which is consent to everything: whoever gives it revokes it in the same transaction.
    function pullIn(bytes32 venueRef, address token, uint256 amount, address from)
        external
        onlyDelegated
        noSubAccount(venueRef)
        notBase(token)
    {
        comet.transferAssetFrom(from, address(this), token, Math.min(amount, _held(from, token)));
    }

    /// @inheritdoc ILendingAdapter
    function repayFor(bytes32 venueRef, address token, uint256 amount, address account)
        external
        onlyDelegated
        noSubAccount(venueRef)
        onlyBase(token)
    {
        _repay(amount, account);
    }

    /// @inheritdoc ILendingAdapter
    function supplyFor(bytes32 venueRef, address token, uint256 amount, address account)
        external
        onlyDelegated
        noSubAccount(venueRef)
        notBase(token)
    {
        IERC20(token).forceApprove(address(comet), amount);
        comet.supplyTo(account, token, amount);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev Consent is `allow(vault, true)`, as for `pullIn`.
    function borrowFor(bytes32 venueRef, address token, uint256 amount, address account)
        external
        onlyDelegated
        noSubAccount(venueRef)
        onlyBase(token)
    {
        require(amount != type(uint256).max, AmountUnbounded());
        comet.withdrawFrom(account, address(this), token, amount);
    }

    /// @inheritdoc ILendingAdapter
    function health(address account, bytes32 venueRef)
        external
        view
        noSubAccount(venueRef)
        returns (VenueHealth memory view_)
    {
        Weighed memory w = _weigh(account, comet.borrowBalanceOf(account));
        view_.collateralWad = w.collateral * PRICE_TO_WAD;
        view_.debtWad = w.debt * PRICE_TO_WAD;
        view_.liquidationThresholdBps = w.collateral == 0 ? 0 : w.weighted * BPS / w.collateral;
        view_.healthWad = _healthWad(w);
    }

    /// @inheritdoc ILendingAdapter
    function healthOf(address account, bytes32 venueRef)
        external
        view
        noSubAccount(venueRef)
        returns (uint256 healthWad)
    {
        return _healthWad(_weigh(account, comet.borrowBalanceOf(account)));
    }

    /// @inheritdoc ILendingAdapter
    function quote(address tokenIn, address tokenOut)
        external
        view
        returns (uint256 priceInWad, uint256 priceOutWad, address spender)
    {
        (priceInWad, priceOutWad, spender) = (venuePriceWad(tokenIn), venuePriceWad(tokenOut), address(comet));
    }

    /// @inheritdoc ILendingAdapter
    function collateralOf(address account, bytes32 venueRef, address token)
        external
        view
        noSubAccount(venueRef)
        returns (uint256)
    {
        return _collateralOf(account, token);
    }

    /// @inheritdoc ILendingAdapter
    function debtOf(address account, bytes32 venueRef, address token)
        external
        view
        noSubAccount(venueRef)
        returns (uint256)
    {
        return _debtOf(account, token);
    }

    /// @inheritdoc ILendingAdapter
    function positionOf(address account, bytes32 venueRef, address collateral, address debt)
        external
        view
        noSubAccount(venueRef)
        returns (VenuePosition memory position)
    {
        position.held = _collateralOf(account, collateral);
        position.owed = _debtOf(account, debt);
        uint256 owed = debt == baseToken ? position.owed : comet.borrowBalanceOf(account);
        position.healthWad = _healthWad(_weigh(account, owed));
    }

    /// @inheritdoc ILendingAdapter
    function venuePriceWad(address token) public view returns (uint256) {
        address feed = token == baseToken ? comet.baseTokenPriceFeed() : _asset(token).priceFeed;
        return comet.getPrice(feed) * PRICE_TO_WAD;
    }

    /// @inheritdoc ILendingAdapter
    function spenderOf(address) external view returns (address) {
        return address(comet);
    }

    /// @dev Cut to the debt, because the market takes what is beyond it as a loan to itself. It takes all that is approved.
    function _repay(uint256 amount, address account) private {
        amount = Math.min(amount, comet.borrowBalanceOf(account));
        IERC20(baseToken).forceApprove(address(comet), amount);
        comet.supplyTo(account, baseToken, amount);
    }

    function _collateralOf(address account, address token) private view returns (uint256 held) {
        if (token == baseToken) return 0; // what is lent to the market backs nothing
        held = _held(account, token);
        if (held == 0) _asset(token); // the market answers 0 for a token that it does not list
    }

    function _debtOf(address account, address token) private view returns (uint256) {
        if (token == baseToken) return comet.borrowBalanceOf(account);
        _asset(token); // a collateral is never owed
        return 0;
    }

    /// @dev The sum that `absorb` makes; it stops adding where the debt is covered, which changes no sign.
    /// @param owed what the account owes now
    function _weigh(address account, uint256 owed) private view returns (Weighed memory w) {
        if (owed != 0) w.debt = owed * comet.getPrice(comet.baseTokenPriceFeed()) / _baseScale;
        (,,, uint256 assetsIn, uint256 more) = comet.userBasic(account);
        assetsIn |= more << 16;
        for (uint8 i; assetsIn >> i != 0; i++) {
            if (assetsIn >> i & 1 == 0) continue;
            AssetInfo memory info = comet.getAssetInfo(i);
            uint256 value = _held(account, info.asset) * comet.getPrice(info.priceFeed) / info.scale;
            w.collateral += value;
            w.weighted += value * info.liquidateCollateralFactor / FACTOR_SCALE;
        }
    }

    /// @dev weighted < debt exactly where the quotient is below 1e18: rounding down moves no value across 1e18.
    function _healthWad(Weighed memory w) private pure returns (uint256) {
        return w.debt == 0 ? type(uint256).max : w.weighted * FACTOR_SCALE / w.debt;
    }

    function _held(address account, address token) private view returns (uint256 balance) {
        (balance,) = comet.userCollateral(account, token);
    }

    function _asset(address token) private view returns (AssetInfo memory) {
        // the market has one reason to refuse a token, and does not name it
        try comet.getAssetInfoByAddress(token) returns (AssetInfo memory info) {
            return info;
        } catch {
            revert AssetUnknown(token);
        }
    }
}
