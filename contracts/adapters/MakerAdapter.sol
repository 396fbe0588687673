// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILendingAdapter, VenueHealth, VenuePosition} from "../interfaces/ILendingAdapter.sol";
import {
    IMakerCdpManager,
    IMakerDaiJoin,
    IMakerGemJoin,
    IMakerJug,
    IMakerOsm,
    IMakerSpotter,
    IMakerVat
} from "../interfaces/external/IMaker.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice Where one kind of collateral lives in Maker; all of one Vat.
struct MakerAddresses {
    IMakerCdpManager manager;
    IMakerVat vat;
    IMakerJug jug;
    IMakerSpotter spotter;
    IMakerGemJoin gemJoin;
    IMakerDaiJoin daiJoin;
}

/// @title Maker (Sky) vaults of one kind of collateral as a lending venue
/// @notice `venueRef` is the number of a cdp, which the vault must own: its owner opens one with `manager.open(ilk, vault)`, or gives one.
/// Assumptions: the contracts named are Maker's own and stay in force (a new Jug or Spotter needs a new adapter); the gem has at most 18
/// decimals and pays no fee on transfer. Debt is dai at par. A debt must be zero or at least `debtFloor()`; the Vat's own error says so.
/// @dev Units: wad 18, ray 27, rad 45 decimals. Every mutator that meets debt drips first, and every view counts the fee that a drip in
/// this second would add, so that `debtOf` is what repayment costs. The vault's own account in the Vat stays empty, and its consent to the
/// DaiJoin lasts for one exit. What a draw or a partial repayment rounds away, less than one debt share, stays as dai in the cdp's account
/// and lowers the next draw.
/// @custom:kill Holds nothing and cannot be stopped; a vault stops using it by `disablePosition` or `setState(Halted)`.
contract MakerAdapter is ILendingAdapter {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    uint256 private constant RAY = 1e27;

    IMakerCdpManager public immutable manager;
    IMakerVat public immutable vat;
    IMakerJug public immutable jug;
    IMakerSpotter public immutable spotter;
    IMakerGemJoin public immutable gemJoin;
    IMakerDaiJoin public immutable daiJoin;
    bytes32 public immutable ilk;
    address public immutable gem;
    address public immutable dai;
    uint256 private immutable _scale; // wad per unit of the gem
    address private immutable _self;

    /// @dev One position at the prices and rates of this second.
    struct Book {
        uint256 ink; // wad
        uint256 art; // wad
        uint256 rate; // ray, dripped
        uint256 spot; // ray
        uint256 mat; // ray
        uint256 par; // ray
    }

    /// @notice The contract belongs to another Vat.
    error VatMismatch(address part, address observed, address expected);
    /// @notice Neither this adapter's collateral nor dai.
    error TokenUnknown(address observed);
    /// @notice The cdp is somebody else's.
    error CdpOfAnother(uint256 cdp, address observed, address expected);
    /// @notice A cdp changes hands as a whole.
    error PartForbidden(uint256 observed, uint256 needed);
    /// @notice The gem's door scales to more than a wad.
    error DecimalsUnsupported(uint256 observed, uint256 allowed);

    modifier onlyDelegated() {
        require(address(this) != _self, OnlyDelegated());
        _;
    }

    constructor(MakerAddresses memory maker) {
        address ledger = address(maker.vat);
        _requireVat(address(maker.manager), maker.manager.vat(), ledger);
        _requireVat(address(maker.jug), maker.jug.vat(), ledger);
        _requireVat(address(maker.spotter), maker.spotter.vat(), ledger);
        _requireVat(address(maker.gemJoin), maker.gemJoin.vat(), ledger);
        _requireVat(address(maker.daiJoin), maker.daiJoin.vat(), ledger);
        (manager, vat, jug) = (maker.manager, maker.vat, maker.jug);
        (spotter, gemJoin, daiJoin) = (maker.spotter, maker.gemJoin, maker.daiJoin);
        (ilk, gem, dai) = (maker.gemJoin.ilk(), maker.gemJoin.gem(), maker.daiJoin.dai());
        uint256 decimals = maker.gemJoin.dec();
        require(decimals <= 18, DecimalsUnsupported(decimals, 18));
        _scale = 10 ** (18 - decimals);
        _self = address(this);
    }

    // ---------------------------------------------------------------- mutators

    /// @inheritdoc ILendingAdapter
    function supply(bytes32 venueRef, address token, uint256 amount) external onlyDelegated {
        (uint256 cdp, address urn) = _ownCdp(venueRef);
        _lock(cdp, urn, token, amount);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev `type(uint256).max` also takes gem that lies unlocked in the cdp's account: what an auction left over comes back there.
    function withdraw(bytes32 venueRef, address token, uint256 amount) external onlyDelegated {
        (uint256 cdp, address urn) = _ownCdp(venueRef);
        _requireToken(token, gem);
        (uint256 ink, uint256 art) = vat.urns(ilk, urn);
        if (art != 0) _drip(); // the Vat shall judge by the debt of this second
        if (amount != type(uint256).max) return _free(cdp, amount, 0, address(this));
        _free(cdp, ink / _scale, vat.gem(ilk, urn) / _scale, address(this));
    }

    /// @inheritdoc ILendingAdapter
    function borrow(bytes32 venueRef, address token, uint256 amount) external onlyDelegated {
        (uint256 cdp, address urn) = _ownCdp(venueRef);
        _draw(cdp, urn, token, amount);
    }

    /// @inheritdoc ILendingAdapter
    function repay(bytes32 venueRef, address token, uint256 amount) external onlyDelegated {
        (uint256 cdp, address urn) = _ownCdp(venueRef);
        _requireToken(token, dai);
        (uint256 due, uint256 dart,) = _dues(urn, amount);
        _joinDai(urn, due);
        manager.frob(cdp, 0, -dart.toInt256());
    }

    /// @inheritdoc ILendingAdapter
    /// @dev The Vat books both sides at once, at the debt of this second.
    function repayAndWithdraw(bytes32 venueRef, address debtToken, uint256 repaid, address token, uint256 withdrawn)
        external
        onlyDelegated
    {
        (uint256 cdp, address urn) = _ownCdp(venueRef);
        _requireToken(debtToken, dai);
        _requireToken(token, gem);
        (uint256 due, uint256 dart,) = _dues(urn, repaid);
        _joinDai(urn, due);
        manager.frob(cdp, -(withdrawn * _scale).toInt256(), -dart.toInt256());
        _payOut(cdp, withdrawn, address(this));
    }

    /// @inheritdoc ILendingAdapter
    /// @dev A cdp is the position token here and cannot be split: `type(uint256).max` gives the cdp away with collateral, debt and whatever
    /// else is in its account; any other amount is freed and paid out to `to` in tokens.
    function transferOut(bytes32 venueRef, address token, uint256 amount, address to) external onlyDelegated {
        (uint256 cdp, address urn) = _ownCdp(venueRef);
        _requireToken(token, gem);
        if (amount == type(uint256).max) return manager.give(cdp, to);
        (, uint256 art) = vat.urns(ilk, urn);
        if (art != 0) _drip();
        _free(cdp, amount, 0, to);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev The cdp itself changes hands, debt included, so that no flash loan is needed; its owner consents by `cdpAllow(cdp, vault, 1)`.
    /// An owner who calls `manager.give(cdp, vault)` himself needs no `pullIn`. Grants that he gave to others end with his ownership.
    function pullIn(bytes32 venueRef, address token, uint256 amount, address from) external onlyDelegated {
        (uint256 cdp, address urn) = _cdpOf(venueRef, from);
        _requireToken(token, gem);
        (uint256 ink,) = vat.urns(ilk, urn);
        require(amount >= ink / _scale, PartForbidden(amount, ink / _scale));
        manager.give(cdp, address(this));
    }

    /// @inheritdoc ILendingAdapter
    /// @dev The Vat lets anyone lower any urn's debt with his own dai. What is left of a share goes to the account that is repaid.
    function repayFor(bytes32 venueRef, address token, uint256 amount, address account) external onlyDelegated {
        (, address urn) = _cdpOf(venueRef, account);
        _requireToken(token, dai);
        (uint256 due, uint256 dart, uint256 rate) = _dues(urn, amount);
        _joinDai(address(this), due);
        vat.frob(ilk, urn, urn, address(this), 0, -dart.toInt256());
        vat.move(address(this), urn, due * RAY - dart * rate);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev Consent is `cdpAllow(cdp, vault, 1)`, as for `pullIn`.
    function supplyFor(bytes32 venueRef, address token, uint256 amount, address account) external onlyDelegated {
        (uint256 cdp, address urn) = _cdpOf(venueRef, account);
        _lock(cdp, urn, token, amount);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev Consent is `cdpAllow(cdp, vault, 1)`, as for `pullIn`.
    function borrowFor(bytes32 venueRef, address token, uint256 amount, address account) external onlyDelegated {
        (uint256 cdp, address urn) = _cdpOf(venueRef, account);
        _draw(cdp, urn, token, amount);
    }

    // ---------------------------------------------------------------- views

    /// @inheritdoc ILendingAdapter
    /// @dev Below 1e18 exactly where the Vat, dripped in this second, would let the cdp be liquidated: ink * spot < art * rate.
    function health(address account, bytes32 venueRef) external view returns (VenueHealth memory view_) {
        Book memory book = _book(account, venueRef);
        view_.collateralWad = Math.mulDiv(book.ink, _priceWad(book.spot, book.mat, book.par), 1e18);
        view_.debtWad = _debtWad(book);
        view_.liquidationThresholdBps = 10_000 * RAY / book.mat;
        view_.healthWad = _healthWad(book, book.spot);
    }

    /// @inheritdoc ILendingAdapter
    function healthOf(address account, bytes32 venueRef) external view returns (uint256 healthWad) {
        Book memory book = _ownBook(account, venueRef);
        return _healthWad(book, book.spot);
    }

    /// @inheritdoc ILendingAdapter
    function quote(address tokenIn, address tokenOut)
        external
        view
        returns (uint256 priceInWad, uint256 priceOutWad, address spender)
    {
        uint256 par = spotter.par();
        (priceInWad, priceOutWad) = (_venuePriceWad(tokenIn, par), _venuePriceWad(tokenOut, par));
        spender = spenderOf(tokenOut);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev Only what backs the debt: gem that lies unlocked in the cdp's account is not counted.
    function collateralOf(address account, bytes32 venueRef, address token) external view returns (uint256) {
        (address urn, bool his) = _lookUp(venueRef, account);
        if (token == dai) return 0; // never collateral
        _requireToken(token, gem);
        if (!his) return 0;
        (uint256 ink,) = vat.urns(ilk, urn);
        return ink / _scale;
    }

    /// @inheritdoc ILendingAdapter
    function debtOf(address account, bytes32 venueRef, address token) external view returns (uint256) {
        (address urn, bool his) = _lookUp(venueRef, account);
        if (token == gem) return 0; // never owed
        _requireToken(token, dai);
        if (!his) return 0;
        (, uint256 art) = vat.urns(ilk, urn);
        (uint256 rate,) = _rateAndSpot();
        return Math.ceilDiv(art * rate, RAY);
    }

    /// @inheritdoc ILendingAdapter
    function positionOf(address account, bytes32 venueRef, address collateral, address debt)
        external
        view
        returns (VenuePosition memory position)
    {
        Book memory book = _ownBook(account, venueRef);
        if (collateral != dai) {
            _requireToken(collateral, gem);
            position.held = book.ink / _scale;
        }
        if (debt != gem) {
            _requireToken(debt, dai);
            position.owed = Math.ceilDiv(book.art * book.rate, RAY);
        }
        position.healthWad = _healthWad(book, book.spot);
    }

    /// @inheritdoc ILendingAdapter
    /// @dev The price that the Vat uses now, back from its spot, and rounded to the nearest wad, which undoes the Spotter's rounding. Dai
    /// counts at par, as in the Vat, whatever it trades at.
    function venuePriceWad(address token) external view returns (uint256) {
        return _venuePriceWad(token, spotter.par());
    }

    /// @inheritdoc ILendingAdapter
    function spenderOf(address token) public view returns (address) {
        if (token == dai) return address(daiJoin);
        _requireToken(token, gem);
        return address(gemJoin);
    }

    /// @notice Least debt of a cdp that has any, dai units.
    function debtFloor() external view returns (uint256) {
        (,,,, uint256 dust) = vat.ilks(ilk);
        return Math.ceilDiv(dust, RAY);
    }

    /// @notice The price that the oracle security module holds back, and since when anyone may put it in force: a future that is known for
    /// an hour. Governance lists who may read it; where this adapter is not listed, `known` is false, and who reads the module's storage can
    /// still ask `healthAt`.
    /// @return priceWad USD per whole token, 18 decimals
    /// @return fromSeconds unix time
    /// @return known whether the module has a next price and lets this adapter read it
    function nextPrice() public view returns (uint256 priceWad, uint256 fromSeconds, bool known) {
        (address pip,) = spotter.ilks(ilk);
        try IMakerOsm(pip).peep() returns (bytes32 value, bool has) {
            fromSeconds = uint256(IMakerOsm(pip).zzz()) + IMakerOsm(pip).hop();
            return (uint256(value), fromSeconds, has);
        } catch {}
    }

    /// @notice Health of `account` once the held-back price is in force, at the debt of this second.
    /// @return healthWad as in `health`; zero where the price is not known
    /// @return fromSeconds as in `nextPrice`
    /// @return known as in `nextPrice`
    function nextHealth(address account, bytes32 venueRef)
        external
        view
        returns (uint256 healthWad, uint256 fromSeconds, bool known)
    {
        uint256 priceWad;
        (priceWad, fromSeconds, known) = nextPrice();
        if (known) healthWad = healthAt(account, venueRef, priceWad);
    }

    /// @notice Health of `account` at another collateral price (USD, 18 decimals) and the debt of this second.
    function healthAt(address account, bytes32 venueRef, uint256 priceWad) public view returns (uint256) {
        Book memory book = _book(account, venueRef);
        // as the Spotter rounds: price / par, then / mat
        return _healthWad(book, Math.mulDiv(Math.mulDiv(priceWad * 1e9, RAY, book.par), RAY, book.mat));
    }

    // ---------------------------------------------------------------- parts of the mutators

    function _lock(uint256 cdp, address urn, address token, uint256 amount) private {
        _requireToken(token, gem);
        IERC20(token).forceApprove(address(gemJoin), amount);
        gemJoin.join(urn, amount);
        manager.frob(cdp, (amount * _scale).toInt256(), 0);
    }

    /// @dev Dai that lies in the cdp's account is used first.
    function _draw(uint256 cdp, address urn, address token, uint256 amount) private {
        _requireToken(token, dai);
        uint256 needed = amount * RAY;
        uint256 there = vat.dai(urn);
        uint256 dart = needed > there ? Math.ceilDiv(needed - there, _drip()) : 0;
        manager.frob(cdp, 0, dart.toInt256());
        manager.move(cdp, address(this), needed);
        vat.hope(address(daiJoin));
        daiJoin.exit(address(this), amount);
        vat.nope(address(daiJoin));
    }

    function _free(uint256 cdp, uint256 locked, uint256 unlocked, address to) private {
        manager.frob(cdp, -(locked * _scale).toInt256(), 0);
        _payOut(cdp, locked + unlocked, to);
    }

    function _payOut(uint256 cdp, uint256 amount, address to) private {
        manager.flux(cdp, address(this), amount * _scale);
        gemJoin.exit(to, amount);
    }

    /// @dev What to pay for how many shares: all of them where `amount` covers the debt, otherwise as many as it pays in full.
    function _dues(address urn, uint256 amount) private returns (uint256 due, uint256 dart, uint256 rate) {
        rate = _drip();
        (, uint256 art) = vat.urns(ilk, urn);
        uint256 owed = Math.ceilDiv(art * rate, RAY);
        return amount < owed ? (amount, amount * RAY / rate, rate) : (owed, art, rate);
    }

    function _joinDai(address account, uint256 amount) private {
        IERC20(dai).forceApprove(address(daiJoin), amount);
        daiJoin.join(account, amount); // burns all that was approved
    }

    function _drip() private returns (uint256 rate) {
        (, uint256 rho) = jug.ilks(ilk);
        if (rho != block.timestamp) return jug.drip(ilk);
        (, rate,,,) = vat.ilks(ilk);
    }

    // ---------------------------------------------------------------- parts of the views

    /// @dev With what turns it into dollars.
    function _book(address account, bytes32 venueRef) private view returns (Book memory book) {
        book = _ownBook(account, venueRef);
        (, book.mat) = spotter.ilks(ilk);
        book.par = spotter.par();
    }

    /// @dev What the Vat alone weighs: `mat` and `par` stay zero.
    function _ownBook(address account, bytes32 venueRef) private view returns (Book memory book) {
        (address urn, bool his) = _lookUp(venueRef, account);
        if (his) (book.ink, book.art) = vat.urns(ilk, urn);
        (book.rate, book.spot) = _rateAndSpot();
    }

    function _venuePriceWad(address token, uint256 par) private view returns (uint256) {
        if (token == dai) return par / 1e9; // wad of a ray
        _requireToken(token, gem);
        (, uint256 mat) = spotter.ilks(ilk);
        (,, uint256 spot,,) = vat.ilks(ilk);
        return _priceWad(spot, mat, par);
    }

    /// @dev The rate that a drip in this second would leave, rounded as the Jug rounds.
    function _rateAndSpot() private view returns (uint256 rate, uint256 spot) {
        (, rate, spot,,) = vat.ilks(ilk);
        (uint256 duty, uint256 rho) = jug.ilks(ilk);
        if (rho < block.timestamp) rate = _rpow(jug.base() + duty, block.timestamp - rho) * rate / RAY;
    }

    /// @dev x ** n of a ray by squaring; like the Jug it rounds half up in each step, so that view and drip agree to the last digit.
    function _rpow(uint256 x, uint256 n) private pure returns (uint256 z) {
        z = n % 2 == 1 ? x : RAY;
        for (n /= 2; n != 0; n /= 2) {
            x = (x * x + RAY / 2) / RAY;
            if (n % 2 == 1) z = (z * x + RAY / 2) / RAY;
        }
    }

    function _healthWad(Book memory book, uint256 spot) private pure returns (uint256) {
        if (book.art == 0) return type(uint256).max;
        return Math.mulDiv(book.ink * spot, 1e18, book.art * book.rate);
    }

    function _debtWad(Book memory book) private pure returns (uint256) {
        return Math.mulDiv(Math.ceilDiv(book.art * book.rate, RAY), book.par, RAY);
    }

    function _priceWad(uint256 spot, uint256 mat, uint256 par) private pure returns (uint256) {
        return (Math.mulDiv(Math.mulDiv(spot, mat, RAY), par, RAY) + 5e8) / 1e9;
    }

    // ---------------------------------------------------------------- checks

    function _ownCdp(bytes32 venueRef) private view returns (uint256 cdp, address urn) {
        return _cdpOf(venueRef, address(this));
    }

    function _cdpOf(bytes32 venueRef, address owner) private view returns (uint256 cdp, address urn) {
        bool his;
        cdp = uint256(venueRef);
        (urn, his) = _lookUp(venueRef, owner);
        // not a `require`, whose error would be looked up also where there is none
        if (!his) revert CdpOfAnother(cdp, manager.owns(cdp), owner);
    }

    /// @dev A cdp that does not exist has no kind, and one of another kind is another adapter's.
    function _lookUp(bytes32 venueRef, address account) private view returns (address urn, bool his) {
        require(manager.ilks(uint256(venueRef)) == ilk, VenueRefUnknown(venueRef));
        return (manager.urns(uint256(venueRef)), manager.owns(uint256(venueRef)) == account);
    }

    function _requireToken(address observed, address expected) private pure {
        require(observed == expected, TokenUnknown(observed));
    }

    function _requireVat(address part, address observed, address expected) private pure {
        require(observed == expected, VatMismatch(part, observed, expected));
    }
}
