// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {PositionStatus, Upkeep, VaultState} from "ballast/types/Config.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

contract ViewsForkTest is VaultTest {
    // ---------------------------------------------------------------- preview

    function test_preview_tellsWhatExecuteThenDoes() public {
        Decision memory d = deleverage(10 ether);
        Outcome memory told = _preview(d);
        Outcome memory done = send(d);
        (told.gasUsed, done.gasUsed) = (0, 0); // without the signature check it takes less
        assertEq(abi.encode(told), abi.encode(done));
    }

    function test_preview_needsNoSignature_andLeavesNothing() public {
        uint256 collateral = aWeth.balanceOf(address(vault));
        Decision memory d = deleverage(10 ether);
        vm.prank(stranger);
        _preview(d);
        assertEq(aWeth.balanceOf(address(vault)), collateral);
        assertFalse(vault.isNonceUsed(d.positionId, d.nonce));
        assertEq(vault.lossBudget(), 3000e18);
    }

    function test_preview_meetsTheErrorThatExecuteWould() public {
        Decision memory d = deleverage(10 ether);
        d.minOut = 30_000e6;
        vm.expectPartialRevert(IVaultTerms.OutputTooLow.selector);
        vault.preview(d);
        vm.prank(guardian);
        vault.revokeSigner();
        vm.expectRevert(IVaultTerms.SignerUnset.selector);
        vault.preview(d);
    }

    function test_preview_worksForIdleKinds() public {
        fundIdle(Mainnet.USDC, 100e6);
        assertEq(_preview(repayFromIdle(100e6)).spent, 100e6);
    }

    // ---------------------------------------------------------------- status

    function test_status_tellsThePosition() public {
        send(deleverage(10 ether));
        PositionStatus memory s = vault.status(Defaults.POSITION);
        assertEq(uint8(s.state), uint8(VaultState.Active));
        assertEq(s.configEpoch, vault.configEpoch());
        assertEq(s.healthWad, health());
        assertApproxEqRel(s.collateralWad, 270_000e18, 0.0001e18);
        assertApproxEqRel(s.debtWad, usdcDebt.balanceOf(address(vault)) * 1e12, 0.0001e18);
        assertEq(s.lossBudgetWad, vault.lossBudget());
        assertEq(s.notionalBudgetWad, vault.notionalBudget());
        assertEq(uint8(s.upkeep), uint8(Upkeep.NONE), "nothing to keep in this version");
        assertEq(s.upkeepCall.length, 0);
    }

    /// forge-config: default.isolate = true
    function test_status_isCheap() public {
        vault.status(Defaults.POSITION);
        uint256 baseAndCalldata = 21_000 + 4 * 32 + 4 * 16;
        assertLe(vm.lastCallGas().gasTotalUsed - baseAndCalldata, 120_000, "everything cold");
    }

    function test_status_withDeadFeeds_tellsTheRest() public {
        killFeeds();
        PositionStatus memory s = vault.status(Defaults.POSITION);
        assertEq(s.healthWad, 0, "the venue cannot tell");
        assertEq(s.lossBudgetWad, 3000e18);
    }

    function test_status_ofAnUnknownPosition_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 8));
        vault.status(8);
    }

    // ---------------------------------------------------------------- portfolio

    function test_portfolioValue_isIdlePlusCollateralLessDebt() public {
        int256 before = vault.getPortfolioValue();
        int256 debtWad = int256(usdcDebt.balanceOf(address(vault)) * 1e12);
        assertApproxEqAbs(before, 300_000e18 - debtWad, 1e14);
        fundIdle(Mainnet.WETH, 1 ether);
        fundIdle(Mainnet.USDC, 500e6);
        assertApproxEqAbs(vault.getPortfolioValue() - before, 3500e18, 1e6);
    }

    function test_portfolioValue_followsThePrimaryFeed() public {
        int256 debtWad = int256(usdcDebt.balanceOf(address(vault)) * 1e12);
        transmit(Mainnet.ETH_USD_FEED, 1000e8);
        assertApproxEqAbs(vault.getPortfolioValue(), 100_000e18 - debtWad, 1e14, "may be negative");
        assertLt(vault.getPortfolioValue(), 0);
    }

    function test_portfolioValue_needsUsableFeeds() public {
        vm.warp(vm.getBlockTimestamp() + 4201);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceStale.selector, Mainnet.WETH, 4201, 4200));
        vault.getPortfolioValue();
    }

    function test_portfolioValue_fallsByTheLoss() public {
        int256 before = vault.getPortfolioValue();
        Outcome memory outcome = send(deleverage(10 ether));
        assertApproxEqAbs(before - vault.getPortfolioValue(), int256(outcome.lossWad), 1e14);
    }

    // ---------------------------------------------------------------- hashes and nonces

    function test_domainSeparator_followsTheChain() public {
        bytes32 here = vault.domainSeparator();
        assertNotEq(createVault("second").domainSeparator(), here);
        vm.chainId(5);
        assertNotEq(vault.domainSeparator(), here);
    }

    function test_nonceBitmap_showsUsedAndCancelled() public {
        send(deleverage(1 ether));
        vm.prank(owner);
        vault.cancelNonces(Defaults.POSITION, 0, 4);
        assertEq(vault.nonceBitmap(Defaults.POSITION, 0), 6);
        assertTrue(vault.isNonceUsed(Defaults.POSITION, 1) && vault.isNonceUsed(Defaults.POSITION, 2));
        assertFalse(vault.isNonceUsed(Defaults.POSITION, 3));
    }

    function _preview(Decision memory d) private returns (Outcome memory outcome) {
        try vault.preview(d) {
            fail();
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IVaultTerms.PreviewResult.selector, "the answer, not an error");
            bytes memory body = new bytes(reason.length - 4);
            for (uint256 i; i < body.length; i++) {
                body[i] = reason[i + 4];
            }
            outcome = abi.decode(body, (Outcome));
        }
    }
}
