// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractCometMarket} from "./AbstractCometMarket.sol";
import {CometParameters, LiquidatorPoints, UserBasic, UserCollateral} from "./CometTypes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {AssetInfo} from "ballast/interfaces/external/IComet.sol";

/// @title Compound III market, a model
/// @notice Written from the published interface and behaviour; docs/venues.md says where the real market may differ. One base token is lent,
/// several collaterals secure it. The base balance of an account is one signed number: supplying to a debt repays, withdrawing beyond a balance
/// borrows. Borrowing is checked with the borrow factors, liquidation with the liquidation factors, and takes all collateral of an account.
contract CometModel is AbstractCometMarket {
    mapping(address account => UserBasic) public userBasic;
    mapping(address account => mapping(address asset => UserCollateral)) public userCollateral;
    mapping(address asset => UserCollateral) public totalsCollateral;
    mapping(address owner => mapping(address manager => bool)) public isAllowed;
    mapping(address absorber => LiquidatorPoints) public liquidatorPoints;

    bool public isSupplyPaused;
    bool public isTransferPaused;
    bool public isWithdrawPaused;
    bool public isAbsorbPaused;
    bool public isBuyPaused;
    bool private entered;

    modifier nonReentrant() {
        if (entered) revert ReentrantCallBlocked();
        entered = true;
        _;
        entered = false;
    }

    constructor(CometParameters memory p) AbstractCometMarket(p) {}

    // ---------------------------------------------------------------- permission and pause

    function allow(address manager, bool allowed) external {
        _allow(manager, allowed);
    }

    /// @notice As a token: all or nothing.
    function approve(address spender, uint256 amount) external returns (bool) {
        if (amount != 0 && amount != type(uint256).max) revert BadAmount();
        _allow(spender, amount != 0);
        return true;
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        return hasPermission(owner, spender) ? type(uint256).max : 0;
    }

    function hasPermission(address owner, address manager) public view returns (bool) {
        return owner == manager || isAllowed[owner][manager];
    }

    function pause(bool supply_, bool transfer_, bool withdraw_, bool absorb_, bool buy) external {
        if (msg.sender != governor && msg.sender != pauseGuardian) revert Unauthorized();
        (isSupplyPaused, isTransferPaused, isWithdrawPaused) = (supply_, transfer_, withdraw_);
        (isAbsorbPaused, isBuyPaused) = (absorb_, buy);
        emit PauseAction(supply_, transfer_, withdraw_, absorb_, buy);
    }

    function _allow(address manager, bool allowed) private {
        isAllowed[msg.sender][manager] = allowed;
        emit Approval(msg.sender, manager, allowed ? type(uint256).max : 0);
    }

    // ---------------------------------------------------------------- supply

    function supply(address asset, uint256 amount) external {
        _supply(msg.sender, msg.sender, asset, amount);
    }

    function supplyTo(address dst, address asset, uint256 amount) external {
        _supply(msg.sender, dst, asset, amount);
    }

    function supplyFrom(address from, address dst, address asset, uint256 amount) external {
        _supply(from, dst, asset, amount);
    }

    function _supply(address from, address dst, address asset, uint256 amount) private nonReentrant {
        if (isSupplyPaused) revert Paused();
        if (!hasPermission(from, msg.sender)) revert Unauthorized();
        if (asset != baseToken) return _supplyCollateral(from, dst, asset, _uint128(amount));
        _supplyBase(from, dst, amount == type(uint256).max ? borrowBalanceOf(dst) : amount);
    }

    function _supplyBase(address from, address dst, uint256 amount) private {
        amount = _transferIn(baseToken, from, amount);
        _accrue();
        uint104 supplied = _credit(dst, _value(userBasic[dst].principal) + _int256(amount));
        emit Supply(from, dst, amount);
        if (supplied > 0) emit Transfer(address(0), dst, _supplyValue(baseSupplyIndex, supplied));
    }

    function _supplyCollateral(address from, address dst, address asset, uint128 amount) private {
        amount = _uint128(_transferIn(asset, from, amount));
        AssetInfo memory info = getAssetInfoByAddress(asset);
        totalsCollateral[asset].balance += amount;
        if (totalsCollateral[asset].balance > info.supplyCap) revert SupplyCapExceeded();
        _setCollateral(dst, info, userCollateral[dst][asset].balance + amount);
        emit SupplyCollateral(from, dst, asset, amount);
    }

    // ---------------------------------------------------------------- withdraw and borrow

    function withdraw(address asset, uint256 amount) external {
        _withdraw(msg.sender, msg.sender, asset, amount);
    }

    function withdrawTo(address to, address asset, uint256 amount) external {
        _withdraw(msg.sender, to, asset, amount);
    }

    function withdrawFrom(address src, address to, address asset, uint256 amount) external {
        _withdraw(src, to, asset, amount);
    }

    function _withdraw(address src, address to, address asset, uint256 amount) private nonReentrant {
        if (isWithdrawPaused) revert Paused();
        if (!hasPermission(src, msg.sender)) revert Unauthorized();
        if (asset != baseToken) return _withdrawCollateral(src, to, asset, _uint128(amount));
        _withdrawBase(src, to, amount == type(uint256).max ? balanceOf(src) : amount);
    }

    function _withdrawBase(address src, address to, uint256 amount) private {
        _accrue();
        uint104 withdrawn = _debit(src, _value(userBasic[src].principal) - _int256(amount));
        _transferOut(baseToken, to, amount);
        emit Withdraw(src, to, amount);
        if (withdrawn > 0) emit Transfer(src, address(0), _supplyValue(baseSupplyIndex, withdrawn));
    }

    /// @dev No accrual: the gap between the two factors covers what is missing.
    function _withdrawCollateral(address src, address to, address asset, uint128 amount) private {
        uint128 left = userCollateral[src][asset].balance - amount;
        totalsCollateral[asset].balance -= amount;
        _setCollateral(src, getAssetInfoByAddress(asset), left);
        if (!isBorrowCollateralized(src)) revert NotCollateralized();
        _transferOut(asset, to, amount);
        emit WithdrawCollateral(src, to, asset, amount);
    }

    // ---------------------------------------------------------------- transfer

    function transferAsset(address dst, address asset, uint256 amount) external {
        _transfer(msg.sender, dst, asset, amount);
    }

    function transferAssetFrom(address src, address dst, address asset, uint256 amount) external {
        _transfer(src, dst, asset, amount);
    }

    function _transfer(address src, address dst, address asset, uint256 amount) private nonReentrant {
        if (isTransferPaused) revert Paused();
        if (!hasPermission(src, msg.sender)) revert Unauthorized();
        if (src == dst) revert NoSelfTransfer();
        if (asset != baseToken) return _transferCollateral(src, dst, asset, _uint128(amount));
        _transferBase(src, dst, amount == type(uint256).max ? balanceOf(src) : amount);
    }

    function _transferBase(address src, address dst, uint256 amount) private {
        _accrue();
        int256 credited = _value(userBasic[dst].principal) + _int256(amount);
        uint104 withdrawn = _debit(src, _value(userBasic[src].principal) - _int256(amount));
        uint104 supplied = _credit(dst, credited);
        if (withdrawn > 0) emit Transfer(src, address(0), _supplyValue(baseSupplyIndex, withdrawn));
        if (supplied > 0) emit Transfer(address(0), dst, _supplyValue(baseSupplyIndex, supplied));
    }

    function _transferCollateral(address src, address dst, address asset, uint128 amount) private {
        uint128 left = userCollateral[src][asset].balance - amount;
        AssetInfo memory info = getAssetInfoByAddress(asset);
        _setCollateral(src, info, left);
        _setCollateral(dst, info, userCollateral[dst][asset].balance + amount);
        if (!isBorrowCollateralized(src)) revert NotCollateralized();
        emit TransferCollateral(src, dst, asset, amount);
    }

    // ---------------------------------------------------------------- liquidation

    /// @notice Takes all collateral and all debt of the accounts into the market's reserves; all of them or none.
    function absorb(address absorber, address[] calldata accounts) external {
        if (isAbsorbPaused) revert Paused();
        uint256 gas = gasleft();
        _accrue();
        for (uint256 i; i < accounts.length; i++) {
            _absorb(absorber, accounts[i]);
        }
        LiquidatorPoints storage points = liquidatorPoints[absorber];
        points.numAbsorbs++;
        points.numAbsorbed += uint64(accounts.length);
        points.approxSpend += _uint128((gas - gasleft()) * block.basefee);
    }

    function _absorb(address absorber, address account) private {
        if (!isLiquidatable(account)) revert NotLiquidatable();
        int256 before = _value(userBasic[account].principal);
        uint256 basePrice = getPrice(baseTokenPriceFeed);
        uint256 seizedValue = _seize(absorber, account);
        int256 balance = before + _int256(seizedValue * baseScale / basePrice);
        if (balance < 0) balance = 0; // the reserves bear the rest
        userBasic[account].assetsIn = 0;
        uint104 supplied = _credit(account, balance);
        uint256 paidOut = uint256(balance - before);
        emit AbsorbDebt(absorber, account, paidOut, _ofPrice(paidOut, basePrice, baseScale));
        if (supplied > 0) emit Transfer(address(0), account, _supplyValue(baseSupplyIndex, supplied));
    }

    function _seize(address absorber, address account) private returns (uint256 credited) {
        for (uint8 i; i < numAssets(); i++) {
            if (!_isIn(account, i)) continue;
            AssetInfo memory info = getAssetInfo(i);
            uint128 seized = userCollateral[account][info.asset].balance;
            userCollateral[account][info.asset].balance = 0;
            totalsCollateral[info.asset].balance -= seized;
            uint256 value = _ofPrice(seized, getPrice(info.priceFeed), info.scale);
            credited += _ofFactor(value, info.liquidationFactor);
            emit AbsorbCollateral(absorber, account, info.asset, seized, value);
        }
    }

    /// @notice Sells collateral from the reserves at a discount while the reserves are below their target.
    function buyCollateral(address asset, uint256 minAmount, uint256 baseAmount, address recipient)
        external
        nonReentrant
    {
        if (isBuyPaused) revert Paused();
        int256 reserves = getReserves();
        if (reserves >= 0 && uint256(reserves) >= targetReserves) revert NotForSale();
        baseAmount = _transferIn(baseToken, msg.sender, baseAmount);
        uint256 bought = quoteCollateral(asset, baseAmount);
        if (bought < minAmount) revert TooMuchSlippage();
        if (bought > getCollateralReserves(asset)) revert InsufficientReserves();
        _transferOut(asset, recipient, _uint128(bought));
        emit BuyCollateral(msg.sender, asset, baseAmount, bought);
    }

    /// @notice Collateral units for `baseAmount`: the discount is a part of what a liquidated account pays.
    function quoteCollateral(address asset, uint256 baseAmount) public view returns (uint256) {
        AssetInfo memory info = getAssetInfoByAddress(asset);
        uint256 discount = _ofFactor(storeFrontPriceFactor, FACTOR - info.liquidationFactor);
        uint256 price = _ofFactor(getPrice(info.priceFeed), FACTOR - discount);
        return getPrice(baseTokenPriceFeed) * baseAmount * info.scale / price / baseScale;
    }

    function withdrawReserves(address to, uint256 amount) external {
        if (msg.sender != governor) revert Unauthorized();
        int256 reserves = getReserves();
        if (reserves < 0 || amount > uint256(reserves)) revert InsufficientReserves();
        _transferOut(baseToken, to, amount);
        emit WithdrawReserves(to, amount);
    }

    // ---------------------------------------------------------------- views

    /// @notice Interest until now included, as in the next two.
    function balanceOf(address account) public view returns (uint256) {
        (uint64 index,) = _indices();
        int104 principal = userBasic[account].principal;
        return principal > 0 ? _supplyValue(index, uint104(principal)) : 0;
    }

    function borrowBalanceOf(address account) public view returns (uint256) {
        (, uint64 index) = _indices();
        int104 principal = userBasic[account].principal;
        return principal < 0 ? _borrowValue(index, uint104(-principal)) : 0;
    }

    function getReserves() public view returns (int256) {
        (uint64 supplyIndex, uint64 borrowIndex) = _indices();
        int256 lent = _int256(_borrowValue(borrowIndex, totalBorrowBase));
        int256 owed = _int256(_supplyValue(supplyIndex, totalSupplyBase));
        return _int256(IERC20(baseToken).balanceOf(address(this))) - owed + lent;
    }

    function totalSupply() external view returns (uint256) {
        (uint64 index,) = _indices();
        return _supplyValue(index, totalSupplyBase);
    }

    function totalBorrow() external view returns (uint256) {
        (, uint64 index) = _indices();
        return _borrowValue(index, totalBorrowBase);
    }

    function collateralBalanceOf(address account, address asset) external view returns (uint128) {
        return userCollateral[account][asset].balance;
    }

    function getCollateralReserves(address asset) public view returns (uint256) {
        return IERC20(asset).balanceOf(address(this)) - totalsCollateral[asset].balance;
    }

    /// @notice With the borrow factors, at the indices of the last accrual.
    function isBorrowCollateralized(address account) public view returns (bool) {
        return _liquidity(account, false) >= 0;
    }

    /// @notice With the liquidation factors, at the indices of the last accrual.
    function isLiquidatable(address account) public view returns (bool) {
        return _liquidity(account, true) < 0;
    }

    /// @dev Weighted collateral minus debt, 8 decimals, each term cut to whole units. Stops at the first asset that covers the debt, so that
    /// a broken feed behind it is not asked.
    function _liquidity(address account, bool liquidating) private view returns (int256 liquidity) {
        int104 principal = userBasic[account].principal;
        if (principal >= 0) return 0;
        liquidity = _value(principal) * _int256(getPrice(baseTokenPriceFeed)) / _int256(baseScale);
        for (uint8 i; i < numAssets() && liquidity < 0; i++) {
            if (!_isIn(account, i)) continue;
            AssetInfo memory info = getAssetInfo(i);
            uint256 value = _ofPrice(userCollateral[account][info.asset].balance, getPrice(info.priceFeed), info.scale);
            uint64 factor = liquidating ? info.liquidateCollateralFactor : info.borrowCollateralFactor;
            liquidity += _int256(_ofFactor(value, factor));
        }
    }

    // ---------------------------------------------------------------- ledger

    /// @dev Books a base balance that rose; returns the principal that was supplied beyond the debt.
    function _credit(address account, int256 balance) private returns (uint104 supplied) {
        int104 old = userBasic[account].principal;
        int104 principal = _principal(balance);
        userBasic[account].principal = principal;
        if (principal < old) return 0; // rounding may take a unit
        uint104 repaid = uint104(_min(principal, 0) - _min(old, 0));
        supplied = uint104(_max(principal, 0) - _max(old, 0));
        (totalSupplyBase, totalBorrowBase) = (totalSupplyBase + supplied, totalBorrowBase - repaid);
    }

    /// @dev Books a base balance that fell, and checks what it leaves; returns the principal that was withdrawn before any borrowing.
    function _debit(address account, int256 balance) private returns (uint104 withdrawn) {
        int104 old = userBasic[account].principal;
        int104 principal = _principal(balance);
        userBasic[account].principal = principal;
        if (principal <= old) {
            uint104 borrowed = uint104(_min(old, 0) - _min(principal, 0));
            withdrawn = uint104(_max(old, 0) - _max(principal, 0));
            (totalSupplyBase, totalBorrowBase) = (totalSupplyBase - withdrawn, totalBorrowBase + borrowed);
        }
        if (balance >= 0) return withdrawn;
        if (uint256(-balance) < baseBorrowMin) revert BorrowTooSmall();
        if (!isBorrowCollateralized(account)) revert NotCollateralized();
    }

    function _setCollateral(address account, AssetInfo memory info, uint128 balance) private {
        userCollateral[account][info.asset].balance = balance;
        uint16 bit = uint16(1) << info.offset;
        if (balance == 0) userBasic[account].assetsIn &= ~bit;
        else userBasic[account].assetsIn |= bit;
    }

    function _isIn(address account, uint8 i) private view returns (bool) {
        return userBasic[account].assetsIn >> i & 1 == 1;
    }

    /// @dev What arrived, so that a fee on transfer is the sender's.
    function _transferIn(address asset, address from, uint256 amount) private returns (uint256) {
        uint256 before = IERC20(asset).balanceOf(address(this));
        if (!_sent(asset, abi.encodeCall(IERC20.transferFrom, (from, address(this), amount)))) {
            revert TransferInFailed();
        }
        return IERC20(asset).balanceOf(address(this)) - before;
    }

    function _transferOut(address asset, address to, uint256 amount) private {
        if (!_sent(asset, abi.encodeCall(IERC20.transfer, (to, amount)))) revert TransferOutFailed();
    }

    /// @dev A token's revert is passed on; one that returns nothing has succeeded.
    function _sent(address asset, bytes memory call) private returns (bool) {
        (bool done, bytes memory answer) = asset.call(call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        return answer.length == 0 || abi.decode(answer, (bool));
    }

    function _min(int104 a, int104 b) private pure returns (int104) {
        return a < b ? a : b;
    }

    function _max(int104 a, int104 b) private pure returns (int104) {
        return a > b ? a : b;
    }
}
