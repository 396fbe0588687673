// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";

/// @title A feed of a rollup, silent while the rollup's sequencer is down and until everybody had time to act again
/// @notice While a sequencer is down, prices stand still and only those who can force transactions act. The uptime feed answers 0 for up
/// and 1 for down, and `startedAt` is when that began.
/// @custom:kill Holds nothing, owned by nobody.
contract SequencedFeed is IAggregatorV3 {
    uint256 private constant MAX_GRACE_SECONDS = 1 days;

    /// @notice Feed of the price.
    IAggregatorV3 public immutable feed;
    /// @notice Uptime feed of the sequencer.
    IAggregatorV3 public immutable sequencer;
    /// @notice How long after its return no price is told.
    uint256 public immutable graceSeconds;
    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    /// @notice Down since, or in a state that the uptime feed does not have a word for.
    error SequencerDown(int256 answer, uint256 sinceSeconds);
    /// @notice The uptime feed has not been written yet, or is ahead of the clock.
    error SequencerUnknown(uint256 startedAt, uint256 nowSeconds);
    /// @notice Up again, and for less than the grace period.
    error SequencerInGrace(uint256 upSeconds, uint256 requiredSeconds);
    /// @notice A grace of nothing, or of more than a day.
    error GraceForbidden(uint256 observed, uint256 allowed);

    constructor(IAggregatorV3 feed_, IAggregatorV3 sequencer_, uint256 graceSeconds_) {
        require(graceSeconds_ != 0, GraceForbidden(graceSeconds_, 1));
        require(graceSeconds_ <= MAX_GRACE_SECONDS, GraceForbidden(graceSeconds_, MAX_GRACE_SECONDS));
        (feed, sequencer, graceSeconds) = (feed_, sequencer_, graceSeconds_);
        decimals = feed_.decimals();
        sequencer_.latestRoundData(); // an address that cannot be asked is no uptime feed
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        _requireUp();
        return feed.latestRoundData();
    }

    /// @inheritdoc IAggregatorV3
    /// @dev What was told once does not depend on who is up now.
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        return feed.getRoundData(roundId);
    }

    function _requireUp() private view {
        (, int256 answer, uint256 startedAt,,) = sequencer.latestRoundData();
        bool known = startedAt != 0 && startedAt <= block.timestamp;
        require(known, SequencerUnknown(startedAt, block.timestamp));
        uint256 sinceSeconds = block.timestamp - startedAt;
        require(answer == 0, SequencerDown(answer, sinceSeconds));
        require(sinceSeconds > graceSeconds, SequencerInGrace(sinceSeconds, graceSeconds + 1));
    }
}
