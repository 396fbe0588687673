// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CdpManagerModel} from "../mocks/maker/CdpManagerModel.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {MedianModel, OsmModel, SpotterModel} from "../mocks/maker/RatesModel.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {AbstractVenueWorld} from "./AbstractVenueWorld.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {PortOrder} from "ballast/interfaces/IVaultPorts.sol";
import {IAaveV3Pool} from "ballast/interfaces/external/IAaveV3.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {VaultState} from "ballast/types/Config.sol";
import {ActionKind, Decision, RouteKind} from "ballast/types/Decision.sol";

interface ICredit {
    function approveDelegation(address delegatee, uint256 amount) external;
}

interface IAllows {
    function allow(address manager, bool allowed) external;
}

/// @title Promises that hold while positions travel between venues, in and out, and are sold by routers, in whatever order
/// @notice Actors: agent who moves parts or all; thief with his key who moves what hurts, and owns a listed router; relayer who replays and
/// tampers; owner who brings positions in and hands them out; guardian, donor, stranger, market, time. See docs/invariants.md.
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
    uint256 private constant LEVERAGES_REFUSED = 10;
    uint256 private constant IMPORTS_TRIED = 11;
    uint256 private constant IMPORTS = 12;
    uint256 private constant EXPORTS_TRIED = 13;
    uint256 private constant EXPORTS = 14;
    uint256 private constant CDPS_THERE_AND_BACK = 15;
    uint256 private constant STRANGERS_REFUSED = 16;
    uint256 private constant REPLAYS_REFUSED = 17;
    uint256 private constant BRAKES = 18;
    uint256 private constant DISAGREEMENTS = 19;

    uint256 private constant SHORT = 10; // units; more than what venues round

    struct Kept {
        Decision decision;
        bytes signature;
    }

    Kept[] private kept;

    function deeds() internal pure override returns (string memory key, string[] memory names) {
        names = new string[](20);
        (names[0], names[1]) = ("moves tried", "moves");
        (names[2], names[3]) = ("whole moves tried", "whole moves");
        (names[4], names[5]) = ("hurtful moves refused", "hurtful moves");
        (names[6], names[7], names[8], names[9]) = ("router sales tried", "router sales", "thefts tried", "thefts");
        (names[10], names[11], names[12]) = ("router leverages refused", "imports tried", "imports");
        (names[13], names[14], names[15]) = ("exports tried", "exports", "cdps there and back");
        (names[16], names[17]) = ("ports of strangers refused", "replays refused");
        (names[18], names[19]) = ("moves under the brake", "moves in disagreement");
        return ("BALLAST_TEST_VENUE_TALLY", names);
    }

    function setUp() public override {
        super.setUp();
        deal(Mainnet.USDC, address(hostile), 100_000_000e6);
        clearTally();
        targetContract(address(this));
        targetSelector(FuzzSelector({addr: address(this), selectors: _handlers()}));
    }

    function _handlers() private pure returns (bytes4[] memory s) {
        s = new bytes4[](16);
        (s[0], s[1]) = (this.agentMoves.selector, this.agentMovesAll.selector);
        (s[2], s[3]) = (this.thiefMovesWhatHurts.selector, this.agentSellsByRouter.selector);
        (s[4], s[5]) = (this.thiefSellsByHisRouter.selector, this.agentLeveragesByRouter.selector);
        (s[6], s[7]) = (this.ownerImports.selector, this.ownerExports.selector);
        (s[8], s[9]) = (this.ownerHandsACdpOverAndBack.selector, this.strangerPorts.selector);
        (s[10], s[11]) = (this.relayerReplaysOrTampers.selector, this.guardianBrakes.selector);
        (s[12], s[13]) = (this.oneVenueDisagrees.selector, this.priceMoves.selector);
        (s[14], s[15]) = (this.timePasses.selector, this.donorGives.selector);
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
    }

    /// @dev Much collateral with little debt, or much debt with little collateral.
    function thiefMovesWhatHurts(uint256 way, uint256 shareBps, uint256 debtBps, bool debt) external {
        shareBps = debt ? _bound(shareBps, 1, 300) : _bound(shareBps, 1000, 6000);
        Decision memory d = _move(way, shareBps, debt ? _bound(debtBps, 15_000, 300_000) : _bound(debtBps, 1, 7000));
        d.maxLossBps = debt ? 150 : 10;
        did[_send(d) ? HURTFUL : HURTFUL_REFUSED]++;
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

    /// @dev Routers sell for debt and do nothing else, and only those on the list.
    function agentLeveragesByRouter(uint256 amount, bool unlisted) external {
        amount = _bound(amount, 0.05 ether, 2 ether);
        bytes memory data = viaUniswap(amount, address(proxy));
        Decision memory d = _sale(amount, unlisted ? address(executor) : Mainnet.UNISWAP_SWAP_ROUTER_02, data);
        if (!unlisted) (d.kind, d.tokenIn, d.tokenOut) = (ActionKind.Leverage, Mainnet.USDC, Mainnet.WETH);
        if (_relay(d, data)) note("INV-01: a router did what is not its own to do");
        else did[LEVERAGES_REFUSED]++;
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

    /// @dev As it was, or with a field changed under its signature.
    function relayerReplaysOrTampers(uint256 index, uint256 field) external {
        if (kept.length == 0) return;
        Kept memory k = kept[kept.length - 1 - index % (kept.length < 3 ? kept.length : 3)];
        Decision memory d = abi.decode(abi.encode(k.decision), (Decision));
        if (field % 5 == 1) d.nonce = nextNonce++;
        if (field % 5 == 2) d.maxIn ^= 1;
        if (field % 5 == 3) d.healthFloorWad = floorOf(d.targetPositionId);
        if (field % 5 == 4) d.maxLossBps = 150;
        bool same = keccak256(abi.encode(d)) == keccak256(abi.encode(k.decision));
        if (!observeMove(d, k.signature)) did[REPLAYS_REFUSED]++;
        else if (!same) note("INV-15: a changed field passed");
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
