// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DssMath} from "./DssMath.sol";

/// @title Model of Maker's Vat
/// @notice The ledger of collateral (wad), debt shares (wad) and internal dai (rad). Written from the published interface and behaviour; it
/// is a model, not Maker's code. Storage lies in the same slots as on mainnet, so that recorded slots can be loaded into it.
contract VatModel {
    using DssMath for uint256;

    struct Ilk {
        uint256 Art; // wad, debt shares of all urns
        uint256 rate; // ray, dai per share
        uint256 spot; // ray, price with the safety margin taken off
        uint256 line; // rad
        uint256 dust; // rad
    }

    struct Urn {
        uint256 ink; // wad
        uint256 art; // wad
    }

    mapping(address => uint256) public wards;
    mapping(address => mapping(address => uint256)) public can;
    mapping(bytes32 => Ilk) public ilks;
    mapping(bytes32 => mapping(address => Urn)) public urns;
    mapping(bytes32 => mapping(address => uint256)) public gem; // wad
    mapping(address => uint256) public dai; // rad
    mapping(address => uint256) public sin; // rad
    uint256 public debt; // rad
    uint256 public vice; // rad
    uint256 public Line; // rad
    uint256 public live;

    /// @dev The Vat logs three arguments and not the caller.
    event LogNote(
        bytes4 indexed sig, bytes32 indexed arg1, bytes32 indexed arg2, bytes32 indexed arg3, bytes data
    ) anonymous;

    modifier note() {
        _;
        _log();
    }

    modifier auth() {
        require(wards[msg.sender] == 1, "Vat/not-authorized");
        _;
    }

    modifier whileLive() {
        require(live == 1, "Vat/not-live");
        _;
    }

    constructor() {
        wards[msg.sender] = 1;
        live = 1;
    }

    // ---------------------------------------------------------------- administration

    function rely(address usr) external note auth whileLive {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth whileLive {
        wards[usr] = 0;
    }

    function init(bytes32 ilk) external note auth {
        require(ilks[ilk].rate == 0, "Vat/ilk-already-init");
        ilks[ilk].rate = 10 ** 27;
    }

    function file(bytes32 what, uint256 data) external note auth whileLive {
        require(what == "Line", "Vat/file-unrecognized-param");
        Line = data;
    }

    function file(bytes32 ilk, bytes32 what, uint256 data) external note auth whileLive {
        if (what == "spot") ilks[ilk].spot = data;
        else if (what == "line") ilks[ilk].line = data;
        else if (what == "dust") ilks[ilk].dust = data;
        else revert("Vat/file-unrecognized-param");
    }

    function cage() external note auth {
        live = 0;
    }

    // ---------------------------------------------------------------- consent

    function hope(address usr) external note {
        can[msg.sender][usr] = 1;
    }

    function nope(address usr) external note {
        can[msg.sender][usr] = 0;
    }

    // ---------------------------------------------------------------- fungible

    function slip(bytes32 ilk, address usr, int256 wad) external note auth {
        gem[ilk][usr] = gem[ilk][usr].add(wad);
    }

    function flux(bytes32 ilk, address src, address dst, uint256 wad) external note {
        require(_wish(src), "Vat/not-allowed");
        gem[ilk][src] = gem[ilk][src].sub(wad);
        gem[ilk][dst] = gem[ilk][dst].add(wad);
    }

    function move(address src, address dst, uint256 rad) external note {
        require(_wish(src), "Vat/not-allowed");
        dai[src] = dai[src].sub(rad);
        dai[dst] = dai[dst].add(rad);
    }

    // ---------------------------------------------------------------- positions

    /// @notice Changes the urn `u` by `dink` out of the gem of `v` and by `dart` into the dai of `w`.
    function frob(bytes32 i, address u, address v, address w, int256 dink, int256 dart) external note whileLive {
        Urn memory urn = urns[i][u];
        Ilk memory ilk = ilks[i];
        require(ilk.rate != 0, "Vat/ilk-not-init");

        urn.ink = urn.ink.add(dink);
        urn.art = urn.art.add(dart);
        ilk.Art = ilk.Art.add(dart);
        int256 dtab = ilk.rate.mul(dart);
        uint256 tab = ilk.rate.mul(urn.art);
        debt = debt.add(dtab);

        bool calms = dart <= 0 && dink >= 0;
        require(dart <= 0 || (ilk.Art.mul(ilk.rate) <= ilk.line && debt <= Line), "Vat/ceiling-exceeded");
        require(calms || tab <= urn.ink.mul(ilk.spot), "Vat/not-safe");
        require(calms || _wish(u), "Vat/not-allowed-u");
        require(dink <= 0 || _wish(v), "Vat/not-allowed-v");
        require(dart >= 0 || _wish(w), "Vat/not-allowed-w");
        require(urn.art == 0 || tab >= ilk.dust, "Vat/dust");

        gem[i][v] = gem[i][v].sub(dink);
        dai[w] = dai[w].add(dtab);
        urns[i][u] = urn;
        ilks[i] = ilk;
    }

    /// @notice Moves a part of a position to another urn; both must stay safe and above dust.
    function fork(bytes32 ilk, address src, address dst, int256 dink, int256 dart) external note {
        Urn storage u = urns[ilk][src];
        Urn storage v = urns[ilk][dst];
        Ilk storage i = ilks[ilk];
        u.ink = u.ink.sub(dink);
        u.art = u.art.sub(dart);
        v.ink = v.ink.add(dink);
        v.art = v.art.add(dart);
        uint256 utab = u.art.mul(i.rate);
        uint256 vtab = v.art.mul(i.rate);

        require(_wish(src) && _wish(dst), "Vat/not-allowed");
        require(utab <= u.ink.mul(i.spot), "Vat/not-safe-src");
        require(vtab <= v.ink.mul(i.spot), "Vat/not-safe-dst");
        require(utab >= i.dust || u.art == 0, "Vat/dust-src");
        require(vtab >= i.dust || v.art == 0, "Vat/dust-dst");
    }

    /// @notice Confiscates: negative amounts take from the urn, its debt becomes the sin of `w`.
    function grab(bytes32 i, address u, address v, address w, int256 dink, int256 dart) external note auth {
        Urn storage urn = urns[i][u];
        Ilk storage ilk = ilks[i];
        urn.ink = urn.ink.add(dink);
        urn.art = urn.art.add(dart);
        ilk.Art = ilk.Art.add(dart);
        int256 dtab = ilk.rate.mul(dart);
        gem[i][v] = gem[i][v].sub(dink);
        sin[w] = sin[w].sub(dtab);
        vice = vice.sub(dtab);
    }

    // ---------------------------------------------------------------- settlement, rates

    function heal(uint256 rad) external note {
        sin[msg.sender] = sin[msg.sender].sub(rad);
        dai[msg.sender] = dai[msg.sender].sub(rad);
        vice = vice.sub(rad);
        debt = debt.sub(rad);
    }

    function suck(address u, address v, uint256 rad) external note auth {
        sin[u] = sin[u].add(rad);
        dai[v] = dai[v].add(rad);
        vice = vice.add(rad);
        debt = debt.add(rad);
    }

    function fold(bytes32 i, address u, int256 rate) external note auth whileLive {
        Ilk storage ilk = ilks[i];
        ilk.rate = ilk.rate.add(rate);
        int256 rad = ilk.Art.mul(rate);
        dai[u] = dai[u].add(rad);
        debt = debt.add(rad);
    }

    // ---------------------------------------------------------------- helpers

    function _wish(address owner) private view returns (bool) {
        return owner == msg.sender || can[owner][msg.sender] == 1;
    }

    /// @dev The first 224 bytes of calldata, padded with zeros.
    function _log() private {
        bytes memory head = new bytes(224);
        bytes32[3] memory words;
        assembly ("memory-safe") {
            calldatacopy(add(head, 32), 0, 224)
            calldatacopy(words, 4, 96)
        }
        emit LogNote(msg.sig, words[0], words[1], words[2], head);
    }
}
