// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A feed that says whatever a test wants, or nothing. Answers are kept by round.
contract HostileFeed {
    uint8 public decimals = 8;
    uint80 public roundId;
    bool public dead;

    mapping(uint80 => int256) private answers;
    mapping(uint80 => uint256) private times;

    error Dead();

    function say(int256 answer, uint256 updatedAt) external {
        roundId++;
        (answers[roundId], times[roundId]) = (answer, updatedAt);
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function die() external {
        dead = true;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return getRoundData(roundId);
    }

    function latestAnswer() external view returns (int256) {
        return answers[roundId];
    }

    function getRoundData(uint80 id) public view returns (uint80, int256, uint256, uint256, uint80) {
        require(!dead && times[id] != 0, Dead());
        return (id, answers[id], times[id], times[id], id);
    }
}
