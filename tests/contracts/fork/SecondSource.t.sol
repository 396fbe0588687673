// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileFeed} from "../mocks/HostileFeed.sol";
import {PythModel} from "../mocks/pyth/PythModel.sol";
import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {IReplicaFeed, VaultTest} from "../utils/VaultTest.sol";
import {OracleGuard} from "ballast/guards/OracleGuard.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";
import {IVaultAgent} from "ballast/interfaces/IVaultAgent.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IPyth, PythPrice} from "ballast/interfaces/external/IPyth.sol";
import {IUniswapV3Pool} from "ballast/interfaces/external/IUniswapV3Pool.sol";
import {PythFeed} from "ballast/oracle/PythFeed.sol";
import {PythUpdater} from "ballast/oracle/PythUpdater.sol";
import {AssetConfig, InitialConfig, SecondSource} from "ballast/types/Config.sol";
import {Decision, Outcome} from "ballast/types/Decision.sol";

/// @notice The bands d and D with each kind of second source, on a real position: within d (200 bps) the whole action, within D (500 bps) half
/// of it, beyond none outside an emergency.
abstract contract AbstractBands is VaultTest {
    uint256 internal constant FULL = 19 ether; // below maxActionWad of 60,000 USD at 3,000
    uint256 internal constant HALF = 9 ether; // below half of it
    uint256 internal constant OVER_HALF = 11 ether;

    function initialConfig() internal view override returns (InitialConfig memory config) {
        config = super.initialConfig();
        config.limits.maxActionWad = 60_000e18;
    }

    /// @dev Moves the second source to this distance above the primary; false where this kind cannot.
    function setDistance(uint256 bps) internal virtual;

    function passes(uint256 amount) internal returns (bool) {
        uint256 snapshot = vm.snapshotState();
        Decision memory d = deleverage(amount);
        bytes memory signature = sign(d);
        vm.prank(keeper);
        (bool done,) = address(vault).call(abi.encodeCall(IVaultAgent.execute, (d, signature)));
        vm.revertToState(snapshot);
        return done;
    }

    function refusedAsTooLarge(uint256 amount) internal {
        uint256 snapshot = vm.snapshotState();
        expectRefusalBy(deleverage(amount), IVaultTerms.ActionTooLarge.selector);
        vm.revertToState(snapshot);
    }

    function refusedAsDisagreeing(uint256 amount, uint256 bps) internal {
        uint256 snapshot = vm.snapshotState();
        expectRefusal(
            deleverage(amount),
            abi.encodeWithSelector(IVaultTerms.SourcesDisagree.selector, Mainnet.WETH, bps, uint256(500))
        );
        vm.revertToState(snapshot);
    }
}

contract FeedBandsTest is AbstractBands {
    HostileFeed private second;

    function setUp() public override {
        super.setUp();
        second = new HostileFeed();
        second.say(int256(ethPrice8()), vm.getBlockTimestamp());
        AssetConfig memory a = Defaults.weth();
        (a.secondSource, a.second, a.secondSeconds) = (SecondSource.Feed, address(second), 120);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, a)));
        setDistance(0);
    }

    function setDistance(uint256 bps) internal override {
        second.say(int256(ethPrice8() * (10_000 + bps) / 10_000), vm.getBlockTimestamp());
    }

    function test_withinAgreement_boundary_bothWays() public {
        setDistance(200);
        assertTrue(passes(FULL));
        second.say(int256(ethPrice8() * 10_200 / 10_000 + 1), vm.getBlockTimestamp());
        refusedAsTooLarge(FULL);
        second.say(int256(ethPrice8() * 9800 / 10_000), vm.getBlockTimestamp());
        assertTrue(passes(FULL));
        second.say(int256(ethPrice8() * 9800 / 10_000 - 1), vm.getBlockTimestamp());
        refusedAsTooLarge(FULL);
    }

    function test_betweenTheBands_halfTheSize() public {
        setDistance(300);
        assertTrue(passes(HALF));
        refusedAsTooLarge(OVER_HALF);
        // half of 60,000 USD at 3,000 is 10 ether, to the wei
        assertTrue(passes(10 ether));
        Decision memory d = deleverage(10 ether + 1);
        expectRefusal(
            d, abi.encodeWithSelector(IVaultTerms.ActionTooLarge.selector, 30_000e18 + 3000, uint256(30_000e18))
        );
    }

    function test_disagreement_boundary() public {
        setDistance(500);
        assertTrue(passes(HALF));
        second.say(int256(ethPrice8() * 10_500 / 10_000 + 1), vm.getBlockTimestamp());
        refusedAsDisagreeing(HALF, 501);
    }

    function test_attack_secondFeedDies_swapsStop_repairsWithoutPriceGoOn() public {
        second.die();
        refusedAsDisagreeing(HALF, type(uint256).max);
        fundIdle(Mainnet.WETH, 1 ether);
        send(addCollateral(1 ether));
        fundIdle(Mainnet.USDC, 100e6);
        Decision memory d = repayFromIdle(100e6);
        d.nonce = 2;
        send(d);
    }

    function test_attack_secondFeedDies_anEmergencySwapsStill() public {
        second.die();
        setEthPrice(ethPrice8() * 75 / 100); // health below the emergency
        assertLt(health(), 1.1e18);
        assertEq(send(repairFromBelow(HALF)).spent, HALF);
    }

    function test_secondFeed_heartbeat_boundary_isItsOwn() public {
        vm.warp(vm.getBlockTimestamp() + 120);
        assertTrue(passes(FULL));
        vm.warp(vm.getBlockTimestamp() + 1);
        refusedAsDisagreeing(HALF, type(uint256).max);
    }

    function test_secondFeed_fromTheFuture_orNotPositive_isNoView() public {
        second.say(int256(ethPrice8()), vm.getBlockTimestamp() + 1);
        refusedAsDisagreeing(HALF, type(uint256).max);
        second.say(0, vm.getBlockTimestamp());
        refusedAsDisagreeing(HALF, type(uint256).max);
        second.say(-1, vm.getBlockTimestamp());
        refusedAsDisagreeing(HALF, type(uint256).max);
    }

    /// @dev The rule in one line, over both sides and all distances.
    function testFuzz_bands(uint256 bps, bool above, bool half) public {
        bps = bound(bps, 0, 1000);
        uint256 price8 = ethPrice8() * (above ? 10_000 + bps : 10_000 - bps) / 10_000;
        second.say(int256(price8), vm.getBlockTimestamp());
        assertEq(passes(half ? HALF : FULL), bps <= 200 || (half && bps <= 500));
    }

    // ---------------------------------------------------------------- configuration

    function test_configuration_boundary() public {
        AssetConfig memory a = vault.assetConfig(Mainnet.WETH);
        a.second = address(0);
        _refused(a, abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "second"));
        a.second = a.feed;
        _refused(a, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "second", uint160(a.feed), 0));
        a.second = address(second);
        a.secondSeconds = 0;
        _refused(a, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "secondSeconds", 0, 1));
        a.secondSeconds = 2 days + 1;
        _refused(a, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "secondSeconds", 2 days + 1, 2 days));
        a.secondSeconds = 2 days;
        second.setDecimals(9);
        _refused(a, abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, "second.decimals", 9, 8));
        second.setDecimals(8);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, a)));
        assertEq(uint8(vault.assetConfig(Mainnet.WETH).secondSource), 3);
    }

    function test_registry_tellsTheFeed() public view {
        assertEq(vault.assetToPriceFeed(Mainnet.WETH), Mainnet.ETH_USD_FEED);
        assertEq(vault.assetToPriceFeed(Mainnet.USDC), Mainnet.USDC_USD_FEED);
        assertEq(vault.assetToPriceFeed(stranger), address(0));
    }

    function _refused(AssetConfig memory a, bytes memory reason) private {
        uint256 snapshot = vm.snapshotState();
        bytes memory call = abi.encodeCall(vault.setAsset, (Mainnet.WETH, a));
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK);
        vm.prank(curator);
        vm.expectRevert(reason);
        vault.setAsset(Mainnet.WETH, a);
        vm.revertToState(snapshot);
    }
}

contract TwapBandsTest is AbstractBands {
    function setDistance(uint256 bps) internal override {
        // the mean stays where the pool is; the primary and the venue move below it
        uint256 mean8 = ethPrice8();
        setEthPrice(mean8 * 10_000 / (10_000 + bps));
    }

    function test_bands() public {
        assertTrue(passes(FULL));
        setDistance(150);
        assertTrue(passes(FULL));
    }

    function test_betweenTheBands_halfTheSize() public {
        setDistance(300);
        assertTrue(passes(HALF));
        refusedAsTooLarge(OVER_HALF);
    }

    function test_beyond_none() public {
        setDistance(600);
        expectRefusalBy(deleverage(HALF), IVaultTerms.SourcesDisagree.selector);
    }

    /// @dev The pool quotes in the token that is bought, whose price is known by then: its feed answers once in an execution.
    function test_poolThatQuotesInTheBoughtToken_needsNoSecondReadingOfItsFeed() public {
        vm.expectCall(Mainnet.USDC_USD_FEED, abi.encodeCall(IReplicaFeed.latestRoundData, ()), 1);
        send(deleverage(HALF));
    }

    /// @dev At use: a pool that forgot is not usable.
    function test_attack_historyPushedOut_isInfinitelyFar() public {
        vm.mockCallRevert(
            Mainnet.UNISWAP_USDC_WETH_POOL, abi.encodeWithSelector(IUniswapV3Pool.observe.selector), "OLD"
        );
        refusedAsDisagreeing(HALF, type(uint256).max);
    }

    /// @dev At configuration: 600 seconds of blocks of 12 seconds, both ends counted.
    function test_cardinality_boundary() public {
        _cardinality(50);
        _refused("second.cardinality", 50, 51);
        _cardinality(51);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, Defaults.weth())));
    }

    function test_cardinality_boundary_whereABlockTakesASecond() public {
        vm.chainId(42_161);
        _cardinality(600);
        _refused("second.cardinality", 600, 601);
        _cardinality(601);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, Defaults.weth())));
    }

    /// @dev Asked is what every use asks: the beginning of the window, here of 600 seconds. Of later times the pool knows.
    function test_historyThatDoesNotReachBackYet_isRefused() public {
        uint32[] memory window = new uint32[](1);
        window[0] = 600;
        vm.mockCallRevert(Mainnet.UNISWAP_USDC_WETH_POOL, abi.encodeCall(IUniswapV3Pool.observe, (window)), "OLD");
        _refused("second.history", 0, 600);
    }

    function _cardinality(uint16 slots) private {
        vm.mockCall(
            Mainnet.UNISWAP_USDC_WETH_POOL,
            abi.encodeWithSelector(IUniswapV3Pool.slot0.selector),
            abi.encode(uint160(1), int24(0), uint16(0), slots, slots, uint8(0), true)
        );
    }

    function _refused(string memory field, uint256 observed, uint256 least) private {
        uint256 snapshot = vm.snapshotState();
        bytes memory call = abi.encodeCall(vault.setAsset, (Mainnet.WETH, Defaults.weth()));
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK);
        vm.prank(curator);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ValueForbidden.selector, field, observed, least));
        vault.setAsset(Mainnet.WETH, Defaults.weth());
        vm.revertToState(snapshot);
    }
}

contract AbsentBandsTest is AbstractBands {
    function setUp() public override {
        super.setUp();
        AssetConfig memory a = Defaults.weth();
        (a.secondSource, a.second, a.secondSeconds) = (SecondSource.Absent, address(0), 0);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, a)));
    }

    function setDistance(uint256 bps) internal override {
        transmit(Mainnet.AAVE_ETH_USD_FEED, int256(ethPrice8() * (10_000 + bps) / 10_000));
    }

    /// @dev Without a second source the venue's own oracle is still a view.
    function test_bands_boundary() public {
        setDistance(200);
        assertTrue(passes(FULL));
        setDistance(201);
        refusedAsTooLarge(FULL);
        setDistance(500);
        assertTrue(passes(HALF));
        setDistance(501);
        refusedAsDisagreeing(HALF, 501);
    }

    function test_disagreementOnBothTokensAlike_namesTheOneThatIsBought() public {
        (,, address spender) = adapter.quote(Mainnet.WETH, Mainnet.USDC);
        bytes memory question = abi.encodeWithSelector(ILendingAdapter.quote.selector);
        vm.mockCall(address(adapter), question, abi.encode(0, 0, spender)); // 100 % off, both
        bytes4 disagree = IVaultTerms.SourcesDisagree.selector;
        expectRefusal(deleverage(HALF), abi.encodeWithSelector(disagree, Mainnet.USDC, 10_000, 500));
        vm.mockCall(address(adapter), question, abi.encode(0, 1e18, spender));
        expectRefusal(deleverage(HALF), abi.encodeWithSelector(disagree, Mainnet.WETH, 10_000, 500));
    }
}

/// @notice A vault whose second source for WETH is Pyth, and the updater that brings its price with the decision.
contract PythUpdaterTest is AbstractBands {
    bytes32 private constant ID = 0xff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace;
    uint256 private constant FEE = 0.01 ether;

    PythModel private pyth;
    PythFeed private feed;
    PythUpdater private updater;

    function setUp() public override {
        super.setUp();
        pyth = new PythModel(FEE);
        feed = new PythFeed(PythFeed.Setup(pyth, ID, 60, 100, 12, 8));
        updater = new PythUpdater(pyth);
        AssetConfig memory a = Defaults.weth();
        (a.secondSource, a.second, a.secondSeconds) = (SecondSource.Feed, address(feed), 60);
        configure(abi.encodeCall(vault.setAsset, (Mainnet.WETH, a)));
        vm.deal(keeper, 1 ether);
    }

    function setDistance(uint256 bps) internal override {
        pyth.updatePriceFeeds{value: FEE}(_updates(bps, 0));
    }

    function test_bands_boundary() public {
        setDistance(200);
        assertTrue(passes(FULL));
        vm.warp(vm.getBlockTimestamp() + 1); // newer wins
        setDistance(500);
        refusedAsTooLarge(FULL);
        assertTrue(passes(HALF));
        vm.warp(vm.getBlockTimestamp() + 1);
        setDistance(501);
        refusedAsDisagreeing(HALF, 501);
    }

    function test_update_andExecution_inOneTransaction_restGoesBack() public {
        refusedAsDisagreeing(HALF, type(uint256).max); // nobody has brought a price yet
        Decision memory d = deleverage(HALF);
        bytes memory signature = sign(d);
        bytes[] memory updates = _updates(0, 0);
        vm.prank(keeper);
        Outcome memory outcome = updater.updateAndExecute{value: 1 ether}(vault, updates, FEE, d, signature);
        assertEq(outcome.spent, HALF);
        assertEq(keeper.balance, 1 ether - FEE);
        assertEq(address(pyth).balance, FEE);
        assertEq(address(updater).balance, 0);
        assertTrue(vault.isNonceUsed(Defaults.POSITION, d.nonce));
    }

    function test_fee_boundary_isTheLesserOfCapAndWhatWasSent() public {
        Decision memory d = deleverage(HALF);
        bytes memory signature = sign(d);
        bytes[] memory updates = _updates(0, 0);
        vm.startPrank(keeper);
        vm.expectRevert(abi.encodeWithSelector(PythUpdater.FeeTooHigh.selector, FEE, FEE - 1));
        updater.updateAndExecute{value: 1 ether}(vault, updates, FEE - 1, d, signature);
        vm.expectRevert(abi.encodeWithSelector(PythUpdater.FeeTooHigh.selector, FEE, FEE - 1));
        updater.updateAndExecute{value: FEE - 1}(vault, updates, 1 ether, d, signature);
        updater.updateAndExecute{value: FEE}(vault, updates, FEE, d, signature);
    }

    function test_attack_wideConfidence_isNoView() public {
        _expectNoView(_updates(0, 30e8 + 1));
        Decision memory d = deleverage(HALF);
        bytes memory signature = sign(d);
        bytes[] memory updates = _updates(0, 30e8); // 1 %
        vm.prank(keeper);
        updater.updateAndExecute{value: FEE}(vault, updates, FEE, d, signature);
    }

    function test_attack_oldUpdate_isNoView() public {
        bytes[] memory updates = _updates(0, 0);
        vm.warp(vm.getBlockTimestamp() + 61);
        _expectNoView(updates);
    }

    function test_attack_updaterIsNobody() public {
        Decision memory d = deleverage(HALF);
        bytes[] memory updates = _updates(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.SignatureInvalid.selector, signer));
        vm.prank(keeper);
        updater.updateAndExecute{value: FEE}(vault, updates, FEE, d, hex"00");
    }

    function test_updaterNeedsAPyth() public {
        vm.expectRevert(abi.encodeWithSelector(PythUpdater.PythMissing.selector, stranger));
        new PythUpdater(IPyth(stranger));
    }

    function _expectNoView(bytes[] memory updates) private {
        Decision memory d = deleverage(HALF);
        bytes memory signature = sign(d);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultTerms.SourcesDisagree.selector, Mainnet.WETH, type(uint256).max, uint256(500))
        );
        vm.prank(keeper);
        updater.updateAndExecute{value: FEE}(vault, updates, FEE, d, signature);
    }

    function _updates(uint256 bps, uint64 conf) private view returns (bytes[] memory updates) {
        updates = new bytes[](1);
        int64 price8 = int64(int256(ethPrice8() * (10_000 + bps) / 10_000));
        // confidence in 10^-8 as the price
        updates[0] = abi.encode(PythModel.Update(ID, PythPrice(price8, conf, -8, vm.getBlockTimestamp())));
    }
}
