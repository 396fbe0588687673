// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Limits, VaultState} from "ballast/types/Config.sol";

/// @title Curator and guardian turn against the owner; feeds, venue's price and agent die; the owner leaves all the same
contract HostileRolesTest is AbstractAttackTest {
    /// @notice Holds T8, T18; INV-05, INV-23: what loosens waits, and the owner ends the wait.
    function test_attack_curatorTurnsHostile_looseningWaitsAndIsVetoed() public {
        Limits memory loose = limits();
        loose.lossPerWindowWad = 1e30;
        bytes memory call = abi.encodeCall(vault.setLimits, (loose));
        vm.startPrank(curator);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        vault.setLimits(loose);
        vault.submit(call);
        uint256 ripeAt = vault.executableAt(keccak256(call));
        vm.warp(ripeAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.TimelockPending.selector, ripeAt - 1, ripeAt));
        vault.setLimits(loose);
        vm.stopPrank();
        vm.prank(owner);
        vault.veto(call);
        vm.warp(ripeAt + 30 days);
        vm.prank(curator);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotSubmitted.selector, keccak256(call)));
        vault.setLimits(loose);
    }

    /// @notice Holds T18; INV-05, INV-23: a flood of submissions needs no flood of vetoes; one change of roles ends all of them.
    function test_attack_curatorFloodsSubmissions_oneRoleChangeEndsThemAll() public {
        bytes[] memory calls = new bytes[](50);
        for (uint256 i; i < calls.length; i++) {
            calls[i] = abi.encodeCall(vault.approveModel, (bytes32(i)));
            vm.prank(curator);
            vault.submit(calls[i]);
        }
        vm.prank(owner);
        vault.setRoles(makeAddr("next curator"), guardian);
        vm.warp(vm.getBlockTimestamp() + 3 days);
        for (uint256 i; i < calls.length; i++) {
            vm.prank(curator);
            (bool done, bytes memory reason) = address(vault).call(calls[i]);
            assertFalse(done, "INV-05: a dismissed curator changed the configuration");
            assertEq(bytes4(reason), IVaultTerms.Unauthorized.selector);
        }
    }

    /// @notice Holds T18; INV-23: a shorter delay is itself delayed by the old one.
    function test_attack_curatorShortensTheTimelock_oldDelayHoldsForThat() public {
        bytes memory call = abi.encodeCall(vault.setTimelock, (1 hours));
        vm.startPrank(curator);
        vault.submit(call);
        vm.warp(vm.getBlockTimestamp() + 2 days - 1);
        vm.expectPartialRevert(IVaultTerms.TimelockPending.selector);
        vault.setTimelock(1 hours);
        vm.stopPrank();
    }

    /// @notice Holds T8; INV-12: tightened to nothing, disabled and revoked by the curator, the owner still leaves with everything.
    function test_attack_curatorTightensToNothing_ownerExits() public {
        Limits memory tight = Limits(30 days, 1, 1, 1, 1, 1, 1, 2, 2, 1);
        vm.startPrank(curator);
        vault.tightenLimits(tight);
        vault.disablePosition(POSITION);
        vault.revokeModel(Defaults.MODEL);
        vault.revokeSigner();
        vault.setState(VaultState.Halted);
        vm.stopPrank();
        _assertOwnerTakesEverything();
    }

    /// @notice Holds T8; INV-12, INV-28: a guardian can stop, never ease, never move funds, and never keep the owner in.
    function test_attack_guardianTurnsHostile_stopsAndNothingElse() public {
        vm.startPrank(guardian);
        vault.setState(VaultState.Halted);
        vault.revokeSigner();
        vault.cancelNonces(POSITION, 0, type(uint256).max);
        _expectUnauthorized(guardian);
        vault.setState(VaultState.Active);
        _expectUnauthorized(guardian);
        vault.setSigner(guardian);
        _expectUnauthorized(guardian);
        vault.withdraw(POSITION, Mainnet.WETH, 1, guardian);
        _expectUnauthorized(guardian);
        vault.sweep(Mainnet.WETH, 1, guardian);
        _expectUnauthorized(guardian);
        vault.tightenLimits(limits());
        vm.stopPrank();
        _assertOwnerTakesEverything();
    }

    /// @notice Holds T11, T23; INV-12, INV-30: primary feeds dead, Halted, agent gone. Aave's own prices are all it needs to let go.
    function test_attack_feedsDeadHaltedAgentGone_ownerExits() public {
        vm.etch(Mainnet.ETH_USD_FEED, hex"fe");
        vm.etch(Mainnet.USDC_USD_FEED, hex"fe");
        vm.startPrank(guardian);
        vault.setState(VaultState.Halted);
        vault.revokeSigner();
        vm.stopPrank();
        _assertOwnerTakesEverything();
    }

    /// @notice Holds T11; INV-12, INV-30: with the venue's feeds dead as well, he repays first; then Aave asks for no price.
    function test_attack_everyFeedDead_ownerRepaysAndExits() public {
        _killAllFeeds();
        deal(Mainnet.USDC, owner, 200_000e6);
        _exitByRepaying();
    }

    /// @notice Holds T23; INV-12: without cash of his own he exits through one flash swap, whatever state the vault is in.
    function test_attack_haltedAndFeedsDead_ownerFlashExits() public {
        vm.etch(Mainnet.ETH_USD_FEED, hex"fe");
        vm.prank(guardian);
        vault.setState(VaultState.Halted);
        bytes memory path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDC);
        vm.startPrank(owner);
        vault.flashExit(POSITION, path, 58e18, 171_000e6);
        assertEq(usdcDebt.balanceOf(address(vault)), 0, "INV-12: debt left");
        vault.withdraw(POSITION, Mainnet.WETH, type(uint256).max, owner);
        vault.sweep(Mainnet.USDC, type(uint256).max, owner);
        vm.stopPrank();
        assertEq(aWeth.balanceOf(address(vault)), 0, "INV-12: collateral left");
        assertEq(usdc.balanceOf(address(vault)), 0, "INV-12: USDC left");
    }

    function _assertOwnerTakesEverything() private {
        deal(Mainnet.USDC, owner, 200_000e6);
        deal(Mainnet.USDC, address(vault), 5e6);
        vm.deal(address(vault), 1 ether);
        _exitByRepaying();
    }

    function _exitByRepaying() private {
        vm.startPrank(owner);
        usdc.approve(address(vault), type(uint256).max);
        vault.repay(POSITION, Mainnet.USDC, type(uint256).max);
        vault.withdraw(POSITION, Mainnet.WETH, type(uint256).max, owner);
        vault.sweep(Mainnet.USDC, type(uint256).max, owner);
        vault.sweepNative(type(uint256).max, payable(owner));
        vm.stopPrank();
        assertEq(aWeth.balanceOf(address(vault)), 0, "INV-12: collateral left");
        assertEq(usdcDebt.balanceOf(address(vault)), 0, "INV-12: debt left");
        assertEq(usdc.balanceOf(address(vault)), 0, "INV-12: USDC left");
        assertEq(address(vault).balance, 0, "INV-12: ether left");
        assertGe(weth.balanceOf(owner), 100e18 - 2, "INV-12: collateral did not arrive");
    }

    function _killAllFeeds() private {
        vm.etch(Mainnet.ETH_USD_FEED, hex"fe");
        vm.etch(Mainnet.USDC_USD_FEED, hex"fe");
        vm.etch(Mainnet.AAVE_ETH_USD_FEED, hex"fe");
        vm.etch(Mainnet.AAVE_USDC_SOURCE, hex"fe");
    }

    function _expectUnauthorized(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, caller));
    }
}
