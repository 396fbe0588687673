// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILendingAdapter, VenueHealth, VenuePosition} from "../interfaces/ILendingAdapter.sol";
import {IAaveV3AddressesProvider, IAaveV3Oracle, IAaveV3Pool} from "../interfaces/external/IAaveV3.sol";
import {StaticWord} from "../libraries/StaticWord.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Aave V3 as a lending venue
/// @notice Assumptions: pool and addresses provider are the market's own proxies and never change; the base currency is USD; stable debt is
/// gone (3.2 and later), so the rate mode is always 2; Aave has no sub-accounts, so a vault has one position here. The price oracle is
/// looked up at every use, because governance may replace it.
/// @custom:kill Holds nothing and cannot be stopped; a vault stops using it by `disablePosition` or `setState(Halted)`.
contract AaveV3Adapter is ILendingAdapter {
    using SafeERC20 for IERC20;

    uint256 private constant VARIABLE_RATE = 2;
    uint16 private constant NO_REFERRAL = 0;

    IAaveV3Pool public immutable pool;
    IAaveV3AddressesProvider public immutable addressesProvider;
    address private immutable _self;
    uint256 private immutable _baseUnit; // 1e8 on every USD market

    /// @notice The market does not list the token.
    error ReserveUnknown(address token);
    /// @notice The provider of this market names another pool.
    error PoolMismatch(address observed, address expected);

    modifier onlyDelegated() {
        require(address(this) != _self, OnlyDelegated());
        _;
    }

    modifier noSubAccount(bytes32 venueRef) {
        require(venueRef == 0, VenueRefUnknown(venueRef));
        _;
    }

    constructor(IAaveV3AddressesProvider provider, IAaveV3Pool pool_) {
        require(provider.getPool() == address(pool_), PoolMismatch(address(pool_), provider.getPool()));
        pool = pool_;
        addressesProvider = provider;
        _self = address(this);
        _baseUnit = IAaveV3Oracle(provider.getPriceOracle()).BASE_CURRENCY_UNIT();
    }

    /// @inheritdoc ILendingAdapter
    function supply(bytes32 venueRef, address token, uint256 amount) external onlyDelegated noSubAccount(venueRef) {
        IERC20(token).forceApprove(address(pool), amount);
        pool.supply(token, amount, address(this), NO_REFERRAL); // takes all of it or reverts
        _enableAsCollateral(token);
    }

    /// @inheritdoc ILendingAdapter
    function withdraw(bytes32 venueRef, address token, uint256 amount) external onlyDelegated noSubAccount(venueRef) {
        pool.withdraw(token, amount, address(this));
    }

    /// @inheritdoc ILendingAdapter
    function borrow(bytes32 venueRef, address token, uint256 amount) external onlyDelegated noSubAccount(venueRef) {
        pool.borrow(token, amount, VARIABLE_RATE, NO_REFERRAL, address(this));
    }

    /// @inheritdoc ILendingAdapter
    function repay(bytes32 venueRef, address token, uint256 amount) external onlyDelegated noSubAccount(venueRef) {
        _payAtMost(token, amount, address(this));
    }

    /// @inheritdoc ILendingAdapter
    function repayAndWithdraw(bytes32 venueRef, address debtToken, uint256 repaid, address token, uint256 withdrawn)
        external
        onlyDelegated
        noSubAccount(venueRef)
    {
        _payAtMost(debtToken, repaid, address(this));
        pool.withdraw(token, withdrawn, address(this));
    }

    /// @inheritdoc ILendingAdapter
    function transferOut(bytes32 venueRef, address token, uint256 amount, address to)
        external
        onlyDelegated
        noSubAccount(venueRef)
    {
        IERC20 aToken = IERC20(_aToken(token));
        aToken.safeTransfer(to, Math.min(amount, aToken.balanceOf(address(this))));
    }

    /// @inheritdoc ILendingAdapter
    function pullIn(bytes32 venueRef, address token, uint256 amount, address from)
        external
        onlyDelegated
        noSubAccount(venueRef)
    {
        IERC20 aToken = IERC20(_aToken(token));
        aToken.safeTransferFrom(from, address(this), Math.min(amount, aToken.balanceOf(from)));
        _enableAsCollateral(token); // a transfer enables nothing
    }

    /// @inheritdoc ILendingAdapter
    function repayFor(bytes32 venueRef, address token, uint256 amount, address account)
        external
        onlyDelegated
        noSubAccount(venueRef)
    {
        uint256 owed = IERC20(_debtToken(token)).balanceOf(account); // the pool takes no "all" for another's debt
        amount = Math.min(amount, owed);
        _payAtMost(token, amount, account);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev The pool enables an account's first deposit as its collateral; whoever has a deposit already has chosen for himself.
    function supplyFor(bytes32 venueRef, address token, uint256 amount, address account)
        external
        onlyDelegated
        noSubAccount(venueRef)
    {
        IERC20(token).forceApprove(address(pool), amount);
        pool.supply(token, amount, account, NO_REFERRAL);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev Consent is `approveDelegation(vault, amount)` at the debt token, which is used up.
    function borrowFor(bytes32 venueRef, address token, uint256 amount, address account)
        external
        onlyDelegated
        noSubAccount(venueRef)
    {
        pool.borrow(token, amount, VARIABLE_RATE, NO_REFERRAL, account);
    }

    /// @inheritdoc ILendingAdapter
    function health(address account, bytes32 venueRef)
        external
        view
        noSubAccount(venueRef)
        returns (VenueHealth memory view_)
    {
        (view_.collateralWad, view_.debtWad,, view_.liquidationThresholdBps,, view_.healthWad) =
            pool.getUserAccountData(account);
        (view_.collateralWad, view_.debtWad) = (_toWad(view_.collateralWad), _toWad(view_.debtWad));
    }

    /// @inheritdoc ILendingAdapter
    function healthOf(address account, bytes32 venueRef)
        external
        view
        noSubAccount(venueRef)
        returns (uint256 healthWad)
    {
        (,,,,, healthWad) = pool.getUserAccountData(account);
    }

    /// @inheritdoc ILendingAdapter
    function quote(address tokenIn, address tokenOut)
        external
        view
        returns (uint256 priceInWad, uint256 priceOutWad, address spender)
    {
        address oracle = addressesProvider.getPriceOracle();
        priceInWad = _toWad(StaticWord.ask(oracle, IAaveV3Oracle.getAssetPrice.selector, tokenIn));
        priceOutWad = _toWad(StaticWord.ask(oracle, IAaveV3Oracle.getAssetPrice.selector, tokenOut));
        spender = address(pool);
    }

    /// @inheritdoc ILendingAdapter
    function collateralOf(address account, bytes32 venueRef, address token)
        external
        view
        noSubAccount(venueRef)
        returns (uint256)
    {
        return IERC20(_aToken(token)).balanceOf(account);
    }

    /// @inheritdoc ILendingAdapter
    function debtOf(address account, bytes32 venueRef, address token)
        external
        view
        noSubAccount(venueRef)
        returns (uint256)
    {
        return IERC20(_debtToken(token)).balanceOf(account);
    }

    /// @inheritdoc ILendingAdapter
    function positionOf(address account, bytes32 venueRef, address collateral, address debt)
        external
        view
        noSubAccount(venueRef)
        returns (VenuePosition memory position)
    {
        position.held = IERC20(_aToken(collateral)).balanceOf(account);
        position.owed = IERC20(_debtToken(debt)).balanceOf(account);
        (,,,,, position.healthWad) = pool.getUserAccountData(account);
    }

    /// @inheritdoc ILendingAdapter
    function venuePriceWad(address token) external view returns (uint256) {
        return _toWad(IAaveV3Oracle(addressesProvider.getPriceOracle()).getAssetPrice(token));
    }

    /// @inheritdoc ILendingAdapter
    function spenderOf(address) external view returns (address) {
        return address(pool);
    }

    function _toWad(uint256 base) private view returns (uint256) {
        return base * 1e18 / _baseUnit;
    }

    /// @dev The pool takes no more than the debt, and says how much that was; what is over must not stay approved.
    function _payAtMost(address token, uint256 amount, address account) private {
        IERC20(token).forceApprove(address(pool), amount);
        uint256 paid = pool.repay(token, amount, VARIABLE_RATE, account);
        if (paid != amount) IERC20(token).forceApprove(address(pool), 0);
    }

    /// @dev Aave enables a first deposit by itself, but a wei of donated aTokens makes the owner's first deposit a second one. For one that is
    /// enabled already the pool returns at once, for less than it costs to find that out.
    function _enableAsCollateral(address token) private {
        pool.setUserUseReserveAsCollateral(token, true);
    }

    function _aToken(address token) private view returns (address aToken) {
        aToken = pool.getReserveAToken(token);
        require(aToken != address(0), ReserveUnknown(token));
    }

    function _debtToken(address token) private view returns (address debtToken) {
        debtToken = pool.getReserveVariableDebtToken(token);
        require(debtToken != address(0), ReserveUnknown(token));
    }
}
