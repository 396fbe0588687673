// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

contract DeleverageForkTest is VaultTest {
    function test_deleverage_sellsCollateralAndRepaysDebt() public {
        uint256 debtBefore = usdcDebt.balanceOf(address(vault));
        Outcome memory outcome = send(deleverage(10 ether));
        assertEq(outcome.spent, 10 ether, "spent");
        assertApproxEqAbs(aWeth.balanceOf(address(vault)), 90 ether, 2, "collateral");
        assertApproxEqAbs(debtBefore - usdcDebt.balanceOf(address(vault)), outcome.obtained, 2, "debt");
        assertGt(outcome.healthAfterWad, outcome.healthBeforeWad, "health");
        assertEq(outcome.healthAfterWad, health(), "health as the venue tells it");
        assertEq(usdc.balanceOf(address(vault)) + weth.balanceOf(address(vault)), 0, "nothing idle");
    }
}
