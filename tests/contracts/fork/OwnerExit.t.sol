// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {VaultState} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";

/// @notice The owner takes everything out: in every state, with our feeds dead, with the agent gone. Only the venue can refuse.
contract OwnerExitForkTest is VaultTest {
    address private safe = makeAddr("safe");

    function test_everythingOut_inEveryState_withOurFeedsDeadAndTheAgentGone() public {
        uint256 start = vm.snapshotState();
        for (uint8 i; i <= uint8(type(VaultState).max); i++) {
            if (i != 0) _setState(VaultState(i));
            vm.prank(guardian);
            vault.revokeSigner();
            vm.etch(Mainnet.ETH_USD_FEED, hex"60006000fd");
            vm.etch(Mainnet.USDC_USD_FEED, hex"60006000fd");
            _exitByRepaying();
            vm.revertToState(start);
        }
    }

    /// @dev Without debt Aave asks no oracle: even the venue's dead feeds do not hold the collateral.
    function test_everythingOut_withEveryFeedDead_afterRepaying() public {
        killFeeds();
        _exitByRepaying();
    }

    function test_flashExit_sellsAndRepays_inEveryState() public {
        uint256 start = vm.snapshotState();
        for (uint8 i; i <= uint8(type(VaultState).max); i++) {
            if (i != 0) _setState(VaultState(i));
            vm.etch(Mainnet.ETH_USD_FEED, hex"60006000fd"); // ours only: the venue needs its own to release collateral
            vm.prank(owner);
            vault.flashExit(Defaults.POSITION, _path(), 60 ether, 170_000e6);
            assertEq(usdcDebt.balanceOf(address(vault)), 0, "no debt is left");
            assertGt(usdc.balanceOf(address(vault)), 7000e6, "what is over is idle");
            vm.revertToState(start);
        }
    }

    function test_flashExit_minOut_boundary() public {
        deal(Mainnet.USDC, address(vault), 500e6); // what lay idle before was not obtained
        uint256 start = vm.snapshotState();
        uint256 debt = usdcDebt.balanceOf(address(vault));
        vm.prank(owner);
        vault.flashExit(Defaults.POSITION, _path(), 10 ether, 0);
        uint256 obtained = debt - usdcDebt.balanceOf(address(vault));
        vm.revertToState(start);
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, obtained, obtained + 1));
        vault.flashExit(Defaults.POSITION, _path(), 10 ether, obtained + 1);
        vault.flashExit(Defaults.POSITION, _path(), 10 ether, obtained);
    }

    function test_borrow_paysTheReceiver() public {
        vm.prank(owner);
        vault.borrow(Defaults.POSITION, Mainnet.USDC, 1000e6, safe);
        assertEq(usdc.balanceOf(safe), 1000e6);
    }

    function test_repay_takesNoMoreThanTheDebt() public {
        uint256 debt = usdcDebt.balanceOf(address(vault));
        deal(Mainnet.USDC, owner, debt + 5e6);
        vm.startPrank(owner);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(Defaults.POSITION, Mainnet.USDC, type(uint256).max);
        assertEq(usdc.balanceOf(owner), 5e6);
        assertEq(usdcDebt.balanceOf(address(vault)), 0);
        assertEq(usdc.allowance(address(vault), Mainnet.AAVE_POOL), 0);
    }

    function test_transferPosition_handsATokensOut() public {
        vm.startPrank(owner);
        vault.transferPosition(Defaults.POSITION, Mainnet.WETH, 10 ether, safe);
        assertApproxEqAbs(aWeth.balanceOf(safe), 10 ether, 2);
        deal(Mainnet.USDC, owner, 200_000e6);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(Defaults.POSITION, Mainnet.USDC, type(uint256).max);
        vault.transferPosition(Defaults.POSITION, Mainnet.WETH, type(uint256).max, safe);
        assertApproxEqAbs(aWeth.balanceOf(safe), 100 ether, 3);
        assertEq(aWeth.balanceOf(address(vault)), 0);
    }

    function test_sweep_takesTokensAndNative() public {
        fundIdle(Mainnet.USDC, 3e6);
        vm.deal(stranger, 1 ether);
        vm.prank(stranger);
        (bool paid,) = address(vault).call{value: 1 ether}("");
        assertTrue(paid);
        vm.startPrank(owner);
        vault.sweep(Mainnet.USDC, 1e6, safe);
        vault.sweep(Mainnet.USDC, type(uint256).max, safe);
        vault.sweepNative(type(uint256).max, payable(safe));
        assertEq(usdc.balanceOf(safe), 3e6);
        assertEq(safe.balance, 1 ether);
    }

    function test_disabledPosition_isStillTheOwners() public {
        vm.prank(curator);
        vault.disablePosition(Defaults.POSITION);
        vm.prank(owner);
        vault.withdraw(Defaults.POSITION, Mainnet.WETH, 1 ether, safe);
        assertEq(weth.balanceOf(safe), 1 ether);
    }

    /// @dev A wei of donated aTokens makes the first deposit a second one for Aave, which enables only first ones as collateral.
    function test_donatedATokens_doNotStopTheFirstDepositFromCounting() public {
        vm.prank(owner);
        vault.transferPosition(Defaults.POSITION, Mainnet.WETH, 1 ether, stranger);
        vault = createVault("second");
        vm.prank(stranger);
        aWeth.transfer(address(vault), 1);
        openPosition(10 ether, 1.45e18);
        assertApproxEqRel(health(), 1.45e18, 0.001e18);
    }

    function test_onlyTheOwner() public {
        bytes[8] memory calls = [
            abi.encodeCall(vault.supply, (Defaults.POSITION, Mainnet.WETH, 1)),
            abi.encodeCall(vault.borrow, (Defaults.POSITION, Mainnet.USDC, 1, stranger)),
            abi.encodeCall(vault.repay, (Defaults.POSITION, Mainnet.USDC, 1)),
            abi.encodeCall(vault.withdraw, (Defaults.POSITION, Mainnet.WETH, 1, stranger)),
            abi.encodeCall(vault.transferPosition, (Defaults.POSITION, Mainnet.WETH, 1, stranger)),
            abi.encodeCall(vault.sweep, (Mainnet.WETH, 1, stranger)),
            abi.encodeCall(vault.sweepNative, (1, payable(stranger))),
            abi.encodeCall(vault.flashExit, (Defaults.POSITION, _path(), 1, 0))
        ];
        address[5] memory others = [curator, guardian, signer, keeper, stranger];
        for (uint256 i; i < calls.length; i++) {
            for (uint256 j; j < others.length; j++) {
                vm.prank(others[j]);
                vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, others[j]));
                callVault(calls[i]);
            }
        }
    }

    function test_zeroReceiver_isRefused() public {
        vm.startPrank(owner);
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "to");
        vm.expectRevert(reason);
        vault.withdraw(Defaults.POSITION, Mainnet.WETH, 1 ether, address(0));
        vm.expectRevert(reason);
        vault.borrow(Defaults.POSITION, Mainnet.USDC, 1e6, address(0));
        vm.expectRevert(reason);
        vault.sweep(Mainnet.WETH, 0, address(0));
        vm.expectRevert(reason);
        vault.sweepNative(0, payable(address(0)));
        vm.expectRevert(reason);
        vault.transferPosition(Defaults.POSITION, Mainnet.WETH, 1, address(0));
    }

    function test_unknownPosition_isNamed() public {
        vm.prank(owner);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PositionForbidden.selector, 8));
        vault.withdraw(8, Mainnet.WETH, 1, owner);
    }

    function _exitByRepaying() private {
        deal(Mainnet.USDC, owner, 200_000e6);
        fundIdle(Mainnet.WETH, 1 ether);
        vm.startPrank(owner);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(Defaults.POSITION, Mainnet.USDC, type(uint256).max);
        vault.withdraw(Defaults.POSITION, Mainnet.WETH, type(uint256).max, safe);
        vault.sweep(Mainnet.WETH, type(uint256).max, safe);
        vm.stopPrank();
        assertApproxEqAbs(weth.balanceOf(safe), 101 ether, 2, "all collateral and all idle funds");
        assertEq(aWeth.balanceOf(address(vault)) + usdcDebt.balanceOf(address(vault)), 0);
    }

    function _setState(VaultState to) private {
        vm.prank(owner);
        vault.setState(to);
    }

    function _path() private pure returns (bytes memory) {
        return abi.encodePacked(Mainnet.WETH, Mainnet.UNISWAP_FEE, Mainnet.USDC);
    }
}
