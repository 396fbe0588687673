// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractAttackTest} from "../attack/AbstractAttackTest.sol";
import {MakerMainnet} from "../mocks/maker/MakerMainnet.sol";
import {AggregatorTest} from "../utils/AggregatorTest.sol";
import {Mainnet} from "../utils/Mainnet.sol";
import {MovesTest} from "../utils/MovesTest.sol";
import {VaultTest} from "../utils/VaultTest.sol";
import {VenuesTest} from "../utils/VenuesTest.sol";
import {AbstractWorld, ICreditDelegation} from "./AbstractWorld.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IComet} from "ballast/interfaces/external/IComet.sol";
import {IMakerCdpManager, IMakerJug, IMakerVat} from "ballast/interfaces/external/IMaker.sol";
import {InitialConfig, PositionToken, QueueTerms, TokenRole} from "ballast/types/Config.sol";
import {ActionKind, Decision} from "ballast/types/Decision.sol";

/// @title The world of three venues and three routers, and what must be true of a move in it
/// @notice Aave and Uniswap are the replica's; Compound, Maker, one router and its executor are our models. Equity is counted in the venues' own
/// books; health on Compound and Maker is the adapters', which the conformance suite holds against liquidations.
abstract contract AbstractVenueWorld is MovesTest, AggregatorTest, AbstractWorld {
    IERC20 internal constant DAI = IERC20(Mainnet.DAI);
    IERC20 private constant DAI_DEBT = IERC20(Mainnet.AAVE_DAI_DEBT_TOKEN);
    IMakerVat private constant VAT = IMakerVat(MakerMainnet.VAT);
    bytes32 internal constant ILK = "ETH-A";
    uint256 private constant RAY = 1e27;
    uint256 internal constant ROUNDING_UNITS = 2;
    uint256 private constant WAITS_WAD = 155_000e18; // what is larger waits: half of the Aave position, the whole of another after a rise
    uint256 internal constant DELAY = 6 hours;
    uint256 internal constant GRACE = 18 hours;

    address internal market; // Compound's
    address private urn;
    address private aDai;
    Book private sourceBefore;
    bytes32 private idleBefore;
    uint256[] private riskAt;
    uint256[] private riskWad;

    function setUp() public virtual override(VaultTest, MovesTest, AbstractAttackTest) {
        super.setUp();
        market = address(comet.comet());
        urn = IMakerCdpManager(MakerMainnet.CDP_MANAGER).urns(cdp);
        aDai = Mainnet.AAVE_DAI_ATOKEN;
        oweDai(40_000e18);
        pass(1);
    }

    function initialConfig()
        internal
        view
        override(MovesTest, AggregatorTest, AbstractAttackTest)
        returns (InitialConfig memory config)
    {
        config = super.initialConfig();
        (config.limits.maxActionWad, config.limits.notionalPerWindowWad) = (190_000e18, 1_300_000e18);
        PositionToken[] memory tokens = new PositionToken[](3);
        (tokens[0], tokens[1]) = (config.positions[0].tokens[0], config.positions[0].tokens[1]);
        tokens[2] = PositionToken(Mainnet.DAI, TokenRole.Debt);
        config.positions[0].tokens = tokens;
    }

    function queueTerms() internal pure override returns (QueueTerms memory terms) {
        terms = super.queueTerms();
        (terms.largeActionWad, terms.delaySeconds, terms.graceSeconds) =
        (uint128(WAITS_WAD), uint32(DELAY), uint32(GRACE));
        terms.maxQueued = 4;
    }

    function deploy() internal override(VaultTest, VenuesTest) {
        super.deploy();
    }

    function freeFlashLender() internal view override(VaultTest, MovesTest) returns (address) {
        return super.freeFlashLender();
    }

    function swapProxy() internal override(VaultTest, AggregatorTest) returns (address) {
        return super.swapProxy();
    }

    /// @dev Maker's fee is booked with the time that it is for, so that it is no loss of the next decision.
    function pass(uint256 secondsLater) internal override {
        passTime(secondsLater);
        transmit(Mainnet.DAI_USD_FEED, 1e8);
        IMakerJug(MakerMainnet.JUG).drip(ILK);
    }

    // ---------------------------------------------------------------- what there is

    function equityWad(address account) internal view override returns (int256 wad) {
        wad = super.equityWad(account) + int256(DAI.balanceOf(account)) - int256(DAI_DEBT.balanceOf(account));
        (uint256 onComet,) = IComet(market).userCollateral(account, Mainnet.WETH);
        wad += int256(onComet * ethPrice8() / 1e8) - int256(IComet(market).borrowBalanceOf(account) * 1e12);
        if (account == IMakerCdpManager(MakerMainnet.CDP_MANAGER).owns(cdp)) wad += _cdpWad();
    }

    function _cdpWad() private view returns (int256) {
        (uint256 ink, uint256 art) = VAT.urns(ILK, urn);
        (, uint256 rate,,,) = VAT.ilks(ILK);
        return int256(ink * ethPrice8() / 1e8) + int256(VAT.dai(urn) / RAY) - int256((art * rate + RAY - 1) / RAY);
    }

    function idleHash() internal view returns (bytes32) {
        address v = address(vault);
        return keccak256(abi.encode(weth.balanceOf(v), usdc.balanceOf(v), DAI.balanceOf(v)));
    }

    function floorOf(uint256 id) internal pure returns (uint256) {
        return id == ON_AAVE ? FLOOR_WAD : 1.05e18;
    }

    // ---------------------------------------------------------------- what a move may do

    /// @dev INV-01: to the venues, to Maker's lender, to the proxy of a sale; DAI is burnt where Maker takes it.
    function mayReceive(address token, address to) internal view override returns (bool) {
        if (token == Mainnet.WETH) {
            return to == address(aWeth) || to == market || to == MakerMainnet.ETH_A_JOIN || to == address(proxy);
        }
        if (token == Mainnet.USDC) return to == aUsdc || to == market;
        if (token == Mainnet.DAI) return to == aDai || to == MakerMainnet.FLASH || to == address(0);
        return to == address(0);
    }

    /// @dev Looks before, and has the common judges look after.
    function observeMove(Decision memory d, bytes memory signature) internal returns (bool done) {
        _lookAtMove(d);
        done = observe(d, signature);
        if (!done) return false;
        if (isLarge(d)) note("INV-20: a large move did not wait");
        riskAt.push(vm.getBlockTimestamp());
        riskWad.push(_movedWad(d));
        if (lastWindow(riskAt, riskWad) > RISK_WAD) note("INV-21: a window raised more risk than its budget");
    }

    /// @dev The same for one that has waited: its time is the queue's, and the owner could see its risk.
    function observeQueuedMove(Decision memory d, bytes memory signature) internal returns (bool) {
        _lookAtMove(d);
        return observeCall(address(vault), d, signature, abi.encodeCall(vault.executeQueued, (d, signature)));
    }

    function _lookAtMove(Decision memory d) private {
        sourceBefore = bookOf(d.positionId, d.tokenOut);
        idleBefore = idleHash();
    }

    /// @dev By what the source held when it was looked at. Nothing waives the queue for a move: it proves no emergency.
    function isLarge(Decision memory d) internal view returns (bool) {
        return _movedWad(d) > WAITS_WAD;
    }

    function _judgePosition(Decision memory d, Before memory before) internal override {
        if (d.kind != ActionKind.Move) return super._judgePosition(d, before);
        _judgeRest(d);
        uint256 thereWad = bookOf(d.targetPositionId, d.tokenOut).healthWad;
        if (thereWad < floorOf(d.targetPositionId)) note("INV-10, INV-39: the target ends below the owner's floor");
        if (thereWad < d.healthFloorWad) note("INV-06: the target ends below what was promised");
        if (idleHash() != idleBefore) note("INV-39: idle tokens became more or fewer");
    }

    function _judgeRest(Decision memory d) private {
        Book memory rest = bookOf(d.positionId, d.tokenOut);
        uint256 floorWad = floorOf(d.positionId);
        bool promised = d.healthFloorWad >= floorWad;
        if (rest.healthWad < floorWad && (promised || rest.healthWad < sourceBefore.healthWad)) {
            note("INV-06, INV-39: what stays is weaker than its floor, and than it was");
        }
        bool all = d.maxIn == ALL;
        if (all && rest.held + rest.owed != 0) note("INV-39: all was to go, and something stays");
        if (all) return;
        if (sourceBefore.held - rest.held > d.maxIn + ROUNDING_UNITS) note("INV-39: more collateral left than signed");
        if (sourceBefore.owed - rest.owed + ROUNDING_UNITS < d.minOut) note("INV-39: less debt left than signed");
    }

    /// @dev Of a move: the share of its value that was signed.
    function _mostLossWad(Decision memory d, Before memory before) internal view override returns (uint256) {
        if (d.kind != ActionKind.Move) return super._mostLossWad(d, before);
        return _movedWad(d) * d.maxLossBps / 10_000;
    }

    function _movedWad(Decision memory d) private view returns (uint256) {
        uint256 moved = d.maxIn == ALL ? sourceBefore.held : d.maxIn;
        return moved * ethPrice8() / 1e8;
    }

    /// @dev INV-03 and INV-04 with everybody who takes part here.
    function _judgeAllowances() internal override {
        super._judgeAllowances();
        address[7] memory takers = [
            Mainnet.AAVE_POOL,
            market,
            MakerMainnet.DAI_JOIN,
            MakerMainnet.ETH_A_JOIN,
            MakerMainnet.FLASH,
            address(proxy),
            ONE_INCH
        ];
        address v = address(vault);
        for (uint256 i; i < takers.length; i++) {
            uint256 left = weth.allowance(v, takers[i]) + usdc.allowance(v, takers[i]) + DAI.allowance(v, takers[i]);
            if (left != 0) note("INV-03: allowance left");
        }
        if (ICreditDelegation(address(DAI_DEBT)).borrowAllowance(v, owner) != 0) note("INV-04: credit delegated");
    }

    // ---------------------------------------------------------------- the end of a run

    function repayRest() internal override {
        vm.stopPrank();
        deal(Mainnet.DAI, owner, 1_000_000e18);
        vm.startPrank(owner);
        DAI.approve(address(vault), ALL);
        if (DAI_DEBT.balanceOf(address(vault)) != 0) vault.repay(ON_AAVE, Mainnet.DAI, ALL);
        if (IComet(market).borrowBalanceOf(address(vault)) != 0) vault.repay(ON_COMET, Mainnet.USDC, ALL);
        (, uint256 art) = VAT.urns(ILK, urn);
        if (art != 0) vault.repay(ON_MAKER, Mainnet.DAI, ALL);
    }

    function exitRest() internal override {
        (uint256 onComet,) = IComet(market).userCollateral(address(vault), Mainnet.WETH);
        if (onComet != 0) vault.withdraw(ON_COMET, Mainnet.WETH, ALL, owner);
        (uint256 ink,) = VAT.urns(ILK, urn);
        if (ink != 0) vault.withdraw(ON_MAKER, Mainnet.WETH, ALL, owner);
        vault.sweep(Mainnet.DAI, ALL, owner);
        vault.sweep(Mainnet.WETH, ALL, owner);
        assertEq(idleHash(), keccak256(abi.encode(0, 0, 0)), "INV-12: something left behind");
        (onComet,) = IComet(market).userCollateral(address(vault), Mainnet.WETH);
        (ink,) = VAT.urns(ILK, urn);
        assertEq(onComet + ink + aWeth.balanceOf(address(vault)), 0, "INV-12: a position left behind");
    }
}
