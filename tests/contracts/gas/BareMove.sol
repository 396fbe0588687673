// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractBareAave} from "./AbstractBareAave.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {IAaveV3FlashBorrower, IAaveV3FlashLender} from "ballast/interfaces/external/IFlashLender.sol";

/// @notice The same route as the vault's move from Aave to Compound and nothing else: no signature, no price, no limit, no lock, no record.
/// Anyone could empty it; it exists to be measured against.
/// @dev Five calls to the venues and the lender's two transfers, as in the vault; what is lent, repaid, withdrawn and borrowed is known, so nothing
/// is asked. It approves what is taken, each time: approvals that stay would be cheaper, and are what the vault is not to leave behind.
contract BareMove is AbstractBareAave, IAaveV3FlashBorrower {
    IComet private immutable _market;

    constructor(IComet market) {
        _market = market;
    }

    function openThere(uint256 collateral, uint256 debt) external {
        WETH.approve(address(_market), collateral);
        _market.supply(Mainnet.WETH, collateral);
        _market.withdraw(Mainnet.USDC, debt);
        USDC.transfer(msg.sender, debt);
    }

    function move(uint256 collateral, uint256 debt) external {
        bytes memory data = abi.encode(collateral);
        IAaveV3FlashLender(address(LENDER)).flashLoanSimple(address(this), Mainnet.USDC, debt, data, 0);
    }

    function executeOperation(address, uint256 amount, uint256 premium, address, bytes calldata params)
        external
        returns (bool)
    {
        uint256 collateral = abi.decode(params, (uint256));
        USDC.approve(address(LENDER), amount);
        LENDER.repay(Mainnet.USDC, amount, 2, address(this));
        LENDER.withdraw(Mainnet.WETH, collateral, address(this));
        WETH.approve(address(_market), collateral);
        _market.supply(Mainnet.WETH, collateral);
        _market.withdraw(Mainnet.USDC, amount + premium);
        return USDC.approve(address(LENDER), amount + premium);
    }
}
