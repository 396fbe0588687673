// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {IAggregatorV3} from "../interfaces/external/IAggregatorV3.sol";
import {UnitMath} from "../libraries/UnitMath.sol";
import {AssetConfig} from "../types/Config.sol";

/// @title Is the primary feed of a token fit to value it?
/// @notice One reading of the feed, judged by the token's own limits: registered, positive, not from the future, younger than its own
/// heartbeat allows, inside its own bounds. A feed that reverts has no positive price and is named as such.
library OracleGuard {
    enum Fault {
        None,
        Unset,
        NotPositive,
        FromFuture,
        Stale,
        OutOfBounds
    }

    struct Reading {
        Fault fault;
        uint256 roundId;
        int256 answer; // feed decimals
        uint256 updatedAt; // unix seconds
        uint256 priceWad; // USD per whole token, zero unless the answer was positive
    }

    /// @notice Price of `token`, USD per whole token in wad, or the error that says what is wrong with its feed.
    function requirePriceWad(address token, AssetConfig memory asset) internal view returns (uint256 priceWad) {
        (priceWad,) = requireRound(token, asset);
    }

    /// @notice The same, and the round that the price is of.
    function requireRound(address token, AssetConfig memory asset)
        internal
        view
        returns (uint256 priceWad, uint256 roundId)
    {
        int256 answer;
        uint256 updatedAt;
        Fault fault;
        (roundId, answer, updatedAt) = _latestRound(asset.feed);
        (fault, priceWad) = _judge(asset, answer, updatedAt);
        if (fault != Fault.None) _refuse(token, asset, Reading(fault, roundId, answer, updatedAt, priceWad));
    }

    /// @dev Names what is wrong; there is a fault.
    function _refuse(address token, AssetConfig memory asset, Reading memory reading) private view {
        require(reading.fault != Fault.Unset, IVaultTerms.FeedUnset(token));
        if (reading.fault == Fault.NotPositive) _explain(token, asset.feed, reading.answer);
        require(
            reading.fault != Fault.FromFuture, IVaultTerms.PriceFromFuture(token, reading.updatedAt, block.timestamp)
        );
        // checked after the future: from here on updatedAt <= now, and the age below cannot underflow
        if (reading.fault == Fault.Stale) {
            revert IVaultTerms.PriceStale(token, block.timestamp - reading.updatedAt, asset.maxAgeSeconds);
        }
        revert IVaultTerms.PriceOutOfBounds(token, reading.priceWad, asset.minPriceWad, asset.maxPriceWad);
    }

    /// @notice The same judgement as a value: never reverts, so that a view built on a dead feed counts as absent.
    function read(AssetConfig memory asset) internal view returns (Reading memory reading) {
        (reading.roundId, reading.answer, reading.updatedAt) = _latestRound(asset.feed);
        (reading.fault, reading.priceWad) = _judge(asset, reading.answer, reading.updatedAt);
    }

    /// @notice The second feed of an asset that has one, judged by its own heartbeat and by the bounds and decimals of the primary.
    function readSecond(AssetConfig memory asset) internal view returns (Reading memory) {
        AssetConfig memory second;
        (second.feed, second.maxAgeSeconds, second.feedDecimals) =
        (asset.second, asset.secondSeconds, asset.feedDecimals);
        (second.minPriceWad, second.maxPriceWad) = (asset.minPriceWad, asset.maxPriceWad);
        return read(second);
    }

    /// @notice Forbids a price that moved more than `maxJumpBps` since the round before. For risk-raising actions only: a crash is a jump,
    /// and it must never disarm the rescue. A feed that cannot show the round before counts as having jumped without limit.
    /// @param priceWad of the latest round, zero where its answer was not positive
    /// @param roundId the latest round
    function requireNoJump(address token, AssetConfig memory asset, uint256 priceWad, uint256 roundId) internal view {
        int256 previous = roundId == 0 ? int256(0) : _answerOf(asset.feed, roundId - 1);
        uint256 jumpBps = type(uint256).max;
        if (priceWad != 0 && previous > 0) {
            uint256 answer = priceWad / UnitMath.unit(18 - asset.feedDecimals); // exact: `toWad` undone
            // positive by the condition
            // forge-lint: disable-next-line(unsafe-typecast)
            jumpBps = UnitMath.deviationBpsUp(answer, uint256(previous));
        }
        require(jumpBps <= asset.maxJumpBps, IVaultTerms.PriceJumped(token, jumpBps, asset.maxJumpBps));
    }

    /// @dev Asks a feed that did not answer once more for its reason, such as a sequencer that is down; one that gives none, or that answers
    /// what is not positive, is named as that.
    function _explain(address token, address feed, int256 answer) private view {
        (bool done, bytes memory reason) = feed.staticcall(abi.encodeCall(IAggregatorV3.latestRoundData, ()));
        require(done || reason.length == 0, IVaultTerms.FeedRefused(token, feed, reason));
        revert IVaultTerms.PriceNotPositive(token, answer);
    }

    /// @return fault what is wrong, if anything
    /// @return priceWad zero unless the answer was positive
    function _judge(AssetConfig memory asset, int256 answer, uint256 updatedAt)
        private
        view
        returns (Fault fault, uint256 priceWad)
    {
        if (answer <= 0) return (asset.feed == address(0) ? Fault.Unset : Fault.NotPositive, 0);
        // positive by the line above
        // forge-lint: disable-next-line(unsafe-typecast)
        priceWad = UnitMath.toWad(uint256(answer), asset.feedDecimals);
        if (updatedAt > block.timestamp) return (Fault.FromFuture, priceWad);
        if (block.timestamp - updatedAt > asset.maxAgeSeconds) return (Fault.Stale, priceWad);
        if (priceWad < asset.minPriceWad || priceWad > asset.maxPriceWad) return (Fault.OutOfBounds, priceWad);
    }

    /// @dev All zero where the feed does not answer, answers less than the five words of a round, or is no contract: zero is, too. Five words are
    /// read as they come, because decoding them costs as much as a slot of the feed.
    function _latestRound(address feed) private view returns (uint256 roundId, int256 answer, uint256 updatedAt) {
        bytes4 selector = IAggregatorV3.latestRoundData.selector;
        assembly ("memory-safe") {
            let round := mload(0x40) // scratch beyond the free pointer; nothing is allocated
            mstore(round, selector)
            let done := staticcall(gas(), feed, round, 4, round, 160)
            if and(done, gt(returndatasize(), 159)) {
                roundId := mload(round)
                answer := mload(add(round, 32))
                updatedAt := mload(add(round, 96))
            }
        }
    }

    /// @dev Zero where the feed does not know the round.
    function _answerOf(address feed, uint256 roundId) private view returns (int256) {
        if (roundId > type(uint80).max) return 0;
        // in range by the line above
        // forge-lint: disable-next-line(unsafe-typecast)
        try IAggregatorV3(feed).getRoundData(uint80(roundId)) returns (uint80, int256 value, uint256, uint256, uint80) {
            return value;
        } catch {
            return 0;
        }
    }
}
