// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {HostileRouter} from "../mocks/aggregator/HostileRouter.sol";
import {CdpManagerModel} from "../mocks/maker/CdpManagerModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {MedianModel, OsmModel, SpotterModel} from "../mocks/maker/RatesModel.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractVenueWorld} from "./AbstractVenueWorld.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {PortOrder} from "ballast/interfaces/IVaultPorts.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {QueuedDecision, VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";

interface ICredit {
    function approveDelegation(address delegatee, uint256 amount) external;
}

interface IAllows {
    function allow(address manager, bool allowed) external;
}

/// @title Promises that hold while positions travel between venues, in and out, and are sold by routers, in whatever order
/// @notice Actors: agent who moves parts or all, and queues what is large; thief with his key who moves what hurts, and owns a listed router;
/// relayer who replays and tampers; keeper who executes what has waited; owner who brings positions in, hands them out and vetoes; guardian,
/// donor, stranger, market, time. See docs/invariants.md.
/// @dev A call takes longer here than in the other worlds, so that `make test` has a quarter of their runs. `make campaigns` has the runs of its
/// slices here too: script/tools/campaigns.py knows the number.
/// forge-config: default.invariant.runs = 64
/// forge-config: deep.invariant.runs = 1000
/// forge-config: campaigns.invariant.runs = 250
contract VenueInvariantsTest is AbstractVenueWorld {
    uint256 private constant MOVES_TRIED = 0;
    uint256 private constant MOVES = 1;
    uint256 private constant WHOLE_TRIED = 2;
    uint256 private constant WHOLE = 3;
    uint256 private constant HURTFUL_REFUSED = 4;
    uint256 private constant HURTFUL = 5;
    uint256 private constant SALES_TRIED = 6;
    uint256 private constant SALES = 7;
    uint256 private constant THEFTS_TRIED = 8;
    uint256 private constant THEFTS = 9;
    uint256 private constant WRONG_REFUSED = 10;
    uint256 private constant IMPORTS_TRIED = 11;
    uint256 private constant IMPORTS = 12;
    uint256 private constant EXPORTS_TRIED = 13;
    uint256 private constant EXPORTS = 14;
    uint256 private constant CDPS_THERE_AND_BACK = 15;
    uint256 private constant STRANGERS_REFUSED = 16;
    uint256 private constant REPLAYS_REFUSED = 17;
    uint256 private constant BRAKES = 18;
    uint256 private constant DISAGREEMENTS = 19;
    uint256 private constant TAMPERED = 20;
    uint256 private constant LARGE_REFUSED = 21;
    uint256 private constant QUEUED = 22;
    uint256 private constant EXECUTED_FROM_QUEUE = 23;
    uint256 private constant REFUSED_EARLY = 24;
    uint256 private constant REFUSED_LATE = 25;
    uint256 private constant VETOES = 26;
    uint256 private constant REFUSED_AFTER_VETO = 27;
    uint256 private constant REFUSED_OF_OLD_EPOCH = 28;

    uint256 private constant SHORT = 10; // units; more than what venues round

    struct Kept {
        Decision decision;
        bytes signature;
    }

    struct Waiting {
        Kept kept;
        uint256 executableAt;
        bool vetoed;
        bool executed;
    }

    HostileRouter private outsider; // on no list
    Kept[] private kept;
    Waiting[] private waiting;

    function deeds() internal pure override returns (string memory key, string[] memory names) {
        names = new string[](29);
        (names[0], names[1]) = ("moves tried", "moves");
        (names[2], names[3]) = ("whole moves tried", "whole moves");
        (names[4], names[5]) = ("hurtful moves refused", "hurtful moves");
        (names[6], names[7], names[8], names[9]) = ("router sales tried", "router sales", "thefts tried", "thefts");
        (names[10], names[11], names[12]) = ("wrong routers refused", "imports tried", "imports");
        (names[13], names[14], names[15]) = ("exports tried", "exports", "cdps there and back");
        (names[16], names[17]) = ("ports of strangers refused", "replays refused");
        (names[18], names[19], names[20]) = ("moves under the brake", "moves in disagreement", "moves tampered with");
        (names[21], names[22], names[23]) = ("large moves refused", "moves queued", "moves executed from the queue");
        (names[24], names[25], names[26]) = ("queued moves refused early", "queued moves refused late", "vetoes");
        (names[27], names[28]) = ("queued moves refused after a veto", "queued moves refused of an old epoch");
        return ("BALLAST_TEST_VENUE_TALLY", names);
    }

    function setUp() public override {
        super.setUp();
        outsider = new HostileRouter();
        deal(Mainnet.USDC, address(hostile), 100_000_000e6);
        deal(Mainnet.USDC, address(outsider), 100_000_000e6);
        clearTally();
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: _handlers()}));
    }

    function _handlers() private pure returns (bytes4[] memory s) {
        s = new bytes4[](20);
        (s[0], s[1]) = (this.agentMoves.selector, this.agentMovesAll.selector);
        (s[2], s[3]) = (this.thiefMovesWhatHurts.selector, this.agentSellsByRouter.selector);
        (s[4], s[5]) = (this.thiefSellsByHisRouter.selector, this.agentUsesRoutersWrongly.selector);
        (s[6], s[7]) = (this.ownerImports.selector, this.ownerExports.selector);
        (s[8], s[9]) = (this.ownerHandsACdpOverAndBack.selector, this.strangerPorts.selector);
        (s[10], s[11]) = (this.relayerReplays.selector, this.guardianBrakes.selector);
        (s[12], s[13]) = (this.oneVenueDisagrees.selector, this.priceMoves.selector);
        (s[14], s[15], s[16]) = (this.timePasses.selector, this.donorGives.selector, this.relayerTampers.selector);
        (s[17], s[18]) = (this.agentQueuesAMove.selector, this.keeperExecutesAQueuedMove.selector);
        s[19] = this.somebodyVetoesAMove.selector;
    }

    // ---------------------------------------------------------------- moves

    /// @dev Collateral and about as much debt as belongs to it; a small signed loss is often too small for the premium.
    function agentMoves(uint256 way, uint256 shareBps, uint256 debtBps, uint256 lossBps, bool promises) external {
        Decision memory d = _move(way, _bound(shareBps, 300, 2500), _bound(debtBps, 8000, 12_000));
        d.maxLossBps = uint16(_bound(lossBps, 1, 30));
        if (promises && d.healthFloorWad < floorOf(d.positionId)) d.healthFloorWad = floorOf(d.positionId);
        did[MOVES_TRIED]++;
        if (_send(d)) did[MOVES]++;
    }

    /// @dev Home to Aave, whole: a position that is empty already is filled by moves and imports first.
    function agentMovesAll(uint256 way, uint256 lossBps) external {
        Decision memory d = _move(way | 2, 1, 1);
        if (bookOf(d.positionId, d.tokenOut).owed == 0) return;
        (d.maxIn, d.minOut, d.maxLossBps) = (ALL, 1, uint16(_bound(lossBps, 3, 10)));
        did[WHOLE_TRIED]++;
        if (_send(d)) did[WHOLE]++;
        else if (isLarge(d)) _queue(d, kept[kept.length - 1].signature);
    }

    /// @dev Much collateral with little debt, or much debt with little collateral.
    function thiefMovesWhatHurts(uint256 way, uint256 shareBps, uint256 debtBps, bool debt) external {
        shareBps = debt ? _bound(shareBps, 1, 300) : _bound(shareBps, 1000, 6000);
        Decision memory d = _move(way, shareBps, debt ? _bound(debtBps, 15_000, 300_000) : _bound(debtBps, 1, 7000));
        d.maxLossBps = debt ? 150 : 10;
        did[_send(d) ? HURTFUL : HURTFUL_REFUSED]++;
    }

    // ---------------------------------------------------------------- moves that wait

    /// @dev A quarter to more than half of the Aave position, up to the whole of another: more than may go at once, or what the owner shall see
    /// first. DAI is the lesser debt on Aave, whose floor would refuse so much collateral leaving with it: it moves homewards. Half of the time
    /// nothing happens until the keeper comes: every brake ends an epoch, and most of what waits for long dies with one.
    function agentQueuesAMove(uint256 way, uint256 shareBps, uint256 debtBps, uint256 when) external {
        debtBps = _bound(debtBps, 9000, 11_000);
        Decision memory d = _move(way | 2, _bound(shareBps, 4000, 10_000), debtBps);
        if (way & 3 == 1 || d.minOut == 0) d = _move(1, _bound(shareBps, 2500, 5500), debtBps);
        d.maxLossBps = 5;
        if (_queue(d, sign(d)) && when % 2 == 0) _executeQueued(waiting[waiting.length - 1], when / 2);
    }

    function keeperExecutesAQueuedMove(uint256 index, uint256 when) external {
        if (waiting.length != 0) _executeQueued(_recent(index), when);
    }

    function somebodyVetoesAMove(uint256 index, uint256 who) external {
        if (waiting.length == 0) return;
        Waiting storage w = _recent(index);
        address caller = [owner, guardian, keeper, signer, stranger][who % 5];
        bytes32 digest = vault.hashDecision(w.kept.decision);
        vm.prank(caller);
        (bool done,) = address(vault).call(abi.encodeCall(vault.vetoDecision, (digest)));
        if (!done) return;
        if (caller != owner && caller != guardian) note("INV-22: vetoed by somebody without the right");
        if (_isQueued(w)) note("INV-22: what was vetoed still waits");
        w.vetoed = true;
        did[VETOES]++;
    }

    /// @dev What is large is sent without waiting too.
    function _queue(Decision memory d, bytes memory signature) private returns (bool done) {
        bytes32 before = _everything();
        vm.prank(keeper);
        (done,) = address(vault).call(abi.encodeCall(vault.queue, (d, signature)));
        if (_everything() != before) note("INV-20: queueing did something else too");
        if (isLarge(d) && !observeMove(d, signature)) did[LARGE_REFUSED]++;
        if (!done) return false;
        waiting.push(Waiting(Kept(d, signature), vm.getBlockTimestamp() + DELAY, false, false));
        did[QUEUED]++;
    }

    /// @param when one time in eight at once, one in eight a second too late
    function _executeQueued(Waiting storage w, uint256 when) private {
        uint256 last = w.executableAt + GRACE;
        if (when % 8 == 1) _passUntil(last + 1);
        if (when % 8 > 1) _passUntil(w.executableAt + when % (GRACE + 1));
        bool early = vm.getBlockTimestamp() < w.executableAt;
        bool late = vm.getBlockTimestamp() > last;
        bool oldEpoch = w.kept.decision.configEpoch != vault.configEpoch();
        if (observeQueuedMove(w.kept.decision, w.kept.signature)) {
            if (early || late) note("INV-20: a move executed out of the queue's time");
            if (w.vetoed || w.executed || oldEpoch) note("INV-22: a move executed twice, or after its veto or epoch");
            if (_isQueued(w)) note("INV-22: what was executed still waits");
            w.executed = true;
            kept.push(w.kept);
            did[EXECUTED_FROM_QUEUE]++;
        } else if (w.vetoed) {
            did[REFUSED_AFTER_VETO]++;
        } else if (oldEpoch) {
            did[REFUSED_OF_OLD_EPOCH]++;
        } else if (early || late) {
            did[early ? REFUSED_EARLY : REFUSED_LATE]++;
        }
    }

    /// @dev One of the last three: older ones are dead by time whatever the vault checks.
    function _recent(uint256 index) private view returns (Waiting storage) {
        return waiting[waiting.length - 1 - index % (waiting.length < 3 ? waiting.length : 3)];
    }

    function _isQueued(Waiting storage w) private view returns (bool) {
        bytes32 digest = vault.hashDecision(w.kept.decision);
        QueuedDecision[] memory list = vault.queuedDecisions();
        for (uint256 i; i < list.length; i++) {
            if (list[i].digest == digest) return true;
        }
        return false;
    }

    function _passUntil(uint256 then) private {
        if (then > vm.getBlockTimestamp()) pass(then - vm.getBlockTimestamp());
    }

    function _everything() private view returns (bytes32) {
        return keccak256(abi.encode(equityWad(address(vault)), idleHash(), configHash()));
    }

    // ---------------------------------------------------------------- routers

    function agentSellsByRouter(uint256 amount, bool byUniswap) external {
        amount = _bound(amount, 0.05 ether, 4 ether);
        bytes memory data = byUniswap ? viaUniswap(amount, address(proxy)) : split(amount, address(proxy));
        Decision memory d = _sale(amount, byUniswap ? Mainnet.UNISWAP_SWAP_ROUTER_02 : ONE_INCH, data);
        did[SALES_TRIED]++;
        if (_relay(d, data)) did[SALES]++;
    }

    /// @dev His router pulls no more than it is approved, and gives back what he likes.
    function thiefSellsByHisRouter(uint256 amount, uint256 pullBps, uint256 takenBps) external {
        amount = _bound(amount, 0.05 ether, 3 ether);
        uint256 gives = amount * ethPrice8() / 1e20 * (10_000 - _bound(takenBps, 0, 300)) / 10_000;
        uint256 pulls = amount * (pullBps % 4 == 0 ? _bound(pullBps, 5000, 10_500) : 10_000) / 10_000;
        bytes memory data = abi.encodeCall(hostile.trade, (deal_(pulls, gives, address(proxy))));
        Decision memory d = _sale(amount, address(hostile), data);
        d.maxLossBps = 200;
        d.minOut = gives * 95 / 100;
        did[THEFTS_TRIED]++;
        if (_relay(d, data)) did[THEFTS]++;
    }

    /// @dev Routers sell for debt and do nothing else, and only those on the list: this one would pay in full.
    function agentUsesRoutersWrongly(uint256 amount, bool leverages) external {
        amount = _bound(amount, 0.05 ether, 2 ether);
        bytes memory data = viaUniswap(amount, address(proxy));
        if (!leverages) {
            data = abi.encodeCall(hostile.trade, (deal_(amount, amount * ethPrice8() / 1e20, address(proxy))));
        }
        Decision memory d = _sale(amount, leverages ? Mainnet.UNISWAP_SWAP_ROUTER_02 : address(outsider), data);
        if (leverages) (d.kind, d.tokenIn, d.tokenOut) = (ActionKind.Leverage, Mainnet.USDC, Mainnet.WETH);
        if (_relay(d, data)) note("AGR-1: a router that is not listed, or not for this");
        else did[WRONG_REFUSED]++;
    }

    // ---------------------------------------------------------------- ports

    /// @dev His own position on Aave or Compound, opened for it; one time in four he allows less new debt than it takes.
    function ownerImports(uint256 collateral, uint256 debtBps, bool onComet, uint256 short) external {
        uint256 id = onComet ? ON_COMET : ON_AAVE;
        collateral = _bound(collateral, 0.5 ether, 6 ether);
        _open(owner, id, collateral, collateral * ethPrice8() / 1e20 * _bound(debtBps, 2000, 6000) / 10_000);
        Book memory his = bookOf(id, Mainnet.USDC, owner);
        PortOrder memory order = _order(id, his.owed + premiumOf(his.owed) - (short % 4 == 0 ? SHORT : 0));
        did[IMPORTS_TRIED]++;
        if (!_port(vault.importPosition.selector, order)) return;
        Book memory rest = bookOf(id, Mainnet.USDC, owner);
        if (rest.held + rest.owed != 0) note("INV-40: some of an imported position stayed outside");
        did[IMPORTS]++;
    }

    function ownerExports(uint256 shareBps, uint256 short, bool onComet) external {
        uint256 id = onComet ? ON_COMET : ON_AAVE;
        Book memory book = bookOf(id, Mainnet.USDC);
        shareBps = _bound(shareBps, 100, 2000);
        PortOrder memory order = _order(id, 0);
        (order.amount, order.debt) = (book.held * shareBps / 10_000, book.owed * shareBps / 10_000);
        if (order.debt < 200e6) return;
        order.maxBorrow = order.debt + premiumOf(order.debt) - (short % 4 == 0 ? SHORT : 0);
        did[EXPORTS_TRIED]++;
        if (_port(vault.exportPosition.selector, order)) did[EXPORTS]++;
    }

    function ownerHandsACdpOverAndBack() external {
        PortOrder memory whole = PortOrder(ON_MAKER, owner, Mainnet.WETH, ALL, Mainnet.DAI, 0, 0, RouteKind.None);
        int256 equity = equityWad(address(vault));
        vm.startPrank(owner);
        vault.exportPosition(whole);
        CdpManagerModel(MakerMainnet.CDP_MANAGER).cdpAllow(cdp, address(vault), 1);
        vault.importPosition(whole);
        vm.stopPrank();
        if (equityWad(address(vault)) != equity) note("INV-40: a cdp came back as another");
        did[CDPS_THERE_AND_BACK]++;
    }

    /// @dev He has consented at the venue, so that only the vault's own door is shut.
    function strangerPorts(uint256 who, bool imports, bool onComet) external {
        address account = [stranger, keeper, signer, curator, guardian][who % 5];
        PortOrder memory order = _order(onComet ? ON_COMET : ON_AAVE, ALL);
        (order.account, order.amount, order.debt) = (account, 1 ether, 1000e6);
        bytes4 door = imports ? vault.importPosition.selector : vault.exportPosition.selector;
        _open(account, order.positionId, 3 ether, 2000e6);
        _consent(account, true);
        vm.prank(account);
        (bool done,) = address(vault).call(abi.encodeWithSelector(door, order));
        if (done) note("INV-40: somebody who is not the owner ported a position");
        else did[STRANGERS_REFUSED]++;
        _consent(account, false);
    }

    // ---------------------------------------------------------------- relayer, guardian, market

    /// @dev What was executed is dead; what was refused may have become possible.
    function relayerReplays(uint256 index) external {
        if (kept.length == 0) return;
        Kept memory k = kept[kept.length - 1 - index % (kept.length < 3 ? kept.length : 3)];
        if (!observeMove(k.decision, k.signature)) did[REPLAYS_REFUSED]++;
    }

    /// @dev One field of a move that would pass, changed under its signature.
    function relayerTampers(uint256 way, uint256 field) external {
        Decision memory d = _move(way, 500, 10_000);
        d.maxLossBps = 20;
        bytes memory signature = sign(d);
        if (field % 5 == 0) d.nonce = nextNonce++;
        if (field % 5 == 1) d.maxIn ^= 1;
        if (field % 5 == 2) d.healthFloorWad++;
        if (field % 5 == 3) d.maxLossBps++;
        if (field % 5 == 4) d.validUntil++;
        if (observeMove(d, signature)) note("INV-15: a changed field passed");
        did[TAMPERED]++;
    }

    function guardianBrakes(uint256 way, bool halts) external {
        vm.prank(guardian);
        vault.setState(halts ? VaultState.Halted : VaultState.Reducing);
        Decision memory d = _move(way, 500, 10_000);
        d.maxLossBps = 20;
        if (observeMove(d, sign(d))) note("INV-28: a move under the brake");
        did[BRAKES]++;
        vm.prank(owner);
        vault.setState(VaultState.Active);
    }

    /// @dev Aave's own feed leaves the others, by more than views may be apart.
    function oneVenueDisagrees(uint256 way, uint256 bps, bool up) external {
        uint256 price = ethPrice8();
        bps = _bound(bps, 250, 900);
        transmit(Mainnet.AAVE_ETH_USD_FEED, int256(price * (up ? 10_000 + bps : 10_000 - bps) / 10_000));
        Decision memory d = _move(way, 500, 10_000);
        d.maxLossBps = 20;
        if (observeMove(d, sign(d))) note("INV-25: a move while a venue disagreed");
        did[DISAGREEMENTS]++;
        transmit(Mainnet.AAVE_ETH_USD_FEED, int256(price));
    }

    /// @dev Every view follows, Maker's by an hour and two rounds.
    function priceMoves(uint256 bps) external {
        uint256 price = ethPrice8() * _bound(bps, 9700, 10_300) / 10_000;
        if (price < 2700e8 || price > 3600e8) return;
        setEthPrice(price);
        thief.moveTo(Mainnet.UNISWAP_USDC_WETH_POOL, price);
        OsmModel module = OsmModel(MakerMainnet.ETH_PIP);
        MedianModel(module.src()).poke(price * 1e10);
        for (uint256 i; i < 2; i++) {
            pass(1 hours);
            module.poke();
        }
        SpotterModel(MakerMainnet.SPOTTER).poke(ILK);
    }

    function timePasses(uint256 secondsLater, bool edge) external {
        pass(edge ? WINDOW : _bound(secondsLater, 1, WINDOW / 2));
    }

    function donorGives(uint256 amount, uint256 kind) external {
        if (kind % 3 == 0) fundIdle(Mainnet.USDC, _bound(amount, 1, 1000e6));
        if (kind % 3 == 1) fundIdle(Mainnet.WETH, _bound(amount, 1, 1e18));
        if (kind % 3 == 2) fundIdle(Mainnet.DAI, _bound(amount, 1, 1000e18));
    }

    // ---------------------------------------------------------------- decisions

    /// @param way one of the four ways between venues that share a debt
    /// @param debtBps of the debt that belongs to the collateral
    function _move(uint256 way, uint256 shareBps, uint256 debtBps) private returns (Decision memory d) {
        bool inDai = way & 1 == 0;
        uint256 other = inDai ? ON_MAKER : ON_COMET;
        d = way & 2 == 0 ? move(ON_AAVE, other, _debtToken(inDai), 0, 0) : move(other, ON_AAVE, _debtToken(inDai), 0, 0);
        Book memory book = bookOf(d.positionId, d.tokenOut);
        d.maxIn = book.held * shareBps / 10_000;
        d.minOut = book.owed * shareBps / 10_000 * debtBps / 10_000;
        d.nonce = nextNonce++;
    }

    function _debtToken(bool inDai) private pure returns (address) {
        return inDai ? Mainnet.DAI : Mainnet.USDC;
    }

    function _sale(uint256 amount, address router, bytes memory data) private returns (Decision memory d) {
        d = byRouter(amount, router, data);
        (d.healthFloorWad, d.maxLossBps, d.nonce) = (0, 60, nextNonce++);
    }

    function _send(Decision memory d) private returns (bool done) {
        bytes memory signature = sign(d);
        done = observeMove(d, signature);
        kept.push(Kept(d, signature));
    }

    function _relay(Decision memory d, bytes memory data) private returns (bool) {
        bytes memory signature = sign(d);
        return
            observeCall(
                address(proxy), d, signature, abi.encodeCall(proxy.execute, (address(vault), d, signature, data))
            );
    }

    // ---------------------------------------------------------------- ports

    function _order(uint256 id, uint256 maxBorrow) private view returns (PortOrder memory) {
        return PortOrder(id, owner, Mainnet.WETH, ALL, Mainnet.USDC, ALL, maxBorrow, RouteKind.AaveV3FlashLoan);
    }

    /// @dev With consent for its length, and what no port may change held against it.
    function _port(bytes4 door, PortOrder memory order) private returns (bool done) {
        bool imports = door == vault.importPosition.selector;
        address debtor = imports ? address(vault) : owner;
        uint256 owed = bookOf(order.positionId, Mainnet.USDC, debtor).owed;
        bytes32 idle = idleHash();
        _consent(owner, true);
        vm.prank(owner);
        (done,) = address(vault).call(abi.encodeWithSelector(door, order));
        _consent(owner, false);
        if (idleHash() != idle) note("INV-40: a port used or left idle tokens");
        if (!done) return false;
        uint256 more = bookOf(order.positionId, Mainnet.USDC, debtor).owed - owed;
        if (more > order.maxBorrow + ROUNDING_UNITS) note("INV-40: more new debt than the owner allowed");
        _judgeAllowances();
        _judgeLock();
    }

    function _consent(address account, bool given) private {
        vm.startPrank(account);
        IERC20(Mainnet.AAVE_WETH_ATOKEN).approve(address(vault), given ? ALL : 0);
        ICredit(Mainnet.AAVE_USDC_DEBT_TOKEN).approveDelegation(address(vault), given ? ALL : 0);
        IAllows(market).allow(address(vault), given);
        vm.stopPrank();
    }

    function _open(address account, uint256 id, uint256 collateral, uint256 debt) private {
        deal(Mainnet.WETH, account, weth.balanceOf(account) + collateral);
        vm.startPrank(account);
        weth.approve(id == ON_COMET ? market : Mainnet.AAVE_POOL, collateral);
        if (id == ON_COMET) {
            IComet(market).supply(Mainnet.WETH, collateral);
            IComet(market).withdraw(Mainnet.USDC, debt);
        } else {
            IAaveV3Pool(Mainnet.AAVE_POOL).supply(Mainnet.WETH, collateral, account, 0);
            IAaveV3Pool(Mainnet.AAVE_POOL).borrow(Mainnet.USDC, debt, 2, 0, account);
        }
        vm.stopPrank();
    }
}
