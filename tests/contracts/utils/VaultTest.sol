// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Artifacts} from "./Artifacts.sol";
import {Defaults} from "./Defaults.sol";
import {Mainnet} from "./Mainnet.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {RebalanceVault} from "ballast/RebalanceVault.sol";
import {VaultBorrower} from "ballast/VaultBorrower.sol";
import {VaultConfigurator} from "ballast/VaultConfigurator.sol";
import {VaultCustodian} from "ballast/VaultCustodian.sol";
import {VaultFactory} from "ballast/VaultFactory.sol";
import {VaultMover} from "ballast/VaultMover.sol";
import {VaultRescuer} from "ballast/VaultRescuer.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {IRebalanceVault} from "ballast/interfaces/IRebalanceVault.sol";
import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {IAaveV3AddressesProvider, IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {InitialConfig, Roles} from "ballast/types/Config.sol";
import {ActionKind, Decision, Outcome, RouteKind} from "ballast/types/Decision.sol";
import {Wiring} from "ballast/types/Wiring.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Feeds of the replica: real answers, written by one account.
interface IReplicaFeed {
    function transmit(int256 answer, uint256 startedAt, uint256 updatedAt) external;
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}

/// @notice A vault with a real Aave position of 100 WETH against USDC, health factor 1.45, on a fork of `BALLAST_UPSTREAM`.
/// @dev Skips visibly without an upstream. Actors are named by role.
abstract contract VaultTest is Test {
    address internal owner = makeAddr("owner");
    address internal curator = makeAddr("curator");
    address internal guardian = makeAddr("guardian");
    address internal keeper = makeAddr("keeper");
    address internal stranger = makeAddr("stranger");
    address internal signer;
    uint256 internal signerKey;

    AaveV3Adapter internal adapter;
    RebalanceVault internal implementation;
    VaultFactory internal factory;
    IRebalanceVault internal vault;

    IERC20 internal constant weth = IERC20(Mainnet.WETH);
    IERC20 internal constant usdc = IERC20(Mainnet.USDC);
    IERC20 internal constant aWeth = IERC20(Mainnet.AAVE_WETH_ATOKEN);
    IERC20 internal constant usdcDebt = IERC20(Mainnet.AAVE_USDC_DEBT_TOKEN);

    function setUp() public virtual {
        string memory upstream = vm.envOr("BALLAST_UPSTREAM", string(""));
        vm.skip(bytes(upstream).length == 0, "BALLAST_UPSTREAM is unset: run eval \"$(make env)\" first");
        vm.createSelectFork(upstream);
        vm.skip(Mainnet.REPLICA_MARKER.code.length == 0, "this suite writes feed rounds: it needs the replica");
        vm.roll(vm.getBlockNumber() + 100); // a replica begins at block 0, and a snapshot has to lie behind its block
        (signer, signerKey) = makeAddrAndKey("signer");
        deploy();
        vault = createVault("first");
        openPosition(Defaults.COLLATERAL, Defaults.START_HEALTH_WAD);
    }

    // ---------------------------------------------------------------- set-up

    function deploy() internal virtual {
        bytes memory market = abi.encode(Mainnet.AAVE_ADDRESSES_PROVIDER, Mainnet.AAVE_POOL);
        adapter = AaveV3Adapter(deployProduct("AaveV3Adapter", market));
        implementation = implement(address(adapter));
        factory = VaultFactory(deployProduct("VaultFactory", abi.encode(implementation)));
    }

    /// @dev The six planes for one venue.
    function implement(address venue) internal returns (RebalanceVault) {
        address[] memory venues = new address[](1);
        venues[0] = venue;
        return implement(venues);
    }

    function implement(address[] memory venues) internal returns (RebalanceVault) {
        Wiring memory wiring =
            Wiring(venues, Mainnet.UNISWAP_FACTORY, Mainnet.AAVE_POOL, freeFlashLender(), swapProxy());
        address configurator = deployProduct("VaultConfigurator", abi.encode(wiring));
        address rescuer = deployProduct("VaultRescuer", abi.encode(configurator, wiring));
        address custodian = deployProduct("VaultCustodian", abi.encode(rescuer, wiring));
        address borrower = deployProduct("VaultBorrower", abi.encode(wiring));
        address mover = deployProduct("VaultMover", abi.encode(wiring));
        return RebalanceVault(payable(deployProduct("RebalanceVault", abi.encode(custodian, borrower, mover, wiring))));
    }

    /// @dev The replica has none; a test that brings one names it.
    function freeFlashLender() internal virtual returns (address) {
        return address(0);
    }

    /// @dev None; a test that sells by a router names one.
    function swapProxy() internal virtual returns (address) {
        return address(0);
    }

    /// @dev Whether the bytes that are deployed are tested, as `make test` does, or what forge has just compiled together with the tests.
    function shipped() internal view returns (bool) {
        return bytes(vm.envOr("BALLAST_ARTIFACTS", string(""))).length != 0;
    }

    /// @dev A contract of ours, as it is deployed or as it was just compiled.
    function deployProduct(string memory name, bytes memory arguments) internal returns (address) {
        return Artifacts.deploy("BALLAST_ARTIFACTS", name, name, arguments);
    }

    function initialConfig() internal view virtual returns (InitialConfig memory) {
        return Defaults.config(owner, Roles({curator: curator, guardian: guardian, signer: signer}), address(adapter));
    }

    function createVault(bytes32 salt) internal returns (IRebalanceVault) {
        return IRebalanceVault(factory.createVault(salt, initialConfig()));
    }

    /// @dev The owner supplies `collateral` of WETH and borrows USDC, to himself, down to `healthWad`.
    function openPosition(uint256 collateral, uint256 healthWad) internal {
        deal(Mainnet.WETH, owner, collateral);
        vm.startPrank(owner);
        weth.approve(address(vault), collateral);
        vault.supply(Defaults.POSITION, Mainnet.WETH, collateral);
        uint256 debt = thresholdValueWad() * 1e6 / healthWad;
        vault.borrow(Defaults.POSITION, Mainnet.USDC, debt - usdcDebt.balanceOf(address(vault)), owner);
        vm.stopPrank();
    }

    /// @dev USD value of the vault's collateral times its liquidation threshold, wad, as the venue sees both.
    function thresholdValueWad() internal view returns (uint256) {
        (uint256 base,,, uint256 thresholdBps,,) = IAaveV3Pool(Mainnet.AAVE_POOL).getUserAccountData(address(vault));
        return base * 1e10 * thresholdBps / 10_000;
    }

    function fundIdle(address token, uint256 amount) internal {
        deal(token, address(vault), IERC20(token).balanceOf(address(vault)) + amount);
    }

    // ---------------------------------------------------------------- market

    function ethPrice8() internal view returns (uint256) {
        (, int256 answer,,,) = IReplicaFeed(Mainnet.ETH_USD_FEED).latestRoundData();
        return uint256(answer);
    }

    /// @dev Both ETH feeds at once: ours and the venue's.
    function setEthPrice(uint256 price8) internal {
        transmit(Mainnet.ETH_USD_FEED, int256(price8));
        transmit(Mainnet.AAVE_ETH_USD_FEED, int256(price8));
    }

    function transmit(address feed, int256 answer) internal {
        vm.prank(Mainnet.TRANSMITTER);
        IReplicaFeed(feed).transmit(answer, vm.getBlockTimestamp(), vm.getBlockTimestamp());
    }

    /// @dev Time goes on, feeds are written again at the same prices, the pool's mean goes on.
    function passTime(uint256 secondsToPass) internal {
        (, int256 usdcAnswer,,,) = IReplicaFeed(Mainnet.USDC_USD_FEED).latestRoundData();
        (, int256 venueAnswer,,,) = IReplicaFeed(Mainnet.AAVE_ETH_USD_FEED).latestRoundData();
        uint256 ours = ethPrice8();
        vm.warp(vm.getBlockTimestamp() + secondsToPass);
        vm.roll(vm.getBlockNumber() + secondsToPass / 12 + 1);
        transmit(Mainnet.ETH_USD_FEED, int256(ours));
        transmit(Mainnet.AAVE_ETH_USD_FEED, venueAnswer);
        transmit(Mainnet.USDC_USD_FEED, usdcAnswer);
    }

    function killFeeds() internal {
        for (uint256 i; i < 3; i++) {
            address feed = [Mainnet.ETH_USD_FEED, Mainnet.USDC_USD_FEED, Mainnet.AAVE_ETH_USD_FEED][i];
            vm.etch(feed, hex"60006000fd"); // reverts whatever is asked
        }
    }

    function health() internal view returns (uint256 healthWad) {
        (,,,,, healthWad) = IAaveV3Pool(Mainnet.AAVE_POOL).getUserAccountData(address(vault));
    }

    // ---------------------------------------------------------------- decisions

    /// @dev Fields that every kind shares, valid now.
    function baseDecision() internal view returns (Decision memory d) {
        d.version = 1;
        d.positionId = Defaults.POSITION;
        d.venue = address(adapter);
        d.healthFloorWad = 1.2e18;
        d.healthCeilingWad = type(uint256).max;
        d.maxLossBps = 100;
        d.probabilityPpm = 120_000;
        d.horizonSeconds = 3600;
        d.modelId = Defaults.MODEL;
        d.snapshotHash = keccak256("snapshot");
        d.snapshotBlock = uint64(vm.getBlockNumber());
        d.journalHead = keccak256("head");
        d.configEpoch = vault.configEpoch();
        d.nonce = 1;
        d.validAfter = uint48(vm.getBlockTimestamp());
        d.validUntil = uint48(vm.getBlockTimestamp() + 300);
    }

    function deleverage(uint256 maxIn) internal view returns (Decision memory d) {
        d = baseDecision();
        d.kind = ActionKind.Deleverage;
        d.route.kind = RouteKind.UniswapV3FlashSwap;
        (d.tokenIn, d.tokenOut) = (Mainnet.WETH, Mainnet.USDC);
        d.route.path = abi.encodePacked(d.tokenIn, Mainnet.UNISWAP_FEE, d.tokenOut);
        d.maxIn = maxIn;
        d.minOut = maxIn * ethPrice8() / 1e20 * 99 / 100; // 1 % under the feed
    }

    /// @dev A floor below the owner's: health and the venue's books are measured before and after.
    function repairFromBelow(uint256 maxIn) internal view returns (Decision memory d) {
        d = deleverage(maxIn);
        d.healthFloorWad = 1e18;
    }

    function addCollateral(uint256 maxIn) internal view returns (Decision memory d) {
        d = baseDecision();
        d.kind = ActionKind.AddCollateral;
        (d.tokenIn, d.tokenOut) = (Mainnet.WETH, Mainnet.WETH);
        d.maxIn = maxIn;
    }

    function repayFromIdle(uint256 maxIn) internal view returns (Decision memory d) {
        d = baseDecision();
        d.kind = ActionKind.RepayFromIdle;
        (d.tokenIn, d.tokenOut) = (Mainnet.USDC, Mainnet.USDC);
        d.maxIn = maxIn;
    }

    function sign(Decision memory d) internal view returns (bytes memory) {
        return signWith(signerKey, vault.hashDecision(d));
    }

    function signWith(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function send(Decision memory d) internal returns (Outcome memory) {
        bytes memory signature = sign(d);
        vm.prank(keeper);
        return vault.execute(d, signature);
    }

    /// @dev Signed well, and still refused for this very reason.
    function expectRefusal(Decision memory d, bytes memory reason) internal {
        bytes memory signature = sign(d);
        vm.expectRevert(reason);
        vm.prank(keeper);
        vault.execute(d, signature);
    }

    /// @dev For errors whose figures the market makes.
    function expectRefusalBy(Decision memory d, bytes4 selector) internal {
        bytes memory signature = sign(d);
        vm.expectPartialRevert(selector);
        vm.prank(keeper);
        vault.execute(d, signature);
    }

    /// @dev For what only an execution may reach: neither the vault hands it on, nor does its plane answer it.
    function expectNotReachable(address plane, bytes memory call) internal {
        (bool done,) = address(vault).call(call);
        assertFalse(done, "through the vault");
        bytes memory reason;
        vm.prank(stranger);
        (done, reason) = plane.call(call);
        assertFalse(done, "at the plane");
        assertEq(reason, abi.encodeWithSelector(IVaultTerms.Unauthorized.selector, stranger));
    }

    /// @dev The decision's own ceiling: what it reaches passes, one wei less is refused.
    function expectCeilingBoundary(Decision memory d) internal {
        uint256 state = vm.snapshotState();
        uint256 reached = send(d).healthAfterWad;
        vm.revertToState(state);
        d.healthCeilingWad = reached - 1;
        expectRefusal(d, abi.encodeWithSelector(IVaultTerms.HealthAboveCeiling.selector, reached, reached - 1));
        d.healthCeilingWad = reached;
        send(d);
    }

    // ---------------------------------------------------------------- configuration

    /// @dev Submits, waits and calls a timelocked setter as the curator.
    function configure(bytes memory call) internal {
        vm.prank(curator);
        vault.submit(call);
        passTime(Defaults.TIMELOCK);
        vm.prank(curator);
        callVault(call);
    }

    function callVault(bytes memory call) internal {
        (bool done, bytes memory reason) = address(vault).call(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 32), mload(reason))
        }
    }
}
