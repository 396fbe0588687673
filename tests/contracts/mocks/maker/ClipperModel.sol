// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractWards} from "./AbstractDss.sol";
import {DssMath, RAY} from "./DssMath.sol";
import {IPip, SpotterModel} from "./RatesModel.sol";
import {VatModel} from "./VatModel.sol";

/// @notice A price curve of an auction.
interface IAbacus {
    function price(uint256 top, uint256 dur) external view returns (uint256);
}

interface IDog {
    function chop(bytes32 ilk) external view returns (uint256);
    function digs(bytes32 ilk, uint256 rad) external;
}

interface IClipperCallee {
    function clipperCall(address sender, uint256 owe, uint256 slice, bytes calldata data) external;
}

/// @title Model of a straight line down to zero after `tau` seconds
contract LinearDecreaseModel is IAbacus {
    uint256 public immutable tau;

    constructor(uint256 tau_) {
        tau = tau_;
    }

    function price(uint256 top, uint256 dur) external view returns (uint256) {
        return dur >= tau ? 0 : DssMath.rmul(top, DssMath.mul(tau - dur, RAY) / tau);
    }
}

/// @title Model of stairs: every `step` seconds the price falls to `cut` (ray) of what it was
contract StairstepExponentialDecreaseModel is IAbacus {
    uint256 public immutable step;
    uint256 public immutable cut;

    constructor(uint256 step_, uint256 cut_) {
        require(step_ > 0, "StairstepExponentialDecrease/step-is-zero");
        require(cut_ <= RAY, "StairstepExponentialDecrease/cut-gt-RAY");
        (step, cut) = (step_, cut_);
    }

    function price(uint256 top, uint256 dur) external view returns (uint256) {
        return DssMath.rmul(top, DssMath.rpow(cut, dur / step, RAY));
    }
}

/// @title Model of Maker's Clipper
/// @notice Dutch auctions of confiscated collateral. What is left when the debt and its penalty are paid goes back to the urn, as gem.
contract ClipperModel is AbstractWards {
    using DssMath for uint256;

    struct Sale {
        uint256 pos; // index in `active`
        uint256 tab; // rad, dai to raise
        uint256 lot; // wad, collateral to sell
        address usr; // liquidated urn
        uint96 tic; // unix time of the start
        uint256 top; // ray, starting price
    }

    bytes32 public immutable ilk;
    VatModel public immutable vat;
    IDog public dog;
    address public vow;
    SpotterModel public spotter;
    IAbacus public calc;
    uint256 public buf; // ray, starting price over the feed's
    uint256 public tail; // seconds until a reset
    uint256 public cusp; // ray, fall until a reset
    uint64 public chip; // wad, share of the tab for the keeper
    uint192 public tip; // rad, flat fee for the keeper
    uint256 public chost; // rad, dust with penalty
    uint256 public kicks;
    uint256[] public active;
    mapping(uint256 => Sale) public sales;
    uint256 private _locked;
    uint256 public stopped;

    event File(bytes32 indexed what, uint256 data);
    event File(bytes32 indexed what, address data);
    event Kick(
        uint256 indexed id,
        uint256 top,
        uint256 tab,
        uint256 lot,
        address indexed usr,
        address indexed kpr,
        uint256 coin
    );
    event Take(
        uint256 indexed id, uint256 max, uint256 price, uint256 owe, uint256 tab, uint256 lot, address indexed usr
    );
    event Redo(
        uint256 indexed id,
        uint256 top,
        uint256 tab,
        uint256 lot,
        address indexed usr,
        address indexed kpr,
        uint256 coin
    );
    event Yank(uint256 id);
    event Rely(address indexed usr);
    event Deny(address indexed usr);

    modifier auth() {
        require(wards[msg.sender] == 1, "Clipper/not-authorized");
        _;
    }

    modifier lock() {
        require(_locked == 0, "Clipper/system-locked");
        _locked = 1;
        _;
        _locked = 0;
    }

    modifier running(uint256 level) {
        require(stopped < level, "Clipper/stopped-incorrect");
        _;
    }

    constructor(VatModel vat_, SpotterModel spotter_, IDog dog_, bytes32 ilk_) {
        (vat, spotter, dog, ilk) = (vat_, spotter_, dog_, ilk_);
        buf = RAY;
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

    function file(bytes32 what, uint256 data) external auth lock {
        if (what == "buf") buf = data;
        else if (what == "tail") tail = data;
        else if (what == "cusp") cusp = data;
        else if (what == "chip") chip = uint64(data);
        else if (what == "tip") tip = uint192(data);
        else if (what == "stopped") stopped = data;
        else revert("Clipper/file-unrecognized-param");
        emit File(what, data);
    }

    function file(bytes32 what, address data) external auth lock {
        if (what == "spotter") spotter = SpotterModel(data);
        else if (what == "dog") dog = IDog(data);
        else if (what == "vow") vow = data;
        else if (what == "calc") calc = IAbacus(data);
        else revert("Clipper/file-unrecognized-param");
        emit File(what, data);
    }

    // ---------------------------------------------------------------- auctions

    /// @notice Starts an auction of `lot` for `tab`; the Dog's.
    function kick(uint256 tab, uint256 lot, address usr, address kpr)
        external
        auth
        lock
        running(1)
        returns (uint256 id)
    {
        require(tab > 0, "Clipper/zero-tab");
        require(lot > 0, "Clipper/zero-lot");
        require(usr != address(0), "Clipper/zero-usr");
        id = ++kicks;
        active.push(id);
        uint256 top = _feedPrice().rmul(buf);
        require(top > 0, "Clipper/zero-top-price");
        sales[id] = Sale(active.length - 1, tab, lot, usr, uint96(block.timestamp), top);
        uint256 coin = _reward(tab, kpr);
        emit Kick(id, top, tab, lot, usr, kpr, coin);
    }

    /// @notice Restarts an auction that has run too long or fallen too far.
    function redo(uint256 id, address kpr) external lock running(2) {
        Sale memory sale = sales[id];
        require(sale.usr != address(0), "Clipper/not-running-auction");
        (bool done,) = _status(sale);
        require(done, "Clipper/cannot-reset");
        uint256 feed = _feedPrice();
        uint256 top = feed.rmul(buf);
        require(top > 0, "Clipper/zero-top-price");
        (sales[id].tic, sales[id].top) = (uint96(block.timestamp), top);
        bool worthwhile = sale.tab >= chost && sale.lot.mul(feed) >= chost;
        uint256 coin = worthwhile ? _reward(sale.tab, kpr) : 0;
        emit Redo(id, top, sale.tab, sale.lot, sale.usr, kpr, coin);
    }

    /// @notice Buys up to `amt` collateral at no more than `max` (ray); the dai comes from the caller, after the callback.
    function take(uint256 id, uint256 amt, uint256 max, address who, bytes calldata data) external lock running(3) {
        Sale memory sale = sales[id];
        require(sale.usr != address(0), "Clipper/not-running-auction");
        (bool done, uint256 price) = _status(sale);
        require(!done, "Clipper/needs-reset");
        require(max >= price, "Clipper/too-expensive");
        (uint256 slice, uint256 owe) = _slice(sale, amt, price);
        sale.tab -= owe;
        sale.lot -= slice;
        vat.flux(ilk, address(this), who, slice);
        if (data.length > 0 && who != address(vat) && who != address(dog)) {
            IClipperCallee(who).clipperCall(msg.sender, owe, slice, data);
        }
        vat.move(msg.sender, vow, owe);
        dog.digs(ilk, sale.lot == 0 ? sale.tab + owe : owe);
        _keepOrClose(id, sale);
        emit Take(id, max, price, owe, sale.tab, sale.lot, sale.usr);
    }

    /// @notice Ends an auction and hands the collateral to the caller; governance's.
    function yank(uint256 id) external auth lock {
        Sale memory sale = sales[id];
        require(sale.usr != address(0), "Clipper/not-running-auction");
        dog.digs(ilk, sale.tab);
        vat.flux(ilk, address(this), msg.sender, sale.lot);
        _remove(id);
        emit Yank(id);
    }

    function upchost() external {
        (,,,, uint256 dust) = vat.ilks(ilk);
        chost = dust.wmul(dog.chop(ilk));
    }

    function count() external view returns (uint256) {
        return active.length;
    }

    function getStatus(uint256 id) external view returns (bool needsRedo, uint256 price, uint256 lot, uint256 tab) {
        Sale memory sale = sales[id];
        bool done;
        (done, price) = _status(sale);
        return (sale.usr != address(0) && done, price, sale.lot, sale.tab);
    }

    // ---------------------------------------------------------------- helpers

    /// @dev No more than the tab is raised, and what is left of a partial purchase is nothing or worth an auction.
    function _slice(Sale memory sale, uint256 amt, uint256 price) private view returns (uint256 slice, uint256 owe) {
        slice = sale.lot < amt ? sale.lot : amt;
        owe = slice.mul(price);
        if (owe > sale.tab) {
            owe = sale.tab;
            slice = owe / price;
        } else if (owe < sale.tab && slice < sale.lot && sale.tab - owe < chost) {
            require(sale.tab > chost, "Clipper/no-partial-purchase");
            owe = sale.tab - chost;
            slice = owe / price;
        }
    }

    function _keepOrClose(uint256 id, Sale memory sale) private {
        if (sale.lot == 0) {
            _remove(id);
        } else if (sale.tab == 0) {
            vat.flux(ilk, address(this), sale.usr, sale.lot);
            _remove(id);
        } else {
            (sales[id].tab, sales[id].lot) = (sale.tab, sale.lot);
        }
    }

    function _remove(uint256 id) private {
        uint256 tail_ = active[active.length - 1];
        uint256 pos = sales[id].pos;
        (active[pos], sales[tail_].pos) = (tail_, pos);
        active.pop();
        delete sales[id];
    }

    function _reward(uint256 tab, address kpr) private returns (uint256 coin) {
        if (tip == 0 && chip == 0) return 0;
        coin = DssMath.add(tip, tab.wmul(chip));
        vat.suck(vow, kpr, coin);
    }

    function _status(Sale memory sale) private view returns (bool done, uint256 price) {
        uint256 dur = block.timestamp - sale.tic;
        price = calc.price(sale.top, dur);
        done = dur > tail || price.rdiv(sale.top) < cusp;
    }

    function _feedPrice() private returns (uint256) {
        (IPip pip,) = spotter.ilks(ilk);
        (bytes32 val, bool has) = pip.peek();
        require(has, "Clipper/invalid-price");
        return uint256(val).mul(uint256(10 ** 9)).rdiv(spotter.par());
    }
}
