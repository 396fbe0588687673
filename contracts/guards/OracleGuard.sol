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
        int256 answer; // feed decimals
        uint256 updatedAt; // unix seconds
        uint256 priceWad; // USD per whole token, zero unless the answer was positive
    }

    /// @notice Price of `token`, USD per whole token in wad, or the error that says what is wrong with its feed.
    function requirePriceWad(address token, AssetConfig memory asset) internal view returns (uint256) {
        Reading memory reading = read(asset);
        if (reading.fault != Fault.None) _refuse(token, asset, reading);
        return reading.priceWad;
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
        address feed = asset.feed;
        if (feed == address(0)) return Reading(Fault.Unset, 0, 0, 0);
        (, reading.answer, reading.updatedAt) = _latestRound(feed);
        reading.fault = _judge(asset, reading);
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
    function requireNoJump(address token, AssetConfig memory asset) internal view {
        (uint80 roundId, int256 answer,) = _latestRound(asset.feed);
        int256 previous = roundId == 0 ? int256(0) : _answerOf(asset.feed, roundId - 1);
        uint256 jumpBps = type(uint256).max;
        if (answer > 0 && previous > 0) {
            // both positive
            // forge-lint: disable-next-line(unsafe-typecast)
            jumpBps = UnitMath.deviationBpsUp(uint256(answer), uint256(previous));
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

    function _judge(AssetConfig memory asset, Reading memory reading) private view returns (Fault) {
        if (reading.answer <= 0) return Fault.NotPositive;
        reading.priceWad = UnitMath.toWad(uint256(reading.answer), asset.feedDecimals);
        if (reading.updatedAt > block.timestamp) return Fault.FromFuture;
        if (block.timestamp - reading.updatedAt > asset.maxAgeSeconds) return Fault.Stale;
        if (reading.priceWad < asset.minPriceWad || reading.priceWad > asset.maxPriceWad) return Fault.OutOfBounds;
        return Fault.None;
    }

    /// @dev All zero where the feed does not answer.
    function _latestRound(address feed) private view returns (uint80 roundId, int256 answer, uint256 updatedAt) {
        try IAggregatorV3(feed).latestRoundData() returns (uint80 id, int256 value, uint256, uint256 stamp, uint80) {
            return (id, value, stamp);
        } catch {}
    }

    /// @dev Zero where the feed does not know the round.
    function _answerOf(address feed, uint80 roundId) private view returns (int256) {
        try IAggregatorV3(feed).getRoundData(roundId) returns (uint80, int256 value, uint256, uint256, uint80) {
            return value;
        } catch {
            return 0;
        }
    }
}
