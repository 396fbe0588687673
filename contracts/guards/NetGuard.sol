// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultRescue} from "../interfaces/IVaultRescue.sol";
import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {Budget} from "../libraries/Budget.sol";
import {UnitMath} from "../libraries/UnitMath.sol";
import {NetState, NetTerms} from "../types/Net.sol";

/// @title May the safety net act, and with how much?
/// @notice Its budgets are its own: nothing that a decision does reads or writes them, and nothing here reads or writes those of decisions.
library NetGuard {
    using Budget for Budget.Bucket;

    /// @notice Health below which a rescue is due: the critical level always, the emergency level while no agent answers, the target when
    /// none has answered for as long as the owner's dead-man rule says.
    /// @param agentMayAct whether there is a signer whom the vault would let act at all; where not, a heartbeat is no comfort
    function triggerWad(NetTerms memory t, uint256 emergencyWad, uint256 heartbeatAt, bool agentMayAct)
        internal
        view
        returns (uint256)
    {
        // no underflow: heartbeats are refused from the future
        uint256 silentSeconds = block.timestamp - heartbeatAt;
        if (t.deadManSeconds != 0 && silentSeconds > t.deadManSeconds) return t.targetHealthWad;
        if (!agentMayAct || silentSeconds > t.heartbeatSeconds) {
            return emergencyWad > t.criticalHealthWad ? emergencyWad : t.criticalHealthWad;
        }
        return t.criticalHealthWad;
    }

    function requireDue(uint256 healthWad, uint256 belowWad) internal pure {
        require(healthWad < belowWad, IVaultRescue.RescueNotDue(healthWad, belowWad));
    }

    /// @notice First second after the cooldown.
    function cooledAt(NetTerms memory t, NetState storage s) internal view returns (uint256) {
        return uint256(s.rescuedAt) + t.cooldownSeconds;
    }

    function requireCooled(NetTerms memory t, NetState storage s) internal view {
        uint256 until = cooledAt(t, s);
        require(block.timestamp >= until, IVaultRescue.CoolingDown(block.timestamp, until));
    }

    function requireSize(NetTerms memory t, uint256 notionalWad) internal pure {
        require(notionalWad >= t.minActionWad, IVaultRescue.ActionTooSmall(notionalWad, t.minActionWad));
        require(notionalWad <= t.maxActionWad, IVaultTerms.ActionTooLarge(notionalWad, t.maxActionWad));
    }

    function lossLeftWad(NetTerms memory t, NetState storage s) internal view returns (uint256) {
        return Budget.refilled(s.lossLeft, s.lossUpdatedAt, t.lossPerWindowWad, t.windowSeconds);
    }

    function rewardLeftWad(NetTerms memory t, NetState storage s) internal view returns (uint256) {
        return s.reward.available(t.rewardPerWindowWad, t.windowSeconds);
    }

    /// @notice Greatest loss of a rescue, bps of its notional: slippage and reward.
    function maxLossBps(NetTerms memory t) internal pure returns (uint256) {
        return uint256(t.maxSlippageBps) + t.rewardBps;
    }

    /// @notice Takes what a rescue may lose and begins the cooldown.
    function reserve(NetTerms memory t, NetState storage s, uint256 notionalWad)
        internal
        returns (uint256 reservedWad)
    {
        reservedWad = UnitMath.bpsOfUp(notionalWad, maxLossBps(t));
        uint256 leftWad = lossLeftWad(t, s);
        require(reservedWad <= leftWad, IVaultTerms.LossBudgetExceeded(reservedWad, leftWad));
        _storeLoss(s, leftWad - reservedWad);
        s.rescuedAt = uint48(block.timestamp);
    }

    /// @notice Takes the reward for `repaidWad`, or what its budget still has: a rescue is worth more than its reward.
    function takeReward(NetTerms memory t, NetState storage s, uint256 repaidWad) internal returns (uint256 rewardWad) {
        rewardWad = repaidWad * t.rewardBps / UnitMath.BPS; // no overflow: USD values of amounts that exist
        if (rewardWad == 0) return 0;
        uint256 leftWad = rewardLeftWad(t, s);
        if (rewardWad > leftWad) rewardWad = leftWad;
        if (rewardWad != 0) s.reward.reserve(t.rewardPerWindowWad, t.windowSeconds, rewardWad);
    }

    /// @notice Gives back what was reserved and not lost.
    function settle(NetState storage s, uint256 reservedWad, uint256 measuredWad) internal {
        require(measuredWad <= reservedWad, IVaultTerms.LossExceeded(measuredWad, reservedWad));
        // never more than `reserve` took in the same transaction, so within the burst again
        // forge-lint: disable-next-line(unsafe-typecast)
        s.lossLeft += uint96(reservedWad - measuredWad);
    }

    /// @notice Before terms change: refill up to now by the old ones.
    function accrue(NetTerms memory t, NetState storage s) internal {
        if (t.targetHealthWad == 0) return;
        _storeLoss(s, lossLeftWad(t, s));
        s.reward.accrue(t.rewardPerWindowWad, t.windowSeconds);
    }

    /// @param leftWad at most half of the cap, as all that `lossLeftWad` returns
    function _storeLoss(NetState storage s, uint256 leftWad) private {
        // at most cap / 2 < 2^95
        // forge-lint: disable-next-line(unsafe-typecast)
        (s.lossLeft, s.lossUpdatedAt) = (uint96(leftWad), uint64(block.timestamp));
    }
}
