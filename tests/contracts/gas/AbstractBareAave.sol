// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "../utils/Mainnet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";

/// @notice A position on Aave without an owner, for routes without a guard.
abstract contract AbstractBareAave {
    IAaveV3Pool internal constant LENDER = IAaveV3Pool(Mainnet.AAVE_POOL);
    IERC20 internal constant WETH = IERC20(Mainnet.WETH);
    IERC20 internal constant USDC = IERC20(Mainnet.USDC);

    function open(uint256 collateral, uint256 debt) external {
        WETH.approve(address(LENDER), collateral);
        LENDER.supply(Mainnet.WETH, collateral, address(this), 0);
        LENDER.borrow(Mainnet.USDC, debt, 2, 0, address(this));
        USDC.transfer(msg.sender, debt);
    }
}
