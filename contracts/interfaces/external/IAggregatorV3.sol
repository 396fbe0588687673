// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Price feed as Chainlink publishes it.
interface IAggregatorV3 {
    function decimals() external view returns (uint8);

    /// @dev `answeredInRound` is deprecated by the publisher and must not be read.
    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
