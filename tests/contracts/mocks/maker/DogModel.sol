// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractNote, AbstractWards} from "./AbstractDss.sol";
import {ClipperModel} from "./ClipperModel.sol";
import {DssMath, WAD} from "./DssMath.sol";
import {VatModel} from "./VatModel.sol";

/// @title Model of Maker's Vow, the part that liquidations meet
/// @notice Holds the system's bad debt: queued by `fess`, released by `flog` after `wait`, cancelled against surplus by `heal`. Surplus and
/// debt auctions are left out.
contract VowModel is AbstractWards, AbstractNote {
    VatModel public vat;
    mapping(uint256 => uint256) public sin; // unix time => rad
    uint256 public Sin; // rad, queued
    uint256 public wait; // seconds

    modifier auth() {
        require(wards[msg.sender] == 1, "Vow/not-authorized");
        _;
    }

    constructor(VatModel vat_) {
        vat = vat_;
    }

    function rely(address usr) external note auth {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function file(bytes32 what, uint256 data) external note auth {
        require(what == "wait", "Vow/file-unrecognized-param");
        wait = data;
    }

    function fess(uint256 tab) external note auth {
        sin[block.timestamp] = DssMath.add(sin[block.timestamp], tab);
        Sin = DssMath.add(Sin, tab);
    }

    function flog(uint256 era) external note {
        require(DssMath.add(era, wait) <= block.timestamp, "Vow/wait-not-finished");
        Sin = DssMath.sub(Sin, sin[era]);
        sin[era] = 0;
    }

    function heal(uint256 rad) external note {
        require(rad <= vat.dai(address(this)), "Vow/insufficient-surplus");
        require(rad <= DssMath.sub(vat.sin(address(this)), Sin), "Vow/insufficient-debt");
        vat.heal(rad);
    }
}

/// @title Model of Maker's Dog
/// @notice Starts liquidations: what is unsafe is confiscated, whole or as far as the limits leave room, and handed to a Clipper.
contract DogModel is AbstractWards {
    using DssMath for uint256;

    struct Ilk {
        ClipperModel clip;
        uint256 chop; // wad, 1.13e18 is a penalty of 13 %
        uint256 hole; // rad, most that may be under auction
        uint256 dirt; // rad, what is under auction
    }

    struct Measure {
        uint256 ink; // wad
        uint256 art; // wad
        uint256 rate; // ray
        uint256 spot; // ray
        uint256 dust; // rad
        uint256 dink; // wad
        uint256 dart; // wad
        uint256 due; // rad
    }

    VatModel public immutable vat;
    mapping(bytes32 => Ilk) public ilks;
    VowModel public vow;
    uint256 public live;
    uint256 public Hole; // rad
    uint256 public Dirt; // rad

    event Rely(address indexed usr);
    event Deny(address indexed usr);
    event File(bytes32 indexed what, uint256 data);
    event File(bytes32 indexed what, address data);
    event File(bytes32 indexed ilk, bytes32 indexed what, uint256 data);
    event File(bytes32 indexed ilk, bytes32 indexed what, address clip);
    event Bark(
        bytes32 indexed ilk,
        address indexed urn,
        uint256 ink,
        uint256 art,
        uint256 due,
        address clip,
        uint256 indexed id
    );
    event Digs(bytes32 indexed ilk, uint256 rad);
    event Cage();

    modifier auth() {
        require(wards[msg.sender] == 1, "Dog/not-authorized");
        _;
    }

    constructor(VatModel vat_) {
        vat = vat_;
        live = 1;
        emit Rely(msg.sender);
    }

    function rely(address usr) external auth {
        wards[usr] = 1;
        emit Rely(usr);
    }

    function deny(address usr) external auth {
        wards[usr] = 0;
        emit Deny(usr);
    }

    function file(bytes32 what, address data) external auth {
        require(what == "vow", "Dog/file-unrecognized-param");
        vow = VowModel(data);
        emit File(what, data);
    }

    function file(bytes32 what, uint256 data) external auth {
        require(what == "Hole", "Dog/file-unrecognized-param");
        Hole = data;
        emit File(what, data);
    }

    function file(bytes32 ilk, bytes32 what, uint256 data) external auth {
        if (what == "chop") {
            require(data >= WAD, "Dog/file-chop-lt-WAD");
            ilks[ilk].chop = data;
        } else if (what == "hole") {
            ilks[ilk].hole = data;
        } else {
            revert("Dog/file-unrecognized-param");
        }
        emit File(ilk, what, data);
    }

    function file(bytes32 ilk, bytes32 what, address clip) external auth {
        require(what == "clip", "Dog/file-unrecognized-param");
        require(ilk == ClipperModel(clip).ilk(), "Dog/file-ilk-neq-clip.ilk");
        ilks[ilk].clip = ClipperModel(clip);
        emit File(ilk, what, clip);
    }

    function chop(bytes32 ilk) external view returns (uint256) {
        return ilks[ilk].chop;
    }

    /// @notice Liquidates an unsafe urn; `kpr` gets the reward.
    function bark(bytes32 ilk, address urn, address kpr) external returns (uint256 id) {
        require(live == 1, "Dog/not-live");
        Ilk memory milk = ilks[ilk];
        Measure memory b = _measure(ilk, urn, milk);
        vat.grab(ilk, urn, address(milk.clip), address(vow), -b.dink.toInt(), -b.dart.toInt());
        b.due = b.dart.mul(b.rate);
        vow.fess(b.due);
        uint256 tab = b.due.mul(milk.chop) / WAD;
        Dirt = Dirt.add(tab);
        ilks[ilk].dirt = milk.dirt.add(tab);
        id = milk.clip.kick(tab, b.dink, urn, kpr);
        emit Bark(ilk, urn, b.dink, b.dart, b.due, address(milk.clip), id);
    }

    function digs(bytes32 ilk, uint256 rad) external auth {
        Dirt = Dirt.sub(rad);
        ilks[ilk].dirt = ilks[ilk].dirt.sub(rad);
        emit Digs(ilk, rad);
    }

    function cage() external auth {
        live = 0;
        emit Cage();
    }

    /// @dev The whole debt where there is room; otherwise a part that leaves no dust in the urn and is none itself.
    function _measure(bytes32 ilk, address urn, Ilk memory milk) private view returns (Measure memory b) {
        (b.ink, b.art) = vat.urns(ilk, urn);
        (, b.rate, b.spot,, b.dust) = vat.ilks(ilk);
        require(b.spot > 0 && b.ink.mul(b.spot) < b.art.mul(b.rate), "Dog/not-unsafe");
        require(Hole > Dirt && milk.hole > milk.dirt, "Dog/liquidation-limit-hit");
        uint256 room = _min(Hole - Dirt, milk.hole - milk.dirt);
        b.dart = _min(b.art, room.mul(WAD) / b.rate / milk.chop);
        if (b.art > b.dart) {
            if ((b.art - b.dart).mul(b.rate) < b.dust) b.dart = b.art;
            else require(b.dart.mul(b.rate) >= b.dust, "Dog/dusty-auction-from-partial-liquidation");
        }
        b.dink = b.ink.mul(b.dart) / b.art;
        require(b.dink > 0, "Dog/null-auction");
        require(b.dart <= 2 ** 255 && b.dink <= 2 ** 255, "Dog/overflow");
    }

    function _min(uint256 x, uint256 y) private pure returns (uint256) {
        return x < y ? x : y;
    }
}
