// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HealthGuard} from "ballast/guards/HealthGuard.sol";
import {NonceGuard} from "ballast/guards/NonceGuard.sol";
import {SlippageGuard} from "ballast/guards/SlippageGuard.sol";
import {WindowGuard} from "ballast/guards/WindowGuard.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Limits} from "ballast/types/Config.sol";
import {Decision} from "ballast/types/Decision.sol";
import {Test} from "forge-std/Test.sol";

contract HealthGuardTest is Test {
    uint256 private constant FLOOR = 1.2e18;
    uint256 private constant CEILING = 2.5e18;
    uint256 private constant GAIN = 0.005e18;

    function test_healthy_boundary_staysAtOrAboveTheFloor() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.HealthBelowFloor.selector, FLOOR - 1, FLOOR));
        this.check(FLOOR, FLOOR - 1);
        this.check(FLOOR, FLOOR);
    }

    function test_healthy_boundary_mustNotFall() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.HealthNotImproved.selector, 1.4e18 - 1, 1.4e18));
        this.check(1.4e18, 1.4e18 - 1);
        this.check(1.4e18, 1.4e18);
    }

    function test_belowFloor_boundary_mustRiseByTheLeastGain() public {
        uint256 before = FLOOR - 1;
        vm.expectRevert(
            abi.encodeWithSelector(IVaultTerms.HealthNotImproved.selector, before + GAIN - 1, before + GAIN)
        );
        this.check(before, before + GAIN - 1);
        this.check(before, before + GAIN);
    }

    function test_belowFloor_repairInChunks_needNotReachTheFloor() public view {
        this.check(0.9e18, 1.0e18);
    }

    function test_ceiling_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.HealthAboveCeiling.selector, CEILING + 1, CEILING));
        this.check(1.4e18, CEILING + 1);
        this.check(1.4e18, CEILING);
    }

    function test_noDebt_countsAsTheGreatestHealth_andPassesWithoutCeiling() public {
        this.checkWith(1.4e18, type(uint256).max, type(uint128).max);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVaultTerms.HealthAboveCeiling.selector, type(uint128).max, uint256(type(uint128).max) - 1
            )
        );
        this.checkWith(1.4e18, type(uint256).max, type(uint128).max - 1);
    }

    /// @dev A position without debt is as healthy before as after, whatever number its venue has for that.
    function test_withoutDebt_nothingFalls() public view {
        this.checkWith(type(uint256).max, type(uint256).max, type(uint128).max);
        this.checkWith(type(uint256).max, type(uint128).max, type(uint128).max);
    }

    function check(uint256 beforeWad, uint256 afterWad) external pure {
        HealthGuard.checkReducing(beforeWad, afterWad, HealthGuard.Rule(FLOOR, CEILING, GAIN));
    }

    function checkWith(uint256 beforeWad, uint256 afterWad, uint256 ceilingWad) external pure {
        HealthGuard.checkReducing(beforeWad, afterWad, HealthGuard.Rule(FLOOR, ceilingWad, GAIN));
    }
}

contract SlippageGuardTest is Test {
    function test_input_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.InputTooHigh.selector, 101, 100));
        this.amounts(101, 100, 50, 50);
        this.amounts(100, 100, 50, 50);
    }

    function test_output_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 49, 50));
        this.amounts(100, 100, 49, 50);
        this.amounts(100, 100, 50, 50);
    }

    function test_nothingObtained_neverPasses() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.OutputTooLow.selector, 0, 0));
        this.amounts(100, 100, 0, 0);
    }

    function test_value_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SlippageExceeded.selector, 9899, 9900));
        this.value(10_000, 9899, 100);
        this.value(10_000, 9900, 100);
    }

    function test_value_requirementRoundsUp() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SlippageExceeded.selector, 9900, 9901));
        this.value(10_001, 9900, 100); // 9,900.99
        this.value(10_001, 9901, 100);
    }

    function amounts(uint256 spent, uint256 maxIn, uint256 obtained, uint256 minOut) external pure {
        SlippageGuard.checkAmounts(spent, maxIn, obtained, minOut);
    }

    function value(uint256 spentWad, uint256 obtainedWad, uint256 bps) external pure {
        SlippageGuard.checkValue(spentWad, obtainedWad, bps);
    }
}

contract WindowGuardTest is Test {
    uint48 private constant NOW = 1_700_000_000;
    uint64 private constant BLOCK = 24_000_000;

    Limits private limits;

    function setUp() public {
        vm.warp(NOW);
        vm.roll(BLOCK);
        (limits.maxLifetimeSeconds, limits.maxSnapshotAgeBlocks) = (600, 10);
    }

    function test_firstSecond_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotYetValid.selector, NOW, NOW + 1));
        this.check(NOW + 1, NOW + 100, BLOCK);
        this.check(NOW, NOW + 100, BLOCK);
    }

    function test_lastSecond_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Expired.selector, NOW, NOW - 1));
        this.check(NOW - 100, NOW - 1, BLOCK);
        this.check(NOW - 100, NOW, BLOCK);
    }

    function test_lifetime_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.LifetimeTooLong.selector, 601, 600));
        this.check(NOW - 300, NOW + 301, BLOCK);
        this.check(NOW - 300, NOW + 300, BLOCK);
    }

    function test_snapshotAge_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SnapshotTooOld.selector, 11, 10));
        this.check(NOW, NOW, BLOCK - 11);
        this.check(NOW, NOW, BLOCK - 10);
    }

    function test_snapshotFromFuture_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SnapshotFromFuture.selector, BLOCK + 1, BLOCK));
        this.check(NOW, NOW, BLOCK + 1);
        this.check(NOW, NOW, BLOCK);
    }

    function test_endBeforeBeginning_isNoWindow() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.Expired.selector, NOW, NOW - 1));
        this.check(NOW, NOW - 1, BLOCK);
    }

    function check(uint48 validAfter, uint48 validUntil, uint64 snapshotBlock) external view {
        Decision memory d;
        (d.validAfter, d.validUntil, d.snapshotBlock) = (validAfter, validUntil, snapshotBlock);
        this.checkDecision(d);
    }

    function checkDecision(Decision calldata d) external view {
        WindowGuard.check(d, limits);
    }
}

contract NonceGuardTest is Test {
    using NonceGuard for mapping(uint256 => uint256);

    mapping(uint256 word => uint256) private bitmap;

    function test_usedNonce_isRefused_itsNeighboursAreNot() public {
        bitmap.use(255);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NonceUsed.selector, 7, 255));
        this.check(7, 255);
        this.check(7, 254);
        this.check(7, 256);
    }

    function testFuzz_use_setsItsBitAndNoOther(uint256 nonce, uint256 other) public {
        vm.assume(nonce != other);
        bitmap.use(nonce);
        assertTrue(bitmap.isUsed(nonce));
        assertFalse(bitmap.isUsed(other));
    }

    function check(uint256 positionId, uint256 nonce) external view {
        bitmap.check(positionId, nonce);
    }
}
