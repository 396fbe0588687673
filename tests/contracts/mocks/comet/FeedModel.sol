// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A price feed whose answer a test sets; 8 decimals.
contract FeedModel {
    uint8 public constant decimals = 8;
    int256 private answer;

    constructor(int256 answer_) {
        answer = answer_;
    }

    function set(int256 answer_) external {
        answer = answer_;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, block.timestamp, block.timestamp, 1);
    }
}
