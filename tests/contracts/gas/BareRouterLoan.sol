// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractBareAave} from "./AbstractBareAave.sol";
import {IAaveV3FlashBorrower, IAaveV3FlashLender} from "ballast/interfaces/external/IFlashLender.sol";

/// @notice The same route as the vault's deleverage by Aave's flash loan and an aggregator's router, and nothing else: no proxy, no signature, no
/// price, no limit, no lock, no record. Anyone could empty it; it exists to be measured against.
contract BareRouterLoan is AbstractBareAave, IAaveV3FlashBorrower {
    function deleverage(uint256 amountIn, uint256 loan, address router, bytes calldata routerCalldata) external {
        bytes memory params = abi.encode(amountIn, router, routerCalldata);
        IAaveV3FlashLender(address(LENDER)).flashLoanSimple(address(this), Mainnet.USDC, loan, params, 0);
    }

    function executeOperation(address, uint256 amount, uint256 premium, address, bytes calldata params)
        external
        returns (bool)
    {
        (uint256 amountIn, address router, bytes memory data) = abi.decode(params, (uint256, address, bytes));
        USDC.approve(address(LENDER), amount);
        LENDER.repay(Mainnet.USDC, amount, 2, address(this));
        LENDER.withdraw(Mainnet.WETH, amountIn, address(this));
        WETH.approve(router, amountIn);
        (bool done,) = router.call(data);
        require(done, "router");
        return USDC.approve(address(LENDER), amount + premium);
    }
}
