// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

interface ILiquidationVenue {
    function getUserAccountData(address user)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256 healthFactorWad);

    function liquidationCall(address collateral, address debt, address user, uint256 debtToCover, bool receiveAToken)
        external;
}

interface ILiquidationPrices {
    function getAssetPrice(address asset) external view returns (uint256);
}

/// @title Liquidator
/// @notice The replica's competition: liquidates whoever may be liquidated, as soon as it pays, with its own funds.
contract Liquidator {
    using SafeERC20 for IERC20Metadata;

    error OnlyOwner(address sender, address owner);
    error OnlySelf(address sender);
    error OutOfGas(address user);
    error NotWorthIt(uint256 profitWad, uint256 minProfitWad);

    uint256 private constant WAD = 1e18;

    address public immutable owner;
    ILiquidationVenue public immutable pool;
    ILiquidationPrices public immutable oracle;

    constructor(address owner_, ILiquidationVenue pool_, ILiquidationPrices oracle_) {
        owner = owner_;
        pool = pool_;
        oracle = oracle_;
    }

    /// @notice Liquidate every user whose health factor is below one and whose liquidation pays; skip all others.
    /// @param users accounts to look at
    /// @param collateral token to seize
    /// @param debt token to repay; this contract must hold it
    /// @param minProfitWad least gain per user at the venue's prices, in base-currency units with 18 decimals (USD)
    /// @return liquidated number of users liquidated
    function liquidate(address[] calldata users, address collateral, address debt, uint256 minProfitWad)
        external
        returns (uint256 liquidated)
    {
        if (msg.sender != owner) revert OnlyOwner(msg.sender, owner);
        for (uint256 i; i < users.length; ++i) {
            (,,,,, uint256 healthFactorWad) = pool.getUserAccountData(users[i]);
            if (healthFactorWad >= WAD) continue;
            // A position that does not pay, or that another transaction closed first, must not stop the next one.
            try this.liquidateOne(users[i], collateral, debt, minProfitWad) {
                ++liquidated;
            } catch (bytes memory reason) {
                // Nothing said means out of gas. Swallowing that would make every gas estimate too low to liquidate.
                if (reason.length == 0) revert OutOfGas(users[i]);
            }
        }
    }

    /// @notice One liquidation, reverting when it gains less than `minProfitWad`; callable by this contract only.
    function liquidateOne(address user, address collateral, address debt, uint256 minProfitWad) external {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        uint256 collateralBefore = IERC20Metadata(collateral).balanceOf(address(this));
        uint256 debtBefore = IERC20Metadata(debt).balanceOf(address(this));
        IERC20Metadata(debt).forceApprove(address(pool), debtBefore);
        pool.liquidationCall(collateral, debt, user, debtBefore, false);
        IERC20Metadata(debt).forceApprove(address(pool), 0);
        uint256 gainedWad =
            _valueWad(collateral, IERC20Metadata(collateral).balanceOf(address(this)) - collateralBefore);
        uint256 paidWad = _valueWad(debt, debtBefore - IERC20Metadata(debt).balanceOf(address(this)));
        if (gainedWad < paidWad + minProfitWad) {
            revert NotWorthIt(gainedWad > paidWad ? gainedWad - paidWad : 0, minProfitWad);
        }
    }

    /// @notice Send `amount` of `token` to the owner.
    function withdraw(address token, uint256 amount) external {
        if (msg.sender != owner) revert OnlyOwner(msg.sender, owner);
        IERC20Metadata(token).safeTransfer(owner, amount);
    }

    /// @dev The venue's prices have 8 decimals, so 10 more make a wad.
    function _valueWad(address token, uint256 amount) private view returns (uint256) {
        return amount * oracle.getAssetPrice(token) * 1e10 / 10 ** IERC20Metadata(token).decimals();
    }
}
