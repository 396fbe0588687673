// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CdpManagerModel} from "./CdpManagerModel.sol";
import {ClipperModel} from "./ClipperModel.sol";
import {DogModel, VowModel} from "./DogModel.sol";
import {DaiJoinModel, DaiModel, GemJoinModel} from "./JoinsModel.sol";
import {MakerMainnet} from "./MakerMainnet.sol";
import {MakerWorld} from "./MakerWorld.sol";
import {JugModel, OsmModel, SpotterModel} from "./RatesModel.sol";
import {VatModel} from "./VatModel.sol";
import {Test} from "forge-std/Test.sol";

/// @notice The Maker model, with the test as a ward of everything.
abstract contract AbstractMakerTest is Test {
    uint256 internal constant WAD = 1e18;
    uint256 internal constant RAY = 1e27;
    uint256 internal constant RAD = 1e45;
    bytes32 internal constant ETH = "ETH-A";
    bytes32 internal constant WBTC = "WBTC-A";

    VatModel internal constant VAT = VatModel(MakerMainnet.VAT);
    JugModel internal constant JUG = JugModel(MakerMainnet.JUG);
    SpotterModel internal constant SPOTTER = SpotterModel(MakerMainnet.SPOTTER);
    DogModel internal constant DOG = DogModel(MakerMainnet.DOG);
    VowModel internal constant VOW = VowModel(MakerMainnet.VOW);
    CdpManagerModel internal constant MANAGER = CdpManagerModel(MakerMainnet.CDP_MANAGER);
    DaiModel internal constant DAI = DaiModel(MakerMainnet.DAI);
    DaiJoinModel internal constant DAI_JOIN = DaiJoinModel(MakerMainnet.DAI_JOIN);
    GemJoinModel internal constant ETH_JOIN = GemJoinModel(MakerMainnet.ETH_A_JOIN);
    OsmModel internal constant OSM = OsmModel(MakerMainnet.ETH_PIP);
    ClipperModel internal constant CLIPPER = ClipperModel(MakerMainnet.ETH_A_CLIPPER);

    address internal immutable alice = makeAddr("alice");
    address internal immutable bob = makeAddr("bob");

    function setUp() public virtual {
        MakerWorld(deployCode("MakerWorld.sol:MakerWorld")).build();
    }

    /// @dev An own price for ETH, current at once.
    function _setPrice(uint256 priceWad) internal {
        vm.mockCall(MakerMainnet.ETH_PIP, abi.encodeCall(OSM.peek, ()), abi.encode(priceWad, true));
        SPOTTER.poke(ETH);
    }

    /// @dev Opens a cdp and locks and draws without a door: gem by decree.
    function _open(address owner, uint256 ink, uint256 art) internal returns (uint256 cdp, address urn) {
        cdp = MANAGER.open(ETH, owner);
        urn = MANAGER.urns(cdp);
        VAT.slip(ETH, urn, int256(ink));
        vm.prank(owner);
        MANAGER.frob(cdp, int256(ink), int256(art));
    }

    function _rate(bytes32 ilk) internal view returns (uint256 rate) {
        (, rate,,,) = VAT.ilks(ilk);
    }

    function _spot(bytes32 ilk) internal view returns (uint256 spot) {
        (,, spot,,) = VAT.ilks(ilk);
    }
}
