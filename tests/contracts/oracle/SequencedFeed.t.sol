// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileFeed} from "../mocks/HostileFeed.sol";
import {OracleGuard} from "ballast/guards/OracleGuard.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAggregatorV3} from "ballast/interfaces/external/IAggregatorV3.sol";
import {SequencedFeed} from "ballast/oracle/SequencedFeed.sol";
import {AssetConfig, SecondSource} from "ballast/types/Config.sol";
import {Test} from "forge-std/Test.sol";

/// @notice An uptime feed as rollups have it: 0 = up, 1 = down, since when.
contract UptimeFeed {
    int256 private answer;
    uint256 private startedAt;

    function say(int256 answer_, uint256 startedAt_) external {
        (answer, startedAt) = (answer_, startedAt_);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return (1, answer, startedAt, block.timestamp, 1);
    }
}

contract SequencedFeedTest is Test {
    address private constant TOKEN = address(0x70CE4);
    uint256 private constant NOW = 1_700_000_000;

    HostileFeed private plain;
    UptimeFeed private uptime;
    SequencedFeed private feed;
    AssetConfig private asset;

    function setUp() public {
        vm.warp(NOW);
        (plain, uptime) = (new HostileFeed(), new UptimeFeed());
        plain.say(2900e8, NOW - 60);
        plain.say(3000e8, NOW);
        uptime.say(0, NOW - 30 days);
        feed = _born(3600);
        asset.feed = address(feed);
        (asset.maxAgeSeconds, asset.maxJumpBps, asset.feedDecimals) = (3600, 2000, 8);
        (asset.minPriceWad, asset.maxPriceWad) = (20e18, 100_000e18);
        asset.secondSource = SecondSource.Absent;
    }

    function test_whileUp_itIsTheFeed() public view {
        assertEq(feed.decimals(), 8);
        assertEq(this.price(), 3000e18);
        (uint80 id, int256 answer,, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(id, plain.roundId());
        assertEq(answer, 3000e8);
        assertEq(updatedAt, NOW);
    }

    function test_attack_oldPriceOfAStoppedRollup_isRefused() public {
        uptime.say(1, NOW - 10);
        _refused(abi.encodeWithSelector(SequencedFeed.SequencerDown.selector, 1, 10));
        uptime.say(2, NOW - 10_000);
        _refused(abi.encodeWithSelector(SequencedFeed.SequencerDown.selector, 2, 10_000));
    }

    function test_grace_boundary() public {
        uptime.say(0, NOW - 3600);
        _refused(abi.encodeWithSelector(SequencedFeed.SequencerInGrace.selector, 3600, 3601));
        uptime.say(0, NOW - 3601);
        assertEq(this.price(), 3000e18);
    }

    function test_uptimeFeed_thatIsUnwritten_orAheadOfTheClock_isUnknown() public {
        uptime.say(0, 0);
        _refused(abi.encodeWithSelector(SequencedFeed.SequencerUnknown.selector, 0, NOW));
        uptime.say(0, NOW + 1);
        _refused(abi.encodeWithSelector(SequencedFeed.SequencerUnknown.selector, NOW + 1, NOW));
        uptime.say(0, NOW);
        _refused(abi.encodeWithSelector(SequencedFeed.SequencerInGrace.selector, 0, 3601));
        uptime.say(0, 1);
        assertEq(this.price(), 3000e18);
    }

    function test_uptimeFeed_thatIsDead_isNoSequencerThatIsUp() public {
        vm.etch(address(uptime), hex"60006000fd");
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceNotPositive.selector, TOKEN, 0));
        this.price();
    }

    function test_history_andJumps_passThrough_boundary() public {
        this.noJump();
        plain.say(3600e8, NOW);
        this.noJump();
        plain.say(4320e8 + 1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, 2001, 2000));
        this.noJump();
    }

    function test_grace_parameter_boundary() public {
        vm.expectRevert(abi.encodeWithSelector(SequencedFeed.GraceForbidden.selector, 0, 1));
        _born(0);
        vm.expectRevert(abi.encodeWithSelector(SequencedFeed.GraceForbidden.selector, 86_401, 86_400));
        _born(86_401);
        _born(1);
        _born(86_400);
    }

    function price() external view returns (uint256) {
        return OracleGuard.requirePriceWad(TOKEN, asset);
    }

    function noJump() external view {
        OracleGuard.Reading memory latest = OracleGuard.read(asset);
        OracleGuard.requireNoJump(TOKEN, asset, latest.priceWad, latest.roundId);
    }

    function _refused(bytes memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.FeedRefused.selector, TOKEN, feed, reason));
        this.price();
    }

    function _born(uint256 grace) private returns (SequencedFeed) {
        return new SequencedFeed(IAggregatorV3(address(plain)), IAggregatorV3(address(uptime)), grace);
    }
}
