// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClipperModel} from "./ClipperModel.sol";
import {DogModel, VowModel} from "./DogModel.sol";
import {RAY} from "./DssMath.sol";
import {FlashModel} from "./FlashModel.sol";
import {DaiJoinModel, DaiModel} from "./JoinsModel.sol";
import {MakerLens} from "./MakerLens.sol";
import {MakerLens} from "./MakerLens.sol";
import {MakerMainnet} from "./MakerMainnet.sol";
import {JugModel, MedianModel, OsmModel, SpotterModel} from "./RatesModel.sol";
import {VatModel} from "./VatModel.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IAggregatorV3} from "ballast/interfaces/external/IAggregatorV3.sol";
import {StdCheats} from "forge-std/StdCheats.sol";
import {StdStorage, stdStorage} from "forge-std/StdStorage.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice A plain token, where no replica brings the real one.
contract GemModel is ERC20 {
    uint8 private immutable _decimals;

    constructor(string memory symbol, uint8 decimals_) ERC20(symbol, symbol) {
        _decimals = decimals_;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }
}

/// @notice One kind of collateral; what is not named here is the same for all.
struct MakerKind {
    bytes32 ilk;
    address gem;
    string symbol;
    uint8 decimals;
    string join; // artifact
    address joinAt;
    address pipAt;
    address clipperAt;
    uint256 priceWad;
    uint256 rate; // ray, at the start
}

/// @title The Maker model, put together
/// @notice Every part stands at its mainnet address: ETH-A (18 decimals) and WBTC-A (8), each with a price module, an auction house and the
/// terms that mainnet had in 2024. Whoever calls `build` is a ward of everything. Where a replica runs, its WETH, WBTC and DAI stay in use.
contract MakerWorld is StdCheats {
    using stdStorage for StdStorage;

    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant ETH_USD_FEED = 0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419;
    address private constant BTC_USD_FEED = 0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c;

    uint256 public constant START = 1_700_000_000;
    uint256 public constant DUST_WAD = 7500e18;
    uint256 public constant MAT = 1.45e27;
    uint256 public constant DUTY = 1_000_000_001_547_125_957_863_212_448; // 5 % a year
    uint256 public constant CHOP = 1.13e18;
    uint256 public constant TIP_WAD = 250e18;
    uint256 public constant CHIP = 0.001e18;
    uint256 public constant OTHERS_WAD = 5_000_000_000e18;

    VatModel private constant VAT = VatModel(MakerMainnet.VAT);
    JugModel private constant JUG = JugModel(MakerMainnet.JUG);
    SpotterModel private constant SPOTTER = SpotterModel(MakerMainnet.SPOTTER);
    DogModel private constant DOG = DogModel(MakerMainnet.DOG);

    /// @notice A second opinion; named here so that it is compiled along.
    MakerLens public constant LENS = MakerLens(MakerMainnet.LENS);

    StdStorage private _slots;

    /// @notice Deploys and wires everything; where Maker is on the chain already, only the lens is added.
    function build() external {
        deployCodeTo("MakerLens.sol:MakerLens", MakerMainnet.LENS);
        if (MakerMainnet.VAT.code.length != 0) return;
        if (block.timestamp < START) VM.warp(START);
        _core();
        _dai();
        _liquidation();
        deployCodeTo("FlashModel.sol:FlashModel", abi.encode(MakerMainnet.DAI_JOIN), MakerMainnet.FLASH);
        VAT.rely(MakerMainnet.FLASH);
        FlashModel(MakerMainnet.FLASH).file("max", 500_000_000e18);
        _add(_ethA());
        _add(_wbtcA());
        _handOver();
    }

    function _ethA() private view returns (MakerKind memory) {
        return MakerKind({
            ilk: "ETH-A",
            gem: MakerMainnet.WETH,
            symbol: "WETH",
            decimals: 18,
            join: "JoinsModel.sol:GemJoinModel",
            joinAt: MakerMainnet.ETH_A_JOIN,
            pipAt: MakerMainnet.ETH_PIP,
            clipperAt: MakerMainnet.ETH_A_CLIPPER,
            priceWad: _feedWad(ETH_USD_FEED, 3000e18),
            rate: 1_123_456_789_012_345_678_901_234_567
        });
    }

    function _wbtcA() private view returns (MakerKind memory) {
        return MakerKind({
            ilk: "WBTC-A",
            gem: MakerMainnet.WBTC,
            symbol: "WBTC",
            decimals: 8,
            join: "JoinsModel.sol:GemJoin5Model",
            joinAt: MakerMainnet.WBTC_A_JOIN,
            pipAt: MakerMainnet.WBTC_PIP,
            clipperAt: MakerMainnet.WBTC_A_CLIPPER,
            priceWad: _feedWad(BTC_USD_FEED, 60_000e18),
            rate: RAY
        });
    }

    function _feedWad(address feed, uint256 otherwise) private view returns (uint256) {
        if (feed.code.length == 0) return otherwise;
        (, int256 answer,,,) = IAggregatorV3(feed).latestRoundData();
        return uint256(answer) * 1e10;
    }

    function _core() private {
        deployCodeTo("VatModel.sol:VatModel", MakerMainnet.VAT);
        deployCodeTo("RatesModel.sol:JugModel", abi.encode(MakerMainnet.VAT), MakerMainnet.JUG);
        deployCodeTo("RatesModel.sol:SpotterModel", abi.encode(MakerMainnet.VAT), MakerMainnet.SPOTTER);
        deployCodeTo("CdpManagerModel.sol:CdpManagerModel", abi.encode(MakerMainnet.VAT), MakerMainnet.CDP_MANAGER);
        VAT.rely(MakerMainnet.JUG);
        VAT.rely(MakerMainnet.SPOTTER);
        VAT.file("Line", 100 * OTHERS_WAD * RAY);
        JUG.file("vow", MakerMainnet.VOW);
    }

    /// @dev All dai that exists is backed inside the Vat, as the debt of others.
    function _dai() private {
        if (MakerMainnet.DAI.code.length == 0) deployCodeTo("JoinsModel.sol:DaiModel", MakerMainnet.DAI);
        deployCodeTo(
            "JoinsModel.sol:DaiJoinModel", abi.encode(MakerMainnet.VAT, MakerMainnet.DAI), MakerMainnet.DAI_JOIN
        );
        _makeWard(MakerMainnet.DAI, MakerMainnet.DAI_JOIN);
        _makeWard(MakerMainnet.DAI, address(this));
        DaiModel dai = DaiModel(MakerMainnet.DAI);
        dai.mint(makeAddr("other holders of dai"), OTHERS_WAD);
        VAT.suck(makeAddr("other debtors of maker"), MakerMainnet.DAI_JOIN, dai.totalSupply() * RAY);
    }

    function _makeWard(address token, address account) private {
        _slots.target(token).sig("wards(address)").with_key(account).checked_write(uint256(1));
    }

    function _liquidation() private {
        deployCodeTo("DogModel.sol:VowModel", abi.encode(MakerMainnet.VAT), MakerMainnet.VOW);
        deployCodeTo("DogModel.sol:DogModel", abi.encode(MakerMainnet.VAT), MakerMainnet.DOG);
        VAT.rely(MakerMainnet.DOG);
        VowModel(MakerMainnet.VOW).rely(MakerMainnet.DOG);
        DOG.file("vow", MakerMainnet.VOW);
        DOG.file("Hole", 100_000_000e18 * RAY);
    }

    function _add(MakerKind memory kind) private {
        if (kind.gem.code.length == 0) {
            deployCodeTo("MakerWorld.sol:GemModel", abi.encode(kind.symbol, kind.decimals), kind.gem);
        }
        deployCodeTo(kind.join, abi.encode(MakerMainnet.VAT, kind.ilk, kind.gem), kind.joinAt);
        VAT.rely(kind.joinAt);
        VAT.init(kind.ilk);
        VAT.fold(kind.ilk, MakerMainnet.VOW, int256(kind.rate - RAY));
        VAT.file(kind.ilk, "line", OTHERS_WAD * RAY);
        VAT.file(kind.ilk, "dust", DUST_WAD * RAY);
        JUG.init(kind.ilk);
        JUG.file(kind.ilk, "duty", DUTY);
        SPOTTER.file(kind.ilk, "pip", kind.pipAt);
        SPOTTER.file(kind.ilk, "mat", MAT);
        _addPrice(kind);
        _addAuctions(kind);
    }

    /// @dev The price is current and next: it was told to the module an hour ago and again now.
    function _addPrice(MakerKind memory kind) private {
        MedianModel median = new MedianModel();
        deployCodeTo("RatesModel.sol:OsmModel", abi.encode(median), kind.pipAt);
        OsmModel osm = OsmModel(kind.pipAt);
        osm.kiss(MakerMainnet.SPOTTER);
        osm.kiss(kind.clipperAt);
        median.poke(kind.priceWad);
        uint256 present = block.timestamp;
        VM.warp(present - 1 hours);
        osm.poke();
        VM.warp(present);
        osm.poke();
        SPOTTER.poke(kind.ilk);
    }

    function _addAuctions(MakerKind memory kind) private {
        bytes memory arguments = abi.encode(MakerMainnet.VAT, MakerMainnet.SPOTTER, MakerMainnet.DOG, kind.ilk);
        deployCodeTo("ClipperModel.sol:ClipperModel", arguments, kind.clipperAt);
        ClipperModel clipper = ClipperModel(kind.clipperAt);
        clipper.file("vow", MakerMainnet.VOW);
        clipper.file(
            "calc", VM.deployCode("ClipperModel.sol:StairstepExponentialDecreaseModel", abi.encode(90, 0.99e27))
        );
        clipper.file("buf", 1.1e27);
        clipper.file("tail", 7200);
        clipper.file("cusp", 0.45e27);
        clipper.file("chip", CHIP);
        clipper.file("tip", TIP_WAD * RAY);
        clipper.rely(MakerMainnet.DOG);
        DOG.rely(kind.clipperAt);
        VAT.rely(kind.clipperAt);
        DOG.file(kind.ilk, "clip", kind.clipperAt);
        DOG.file(kind.ilk, "chop", CHOP);
        DOG.file(kind.ilk, "hole", 40_000_000e18 * RAY);
        clipper.upchost();
    }

    function _handOver() private {
        VAT.rely(msg.sender);
        JUG.rely(msg.sender);
        SPOTTER.rely(msg.sender);
        DOG.rely(msg.sender);
        VowModel(MakerMainnet.VOW).rely(msg.sender);
        DaiJoinModel(MakerMainnet.DAI_JOIN).rely(msg.sender);
        DaiModel(MakerMainnet.DAI).rely(msg.sender);
        FlashModel(MakerMainnet.FLASH).rely(msg.sender);
        OsmModel(MakerMainnet.ETH_PIP).rely(msg.sender);
        OsmModel(MakerMainnet.WBTC_PIP).rely(msg.sender);
        ClipperModel(MakerMainnet.ETH_A_CLIPPER).rely(msg.sender);
        ClipperModel(MakerMainnet.WBTC_A_CLIPPER).rely(msg.sender);
    }
}
