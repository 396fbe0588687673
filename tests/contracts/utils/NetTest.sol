// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "./Defaults.sol";
import {Mainnet} from "./Mainnet.sol";
import {VaultTest} from "./VaultTest.sol";
import {IVaultConfiguration} from "ballast/interfaces/IVaultConfiguration.sol";
import {NetTerms, RescueOutcome} from "ballast/types/Net.sol";

/// @notice The common vault with a safety net under its position, whose agent has just been heard.
abstract contract NetTest is VaultTest {
    uint256 internal constant POSITION_ID = Defaults.POSITION;

    function setUp() public virtual override {
        super.setUp();
        setNet(netTerms());
        beat(uint48(vm.getBlockTimestamp()));
    }

    function netTerms() internal pure virtual returns (NetTerms memory t) {
        (t.criticalHealthWad, t.targetHealthWad) = (1.05e18, 1.25e18);
        (t.tokenIn, t.tokenOut, t.poolFee) = (Mainnet.WETH, Mainnet.USDC, Mainnet.UNISWAP_FEE);
        (t.heartbeatSeconds, t.cooldownSeconds, t.windowSeconds) = (600, 300, 1 days);
        (t.maxSlippageBps, t.rewardBps) = (100, 50);
        (t.minActionWad, t.maxActionWad) = (1500e18, 60_000e18); // half an ether, twenty
        (t.lossPerWindowWad, t.rewardPerWindowWad) = (4000e18, 1000e18);
    }

    function setNet(NetTerms memory t) internal {
        configure(abi.encodeCall(IVaultConfiguration.setNet, (POSITION_ID, t)));
        passTime(1); // the setting counts as a heartbeat, and the next is later
    }

    /// @dev The owner borrows, to himself, down to `healthWad`. Aave lets him go to 1.04.
    function sinkTo(uint256 healthWad) internal {
        uint256 debt = thresholdValueWad() * 1e6 / healthWad;
        vm.startPrank(owner);
        vault.borrow(POSITION_ID, Mainnet.USDC, debt - usdcDebt.balanceOf(address(vault)), owner);
        vm.stopPrank();
    }

    function beat(uint48 seenAt) internal {
        bytes memory signature = signWith(signerKey, vault.hashHeartbeat(POSITION_ID, seenAt));
        vm.prank(keeper);
        vault.heartbeat(POSITION_ID, seenAt, signature);
    }

    /// @dev A position in an emergency whose agent is late.
    function abandon() internal {
        sinkTo(1.08e18);
        passTime(601);
    }

    function rescue(uint256 amountIn) internal returns (RescueOutcome memory) {
        vm.prank(stranger);
        return vault.rescue(POSITION_ID, amountIn);
    }

    function expectNoRescue(uint256 amountIn, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(stranger);
        vault.rescue(POSITION_ID, amountIn);
    }

    /// @dev For errors whose figures the market makes.
    function expectNoRescueBy(uint256 amountIn, bytes4 selector) internal {
        vm.expectPartialRevert(selector);
        vm.prank(stranger);
        vault.rescue(POSITION_ID, amountIn);
    }
}
