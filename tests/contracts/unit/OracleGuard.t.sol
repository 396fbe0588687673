// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileFeed} from "../mocks/HostileFeed.sol";
import {OracleGuard} from "ballast/guards/OracleGuard.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {AssetConfig, SecondSource} from "ballast/types/Config.sol";
import {Test} from "forge-std/Test.sol";

contract OracleGuardTest is Test {
    address private constant TOKEN = address(0x70CE4);
    uint256 private constant NOW = 1_700_000_000;

    HostileFeed private feed;
    AssetConfig private asset;

    function setUp() public {
        vm.warp(NOW);
        feed = new HostileFeed();
        asset.feed = address(feed);
        (asset.maxAgeSeconds, asset.maxJumpBps, asset.feedDecimals) = (3600, 2000, 8);
        (asset.minPriceWad, asset.maxPriceWad) = (20e18, 100_000e18);
        asset.secondSource = SecondSource.Absent;
    }

    function test_price_isScaledToWad() public {
        feed.say(3000e8, NOW);
        assertEq(this.price(), 3000e18);
    }

    function testFuzz_price_doesNotDependOnFeedDecimals(uint8 decimals) public {
        decimals = uint8(bound(decimals, 0, 18));
        asset.feedDecimals = decimals;
        feed.say(int256(3000 * 10 ** decimals), NOW);
        assertEq(this.price(), 3000e18);
    }

    function test_unsetFeed_isNamed() public {
        asset.feed = address(0);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.FeedUnset.selector, TOKEN));
        this.price();
    }

    /// @dev As a value it says that and nothing else.
    function test_unsetFeed_readsNothing() public {
        asset.feed = address(0);
        OracleGuard.Reading memory nothing;
        nothing.fault = OracleGuard.Fault.Unset;
        assertEq(abi.encode(OracleGuard.read(asset)), abi.encode(nothing));
    }

    function test_notPositive_boundary() public {
        feed.say(0, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceNotPositive.selector, TOKEN, 0));
        this.price();
        feed.say(-1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceNotPositive.selector, TOKEN, -1));
        this.price();
        asset.minPriceWad = 1;
        feed.say(1, NOW);
        assertEq(this.price(), 1e10);
    }

    function test_feedThatReverts_isNamedWithItsReason() public {
        feed.die();
        bytes memory reason = abi.encodeWithSelector(HostileFeed.Dead.selector);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.FeedRefused.selector, TOKEN, feed, reason));
        this.price();
    }

    function test_feedThatRevertsWithoutAReason_hasNoPositivePrice() public {
        vm.etch(address(feed), hex"60006000fd");
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceNotPositive.selector, TOKEN, 0));
        this.price();
    }

    function test_age_boundary() public {
        feed.say(3000e8, NOW - 3601);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceStale.selector, TOKEN, 3601, 3600));
        this.price();
        feed.say(3000e8, NOW - 3600);
        assertEq(this.price(), 3000e18);
    }

    function test_future_boundary() public {
        feed.say(3000e8, NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceFromFuture.selector, TOKEN, NOW + 1, NOW));
        this.price();
        feed.say(3000e8, NOW);
        assertEq(this.price(), 3000e18);
    }

    function test_lowerBound_boundary() public {
        feed.say(20e8 - 1, NOW);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultTerms.PriceOutOfBounds.selector, TOKEN, 20e18 - 1e10, 20e18, 100_000e18)
        );
        this.price();
        feed.say(20e8, NOW);
        assertEq(this.price(), 20e18);
    }

    function test_upperBound_boundary() public {
        feed.say(100_000e8 + 1, NOW);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultTerms.PriceOutOfBounds.selector, TOKEN, 100_000e18 + 1e10, 20e18, 100_000e18)
        );
        this.price();
        feed.say(100_000e8, NOW);
        assertEq(this.price(), 100_000e18);
    }

    function test_jump_boundary_bothWays() public {
        feed.say(1000e8, NOW);
        feed.say(1200e8 + 1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, 2001, 2000));
        this.noJump();
        feed.say(1000e8, NOW);
        feed.say(1200e8, NOW);
        this.noJump();
        feed.say(1000e8, NOW);
        feed.say(800e8, NOW);
        this.noJump();
    }

    /// @dev Before the first round there is none, also where a feed counts from zero.
    function test_jump_fromRoundZero_countsAsWithoutLimit() public {
        bytes memory round = abi.encode(uint80(0), int256(1), NOW, NOW, uint80(0));
        vm.mockCall(address(feed), abi.encodeCall(HostileFeed.latestRoundData, ()), round);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000));
        this.noJump();
    }

    /// @dev A round is known by 80 bits; a number beyond them is no round, whatever a feed would say of the number that is left of it.
    function test_jump_boundary_lastRoundThatThereCanBe() public {
        uint256 last = type(uint80).max;
        bytes memory before = abi.encode(last, int256(3000e8), NOW, NOW, last);
        vm.mockCall(address(feed), abi.encodeCall(HostileFeed.getRoundData, (uint80(last))), before);
        _latest(last + 1);
        this.noJump();
        vm.mockCall(address(feed), abi.encodeCall(HostileFeed.getRoundData, (0)), before);
        _latest(last + 2);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000));
        this.noJump();
    }

    function _latest(uint256 roundId) private {
        bytes memory round = abi.encode(roundId, int256(3000e8), NOW, NOW, roundId);
        vm.mockCall(address(feed), abi.encodeCall(HostileFeed.latestRoundData, ()), round);
    }

    /// @dev One unit of a feed is a price like any other.
    function test_jump_ofLeastPrices() public {
        feed.say(1, NOW);
        feed.say(1, NOW);
        this.noJump();
    }

    function test_jump_unknownPast_countsAsWithoutLimit() public {
        feed.say(1000e8, NOW); // first round: there is none before
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000));
        this.noJump();
        feed.die();
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000));
        this.noJump();
    }

    /// @dev No price to compare with, or none to compare: no distance of numbers says anything.
    function test_jump_fromOrToWhatIsNoPrice_countsAsWithoutLimit() public {
        bytes memory reason = abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000);
        feed.say(1000e8, NOW);
        feed.say(0, NOW);
        vm.expectRevert(reason);
        this.noJump();
        feed.say(1000e8, NOW); // from zero
        vm.expectRevert(reason);
        this.noJump();
        feed.say(-1, NOW);
        vm.expectRevert(reason);
        this.noJump();
        feed.say(1000e8, NOW); // from below zero
        vm.expectRevert(reason);
        this.noJump();
    }

    /// @dev A crash is a jump: reading the price itself must not care.
    function test_jump_neverTripsThePriceItself() public {
        feed.say(1000e8, NOW);
        feed.say(300e8, NOW);
        assertEq(this.price(), 300e18);
    }

    function price() external view returns (uint256) {
        return OracleGuard.requirePriceWad(TOKEN, asset);
    }

    function noJump() external view {
        OracleGuard.Reading memory latest = OracleGuard.read(asset);
        OracleGuard.requireNoJump(TOKEN, asset, latest.priceWad, latest.roundId);
    }
}
