// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {Limits} from "../types/Config.sol";
import {Decision} from "../types/Decision.sol";

/// @title Is the decision in its time?
/// @notice A withheld signature is a free option, so its life and the age of what it was made from are capped. Both ends of the window
/// belong to it.
library WindowGuard {
    function check(Decision calldata decision, Limits memory limits) internal view {
        uint256 validAfter = decision.validAfter;
        uint256 validUntil = decision.validUntil;
        require(block.timestamp >= validAfter, IVaultTerms.NotYetValid(block.timestamp, validAfter));
        require(block.timestamp <= validUntil, IVaultTerms.Expired(block.timestamp, validUntil));
        // no underflow: validAfter <= now <= validUntil
        uint256 lifetime = validUntil - validAfter;
        require(lifetime <= limits.maxLifetimeSeconds, IVaultTerms.LifetimeTooLong(lifetime, limits.maxLifetimeSeconds));
        _checkSnapshot(decision.snapshotBlock, limits.maxSnapshotAgeBlocks);
    }

    function _checkSnapshot(uint256 snapshotBlock, uint256 maxAgeBlocks) private view {
        require(snapshotBlock <= block.number, IVaultTerms.SnapshotFromFuture(snapshotBlock, block.number));
        uint256 ageBlocks = block.number - snapshotBlock;
        require(ageBlocks <= maxAgeBlocks, IVaultTerms.SnapshotTooOld(ageBlocks, maxAgeBlocks));
    }
}
