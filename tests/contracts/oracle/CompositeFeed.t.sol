// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileFeed} from "../mocks/HostileFeed.sol";
import {OracleGuard} from "ballast/guards/OracleGuard.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAggregatorV3} from "ballast/interfaces/external/IAggregatorV3.sol";
import {CompositeFeed} from "ballast/oracle/CompositeFeed.sol";
import {RateFeed} from "ballast/oracle/RateFeed.sol";
import {AssetConfig, SecondSource} from "ballast/types/Config.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Tells a rate that anyone may set, as wstETH tells its own.
contract Rate {
    uint256 public stEthPerToken = 1.2e18;

    function set(uint256 rateWad) external {
        stEthPerToken = rateWad;
    }
}

contract CompositeFeedTest is Test {
    address private constant TOKEN = address(0x70CE4);
    uint256 private constant NOW = 1_700_000_000;
    uint256 private constant SNAPSHOT = NOW - 73 days; // a fifth of a year
    bytes4 private constant SELECTOR = bytes4(keccak256("stEthPerToken()"));

    Rate private source;
    HostileFeed private usd;
    RateFeed private rate;
    CompositeFeed private feed;
    AssetConfig private asset;

    function setUp() public {
        vm.warp(NOW);
        (source, usd) = (new Rate(), new HostileFeed());
        usd.say(2900e8, NOW - 7200);
        usd.say(3000e8, NOW - 100);
        rate = new RateFeed(address(source), SELECTOR, 18);
        feed = new CompositeFeed(_rate(), _growth(), _price(), 8);
        asset.feed = address(feed);
        (asset.maxAgeSeconds, asset.maxJumpBps, asset.feedDecimals) = (90_000, 2000, 8);
        (asset.minPriceWad, asset.maxPriceWad) = (20e18, 100_000e18);
        asset.secondSource = SecondSource.Absent;
    }

    // ---------------------------------------------------------------- the product

    function test_price_isRateTimesPrice_inTheTimeOfTheOlder() public view {
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 same) = feed.latestRoundData();
        assertEq(answer, 3600e8);
        assertEq(updatedAt, NOW - 100, "the rate is of now, the price is older");
        assertEq(startedAt, updatedAt);
        assertEq(id, usd.roundId());
        assertEq(same, id);
        assertEq(this.price(), 3600e18);
    }

    function test_age_isThatOfTheRateWhereItIsOlder() public {
        HostileFeed slow = new HostileFeed();
        slow.say(1.2e8, NOW - 5000);
        CompositeFeed.Factor memory factor = _rate();
        factor.feed = IAggregatorV3(address(slow));
        (,,, uint256 updatedAt,) = new CompositeFeed(factor, _growth(), _price(), 8).latestRoundData();
        assertEq(updatedAt, NOW - 5000);
    }

    function testFuzz_product_loosesLessThanOneUnit(uint256 rateWad, uint256 price8, uint8 decimals) public {
        rateWad = bound(rateWad, 1.1e18, 1.2138e18);
        price8 = bound(price8, 100e8, 10_000e8);
        decimals = uint8(bound(decimals, 0, 18));
        source.set(rateWad);
        usd.say(int256(price8), NOW);
        (, int256 answer,,,) = new CompositeFeed(_rate(), _growth(), _price(), decimals).latestRoundData();
        uint256 exactWad = rateWad * price8 / 1e8; // at most one wei of it is lost here
        uint256 unit = 10 ** (18 - decimals);
        assertLe(uint256(answer) * unit, exactWad);
        assertGt((uint256(answer) + 1) * unit, exactWad);
    }

    // ---------------------------------------------------------------- each factor's own limits

    function test_price_heartbeat_boundary_isItsOwn() public {
        usd.say(3000e8, NOW - 3601);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorStale.selector, usd, 3601, 3600));
        usd.say(3000e8, NOW - 3600);
        assertEq(this.price(), 3600e18);
    }

    function test_rate_heartbeat_boundary_isItsOwn() public {
        HostileFeed slow = new HostileFeed();
        slow.say(1.2e8, NOW);
        CompositeFeed.Factor memory factor = _rate();
        factor.feed = IAggregatorV3(address(slow));
        feed = new CompositeFeed(factor, _growth(), _price(), 8);
        asset.feed = address(feed);
        slow.say(1.2e8, NOW - 86_401);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorStale.selector, slow, 86_401, 86_400));
        slow.say(1.2e8, NOW - 86_400);
        assertEq(this.price(), 3600e18);
        slow.say(1.2e8, NOW + 1);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorFromFuture.selector, slow, NOW + 1, NOW));
    }

    function test_factorFromTheFuture_boundary_isNotHiddenByTheOlderOne() public {
        usd.say(3000e8, NOW + 1);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorFromFuture.selector, usd, NOW + 1, NOW));
        usd.say(3000e8, NOW);
        assertEq(this.price(), 3600e18);
    }

    function test_price_bounds_boundary() public {
        usd.say(100e8 - 1, NOW);
        _refused(_outOfBounds(address(usd), 100e18 - 1e10, 100e18, 10_000e18));
        usd.say(100e8, NOW);
        assertEq(this.price(), 120e18);
        usd.say(10_000e8 + 1, NOW);
        _refused(_outOfBounds(address(usd), 10_000e18 + 1e10, 100e18, 10_000e18));
        usd.say(10_000e8, NOW);
        assertEq(this.price(), 12_000e18);
    }

    function test_rate_leastValue_boundary() public {
        source.set(1.1e18 - 1);
        _refused(_outOfBounds(address(rate), 1.1e18 - 1, 1.1e18, 2e18));
        source.set(1.1e18);
        assertEq(this.price(), 3300e18);
    }

    function test_rate_greatestValue_boundary() public {
        vm.warp(NOW + 5000 days);
        usd.say(3000e8, NOW + 5000 days);
        source.set(2e18 + 1);
        _refused(_outOfBounds(address(rate), 2e18 + 1, 1.1e18, 2e18));
        source.set(2e18);
        assertEq(this.price(), 6000e18);
    }

    function test_factorsMustBePositive() public {
        usd.say(0, NOW);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorNotPositive.selector, usd, 0));
        usd.say(-1, NOW);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorNotPositive.selector, usd, -1));
        usd.say(3000e8, NOW);
        source.set(0);
        _refused(abi.encodeWithSelector(CompositeFeed.FactorNotPositive.selector, rate, 0));
    }

    /// @dev History has no bounds, so the least positive answer is one.
    function test_factorOfOneUnit_isPositive_boundary() public {
        usd.say(1, NOW);
        usd.say(3000e8, NOW);
        (uint80 last,,,,) = feed.latestRoundData();
        (, int256 answer,,,) = feed.getRoundData(last - 1);
        assertEq(answer, 1); // 1.2 of a unit
    }

    // ---------------------------------------------------------------- a jump of the rate

    /// @dev 10 % a year on 1.19, for a fifth of a year: 1.2138.
    function test_attack_rateThatJumps_isRefused_boundary() public {
        assertEq(feed.rateCapWad(), 1.2138e18);
        source.set(1.2138e18 + 1);
        _refused(abi.encodeWithSelector(CompositeFeed.RateGrewTooFast.selector, 1.2138e18 + 1, 1.2138e18));
        source.set(1.2138e18);
        assertEq(this.price(), 3641.4e18);
    }

    function test_rate_mayGrowWithTime() public {
        source.set(1.2138e18 + 1);
        vm.warp(NOW + 1);
        assertGt(feed.rateCapWad(), 1.2138e18);
        this.price();
    }

    function testFuzz_noRateAboveTheCap_everMakesAPrice(uint256 rateWad, uint32 later) public {
        vm.warp(NOW + bound(later, 0, 3650 days));
        usd.say(3000e8, vm.getBlockTimestamp());
        rateWad = bound(rateWad, feed.rateCapWad() + 1, type(uint128).max);
        source.set(rateWad);
        vm.expectRevert();
        feed.latestRoundData();
    }

    function test_rateSourceThatIsDead_isNamed() public {
        vm.etch(address(source), "");
        bytes memory reason = abi.encodeWithSelector(RateFeed.SourceSilent.selector, source, SELECTOR);
        _refused(reason);
        vm.expectRevert(reason);
        new RateFeed(address(source), SELECTOR, 18);
    }

    function test_rateFeed_hasOneRound() public {
        (uint80 id, int256 answer,, uint256 updatedAt,) = rate.latestRoundData();
        assertEq(answer, 1.2e18);
        assertEq(updatedAt, NOW);
        (, int256 again,,,) = rate.getRoundData(id);
        assertEq(again, answer);
        vm.expectRevert(abi.encodeWithSelector(RateFeed.RoundUnknown.selector, 0, 1));
        rate.getRoundData(0);
    }

    // ---------------------------------------------------------------- the jump limit sees through it

    function test_jump_ofThePrice_showsUnchanged_boundary() public {
        usd.say(1000e8, NOW);
        usd.say(1200e8 + 1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, 2001, 2000));
        this.noJump();
        usd.say(1000e8, NOW);
        usd.say(1200e8, NOW);
        this.noJump();
        usd.say(1000e8, NOW);
        usd.say(800e8 - 1, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, 2001, 2000));
        this.noJump();
        usd.say(1000e8, NOW);
        usd.say(800e8, NOW);
        this.noJump();
    }

    function test_jump_fromAPriceThatWasOld_orOutOfBounds_stillCounts() public {
        usd.say(50e8, NOW - 9 days); // below the bounds, long ago
        usd.say(100e8, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, 10_000, 2000));
        this.noJump();
    }

    function test_jump_withoutAnEarlierRound_countsAsWithoutLimit() public {
        HostileFeed young = new HostileFeed();
        young.say(3000e8, NOW);
        CompositeFeed.Factor memory factor = _price();
        factor.feed = IAggregatorV3(address(young));
        asset.feed = address(new CompositeFeed(_rate(), _growth(), factor, 8));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000));
        this.noJump();
    }

    // ---------------------------------------------------------------- its birth

    function test_birth_refusesWhatItCouldNotTell() public {
        usd.die();
        vm.expectRevert(HostileFeed.Dead.selector);
        new CompositeFeed(_rate(), _growth(), _price(), 8);
    }

    function test_birth_parameters_boundary() public {
        CompositeFeed.Growth memory growth = _growth();
        growth.snapshotAt = uint64(NOW + 1);
        vm.expectRevert(_parameter("snapshotAt", NOW + 1, NOW));
        new CompositeFeed(_rate(), growth, _price(), 8);
        growth.snapshotAt = uint64(NOW);
        growth.snapshotWad = 1.2e18;
        growth.maxPerYearBps = 5001;
        vm.expectRevert(_parameter("maxPerYearBps", 5001, 5000));
        new CompositeFeed(_rate(), growth, _price(), 8);
        growth.maxPerYearBps = 5000;
        vm.expectRevert(_parameter("decimals", 19, 18));
        new CompositeFeed(_rate(), growth, _price(), 19);
        new CompositeFeed(_rate(), growth, _price(), 18);
        usd.setDecimals(19);
        vm.expectRevert(_parameter("price.decimals", 19, 18));
        new CompositeFeed(_rate(), growth, _price(), 18);
    }

    // ---------------------------------------------------------------- helpers

    function price() external view returns (uint256) {
        return OracleGuard.requirePriceWad(TOKEN, asset);
    }

    function noJump() external view {
        OracleGuard.Reading memory latest = OracleGuard.read(asset);
        OracleGuard.requireNoJump(TOKEN, asset, latest.priceWad, latest.roundId);
    }

    /// @dev The guard says which feed refused and why.
    function _refused(bytes memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.FeedRefused.selector, TOKEN, feed, reason));
        this.price();
    }

    function _outOfBounds(address factor, uint256 wad, uint256 least, uint256 most)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(CompositeFeed.FactorOutOfBounds.selector, factor, wad, least, most);
    }

    function _parameter(string memory field, uint256 observed, uint256 allowed) private pure returns (bytes memory) {
        return abi.encodeWithSelector(CompositeFeed.ParameterForbidden.selector, field, observed, allowed);
    }

    function _rate() private view returns (CompositeFeed.Factor memory) {
        return CompositeFeed.Factor(rate, 86_400, 1.1e18, 2e18);
    }

    function _growth() private pure returns (CompositeFeed.Growth memory) {
        return CompositeFeed.Growth(1.19e18, uint64(SNAPSHOT), 1000);
    }

    function _price() private view returns (CompositeFeed.Factor memory) {
        return CompositeFeed.Factor(IAggregatorV3(address(usd)), 3600, 100e18, 10_000e18);
    }
}
