// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

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

interface ILiquidationToken {
    function approve(address spender, uint256 amount) external returns (bool);
    function balanceOf(address owner) external view returns (uint256);
    function decimals() external view returns (uint8);
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @title Liquidator
/// @notice The replica's competition: liquidates whoever may be liquidated, as soon as it pays, with its own funds.
contract Liquidator {
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
        uint256 collateralBefore = ILiquidationToken(collateral).balanceOf(address(this));
        uint256 debtBefore = ILiquidationToken(debt).balanceOf(address(this));
        ILiquidationToken(debt).approve(address(pool), debtBefore);
        pool.liquidationCall(collateral, debt, user, debtBefore, false);
        ILiquidationToken(debt).approve(address(pool), 0);
        uint256 gainedWad =
            _valueWad(collateral, ILiquidationToken(collateral).balanceOf(address(this)) - collateralBefore);
        uint256 paidWad = _valueWad(debt, debtBefore - ILiquidationToken(debt).balanceOf(address(this)));
        if (gainedWad < paidWad + minProfitWad) {
            revert NotWorthIt(gainedWad > paidWad ? gainedWad - paidWad : 0, minProfitWad);
        }
    }

    /// @notice Send `amount` of `token` to the owner.
    function withdraw(address token, uint256 amount) external {
        if (msg.sender != owner) revert OnlyOwner(msg.sender, owner);
        ILiquidationToken(token).transfer(owner, amount);
    }

    /// @dev The venue's prices have 8 decimals, so 10 more make a wad.
    function _valueWad(address token, uint256 amount) private view returns (uint256) {
        return amount * oracle.getAssetPrice(token) * 1e10 / 10 ** ILiquidationToken(token).decimals();
    }
}
