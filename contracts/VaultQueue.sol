// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultCalls} from "./VaultCalls.sol";
import {ConfigPage, Page} from "./libraries/ConfigPage.sol";
import {DecisionHash} from "./libraries/DecisionHash.sol";
import {DecisionQueue} from "./libraries/DecisionQueue.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {QueueTerms, QueuedDecision} from "./types/Config.sol";
import {Decision} from "./types/Decision.sol";

/// @title Where decisions are laid down to wait
/// @notice Notes what the vault has admitted, and lays the decision and its signature down as code, so that whoever asks `status` in the time
/// of execution gets the whole call and needs nobody who remembers it.
abstract contract VaultQueue is VaultCalls {
    using ConfigPage for Page;
    using DecisionQueue for QueuedDecision[];

    /// @dev Callers hold the lock and have admitted the decision.
    function _layDown(Decision calldata decision, bytes calldata signature) internal {
        uint64 epoch = _configEpoch;
        QueueTerms memory terms = ConfigPage.read(_page, epoch).queueTerms();
        require(terms.delaySeconds != 0, QueueUnset());
        bytes32 digest = DecisionHash.digest(decision);
        uint256 executableAt = block.timestamp + terms.delaySeconds;
        _queue.push(digest, epoch, executableAt, terms.graceSeconds, terms.maxQueued);
        // encoded anew: what a relayer put around the arguments is not kept
        _queuedCalls[digest] = ConfigPage.write(PackedWords.pack(abi.encode(decision, signature)));
        emit Queued(decision.positionId, digest, executableAt);
    }
}
