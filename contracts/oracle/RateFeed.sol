// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title An exchange rate that a contract tells on the spot, as a feed
/// @notice wstETH's `stEthPerToken()`, rETH's `getExchangeRate()`: one word, always of this block. It has no rounds: each block's answer is
/// round 1 and there is none before. What the rate may be, and how fast it may grow, `CompositeFeed` decides.
/// @custom:kill Holds nothing, owned by nobody.
contract RateFeed is IAggregatorV3 {
    using SafeCast for uint256;

    uint80 private constant ROUND = 1;

    /// @notice Contract that tells the rate.
    address public immutable source;
    /// @notice Its function without arguments.
    bytes4 public immutable selector;
    /// @inheritdoc IAggregatorV3
    uint8 public immutable decimals;

    /// @notice The source does not answer with one word.
    error SourceSilent(address source, bytes4 selector);
    /// @notice A rate has no history.
    error RoundUnknown(uint80 roundId, uint80 known);

    /// @param decimals_ of the rate; not asked for, because few sources tell
    constructor(address source_, bytes4 selector_, uint8 decimals_) {
        (source, selector, decimals) = (source_, selector_, decimals_);
        _rate();
    }

    /// @inheritdoc IAggregatorV3
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (ROUND, _rate(), block.timestamp, block.timestamp, ROUND);
    }

    /// @inheritdoc IAggregatorV3
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        require(roundId == ROUND, RoundUnknown(roundId, ROUND));
        return (ROUND, _rate(), block.timestamp, block.timestamp, ROUND);
    }

    function _rate() private view returns (int256) {
        (bool done, bytes memory answer) = source.staticcall(bytes.concat(selector));
        // an account without code succeeds with nothing
        require(done && answer.length == 32, SourceSilent(source, selector));
        return abi.decode(answer, (uint256)).toInt256();
    }
}
