// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractNote, AbstractWards} from "./AbstractDss.sol";
import {DssMath, RAY} from "./DssMath.sol";
import {VatModel} from "./VatModel.sol";

/// @notice A token whose transfers answer.
interface IGem {
    function decimals() external view returns (uint8);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// @title Model of Maker's GemJoin
/// @notice The door of a token with 18 decimals.
contract GemJoinModel is AbstractWards, AbstractNote {
    VatModel public vat;
    bytes32 public ilk;
    IGem public gem;
    uint256 public dec;
    uint256 public live;

    modifier auth() {
        require(wards[msg.sender] == 1, "GemJoin/not-authorized");
        _;
    }

    constructor(VatModel vat_, bytes32 ilk_, IGem gem_) {
        (vat, ilk, gem, dec, live) = (vat_, ilk_, gem_, gem_.decimals(), 1);
    }

    function rely(address usr) external note auth {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function cage() external note auth {
        live = 0;
    }

    function join(address usr, uint256 wad) external note {
        require(live == 1, "GemJoin/not-live");
        require(int256(wad) >= 0, "GemJoin/overflow");
        vat.slip(ilk, usr, int256(wad));
        require(gem.transferFrom(msg.sender, address(this), wad), "GemJoin/failed-transfer");
    }

    function exit(address usr, uint256 wad) external note {
        require(wad <= 2 ** 255, "GemJoin/overflow");
        vat.slip(ilk, msg.sender, _negative(wad));
        require(gem.transfer(usr, wad), "GemJoin/failed-transfer");
    }

    function _negative(uint256 wad) private pure returns (int256) {
        unchecked {
            return -int256(wad);
        }
    }
}

/// @title Model of Maker's GemJoin5
/// @notice The door of a token with fewer than 18 decimals (WBTC, USDC): amounts are the token's, the Vat's gem is scaled up to a wad.
contract GemJoin5Model is AbstractWards, AbstractNote {
    VatModel public vat;
    bytes32 public ilk;
    IGem public gem;
    uint256 public dec;
    uint256 public live;

    modifier auth() {
        require(wards[msg.sender] == 1, "GemJoin5/not-authorized");
        _;
    }

    constructor(VatModel vat_, bytes32 ilk_, IGem gem_) {
        (vat, ilk, gem, dec, live) = (vat_, ilk_, gem_, gem_.decimals(), 1);
        require(dec < 18, "GemJoin5/decimals-18-or-higher");
    }

    function rely(address usr) external note auth {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function cage() external note auth {
        live = 0;
    }

    function join(address usr, uint256 amount) external note {
        require(live == 1, "GemJoin5/not-live");
        vat.slip(ilk, usr, _wad(amount));
        require(gem.transferFrom(msg.sender, address(this), amount), "GemJoin5/failed-transfer");
    }

    function exit(address usr, uint256 amount) external note {
        vat.slip(ilk, msg.sender, -_wad(amount));
        require(gem.transfer(usr, amount), "GemJoin5/failed-transfer");
    }

    function _wad(uint256 amount) private view returns (int256) {
        uint256 wad = DssMath.mul(amount, 10 ** (18 - dec));
        require(int256(wad) >= 0, "GemJoin5/overflow");
        return int256(wad);
    }
}

/// @title Model of the Dai token
/// @notice Without `permit`. An allowance of the greatest uint256 is not used up.
contract DaiModel is AbstractWards, AbstractNote {
    uint256 public totalSupply;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    string public constant name = "Dai Stablecoin";
    string public constant symbol = "DAI";
    uint8 public constant decimals = 18;

    event Approval(address indexed src, address indexed guy, uint256 wad);
    event Transfer(address indexed src, address indexed dst, uint256 wad);

    modifier auth() {
        require(wards[msg.sender] == 1, "Dai/not-authorized");
        _;
    }

    function rely(address guy) external note auth {
        wards[guy] = 1;
    }

    function deny(address guy) external note auth {
        wards[guy] = 0;
    }

    function transfer(address dst, uint256 wad) external returns (bool) {
        return transferFrom(msg.sender, dst, wad);
    }

    function transferFrom(address src, address dst, uint256 wad) public returns (bool) {
        _debit(src, wad);
        balanceOf[dst] = DssMath.add(balanceOf[dst], wad);
        emit Transfer(src, dst, wad);
        return true;
    }

    function mint(address usr, uint256 wad) external auth {
        balanceOf[usr] = DssMath.add(balanceOf[usr], wad);
        totalSupply = DssMath.add(totalSupply, wad);
        emit Transfer(address(0), usr, wad);
    }

    function burn(address usr, uint256 wad) external {
        _debit(usr, wad);
        totalSupply = DssMath.sub(totalSupply, wad);
        emit Transfer(usr, address(0), wad);
    }

    function approve(address usr, uint256 wad) external returns (bool) {
        allowance[msg.sender][usr] = wad;
        emit Approval(msg.sender, usr, wad);
        return true;
    }

    function _debit(address src, uint256 wad) private {
        require(balanceOf[src] >= wad, "Dai/insufficient-balance");
        uint256 allowed = allowance[src][msg.sender];
        if (src != msg.sender && allowed != type(uint256).max) {
            require(allowed >= wad, "Dai/insufficient-allowance");
            allowance[src][msg.sender] = allowed - wad;
        }
        balanceOf[src] -= wad;
    }
}

/// @title Model of Maker's DaiJoin
/// @notice The door between internal dai (rad) and the token (wad); fractions of a wei stay inside.
contract DaiJoinModel is AbstractWards, AbstractNote {
    VatModel public vat;
    DaiModel public dai;
    uint256 public live;

    modifier auth() {
        require(wards[msg.sender] == 1, "DaiJoin/not-authorized");
        _;
    }

    constructor(VatModel vat_, DaiModel dai_) {
        (vat, dai, live) = (vat_, dai_, 1);
    }

    function rely(address usr) external note auth {
        wards[usr] = 1;
    }

    function deny(address usr) external note auth {
        wards[usr] = 0;
    }

    function cage() external note auth {
        live = 0;
    }

    function join(address usr, uint256 wad) external note {
        vat.move(address(this), usr, DssMath.mul(RAY, wad));
        dai.burn(msg.sender, wad);
    }

    function exit(address usr, uint256 wad) external note {
        require(live == 1, "DaiJoin/not-live");
        vat.move(msg.sender, address(this), DssMath.mul(RAY, wad));
        dai.mint(usr, wad);
    }
}
