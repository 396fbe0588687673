// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PythModel} from "../mocks/pyth/PythModel.sol";
import {OracleGuard} from "ballast/guards/OracleGuard.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {PythPrice} from "ballast/interfaces/external/IPyth.sol";
import {PythFeed} from "ballast/oracle/PythFeed.sol";
import {AssetConfig, SecondSource} from "ballast/types/Config.sol";
import {Test} from "forge-std/Test.sol";

contract PythFeedTest is Test {
    address private constant TOKEN = address(0x70CE4);
    uint256 private constant NOW = 1_700_000_000;
    bytes32 private constant ID = keccak256("ETH/USD");

    PythModel private pyth;
    PythFeed private feed;
    AssetConfig private asset;

    function setUp() public {
        vm.warp(NOW);
        pyth = new PythModel(1);
        feed = new PythFeed(_setup());
        asset.feed = address(feed);
        (asset.maxAgeSeconds, asset.maxJumpBps, asset.feedDecimals) = (3600, 2000, 8);
        (asset.minPriceWad, asset.maxPriceWad) = (20e18, 100_000e18);
        asset.secondSource = SecondSource.Absent;
    }

    function test_price_inTheFeedsDecimals_atItsPublishingTime() public {
        _say(3000e8, 1e8, -8, NOW - 5);
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(answer, 3000e8);
        assertEq(updatedAt, NOW - 5);
        assertEq(startedAt, NOW - 5);
        assertEq(id, NOW - 5);
        assertEq(this.price(), 3000e18);
    }

    function testFuzz_exponents_leadToTheSamePrice(uint8 digits) public {
        digits = uint8(bound(digits, 0, 15));
        _say(int64(int256(3000 * 10 ** digits)), 0, -int32(uint32(digits)), NOW);
        assertEq(this.price(), 3000e18);
    }

    function test_exponent_roundsTowardsZero_andMayBePositive() public {
        _say(30_000_000_000_009, 0, -10, NOW - 1);
        (, int256 answer,,,) = feed.latestRoundData();
        assertEq(answer, 3000e8);
        _say(3, 0, 3, NOW);
        assertEq(this.price(), 3000e18);
    }

    function test_exponent_boundary() public {
        _say(1, 0, 19, NOW - 2);
        _refused(abi.encodeWithSelector(PythFeed.ExponentForbidden.selector, int256(19), int256(18)));
        _say(1, 0, -19, NOW - 1);
        _refused(abi.encodeWithSelector(PythFeed.ExponentForbidden.selector, -int256(19), -int256(18)));
        _say(1, 0, 18, NOW);
        (, int256 answer,,,) = feed.latestRoundData();
        assertEq(answer, 1e26);
        vm.warp(NOW + 1);
        _say(1e18, 0, -18, NOW + 1);
        (, answer,,,) = feed.latestRoundData();
        assertEq(answer, 1e8);
    }

    function test_attack_stalePrice_isRefused_boundary() public {
        _say(3000e8, 0, -8, NOW);
        vm.warp(NOW + 61);
        _refused(abi.encodeWithSelector(PythModel.StalePrice.selector));
        vm.warp(NOW + 60);
        assertEq(this.price(), 3000e18);
    }

    function test_unknownPrice_isRefused() public {
        _refused(abi.encodeWithSelector(PythModel.PriceFeedNotFound.selector));
    }

    function test_attack_wideConfidence_isRefused_boundary() public {
        _say(3000e8, 30e8 + 1, -8, NOW - 1);
        _refused(abi.encodeWithSelector(PythFeed.ConfidenceTooWide.selector, 30e8 + 1, int256(3000e8), 100));
        _say(3000e8, 30e8, -8, NOW);
        assertEq(this.price(), 3000e18);
    }

    function test_attack_wideConfidence_isRefused_atTheLeastPriceToo() public {
        _say(1, 1, -8, NOW);
        _refused(abi.encodeWithSelector(PythFeed.ConfidenceTooWide.selector, 1, int256(1), 100));
    }

    function test_priceThatIsNotPositive_isNamedByTheVault() public {
        _say(0, 5, -8, NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceNotPositive.selector, TOKEN, 0));
        this.price();
        _say(-1, 5, -8, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceNotPositive.selector, TOKEN, -1));
        this.price();
    }

    /// @dev A block's time is the beginning of its slot: a price of some seconds later is no lie, one further ahead is refused.
    function test_clockAhead_boundary() public {
        _say(3000e8, 0, -8, NOW + 12);
        (uint80 id,,, uint256 updatedAt,) = feed.latestRoundData();
        assertEq(updatedAt, NOW);
        assertEq(id, NOW + 12);
        assertEq(this.price(), 3000e18);
        _say(3000e8, 0, -8, NOW + 13);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceFromFuture.selector, TOKEN, NOW + 13, NOW));
        this.price();
    }

    function test_history_isUnknown_andCountsAsAJumpWithoutLimit() public {
        _say(3000e8, 0, -8, NOW - 1);
        _say(3000e8, 0, -8, NOW);
        (, int256 answer,,,) = feed.getRoundData(uint80(NOW));
        assertEq(answer, 3000e8);
        vm.expectRevert(abi.encodeWithSelector(PythFeed.RoundUnknown.selector, NOW - 1, NOW));
        feed.getRoundData(uint80(NOW - 1));
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.PriceJumped.selector, TOKEN, type(uint256).max, 2000));
        this.noJump();
    }

    function test_parameters_boundary() public {
        PythFeed.Setup memory s = _setup();
        s.maxAgeSeconds = 0;
        _notBorn(s, "maxAgeSeconds", 0, 1);
        s.maxAgeSeconds = 3601;
        _notBorn(s, "maxAgeSeconds", 3601, 3600);
        s = _setup();
        s.maxConfidenceBps = 0;
        _notBorn(s, "maxConfidenceBps", 0, 1);
        s.maxConfidenceBps = 1001;
        _notBorn(s, "maxConfidenceBps", 1001, 1000);
        s = _setup();
        s.maxAheadSeconds = 61;
        _notBorn(s, "maxAheadSeconds", 61, 60);
        s = _setup();
        s.decimals = 19;
        _notBorn(s, "decimals", 19, 18);
        s = _setup();
        s.pyth = PythModel(address(0xdead));
        _notBorn(s, "pyth", 0, 1);
        new PythFeed(PythFeed.Setup(pyth, ID, 3600, 1000, 60, 18));
        new PythFeed(PythFeed.Setup(pyth, ID, 1, 1, 0, 0));
    }

    function price() external view returns (uint256) {
        return OracleGuard.requirePriceWad(TOKEN, asset);
    }

    function noJump() external view {
        OracleGuard.Reading memory latest = OracleGuard.read(asset);
        OracleGuard.requireNoJump(TOKEN, asset, latest.priceWad, latest.roundId);
    }

    function _notBorn(PythFeed.Setup memory s, string memory field, uint256 observed, uint256 allowed) private {
        vm.expectRevert(abi.encodeWithSelector(PythFeed.ParameterForbidden.selector, field, observed, allowed));
        new PythFeed(s);
    }

    function _refused(bytes memory reason) private {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.FeedRefused.selector, TOKEN, feed, reason));
        this.price();
    }

    function _setup() private view returns (PythFeed.Setup memory) {
        return PythFeed.Setup(pyth, ID, 60, 100, 12, 8);
    }

    function _say(int64 price_, uint64 conf, int32 expo, uint256 at_) private {
        bytes[] memory updates = new bytes[](1);
        updates[0] = abi.encode(PythModel.Update(ID, PythPrice(price_, conf, expo, at_)));
        pyth.updatePriceFeeds{value: 1}(updates);
    }
}
