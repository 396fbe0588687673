// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractNote} from "./AbstractDss.sol";
import {DssMath} from "./DssMath.sol";
import {VatModel} from "./VatModel.sol";

/// @notice The account that holds one cdp in the Vat; it lets its manager do everything.
contract UrnHandlerModel {
    constructor(VatModel vat) {
        vat.hope(msg.sender);
    }
}

/// @title Model of Maker's DssCdpManager
/// @notice Numbered positions that can be given away; each has an account of its own in the Vat.
contract CdpManagerModel is AbstractNote {
    struct List {
        uint256 prev;
        uint256 next;
    }

    VatModel public vat;
    uint256 public cdpi;
    mapping(uint256 => address) public urns;
    mapping(uint256 => List) public list;
    mapping(uint256 => address) public owns;
    mapping(uint256 => bytes32) public ilks;
    mapping(address => uint256) public first;
    mapping(address => uint256) public last;
    mapping(address => uint256) public count;
    mapping(address => mapping(uint256 => mapping(address => uint256))) public cdpCan;
    mapping(address => mapping(address => uint256)) public urnCan;

    event NewCdp(address indexed usr, address indexed own, uint256 indexed cdp);

    modifier cdpAllowed(uint256 cdp) {
        require(msg.sender == owns[cdp] || cdpCan[owns[cdp]][cdp][msg.sender] == 1, "cdp-not-allowed");
        _;
    }

    modifier urnAllowed(address urn) {
        require(msg.sender == urn || urnCan[urn][msg.sender] == 1, "urn-not-allowed");
        _;
    }

    constructor(VatModel vat_) {
        vat = vat_;
    }

    function cdpAllow(uint256 cdp, address usr, uint256 ok) external cdpAllowed(cdp) {
        cdpCan[owns[cdp]][cdp][usr] = ok;
    }

    function urnAllow(address usr, uint256 ok) external {
        urnCan[msg.sender][usr] = ok;
    }

    function open(bytes32 ilk, address usr) external note returns (uint256 cdp) {
        require(usr != address(0), "usr-address-0");
        cdp = ++cdpi;
        urns[cdp] = address(new UrnHandlerModel(vat));
        ilks[cdp] = ilk;
        _append(cdp, usr);
        emit NewCdp(msg.sender, usr, cdp);
    }

    function give(uint256 cdp, address dst) external note cdpAllowed(cdp) {
        require(dst != address(0), "dst-address-0");
        require(dst != owns[cdp], "dst-already-owner");
        _remove(cdp);
        _append(cdp, dst);
    }

    function frob(uint256 cdp, int256 dink, int256 dart) external note cdpAllowed(cdp) {
        address urn = urns[cdp];
        vat.frob(ilks[cdp], urn, urn, urn, dink, dart);
    }

    function flux(uint256 cdp, address dst, uint256 wad) external note cdpAllowed(cdp) {
        vat.flux(ilks[cdp], urns[cdp], dst, wad);
    }

    function flux(bytes32 ilk, uint256 cdp, address dst, uint256 wad) external note cdpAllowed(cdp) {
        vat.flux(ilk, urns[cdp], dst, wad);
    }

    function move(uint256 cdp, address dst, uint256 rad) external note cdpAllowed(cdp) {
        vat.move(urns[cdp], dst, rad);
    }

    function quit(uint256 cdp, address dst) external note cdpAllowed(cdp) urnAllowed(dst) {
        _forkAll(ilks[cdp], urns[cdp], dst);
    }

    function enter(address src, uint256 cdp) external note urnAllowed(src) cdpAllowed(cdp) {
        _forkAll(ilks[cdp], src, urns[cdp]);
    }

    function shift(uint256 cdpSrc, uint256 cdpDst) external note cdpAllowed(cdpSrc) cdpAllowed(cdpDst) {
        require(ilks[cdpSrc] == ilks[cdpDst], "non-matching-cdps");
        _forkAll(ilks[cdpSrc], urns[cdpSrc], urns[cdpDst]);
    }

    function _forkAll(bytes32 ilk, address src, address dst) private {
        (uint256 ink, uint256 art) = vat.urns(ilk, src);
        vat.fork(ilk, src, dst, DssMath.toInt(ink), DssMath.toInt(art));
    }

    function _append(uint256 cdp, address usr) private {
        owns[cdp] = usr;
        uint256 tail = last[usr];
        list[cdp] = List(tail, 0);
        if (tail == 0) first[usr] = cdp;
        else list[tail].next = cdp;
        last[usr] = cdp;
        count[usr]++;
    }

    function _remove(uint256 cdp) private {
        address usr = owns[cdp];
        List memory link = list[cdp];
        if (link.prev == 0) first[usr] = link.next;
        else list[link.prev].next = link.next;
        if (link.next == 0) last[usr] = link.prev;
        else list[link.next].prev = link.prev;
        count[usr]--;
    }
}
