// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BudgetGuard} from "ballast/guards/BudgetGuard.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {Budget} from "ballast/libraries/Budget.sol";
import {Limits} from "ballast/types/Config.sol";
import {Test} from "forge-std/Test.sol";

contract BudgetTest is Test {
    using Budget for Budget.Bucket;

    uint256 private constant CAP = 1000;
    uint256 private constant WINDOW = 1 days;

    Budget.Bucket private bucket;
    Budget.Pair private pair;
    Limits private limits;

    function setUp() public {
        vm.warp(1_700_000_000);
        limits.windowSeconds = uint32(WINDOW);
        limits.lossPerWindowWad = uint128(CAP);
        limits.notionalPerWindowWad = uint128(CAP);
    }

    function test_untouchedBucket_holdsTheBurst() public view {
        assertEq(bucket.available(CAP, WINDOW), CAP / 2);
    }

    function test_reserve_boundary() public {
        (bool enough, uint256 left) = bucket.reserve(CAP, WINDOW, CAP / 2 + 1);
        assertFalse(enough, "one more than there is");
        assertEq(left, CAP / 2);
        assertEq(bucket.available(CAP, WINDOW), CAP / 2, "nothing taken");
        (enough,) = bucket.reserve(CAP, WINDOW, CAP / 2);
        assertTrue(enough, "all that there is");
        assertEq(bucket.available(CAP, WINDOW), 0);
    }

    function test_refill_isLinear_andEndsAtTheBurst() public {
        bucket.reserve(CAP, WINDOW, CAP / 2);
        skip(WINDOW / 2);
        assertEq(bucket.available(CAP, WINDOW), CAP / 4, "half a window, half the refill");
        skip(WINDOW / 2);
        assertEq(bucket.available(CAP, WINDOW), CAP / 2, "whole window");
        skip(365 days);
        assertEq(bucket.available(CAP, WINDOW), CAP / 2, "never more than the burst");
    }

    function test_refill_roundsDown() public {
        bucket.reserve(CAP, WINDOW, CAP / 2);
        skip(172); // 500 * 172 / 86,400 = 0.995
        assertEq(bucket.available(CAP, WINDOW), 0);
        skip(1);
        assertEq(bucket.available(CAP, WINDOW), 1);
    }

    function test_oddCap_losesItsHalfUnit() public view {
        assertEq(bucket.available(3, WINDOW), 1);
    }

    function test_smallerCap_cutsWhatIsLeft_atOnce() public view {
        assertEq(bucket.available(100, WINDOW), 50);
    }

    function test_accrue_oldCapGovernsThePast() public {
        bucket.reserve(CAP, WINDOW, CAP / 2);
        skip(WINDOW / 2);
        bucket.accrue(CAP, WINDOW); // as the configurator does before it raises a cap
        assertEq(bucket.available(10 * CAP, WINDOW), CAP / 4, "a raised cap fills no past time");
    }

    /// @dev The sentence that the whole design of the bucket is for, tried over random spending patterns: greedy, patient and mixed.
    function testFuzz_everyWindow_staysUnderTheCap(uint256 seed, uint128 cap) public {
        cap = uint128(bound(cap, 2, type(uint128).max));
        uint256 steps = 40;
        uint256[] memory at = new uint256[](steps);
        uint256[] memory spent = new uint256[](steps);
        for (uint256 i; i < steps; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            skip(seed % (WINDOW / 4));
            uint256 left = bucket.available(cap, WINDOW);
            uint256 wanted = seed & 1 == 0 ? left : left * (seed >> 128) >> 128;
            (bool enough,) = bucket.reserve(cap, WINDOW, wanted);
            assertTrue(enough);
            (at[i], spent[i]) = (vm.getBlockTimestamp(), wanted);
        }
        for (uint256 i; i < steps; i++) {
            uint256 sum;
            for (uint256 j = i; j < steps && at[j] <= at[i] + WINDOW; j++) {
                sum += spent[j];
            }
            assertLe(sum, cap, "spent in one window");
        }
    }

    function test_guards_boundary_nameWhatWasAskedAndWhatIsLeft() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.LossBudgetExceeded.selector, 501, 500));
        this.reserveSwap(0, 501);
        this.reserveSwap(0, 500);
        delete pair;
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.NotionalBudgetExceeded.selector, 501, 500));
        this.reserveSwap(501, 0);
        this.reserveSwap(500, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.IdleBudgetExceeded.selector, address(this), 501, 500));
        this.reserveIdle(CAP, 501);
        this.reserveIdle(CAP, 500);
    }

    function test_reserveSwap_takesBothOrNeither() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.LossBudgetExceeded.selector, 501, 500));
        this.reserveSwap(400, 501);
        _assertLeft(500, 500);
        this.reserveSwap(400, 30);
        _assertLeft(470, 100);
    }

    /// @dev One second of writing for both: neither may lose or win refill by a reservation of the other.
    function test_reserveSwap_refillsBothBuckets() public {
        this.reserveSwap(500, 500);
        skip(WINDOW / 2);
        this.reserveSwap(0, 250);
        _assertLeft(0, 250);
        skip(WINDOW / 2);
        _assertLeft(250, 500);
    }

    function test_pair_holdsTheGreatestCapsThatConfigurationAllows() public {
        limits.lossPerWindowWad = type(uint96).max - 1;
        limits.notionalPerWindowWad = type(uint96).max - 1;
        uint256 burst = (type(uint96).max - 1) / 2;
        this.reserveSwap(1, 2);
        _assertLeft(burst - 2, burst - 1);
        this.settleLoss(2, 0);
        _assertLeft(burst, burst - 1);
        assertEq(pair.updatedAt, vm.getBlockTimestamp());
    }

    function testFuzz_pair_packsWithoutTouchingItsNeighbour(uint96 loss, uint96 notional) public {
        limits.lossPerWindowWad = type(uint96).max - 1;
        limits.notionalPerWindowWad = type(uint96).max - 1;
        uint256 burst = (type(uint96).max - 1) / 2;
        (uint256 lossWad, uint256 notionalWad) = (bound(loss, 0, burst), bound(notional, 0, burst));
        this.reserveSwap(notionalWad, lossWad);
        _assertLeft(burst - lossWad, burst - notionalWad);
        uint256 lost = lossWad / 3;
        this.settleLoss(lossWad, lost);
        _assertLeft(burst - lost, burst - notionalWad);
    }

    function test_pairAccrue_oldLimitsGovernThePast() public {
        this.reserveSwap(500, 500);
        skip(WINDOW / 2);
        BudgetGuard.accrue(pair, limits);
        (limits.lossPerWindowWad, limits.notionalPerWindowWad) = (10_000, 20_000);
        _assertLeft(250, 250);
    }

    function test_idle_zeroPerWindow_forbids() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.IdleBudgetExceeded.selector, address(this), 1, 0));
        this.reserveIdle(0, 1);
    }

    function test_settleLoss_boundary_andRefundsTheRest() public {
        this.reserveSwap(0, 300);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.LossExceeded.selector, 301, 300));
        this.settleLoss(300, 301);
        this.settleLoss(300, 300);
        _assertLeft(200, 500); // all of it was lost
        this.reserveSwap(0, 100);
        this.settleLoss(100, 10);
        _assertLeft(190, 500); // ten of a hundred were lost
    }

    function reserveSwap(uint256 notional, uint256 loss) external {
        BudgetGuard.reserveSwap(pair, limits, notional, loss);
    }

    function reserveIdle(uint256 perWindow, uint256 amount) external {
        BudgetGuard.reserveIdle(bucket, address(this), perWindow, WINDOW, amount);
    }

    function settleLoss(uint256 reserved, uint256 measured) external {
        BudgetGuard.settleLoss(pair, reserved, measured);
    }

    function _assertLeft(uint256 loss, uint256 notional) private view {
        (uint256 lossLeft, uint256 notionalLeft) = BudgetGuard.available(pair, limits);
        assertEq(lossLeft, loss, "loss");
        assertEq(notionalLeft, notional, "notional");
    }
}
