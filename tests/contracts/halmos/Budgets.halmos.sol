// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {BudgetGuard} from "ballast/guards/BudgetGuard.sol";
import {Budget} from "ballast/libraries/Budget.sol";
import {Limits} from "ballast/types/Config.sol";
import {Test} from "forge-std/Test.sol";

/// @notice For all amounts, caps and seconds in the stated ranges. `make halmos` runs it; each line of docs/evidence.md names the mutant that
/// turns a property red.
contract BudgetProperties is Test {
    using Budget for Budget.Bucket;
    using BudgetGuard for Budget.Pair;

    uint256 private constant NOW = 1_800_000_000;
    uint256 private constant WINDOW = 1 days;

    Budget.Bucket private bucket;
    Budget.Pair private pair;

    function check_budget_neverAboveTheBurst(uint128 left, uint64 elapsed, uint128 cap, uint32 window) public {
        vm.assume(elapsed <= NOW && window != 0);
        vm.warp(NOW);
        assert(Budget.refilled(left, NOW - elapsed, cap, window) <= cap / 2);
    }

    function check_budget_withoutTime_nothingFlowsIn(uint128 left, uint128 cap) public {
        vm.warp(NOW);
        uint256 burst = cap / 2;
        assert(Budget.refilled(left, NOW, cap, WINDOW) == (left < burst ? left : burst));
    }

    /// @dev Waiting never costs anything: what is left, up to the burst, is there later too.
    function check_budget_waitingTakesNothing(uint32 left, uint16 elapsed, uint32 cap) public {
        vm.assume(left <= cap / 2);
        vm.warp(NOW);
        assert(Budget.refilled(left, NOW - elapsed, cap, WINDOW) >= left);
    }

    function check_budget_reserve_takesExactlyThatOrNothing(uint128 left, uint256 amount) public {
        vm.warp(NOW);
        (bucket.left, bucket.updatedAt) = (left, uint64(NOW));
        uint256 cap = type(uint128).max; // whatever is left beyond the burst is not there
        uint256 before = bucket.available(cap, WINDOW);
        (bool enough, uint256 told) = bucket.reserve(cap, WINDOW, amount);
        assert(told == before);
        assert(enough == (amount <= before));
        assert(bucket.left == (enough ? before - amount : left));
    }

    /// @dev The sentence that the bucket exists for, in its sharpest form: everything taken at the two ends of a closed window.
    function check_budget_bothEndsOfAWindow_takeAtMostTheCap(uint16 cap, uint16 first, uint16 second, uint16 wait)
        public
    {
        uint256 window = 3600;
        vm.assume(wait <= window);
        vm.warp(NOW);
        (bool enough,) = bucket.reserve(cap, window, first);
        vm.assume(enough);
        vm.warp(NOW + wait);
        (enough,) = bucket.reserve(cap, window, second);
        vm.assume(enough);
        assert(uint256(first) + second <= cap);
    }

    /// @dev Whoever raises a cap fills no past time.
    function check_budget_accrue_raisedCapFillsNoPast(uint128 left, uint64 updatedAt, uint128 cap, uint128 raised)
        public
    {
        vm.assume(updatedAt <= NOW && raised >= cap);
        vm.warp(NOW);
        (bucket.left, bucket.updatedAt) = (left, updatedAt);
        uint256 before = bucket.available(cap, WINDOW);
        bucket.accrue(cap, WINDOW);
        assert(bucket.available(raised, WINDOW) <= before);
    }

    function check_pair_reserveSwap_takesBothOrNeither(
        uint96 lossLeft,
        uint96 notionalLeft,
        uint96 cap,
        uint256 notional,
        uint256 loss
    ) public {
        vm.warp(NOW);
        (pair.lossLeft, pair.notionalLeft, pair.updatedAt) = (lossLeft, notionalLeft, uint64(NOW));
        (uint256 lossBefore, uint256 notionalBefore) = pair.available(_limits(cap));
        try this.reserveSwap(cap, notional, loss) {
            assert(loss <= lossBefore && notional <= notionalBefore);
            assert(pair.lossLeft == lossBefore - loss && pair.notionalLeft == notionalBefore - notional);
        } catch {
            assert(loss > lossBefore || notional > notionalBefore);
            assert(pair.lossLeft == lossLeft && pair.notionalLeft == notionalLeft);
        }
    }

    function check_pair_settleLoss_refundsTheRest_neverMore(uint96 left, uint96 notional, uint96 reserved, uint256 lost)
        public
    {
        vm.assume(uint256(left) + reserved <= type(uint96).max);
        (pair.lossLeft, pair.notionalLeft) = (left, notional);
        try this.settleLoss(reserved, lost) {
            assert(lost <= reserved);
            assert(pair.lossLeft == uint256(left) + reserved - lost);
            assert(pair.notionalLeft == notional);
        } catch {
            assert(lost > reserved);
        }
    }

    function reserveSwap(uint96 cap, uint256 notional, uint256 loss) external {
        pair.reserveSwap(_limits(cap), notional, loss);
    }

    function settleLoss(uint256 reserved, uint256 lost) external {
        pair.settleLoss(reserved, lost);
    }

    function _limits(uint96 cap) private pure returns (Limits memory l) {
        (l.lossPerWindowWad, l.notionalPerWindowWad, l.windowSeconds) = (cap, cap, uint32(WINDOW));
    }
}
