// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Defaults} from "../utils/Defaults.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {IReplicaFeed} from "../utils/VaultTest.sol";
import {AbstractWorld} from "./AbstractWorld.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IVaultConfiguration} from "ballast/interfaces/IVaultConfiguration.sol";
import {
    AssetConfig,
    AssetSetup,
    InitialConfig,
    PositionToken,
    QueueTerms,
    TokenRole,
    VaultState
} from "ballast/types/Config.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";
import {NetStatus, NetTerms} from "ballast/types/Net.sol";

/// @title Promises of what raises risk, waits in the queue, is lent for a call, or rescues, whatever the actors do, in whatever order
/// @notice Actors: agent who borrows more, changes collateral and sells by loans; thief with his key and a pool of his own; those who queue,
/// execute, veto and release; rescuer who moves the pool; owner, curator, market, time. See docs/invariants.md.
contract RiskInvariantsTest is AbstractWorld {
    IERC20 private constant AWBTC = IERC20(Mainnet.AAVE_WBTC_ATOKEN);
    IERC20 private constant WBTC = IERC20(Mainnet.WBTC);
    uint256 private constant LARGE_WAD = 30_000e18;
    uint256 private constant RISK_WAD = 60_000e18;
    uint256 private constant DELAY = 6 hours;
    uint256 private constant GRACE = 2 hours;
    uint256 private constant NET_LOSS_WAD = 2000e18;
    uint16 private constant HONEST_LOSS_BPS = 50;

    uint256 private constant LEVERAGES = 0;
    uint256 private constant COLLATERAL_SWAPS = 1;
    uint256 private constant LOANS = 2;
    uint256 private constant THEFTS = 3;
    uint256 private constant QUEUED = 4;
    uint256 private constant EXECUTED_FROM_QUEUE = 5;
    uint256 private constant REFUSED_FROM_QUEUE = 6;
    uint256 private constant VETOES = 7;
    uint256 private constant RELEASES = 8;
    uint256 private constant RESCUES = 9;
    uint256 private constant REFUSED_RESCUES = 10;
    uint256 private constant HEARTBEATS = 11;
    uint256 private constant LARGE_REFUSED = 12;
    uint256 private constant DISAGREEMENTS = 13;
    uint256 private constant JUMPS = 14;
    uint256 private constant STALE_FEEDS = 15;

    struct Waiting {
        Decision decision;
        bytes signature;
        uint256 executableAt;
        bool dead; // vetoed or executed
    }

    Waiting[] private waiting;
    uint256[] private riskAt;
    uint256[] private riskWad;
    uint256[] private rescueAt;
    uint256[] private rescueLossWad;
    uint256 private heartbeatAt;
    uint256 private rescuedAt;

    function deeds() internal pure override returns (string memory key, string[] memory names) {
        names = new string[](16);
        (names[0], names[1], names[2], names[3]) = ("leverages", "collateral swaps", "sales by loan", "thefts");
        (names[4], names[5], names[6]) = ("queued", "executed from the queue", "refused from the queue");
        (names[7], names[8], names[9]) = ("vetoes", "releases", "rescues");
        (names[10], names[11], names[12]) = ("refused rescues", "heartbeats", "large refused");
        (names[13], names[14], names[15]) = ("disagreements", "jumps", "stale feeds");
        return ("BALLAST_TEST_RISK_TALLY", names);
    }

    // ---------------------------------------------------------------- world

    function setUp() public override {
        super.setUp();
        configure(
            abi.encodeCall(
                vault.setQueue, (QueueTerms(uint128(LARGE_WAD), uint128(RISK_WAD), uint32(DELAY), uint32(GRACE), 4))
            )
        );
        configure(abi.encodeCall(IVaultConfiguration.setNet, (POSITION, _net())));
        heartbeatAt = vm.getBlockTimestamp();
        pass(1 days); // a risk budget begins empty and fills within a window
        clearTally();
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: _handlers()}));
    }

    function _handlers() private pure returns (bytes4[] memory s) {
        s = new bytes4[](18);
        (s[0], s[1]) = (this.agentLeverages.selector, this.agentSwapsCollateral.selector);
        (s[2], s[3]) = (this.agentSellsByLoan.selector, this.thiefLeveragesThroughHisPool.selector);
        (s[4], s[5]) = (this.agentQueues.selector, this.keeperExecutesQueued.selector);
        (s[6], s[7]) = (this.somebodyVetoes.selector, this.ownerReleases.selector);
        (s[8], s[9]) = (this.largeWithoutQueue.selector, this.strangerRescues.selector);
        (s[10], s[11]) = (this.agentBeats.selector, this.ownerSinksOrMends.selector);
        (s[12], s[13]) = (this.priceMoves.selector, this.timePasses.selector);
        (s[14], s[15]) = (this.viewsDisagree.selector, this.priceJumps.selector);
        (s[16], s[17]) = (this.feedsGoStale.selector, this.rolesChange.selector);
    }

    function initialConfig() internal view override returns (InitialConfig memory config) {
        config = super.initialConfig();
        AssetSetup[] memory assets = new AssetSetup[](3);
        (assets[0], assets[1]) = (config.assets[0], config.assets[1]);
        assets[2] = AssetSetup(Mainnet.WBTC, _wbtc());
        config.assets = assets;
        PositionToken[] memory tokens = new PositionToken[](3);
        (tokens[0], tokens[1]) = (config.positions[0].tokens[0], config.positions[0].tokens[1]);
        tokens[2] = PositionToken(Mainnet.WBTC, TokenRole.Collateral);
        config.positions[0].tokens = tokens;
    }

    function _wbtc() private pure returns (AssetConfig memory wbtc) {
        wbtc = Defaults.weth();
        (wbtc.feed, wbtc.tokenDecimals, wbtc.second) = (Mainnet.BTC_USD_FEED, 8, Mainnet.UNISWAP_WBTC_WETH_POOL);
        (wbtc.minPriceWad, wbtc.maxPriceWad) = (1000e18, 1_000_000e18);
    }

    function _net() private pure returns (NetTerms memory t) {
        (t.criticalHealthWad, t.targetHealthWad) = (1.05e18, 1.25e18);
        (t.tokenIn, t.tokenOut, t.poolFee) = (Mainnet.WETH, Mainnet.USDC, Mainnet.UNISWAP_FEE);
        (t.heartbeatSeconds, t.deadManSeconds, t.cooldownSeconds, t.windowSeconds) = (600, 3 days, 300, uint32(WINDOW));
        (t.maxSlippageBps, t.rewardBps) = (100, 50);
        (t.minActionWad, t.maxActionWad) = (1500e18, 30_000e18);
        (t.lossPerWindowWad, t.rewardPerWindowWad) = (uint128(NET_LOSS_WAD), 500e18);
    }

    function pass(uint256 secondsLater) internal override {
        uint256 btc = _btcPrice8();
        passTime(secondsLater);
        transmit(Mainnet.BTC_USD_FEED, int256(btc));
        transmit(Mainnet.AAVE_BTC_USD_FEED, int256(btc));
    }

    function _btcPrice8() private view returns (uint256) {
        (, int256 answer,,,) = IReplicaFeed(Mainnet.BTC_USD_FEED).latestRoundData();
        return uint256(answer);
    }

    function equityWad(address account) internal view override returns (int256) {
        uint256 btc = WBTC.balanceOf(account) + AWBTC.balanceOf(account);
        return super.equityWad(account) + int256(btc * _btcPrice8() * 100);
    }

    function mayReceive(address token, address to) internal view override returns (bool) {
        if (token == Mainnet.USDC) {
            return to == aUsdc || to == Mainnet.UNISWAP_USDC_WETH_POOL || to == thief.ownPool();
        }
        if (token == Mainnet.WBTC) return to == address(AWBTC) || to == Mainnet.UNISWAP_WBTC_WETH_POOL;
        return super.mayReceive(token, to) || (token == Mainnet.WETH && to == Mainnet.UNISWAP_WBTC_WETH_POOL);
    }

    // ---------------------------------------------------------------- what raises risk

    function agentLeverages(uint256 usd) external {
        if (_send(_leverage(_bound(usd, 500, 25_000), 500))) did[LEVERAGES]++;
    }

    /// @dev There and back: WBTC that is held can be sold again.
    function agentSwapsCollateral(uint256 amount, bool back) external {
        Decision memory d = _leverage(1, 500);
        d.kind = ActionKind.SwapCollateral;
        (d.tokenIn, d.tokenOut) = back ? (Mainnet.WBTC, Mainnet.WETH) : (Mainnet.WETH, Mainnet.WBTC);
        d.route.path = abi.encodePacked(d.tokenIn, uint24(500), d.tokenOut);
        uint256 held = AWBTC.balanceOf(address(vault));
        if (back && held < 1e5) return;
        d.maxIn = back ? _bound(amount, 1e5, held) : _bound(amount, 0.1e18, 6e18);
        if (_send(d)) did[COLLATERAL_SWAPS]++;
    }

    /// @dev His pool asks too much for the ether that the vault buys.
    function thiefLeveragesThroughHisPool(uint256 usd, uint256 moveBps) external {
        thief.moveTo(thief.ownPool(), ethPrice8() * (10_000 + _bound(moveBps, 0, 180)) / 10_000);
        if (_send(_leverage(_bound(usd, 500, 12_000), 3000))) did[THEFTS]++;
        thief.moveTo(thief.ownPool(), ethPrice8());
    }

    function agentSellsByLoan(uint256 amount) external {
        if (_send(_sale(_bound(amount, 0.2e18, 6e18)))) did[LOANS]++;
    }

    // ---------------------------------------------------------------- what views must agree on

    /// @dev The feeds move together, the pool's mean does not.
    function viewsDisagree(uint256 bps, bool up) external {
        uint256 price = ethPrice8();
        bps = _bound(bps, 250, 1000);
        uint256 snapshot = vm.snapshotState();
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, price);
        pass(1200); // the mean is the price of now
        setEthPrice(price * (up ? 10_000 + bps : 10_000 - bps) / 10_000);
        bool done = _try(_leverage(500, 500));
        vm.revertToState(snapshot);
        if (done) return note("INV-25: risk was raised while the views disagreed");
        did[DISAGREEMENTS]++;
    }

    function priceJumps(uint256 bps) external {
        uint256 price = ethPrice8();
        uint256 snapshot = vm.snapshotState();
        setEthPrice(price * (10_000 - _bound(bps, 2100, 4000)) / 10_000);
        setEthPrice(price);
        bool done = _try(_leverage(500, 500));
        vm.revertToState(snapshot);
        if (done) return note("INV-29: risk was raised right after a jump");
        did[JUMPS]++;
    }

    function feedsGoStale(uint256 late, bool sells) external {
        uint256 snapshot = vm.snapshotState();
        vm.warp(vm.getBlockTimestamp() + _bound(late, 4201, 1 days)); // the owner's limit for ether is 4,200
        bool done = _try(sells ? _sale(0.2e18) : _leverage(500, 500));
        vm.revertToState(snapshot);
        if (done) return note("INV-24: a swap on a stale feed");
        did[STALE_FEEDS]++;
    }

    // ---------------------------------------------------------------- queue

    function agentQueues(uint256 usd, bool sells) external {
        usd = _bound(usd, 31_000, 45_000);
        Decision memory d = sells ? _sale(usd * 1e26 / ethPrice8()) : _leverage(usd, 500);
        bytes memory signature = sign(d);
        vm.prank(keeper);
        (bool done,) = address(vault).call(abi.encodeCall(vault.queue, (d, signature)));
        if (!done) return;
        waiting.push(Waiting(d, signature, vm.getBlockTimestamp() + DELAY, false));
        did[QUEUED]++;
    }

    function keeperExecutesQueued(uint256 index, uint256 wait) external {
        if (waiting.length == 0) return;
        Waiting storage w = _recent(index);
        uint256 now_ = vm.getBlockTimestamp();
        if (wait % 4 != 0 && w.executableAt > now_) pass(w.executableAt - now_ + wait % (GRACE + 100));
        bytes memory call = abi.encodeCall(vault.executeQueued, (w.decision, w.signature));
        bytes32 net = _netBudgets();
        bool done = observeCall(address(vault), w.decision, w.signature, call);
        if (!done) {
            did[REFUSED_FROM_QUEUE]++;
            return;
        }
        now_ = vm.getBlockTimestamp();
        if (w.dead) note("INV-22: executed twice, or after a veto");
        if (now_ < w.executableAt || now_ > w.executableAt + GRACE) note("INV-20: executed out of the queue's time");
        if (_netBudgets() != net) note("NET-3: a decision used the net's budgets");
        w.dead = true;
        did[EXECUTED_FROM_QUEUE]++;
    }

    function somebodyVetoes(uint256 index, uint256 who) external {
        if (waiting.length == 0) return;
        Waiting storage w = _recent(index);
        address caller = [owner, guardian, keeper, signer, stranger][who % 5];
        bytes32 digest = vault.hashDecision(w.decision);
        vm.prank(caller);
        (bool done,) = address(vault).call(abi.encodeCall(vault.vetoDecision, (digest)));
        if (!done) return;
        if (caller != owner && caller != guardian) note("INV-22: vetoed by somebody without the right");
        w.dead = true;
        did[VETOES]++;
    }

    function ownerReleases(uint256 index, bool byGuardian) external {
        if (waiting.length == 0) return;
        Waiting storage w = _recent(index);
        bytes32 digest = vault.hashDecision(w.decision);
        vm.prank(byGuardian ? guardian : owner);
        (bool done,) = address(vault).call(abi.encodeCall(vault.releaseDecision, (digest)));
        if (!done) return;
        if (byGuardian) note("INV-20: released by somebody who is not the owner");
        if (w.executableAt > vm.getBlockTimestamp()) w.executableAt = vm.getBlockTimestamp();
        did[RELEASES]++;
    }

    /// @dev What is large passes only in an emergency that the venue proves.
    function largeWithoutQueue(uint256 usd, bool sells) external {
        usd = _bound(usd, 31_000, 50_000);
        bool emergency = health() < EMERGENCY_WAD;
        if (!_send(sells ? _sale(usd * 1e26 / ethPrice8()) : _leverage(usd, 500))) did[LARGE_REFUSED]++;
        else if (!emergency) note("INV-20: a large action did not wait");
    }

    // ---------------------------------------------------------------- safety net

    function agentBeats(uint256 age) external {
        uint48 seenAt = uint48(vm.getBlockTimestamp() - _bound(age, 0, 900));
        bytes memory signature = signWith(signerKey, vault.hashHeartbeat(POSITION, seenAt));
        vm.prank(keeper);
        (bool done,) = address(vault).call(abi.encodeCall(vault.heartbeat, (POSITION, seenAt, signature)));
        if (!done) return;
        if (seenAt <= heartbeatAt) note("NET-4: a heartbeat counted twice");
        heartbeatAt = seenAt;
        did[HEARTBEATS]++;
    }

    /// @dev He may move the pool around his own rescue, up to what the net allows. Danger is rare, so half of the time the owner makes it.
    function strangerRescues(uint256 amount, uint256 moveBps, uint256 healthWad) external {
        amount = _bound(amount, 0.4e18, 8e18);
        if (healthWad % 2 == 0) {
            _sinkOrMend(_bound(healthWad, 1.045e18, 1.12e18));
            pass(601);
        }
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, ethPrice8() * (10_000 - _bound(moveBps, 0, 80)) / 10_000);
        (int256 equity, uint256 healthBefore, uint256 wethBefore) =
            (equityWad(address(vault)), health(), weth.balanceOf(stranger));
        bytes32 budgets = keccak256(abi.encode(vault.lossBudget(), vault.notionalBudget()));
        uint256 trigger = _trigger();
        vm.prank(stranger);
        (bool done,) = address(vault).call(abi.encodeCall(vault.rescue, (POSITION, amount)));
        if (done) {
            _judgeRescue(healthBefore, trigger, amount);
            _judgeRescueLoss(equity, amount, weth.balanceOf(stranger) - wethBefore);
            if (keccak256(abi.encode(vault.lossBudget(), vault.notionalBudget())) != budgets) {
                note("NET-3: a rescue used the decisions' budgets");
            }
            vm.prank(stranger);
            (done,) = address(vault).call(abi.encodeCall(vault.rescue, (POSITION, amount)));
            if (done) note("NET-1: a second rescue at once");
            did[RESCUES]++;
        } else {
            if (equityWad(address(vault)) != equity) note("INV-36: a refused rescue left a trace");
            did[REFUSED_RESCUES]++;
        }
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, ethPrice8());
    }

    function _judgeRescue(uint256 healthBefore, uint256 trigger, uint256 amount) private {
        uint256 wad = amount * ethPrice8() / 1e8;
        uint256 healthAfter = health();
        if (healthBefore >= trigger) note("NET-1: a rescue above its trigger");
        if (vm.getBlockTimestamp() < rescuedAt + 300) note("NET-1: a rescue within the cooldown");
        if (wad + 1e10 < 1500e18 || wad > 30_000e18 + 1e10) note("NET-1: a rescue outside of its sizes");
        if (healthAfter > 1.25e18 || healthAfter < healthBefore) note("NET-1: a rescue past its target, or none");
        rescuedAt = vm.getBlockTimestamp();
        _judgeAllowances();
        _judgeLock();
    }

    function _judgeRescueLoss(int256 equity, uint256 amount, uint256 reward) private {
        int256 lost = equity - equityWad(address(vault));
        if (reward * 10_000 > amount * 51) note("INV-02: the rescuer took more than his reward");
        if (lost <= 0) return;
        rescueAt.push(vm.getBlockTimestamp());
        rescueLossWad.push(uint256(lost));
        if (lastWindow(rescueAt, rescueLossWad) > NET_LOSS_WAD) note("NET-2: a window of rescues lost too much");
    }

    /// @dev From the terms and what was seen, not from the vault. Only `rolesChange` halts, and only for the length of its call.
    function _trigger() private view returns (uint256) {
        uint256 silent = vm.getBlockTimestamp() - heartbeatAt;
        if (silent > 3 days) return 1.25e18;
        return silent > 600 ? EMERGENCY_WAD : 1.05e18;
    }

    // ---------------------------------------------------------------- owner, curator, market

    function ownerSinksOrMends(uint256 healthWad, bool mends) external {
        _sinkOrMend(mends ? _bound(healthWad, 1.3e18, 1.6e18) : _bound(healthWad, 1.045e18, 1.25e18));
    }

    /// @dev The owner borrows or repays until health is there, where the venue lets him.
    function _sinkOrMend(uint256 healthWad) private {
        uint256 debt = usdcDebt.balanceOf(address(vault));
        uint256 wanted = thresholdValueWad() * 1e6 / healthWad;
        if (wanted > debt + 1e6) {
            vm.prank(owner);
            try vault.borrow(POSITION, Mainnet.USDC, wanted - debt, address(0xb0)) {} catch {}
        } else if (wanted + 1e6 < debt) {
            deal(Mainnet.USDC, owner, debt - wanted);
            vm.startPrank(owner);
            usdc.approve(address(vault), debt - wanted);
            vault.repay(POSITION, Mainnet.USDC, debt - wanted);
            vm.stopPrank();
        }
    }

    function rolesChange(uint256 which) external {
        if (which % 3 == 0) {
            vm.prank(curator);
            vault.revokeModel(keccak256("unknown")); // a new epoch kills what waits
            return;
        }
        vm.prank(guardian);
        vault.setState(which % 3 == 1 ? VaultState.Reducing : VaultState.Halted);
        if (_try(_leverage(500, 500))) note("INV-28: risk was raised while the brake was on");
        vm.prank(owner);
        vault.setState(VaultState.Active);
    }

    function priceMoves(uint256 bps) external {
        uint256 price = ethPrice8() * _bound(bps, 9600, 10_400) / 10_000;
        if (price < 2000e8 || price > 4500e8) return;
        setEthPrice(price);
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, price);
        pass(700);
    }

    function timePasses(uint256 secondsLater, bool edge) external {
        pass(edge ? WINDOW : _bound(secondsLater, 1, WINDOW / 2));
    }

    function exitRest() internal override {
        exitOf(Mainnet.WBTC, address(AWBTC));
    }

    // ---------------------------------------------------------------- helpers

    /// @dev One of the last three: older ones are dead by time whatever the vault checks.
    function _recent(uint256 index) private view returns (Waiting storage) {
        return waiting[waiting.length - 1 - index % (waiting.length < 3 ? waiting.length : 3)];
    }

    /// @dev Executes without the queue, and holds what it did against the budgets of risk and of the net.
    function _send(Decision memory d) private returns (bool done) {
        bytes32 net = _netBudgets();
        uint256 wad = d.tokenIn == Mainnet.USDC
            ? d.maxIn * 1e12
            : d.tokenIn == Mainnet.WBTC ? d.maxIn * _btcPrice8() * 100 : d.maxIn * ethPrice8() / 1e8;
        done = observe(d, sign(d));
        if (!done) return false;
        if (_netBudgets() != net) note("NET-3: a decision used the net's budgets");
        if (d.kind == ActionKind.Deleverage) return true;
        riskAt.push(vm.getBlockTimestamp());
        riskWad.push(wad);
        if (lastWindow(riskAt, riskWad) > RISK_WAD) note("INV-21: a window raised more risk than its budget");
    }

    /// @dev Only whether it passes; the caller takes the world back.
    function _try(Decision memory d) private returns (bool done) {
        bytes memory signature = sign(d);
        (done,) = address(vault).call(abi.encodeCall(vault.execute, (d, signature)));
    }

    function _netBudgets() private view returns (bytes32) {
        NetStatus memory s = vault.netStatus(POSITION);
        return keccak256(abi.encode(s.lossBudgetWad, s.rewardBudgetWad, s.rescuedAt));
    }

    /// @dev What is reserved has to fit half of the loss budget: the honest agent's pool costs him little.
    function _leverage(uint256 usd, uint24 fee) private returns (Decision memory d) {
        d = theft(0, fee, fee == 500 ? HONEST_LOSS_BPS : 200, nextNonce++);
        d.kind = ActionKind.Leverage;
        (d.tokenIn, d.tokenOut, d.maxIn) = (Mainnet.USDC, Mainnet.WETH, usd * 1e6);
        d.route.path = abi.encodePacked(d.tokenIn, fee, d.tokenOut);
        d.healthFloorWad = FLOOR_WAD;
    }

    function _sale(uint256 wethIn) private returns (Decision memory d) {
        d = theft(wethIn, 500, HONEST_LOSS_BPS, nextNonce++);
        (d.route.kind, d.route.flashSource) = (RouteKind.AaveV3FlashLoan, Mainnet.AAVE_POOL);
        d.minOut = wethIn * ethPrice8() / 1e20 * 995 / 1000;
    }
}
