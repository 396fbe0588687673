// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

/// @title ReplicaFeed
/// @notice A price feed that reads like a Chainlink proxy and keeps every round; one configured account writes rounds.
/// @dev Everything lives in storage, so the code can also be placed over a feed of a real fork and configured by slots.
contract ReplicaFeed {
    struct Round {
        int128 answer;
        uint64 startedAt;
        uint64 updatedAt;
    }

    error OnlyTransmitter(address sender, address transmitter);
    error AnswerOutOfRange(int256 answer);
    error TimesOutOfOrder(uint256 startedAt, uint256 updatedAt, uint256 previousUpdatedAt, uint256 blockTimestamp);

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice Upper half of every round id, as in a Chainlink proxy that has seen one aggregator.
    uint16 public constant phaseId = 1;
    uint256 public constant version = 4;

    address public transmitter;
    uint8 public decimals;
    uint64 public aggregatorRound;
    string public description;

    mapping(uint64 aggregatorRound => Round) private rounds;

    constructor(string memory description_, uint8 decimals_, address transmitter_) {
        description = description_;
        decimals = decimals_;
        transmitter = transmitter_;
    }

    /// @notice Write the next round.
    /// @param answer price in 10^decimals, zero and below allowed as on the real thing, within 128 bits
    /// @param startedAt second in which the round began, at most `updatedAt`
    /// @param updatedAt second of the answer, neither before the previous round's nor in the future
    function transmit(int256 answer, uint256 startedAt, uint256 updatedAt) external {
        if (msg.sender != transmitter) revert OnlyTransmitter(msg.sender, transmitter);
        if (answer != int128(answer)) revert AnswerOutOfRange(answer);
        uint256 previous = rounds[aggregatorRound].updatedAt;
        if (startedAt > updatedAt || updatedAt < previous || updatedAt > block.timestamp) {
            revert TimesOutOfOrder(startedAt, updatedAt, previous, block.timestamp);
        }
        // Both times are at most block.timestamp, which fits 64 bits for longer than anyone will look.
        rounds[++aggregatorRound] = Round(int128(answer), uint64(startedAt), uint64(updatedAt));
        emit AnswerUpdated(answer, aggregatorRound, updatedAt);
    }

    /// @notice The newest round in Chainlink's form.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _roundData(aggregatorRound);
    }

    /// @notice One round of the past.
    /// @param roundId phase in the upper 16 bits, the aggregator's round in the lower 64
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        require(roundId >> 64 == phaseId, "No data present");
        return _roundData(uint64(roundId));
    }

    /// @notice The newest answer alone; Aave's oracle reads this one.
    function latestAnswer() external view returns (int256) {
        return rounds[aggregatorRound].answer;
    }

    /// @notice Second of the newest answer.
    function latestTimestamp() external view returns (uint256) {
        return rounds[aggregatorRound].updatedAt;
    }

    /// @notice Newest round id.
    function latestRound() external view returns (uint256) {
        return _roundId(aggregatorRound);
    }

    function _roundData(uint64 round) private view returns (uint80, int256, uint256, uint256, uint80) {
        Round storage r = rounds[round];
        require(r.updatedAt != 0, "No data present");
        uint80 id = _roundId(round);
        return (id, r.answer, r.startedAt, r.updatedAt, id);
    }

    function _roundId(uint64 round) private pure returns (uint80) {
        return (uint80(phaseId) << 64) | round;
    }
}
