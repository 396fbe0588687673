// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {QueuedDecision} from "../types/Config.sol";

/// @title Decisions that wait where the owner can see them
/// @notice A queued decision executes from `executableAt` on, for the time of grace, in the epoch that it was queued in. A list, because there are
/// at most eight; what is over makes room by itself.
library DecisionQueue {
    /// @notice Appends a decision.
    /// @param most greatest number that may wait at once
    function push(
        QueuedDecision[] storage queue,
        bytes32 digest,
        uint64 epoch,
        uint256 executableAt,
        uint256 graceSeconds,
        uint256 most
    ) internal {
        _dropDead(queue, epoch, graceSeconds);
        (bool found,) = _find(queue, digest);
        require(!found, IVaultTerms.DecisionQueued(digest));
        require(queue.length < most, IVaultTerms.QueueFull(queue.length, most));
        // no truncation: seconds of this age, plus at most 30 days
        // forge-lint: disable-next-line(unsafe-typecast)
        queue.push(QueuedDecision(digest, uint64(executableAt), epoch));
    }

    /// @notice Removes a decision that may execute now; both ends of its time belong to it.
    function take(QueuedDecision[] storage queue, bytes32 digest, uint256 graceSeconds) internal {
        uint256 index = indexOf(queue, digest);
        uint256 from = queue[index].executableAt;
        require(block.timestamp >= from, IVaultTerms.NotYetValid(block.timestamp, from));
        require(block.timestamp <= from + graceSeconds, IVaultTerms.Expired(block.timestamp, from + graceSeconds));
        remove(queue, index);
    }

    /// @notice Place of a decision that must be there.
    function indexOf(QueuedDecision[] storage queue, bytes32 digest) internal view returns (uint256 index) {
        bool found;
        (found, index) = _find(queue, digest);
        require(found, IVaultTerms.DecisionNotQueued(digest));
    }

    /// @dev The queue's length where it is not there.
    function _find(QueuedDecision[] storage queue, bytes32 digest) private view returns (bool found, uint256 index) {
        uint256 length = queue.length;
        while (index < length && queue[index].digest != digest) index++;
        found = index < length;
    }

    /// @notice Removes the one at `index`, which must be there; the last takes its place.
    function remove(QueuedDecision[] storage queue, uint256 index) internal {
        queue[index] = queue[queue.length - 1];
        queue.pop();
    }

    function _dropDead(QueuedDecision[] storage queue, uint64 epoch, uint256 graceSeconds) private {
        for (uint256 i = queue.length; i > 0; i--) {
            QueuedDecision storage item = queue[i - 1];
            if (item.epoch != epoch || block.timestamp > item.executableAt + graceSeconds) remove(queue, i - 1);
        }
    }
}
