// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractWards} from "./AbstractDss.sol";
import {DssMath, RAY} from "./DssMath.sol";
import {DaiJoinModel, DaiModel} from "./JoinsModel.sol";
import {VatModel} from "./VatModel.sol";

/// @notice Who borrows tokens for the length of a call (ERC-3156).
interface IFlashBorrower {
    function onFlashLoan(address initiator, address token, uint256 amount, uint256 fee, bytes calldata data)
        external
        returns (bytes32);
}

/// @notice Who borrows internal dai for the length of a call.
interface IVatDaiFlashBorrower {
    function onVatDaiFlashLoan(address initiator, uint256 amount, uint256 fee, bytes calldata data)
        external
        returns (bytes32);
}

/// @title Model of Maker's DssFlash
/// @notice Mints dai for one call and burns it again; there is no fee.
contract FlashModel is AbstractWards {
    bytes32 private constant TOKENS_RETURNED = keccak256("ERC3156FlashBorrower.onFlashLoan");
    bytes32 private constant DAI_RETURNED = keccak256("VatDaiFlashBorrower.onVatDaiFlashLoan");

    VatModel public immutable vat;
    DaiJoinModel public immutable daiJoin;
    DaiModel public immutable dai;
    uint256 public max; // wad
    uint256 private _locked;

    event Rely(address indexed usr);
    event Deny(address indexed usr);
    event File(bytes32 indexed what, uint256 data);
    event FlashLoan(address indexed receiver, address token, uint256 amount, uint256 fee);
    event VatDaiFlashLoan(address indexed receiver, uint256 amount, uint256 fee);

    modifier auth() {
        require(wards[msg.sender] == 1, "DssFlash/not-authorized");
        _;
    }

    modifier lock() {
        require(_locked == 0, "DssFlash/reentrancy-guard");
        _locked = 1;
        _;
        _locked = 0;
    }

    constructor(DaiJoinModel daiJoin_) {
        (daiJoin, vat, dai) = (daiJoin_, daiJoin_.vat(), daiJoin_.dai());
        emit Rely(msg.sender);
        vat.hope(address(daiJoin_));
        dai.approve(address(daiJoin_), type(uint256).max);
    }

    function rely(address usr) external auth {
        wards[usr] = 1;
        emit Rely(usr);
    }

    function deny(address usr) external auth {
        wards[usr] = 0;
        emit Deny(usr);
    }

    function file(bytes32 what, uint256 data) external auth {
        require(what == "max", "DssFlash/file-unrecognized-param");
        // the cap keeps a rad within reach of every product in the Vat
        require((max = data) <= RAY, "DssFlash/ceiling-too-high");
        emit File(what, data);
    }

    function maxFlashLoan(address token) external view returns (uint256) {
        return token == address(dai) && _locked == 0 ? max : 0;
    }

    function flashFee(address token, uint256) external view returns (uint256) {
        require(token == address(dai), "DssFlash/token-unsupported");
        return 0;
    }

    function flashLoan(IFlashBorrower receiver, address token, uint256 amount, bytes calldata data)
        external
        lock
        returns (bool)
    {
        require(token == address(dai), "DssFlash/token-unsupported");
        uint256 rad = _open(amount);
        daiJoin.exit(address(receiver), amount);
        emit FlashLoan(address(receiver), token, amount, 0);
        require(receiver.onFlashLoan(msg.sender, token, amount, 0, data) == TOKENS_RETURNED, "DssFlash/callback-failed");
        dai.transferFrom(address(receiver), address(this), amount);
        daiJoin.join(address(this), amount);
        vat.heal(rad);
        return true;
    }

    function vatDaiFlashLoan(IVatDaiFlashBorrower receiver, uint256 amountRad, bytes calldata data)
        external
        lock
        returns (bool)
    {
        require(amountRad <= DssMath.mul(max, RAY), "DssFlash/ceiling-exceeded");
        require(vat.live() == 1, "DssFlash/vat-not-live");
        vat.suck(address(this), address(receiver), amountRad);
        emit VatDaiFlashLoan(address(receiver), amountRad, 0);
        require(receiver.onVatDaiFlashLoan(msg.sender, amountRad, 0, data) == DAI_RETURNED, "DssFlash/callback-failed");
        vat.heal(amountRad);
        return true;
    }

    function _open(uint256 amount) private returns (uint256 rad) {
        require(amount <= max, "DssFlash/ceiling-exceeded");
        require(vat.live() == 1, "DssFlash/vat-not-live");
        rad = DssMath.mul(amount, RAY);
        vat.suck(address(this), address(this), rad);
    }
}
