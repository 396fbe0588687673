// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractNote, AbstractWards} from "./AbstractDss.sol";
import {DssMath, RAY} from "./DssMath.sol";
import {VatModel} from "./VatModel.sol";

/// @notice What a Spotter and a Clipper read a price from.
interface IPip {
    function peek() external returns (bytes32 val, bool has);
}

/// @title Model of Maker's Jug
/// @notice Stability fees: per second `base + duty` (ray), compounded when somebody calls `drip`.
contract JugModel is AbstractWards, AbstractNote {
    using DssMath for uint256;

    struct Ilk {
        uint256 duty; // ray, per second
        uint256 rho; // unix time of the last drip
    }

    mapping(bytes32 => Ilk) public ilks;
    VatModel public vat;
    address public vow;
    uint256 public base; // ray, per second

    modifier auth() {
        require(wards[msg.sender] == 1, "Jug/not-authorized");
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

    function init(bytes32 ilk) external note auth {
        require(ilks[ilk].duty == 0, "Jug/ilk-already-init");
        ilks[ilk] = Ilk(RAY, block.timestamp);
    }

    function file(bytes32 ilk, bytes32 what, uint256 data) external note auth {
        require(block.timestamp == ilks[ilk].rho, "Jug/rho-not-updated");
        require(what == "duty", "Jug/file-unrecognized-param");
        ilks[ilk].duty = data;
    }

    function file(bytes32 what, uint256 data) external note auth {
        require(what == "base", "Jug/file-unrecognized-param");
        base = data;
    }

    function file(bytes32 what, address data) external note auth {
        require(what == "vow", "Jug/file-unrecognized-param");
        vow = data;
    }

    function drip(bytes32 ilk) external note returns (uint256 rate) {
        Ilk storage i = ilks[ilk];
        require(block.timestamp >= i.rho, "Jug/invalid-now");
        (, uint256 before,,,) = vat.ilks(ilk);
        rate = DssMath.rpow(base.add(i.duty), block.timestamp - i.rho, RAY).rmul(before);
        vat.fold(ilk, vow, rate.toInt() - before.toInt());
        i.rho = block.timestamp;
    }
}

/// @title Model of Maker's Spotter
/// @notice Brings a price into the Vat: spot = price / par / mat.
contract SpotterModel is AbstractWards, AbstractNote {
    using DssMath for uint256;

    struct Ilk {
        IPip pip;
        uint256 mat; // ray, liquidation ratio
    }

    mapping(bytes32 => Ilk) public ilks;
    VatModel public vat;
    uint256 public par; // ray, USD per dai
    uint256 public live;

    event Poke(bytes32 ilk, bytes32 val, uint256 spot);

    modifier auth() {
        require(wards[msg.sender] == 1, "Spotter/not-authorized");
        _;
    }

    constructor(VatModel vat_) {
        vat = vat_;
        par = RAY;
        live = 1;
    }

    function rely(address usr) external note auth {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function file(bytes32 ilk, bytes32 what, address pip) external note auth {
        require(live == 1, "Spotter/not-live");
        require(what == "pip", "Spotter/file-unrecognized-param");
        ilks[ilk].pip = IPip(pip);
    }

    function file(bytes32 what, uint256 data) external note auth {
        require(live == 1, "Spotter/not-live");
        require(what == "par", "Spotter/file-unrecognized-param");
        par = data;
    }

    function file(bytes32 ilk, bytes32 what, uint256 data) external note auth {
        require(live == 1, "Spotter/not-live");
        require(what == "mat", "Spotter/file-unrecognized-param");
        ilks[ilk].mat = data;
    }

    function poke(bytes32 ilk) external {
        (bytes32 val, bool has) = ilks[ilk].pip.peek();
        uint256 spot = has ? uint256(val).mul(uint256(10 ** 9)).rdiv(par).rdiv(ilks[ilk].mat) : 0;
        vat.file(ilk, "spot", spot);
        emit Poke(ilk, val, spot);
    }

    function cage() external note auth {
        live = 0;
    }
}

/// @title Model of Maker's oracle security module
/// @notice Holds each new price back for one `hop`: `poke` makes the queued price current and queues the source's. Readers are listed.
contract OsmModel is AbstractWards, AbstractNote {
    struct Feed {
        uint128 val; // wad
        uint128 has;
    }

    uint256 public stopped;
    address public src;
    uint16 public hop = 1 hours;
    uint64 public zzz;
    Feed private _cur;
    Feed private _nxt;
    mapping(address => uint256) public bud;

    event LogValue(bytes32 val);

    modifier auth() {
        require(wards[msg.sender] == 1, "OSM/not-authorized");
        _;
    }

    modifier stoppable() {
        require(stopped == 0, "OSM/is-stopped");
        _;
    }

    modifier toll() {
        require(bud[msg.sender] == 1, "OSM/contract-not-whitelisted");
        _;
    }

    constructor(address src_) {
        src = src_;
    }

    function rely(address usr) external note auth {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function stop() external note auth {
        stopped = 1;
    }

    function start() external note auth {
        stopped = 0;
    }

    function change(address src_) external note auth {
        src = src_;
    }

    function step(uint16 hop_) external auth {
        require(hop_ > 0, "OSM/ts-is-zero");
        hop = hop_;
    }

    function void() external note auth {
        (_cur, _nxt) = (Feed(0, 0), Feed(0, 0));
        stopped = 1;
    }

    function kiss(address reader) external note auth {
        require(reader != address(0), "OSM/no-contract-0");
        bud[reader] = 1;
    }

    function diss(address reader) external note auth {
        bud[reader] = 0;
    }

    function pass() public view returns (bool) {
        return block.timestamp >= uint256(zzz) + hop;
    }

    function poke() external note stoppable {
        require(pass(), "OSM/not-passed");
        (bytes32 wut, bool ok) = IPip(src).peek();
        if (!ok) return;
        _cur = _nxt;
        _nxt = Feed(uint128(uint256(wut)), 1);
        zzz = uint64(block.timestamp - block.timestamp % hop);
        emit LogValue(bytes32(uint256(_cur.val)));
    }

    function peek() external view toll returns (bytes32, bool) {
        return (bytes32(uint256(_cur.val)), _cur.has == 1);
    }

    function peep() external view toll returns (bytes32, bool) {
        return (bytes32(uint256(_nxt.val)), _nxt.has == 1);
    }

    function read() external view toll returns (bytes32) {
        require(_cur.has == 1, "OSM/no-current-value");
        return bytes32(uint256(_cur.val));
    }
}

/// @title Model of the median that an OSM reads
/// @notice Says what it is told; the aggregation of signed quotes is left out.
contract MedianModel {
    uint256 private _val;
    bool private _has;

    function poke(uint256 priceWad) external {
        (_val, _has) = (priceWad, true);
    }

    function void() external {
        _has = false;
    }

    function peek() external view returns (bytes32, bool) {
        return (bytes32(_val), _has);
    }
}
