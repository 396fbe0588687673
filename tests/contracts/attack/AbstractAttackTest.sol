// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PoolThief} from "./PoolThief.sol";
import {IAaveTokens, IWrappedEther, IWritableFeed, Mainnet} from "./Replica.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {RebalanceVault} from "ballast/RebalanceVault.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    Limits,
    PositionConfig,
    PositionSetup,
    PositionToken,
    Roles,
    SecondSource,
    TokenRole
} from "ballast/types/Config.sol";
import {ActionKind, DECISION_VERSION, Decision, Outcome, Route, RouteKind} from "ballast/types/Decision.sol";
import {Test} from "forge-std/Test.sol";

/// @title A real vault on a fork, seen from outside
/// @notice 100 WETH at 3,000 USD against USDC at a health factor of 1.45, limits small enough that a thief reaches them.
abstract contract AbstractAttackTest is Test {
    uint256 internal constant WINDOW = 1 days;
    uint256 internal constant LOSS_BUDGET_WAD = 500e18;
    uint256 internal constant POSITION = 7;
    bytes32 internal constant MODEL = keccak256("threshold rule");
    uint256 internal constant START_ETH_USD8 = 3000e8;

    address internal owner = makeAddr("owner");
    address internal curator = makeAddr("curator");
    address internal guardian = makeAddr("guardian");
    address internal keeper = makeAddr("keeper");
    address internal signer;
    uint256 internal signerKey;

    VaultFactory internal factory;
    RebalanceVault internal implementation;
    IRebalanceVault internal vault;
    address internal adapter;
    PoolThief internal thief;
    address internal aWeth;
    address internal aUsdc;
    address internal debtUsdc;
    address internal debtWeth;

    function setUp() public virtual {
        string memory upstream = vm.envOr("BALLAST_UPSTREAM", string(""));
        if (bytes(upstream).length == 0) {
            vm.skip(true, "BALLAST_UPSTREAM is unset; run through make, or after eval \"$(make env)\"");
        }
        vm.createSelectFork(upstream);
        (signer, signerKey) = makeAddrAndKey("signer");
        aWeth = IAaveTokens(Mainnet.AAVE_POOL).getReserveAToken(Mainnet.WETH);
        aUsdc = IAaveTokens(Mainnet.AAVE_POOL).getReserveAToken(Mainnet.USDC);
        debtUsdc = IAaveTokens(Mainnet.AAVE_POOL).getReserveVariableDebtToken(Mainnet.USDC);
        debtWeth = IAaveTokens(Mainnet.AAVE_POOL).getReserveVariableDebtToken(Mainnet.WETH);
        _deploy();
        _setEthPrice(START_ETH_USD8);
        _openPosition(vault, 100e18, 171_724e6);
        _armThief();
    }

    // ---------------------------------------------------------------- world

    function _deploy() private {
        adapter =
            address(new AaveV3Adapter(IAaveV3AddressesProvider(Mainnet.AAVE_PROVIDER), IAaveV3Pool(Mainnet.AAVE_POOL)));
        implementation = new RebalanceVault(adapter, Mainnet.UNISWAP_FACTORY);
        factory = new VaultFactory(address(implementation));
        vault = IRebalanceVault(factory.createVault("attack", _config()));
    }

    function _openPosition(IRebalanceVault target, uint256 wethAmount, uint256 usdcDebt) internal {
        _giveWeth(owner, wethAmount);
        vm.startPrank(owner);
        IERC20(Mainnet.WETH).approve(address(target), wethAmount);
        target.supply(POSITION, Mainnet.WETH, wethAmount);
        if (usdcDebt != 0) target.borrow(POSITION, Mainnet.USDC, usdcDebt, owner);
        vm.stopPrank();
    }

    function _armThief() private {
        thief = new PoolThief();
        _giveWeth(address(thief), 40_000e18);
        deal(Mainnet.USDC, address(thief), 120_000_000e6);
        thief.makeOwnPool(START_ETH_USD8, 1e18); // about 55 million USD on each side of 3,000
    }

    function _giveWeth(address to, uint256 amount) internal {
        vm.deal(to, to.balance + amount);
        vm.prank(to);
        IWrappedEther(Mainnet.WETH).deposit{value: amount}();
    }

    /// @dev Primary and venue feed alike, dollar feeds refreshed.
    function _setEthPrice(uint256 ethUsd8) internal {
        _transmit(Mainnet.ETH_USD, int256(ethUsd8));
        _transmit(Mainnet.VENUE_ETH_USD, int256(ethUsd8));
        _transmit(Mainnet.USDC_USD, 1e8);
        _transmit(Mainnet.VENUE_USDC_USD, 1e8);
    }

    function _transmit(address feed, int256 answer) internal {
        vm.prank(IWritableFeed(feed).transmitter());
        IWritableFeed(feed).transmit(answer, vm.getBlockTimestamp(), vm.getBlockTimestamp());
    }

    /// @dev Time with fresh feeds at the same price.
    function _pass(uint256 secondsLater) internal {
        vm.warp(vm.getBlockTimestamp() + secondsLater);
        vm.roll(vm.getBlockNumber() + secondsLater / 12 + 1);
        _setEthPrice(_ethUsd8());
    }

    function _ethUsd8() internal view returns (uint256) {
        return uint256(IWritableFeed(Mainnet.ETH_USD).latestAnswer());
    }

    // ---------------------------------------------------------------- configuration

    function _config() internal view virtual returns (InitialConfig memory c) {
        c.owner = owner;
        c.roles = Roles({curator: curator, guardian: guardian, signer: signer});
        c.timelockSeconds = 2 days;
        c.limits = _limits();
        c.assets = new AssetSetup[](2);
        c.assets[0] = AssetSetup(Mainnet.USDC, _usdcAsset());
        c.assets[1] = AssetSetup(Mainnet.WETH, _wethAsset());
        c.positions = new PositionSetup[](1);
        c.positions[0] = _position();
        c.models = new bytes32[](1);
        c.models[0] = MODEL;
    }

    function _limits() internal pure virtual returns (Limits memory) {
        return Limits({
            windowSeconds: uint32(WINDOW),
            maxLossBps: 200,
            maxSlippageBps: 200,
            agreeBps: 100,
            disagreeBps: 1500,
            maxLifetimeSeconds: 600,
            maxSnapshotAgeBlocks: 50,
            lossPerWindowWad: uint128(LOSS_BUDGET_WAD),
            notionalPerWindowWad: 400_000e18,
            maxActionWad: 60_000e18
        });
    }

    function _wethAsset() internal pure returns (AssetConfig memory a) {
        a.feed = Mainnet.ETH_USD;
        a.maxAgeSeconds = 3900;
        a.maxJumpBps = 2000;
        a.tokenDecimals = 18;
        a.feedDecimals = 8;
        a.secondSource = SecondSource.UniswapV3Twap;
        a.minPriceWad = 50e18;
        a.maxPriceWad = 20_000e18;
        a.twapPool = Mainnet.USDC_WETH_POOL;
        a.twapWindowSeconds = 600;
        a.idlePerWindow = 20e18;
    }

    function _usdcAsset() internal pure returns (AssetConfig memory a) {
        a.feed = Mainnet.USDC_USD;
        a.maxAgeSeconds = 90_000;
        a.maxJumpBps = 500;
        a.tokenDecimals = 6;
        a.feedDecimals = 8;
        a.secondSource = SecondSource.Absent;
        a.minPriceWad = 0.95e18;
        a.maxPriceWad = 1.05e18;
        a.idlePerWindow = 20_000e6;
    }

    function _position() internal view returns (PositionSetup memory p) {
        p.positionId = POSITION;
        p.config = PositionConfig({
            adapter: adapter,
            enabled: true,
            venueRef: 0,
            healthFloorWad: 1.2e18,
            healthCeilingWad: type(uint128).max,
            emergencyHealthWad: 1.1e18,
            minHealthGainWad: 0.0001e18
        });
        p.tokens = new PositionToken[](2);
        p.tokens[0] = PositionToken(Mainnet.WETH, TokenRole.Collateral);
        p.tokens[1] = PositionToken(Mainnet.USDC, TokenRole.Debt);
    }

    // ---------------------------------------------------------------- decisions

    function _decision(ActionKind kind, address tokenIn, address tokenOut, uint256 maxIn)
        internal
        view
        returns (Decision memory d)
    {
        d.version = DECISION_VERSION;
        d.positionId = POSITION;
        d.venue = adapter;
        d.kind = kind;
        d.tokenIn = tokenIn;
        d.tokenOut = tokenOut;
        d.maxIn = maxIn;
        d.healthCeilingWad = type(uint256).max;
        d.modelId = MODEL;
        d.snapshotBlock = uint64(vm.getBlockNumber());
        d.configEpoch = vault.configEpoch();
        d.validAfter = uint48(vm.getBlockTimestamp());
        d.validUntil = uint48(vm.getBlockTimestamp() + 300);
    }

    function _deleverage(uint256 wethIn, uint24 fee, uint16 maxLossBps, uint256 nonce)
        internal
        view
        returns (Decision memory d)
    {
        d = _decision(ActionKind.Deleverage, Mainnet.WETH, Mainnet.USDC, wethIn);
        d.route = Route(RouteKind.UniswapV3FlashSwap, abi.encodePacked(Mainnet.WETH, fee, Mainnet.USDC), address(0));
        d.maxLossBps = maxLossBps;
        d.nonce = nonce;
    }

    function _sign(Decision memory d) internal view returns (bytes memory) {
        return _signWith(signerKey, vault.hashDecision(d));
    }

    function _signWith(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _execute(Decision memory d) internal returns (Outcome memory) {
        bytes memory signature = _sign(d);
        vm.prank(keeper);
        return vault.execute(d, signature);
    }

    /// @return done whether it was executed
    /// @return reason selector and arguments of the refusal
    function _tryExecute(Decision memory d) internal returns (bool done, bytes memory reason) {
        bytes memory signature = _sign(d);
        vm.prank(keeper);
        (done, reason) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
    }

    // ---------------------------------------------------------------- measuring, without asking the vault

    /// @notice All that `account` has less all that it owes, USD in wad at the primary feed, straight from the tokens.
    function _equityWad(address account) internal view returns (int256) {
        uint256 weth = IERC20(Mainnet.WETH).balanceOf(account) + IERC20(aWeth).balanceOf(account);
        uint256 usdc = IERC20(Mainnet.USDC).balanceOf(account) + IERC20(aUsdc).balanceOf(account);
        int256 netWeth = int256(weth) - int256(IERC20(debtWeth).balanceOf(account));
        int256 netUsdc = int256(usdc) - int256(IERC20(debtUsdc).balanceOf(account));
        return netWeth * int256(_ethUsd8()) / 1e8 + netUsdc * 1e12;
    }

    function _healthWad() internal view returns (uint256 healthWad) {
        (,,,,, healthWad) = IAaveV3Pool(Mainnet.AAVE_POOL).getUserAccountData(address(vault));
    }
}
