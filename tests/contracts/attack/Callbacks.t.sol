// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractAttackTest} from "./AbstractAttackTest.sol";
import {HookedToken, HostilePool, Reentrant} from "./HostileCode.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {PortOrder} from "ballast/interfaces/IVaultPorts.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IUniswapV3SwapCallback} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {FlashSwapOrder} from "ballast/swap/UniswapV3FlashSwap.sol";
import {PositionSetup, VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";

/// @title Callbacks, spoofed and re-entered
contract CallbacksTest is AbstractAttackTest {
    Reentrant private reentrant;

    /// @notice Holds T19; INV-32: an invented pool asks the vault to pay.
    function test_attack_fakePoolCallsBack_isRefused() public {
        _expectUnexpected(address(this));
        _callback(address(this), _order());
    }

    /// @notice Holds T19; INV-32: even the genuine pool is nobody out of flight; anyone may make it call the vault by `flash`.
    function test_attack_realPoolCallsBackOutOfFlight_isRefused() public {
        _expectUnexpected(Mainnet.UNISWAP_USDC_WETH_POOL);
        _callback(Mainnet.UNISWAP_USDC_WETH_POOL, _order());
        vm.prank(address(0));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, address(0)));
        IUniswapV3SwapCallback(address(vault)).uniswapV3SwapCallback(-1, 1, abi.encode(_order()));
    }

    /// @notice Holds T19; INV-32: a pool gone bad in flight gets nothing by any trick with its callback.
    function test_attack_poolInFlightMisbehaves_wholeDecisionReverts() public {
        for (uint8 trick; trick <= uint8(type(HostilePool.Trick).max); trick++) {
            uint256 snapshot = vm.snapshotState();
            vm.etch(Mainnet.UNISWAP_USDC_WETH_POOL, address(new HostilePool(HostilePool.Trick(trick))).code);
            _withoutTwap();
            (int256 before, uint256 idle) = (equityWad(address(vault)), _poolWeth());
            (bool done, bytes memory reason) = trySend(theft(1e18, 500, 200, 0));
            assertFalse(done, "INV-32: a misbehaving pool was served");
            assertEq(bytes4(reason), _answerTo(HostilePool.Trick(trick)), "INV-32: refused for another reason");
            assertFalse(vault.isNonceUsed(POSITION, 0), "INV-36: nonce used by a refused decision");
            assertEq(equityWad(address(vault)), before, "INV-32: funds left");
            assertEq(_poolWeth(), idle, "INV-01: the pool was paid");
            vm.revertToState(snapshot);
        }
    }

    /// @notice Holds T19, T20, T21; INV-31: a token with a hook re-enters every external function and pricing view, with every role.
    function test_attack_hookedTokenReenters_everyDoorIsLocked() public {
        _hookUsdc();
        send(theft(1e18, 500, 200, 0));
        _assertAllLocked();
    }

    /// @notice Holds T19; INV-31: the same from within the owner's own exit, by the token and by the ether he sends.
    function test_attack_exitReentered_everyDoorIsLocked() public {
        _hookUsdc();
        reentrant.act(abi.encodeCall(vault.borrow, (POSITION, Mainnet.USDC, 1e6, owner)));
        _assertAllLocked();
        reentrant.arm(vault, _everyCall());
        vm.deal(address(vault), 1 ether);
        reentrant.act(abi.encodeCall(vault.sweepNative, (1 ether, payable(address(reentrant)))));
        _assertAllLocked();
    }

    /// @notice Holds T19; INV-31: no path leaves the lock shut, whether it ended well or not.
    function test_attack_failedAndDoneCalls_leaveTheLockOpen() public {
        send(theft(1e18, 500, 200, 0));
        trySend(theft(1e18, 500, 200, 0));
        try vault.preview(theft(1e18, 500, 200, 1)) {} catch {}
        vault.status(POSITION);
        vault.getPortfolioValue();
        send(theft(1e18, 500, 200, 1));
    }

    // ---------------------------------------------------------------- arms

    function _hookUsdc() private {
        reentrant = new Reentrant();
        vm.startPrank(owner);
        vault.setRoles(address(reentrant), address(reentrant));
        vault.transferOwnership(address(reentrant));
        vm.stopPrank();
        vm.prank(address(reentrant));
        vault.acceptOwnership();
        reentrant.arm(vault, _everyCall());
        address original = makeAddr("original USDC");
        vm.etch(original, Mainnet.USDC.code);
        vm.etch(Mainnet.USDC, address(new HookedToken(original, reentrant)).code);
    }

    /// @dev Every mutator and every pricing view, with arguments that would pass if the door were open.
    function _everyCall() private view returns (bytes[] memory calls) {
        calls = new bytes[](32);
        Decision memory d = theft(0.5e18, 500, 200, 77);
        bytes memory path = abi.encodePacked(Mainnet.WETH, uint24(500), Mainnet.USDC);
        PositionSetup memory position = position();
        bytes memory submission = abi.encodeCall(vault.approveModel, ("x"));
        calls[0] = abi.encodeCall(vault.execute, (d, sign(d)));
        calls[1] = abi.encodeCall(vault.preview, (d));
        calls[2] = abi.encodeCall(vault.status, (POSITION));
        calls[3] = abi.encodeCall(vault.getPortfolioValue, ());
        calls[4] = abi.encodeCall(vault.supply, (POSITION, Mainnet.WETH, 0));
        calls[5] = abi.encodeCall(vault.borrow, (POSITION, Mainnet.USDC, 1, owner));
        calls[6] = abi.encodeCall(vault.repay, (POSITION, Mainnet.USDC, 0));
        calls[7] = abi.encodeCall(vault.withdraw, (POSITION, Mainnet.WETH, 1, owner));
        calls[8] = abi.encodeCall(vault.transferPosition, (POSITION, Mainnet.WETH, 1, owner));
        calls[9] = abi.encodeCall(vault.sweep, (Mainnet.WETH, 1, owner));
        calls[10] = abi.encodeCall(vault.sweepNative, (0, payable(owner)));
        calls[11] = abi.encodeCall(vault.flashExit, (POSITION, path, 1e18, 0));
        calls[12] = abi.encodeCall(vault.submit, (submission));
        calls[13] = abi.encodeCall(vault.veto, (submission));
        calls[14] = abi.encodeCall(vault.setLimits, (limits()));
        calls[15] = abi.encodeCall(vault.setAsset, (Mainnet.WETH, Defaults.weth()));
        calls[16] = abi.encodeCall(vault.setPosition, (position));
        calls[17] = abi.encodeCall(vault.approveModel, ("x"));
        calls[18] = abi.encodeCall(vault.setTimelock, (3600));
        calls[19] = abi.encodeCall(vault.tightenLimits, (limits()));
        calls[20] = abi.encodeCall(vault.disablePosition, (POSITION));
        calls[21] = abi.encodeCall(vault.revokeModel, (Defaults.MODEL));
        calls[22] = abi.encodeCall(vault.cancelNonces, (POSITION, 0, 1));
        calls[23] = abi.encodeCall(vault.revokeSigner, ());
        calls[24] = abi.encodeCall(vault.setState, (VaultState.Halted));
        calls[25] = abi.encodeCall(vault.setSigner, (keeper));
        calls[26] = abi.encodeCall(vault.setRoles, (curator, guardian));
        calls[27] = abi.encodeCall(vault.transferOwnership, (owner));
        calls[28] = abi.encodeCall(vault.acceptOwnership, ());
        PortOrder memory port = PortOrder(POSITION, owner, Mainnet.WETH, 1, Mainnet.USDC, 0, 0, RouteKind.None);
        calls[29] = abi.encodeCall(vault.importPosition, (port));
        calls[30] = abi.encodeCall(vault.exportPosition, (port));
        d.kind = ActionKind.Move;
        calls[31] = abi.encodeCall(vault.executeQueued, (d, sign(d)));
    }

    function _assertAllLocked() private view {
        assertEq(reentrant.count(), 32, "the hook must have been reached");
        for (uint256 i; i < reentrant.count(); i++) {
            (bytes4 called, bool done, bytes4 reason) = reentrant.answers(i);
            string memory what = vm.toString(abi.encodePacked(called));
            assertFalse(done, string.concat("INV-31: entered while locked: ", what));
            assertEq(reason, IVaultTerms.Locked.selector, string.concat("INV-31: not the lock: ", what));
        }
    }

    /// @dev A hostile pool has no history; the swap shall fail in its callback and nowhere earlier.
    function _withoutTwap() private {
        vm.mockCall(Mainnet.UNISWAP_USDC_WETH_POOL, abi.encodeWithSignature("token0()"), abi.encode(Mainnet.USDC));
        vm.mockCall(Mainnet.UNISWAP_USDC_WETH_POOL, abi.encodeWithSignature("token1()"), abi.encode(Mainnet.WETH));
        int56[] memory ticks = new int56[](2);
        ticks[1] = 600 * int56(196_256); // 3,000 USD per ether
        vm.mockCall(
            Mainnet.UNISWAP_USDC_WETH_POOL,
            abi.encodeWithSignature("observe(uint32[])"),
            abi.encode(ticks, new uint160[](2))
        );
    }

    function _answerTo(HostilePool.Trick trick) private pure returns (bytes4) {
        return trick == HostilePool.Trick.AsksForMore
            ? IVaultTerms.InputTooHigh.selector
            : IVaultTerms.CallbackUnexpected.selector;
    }

    function _callback(address caller, FlashSwapOrder memory order) private {
        vm.prank(caller);
        IUniswapV3SwapCallback(address(vault)).uniswapV3SwapCallback(-1, 1e18, abi.encode(order));
    }

    function _order() private view returns (FlashSwapOrder memory) {
        return FlashSwapOrder(ActionKind.Deleverage, address(adapter), 0, Mainnet.WETH, Mainnet.USDC, 100e18);
    }

    function _expectUnexpected(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.CallbackUnexpected.selector, caller));
    }

    function _poolWeth() private view returns (uint256) {
        return weth.balanceOf(Mainnet.UNISWAP_USDC_WETH_POOL);
    }
}
