// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What Ballast uses of Maker's Vat, the ledger of collateral and debt. wad = 18, ray = 27, rad = 45 decimals.
interface IMakerVat {
    /// @return Art wad, debt shares of all urns
    /// @return rate ray, dai per share, as of the last drip
    /// @return spot ray, dai that a unit of collateral may carry
    /// @return line rad, ceiling of the kind's debt
    /// @return dust rad, least debt of an urn that has any
    function ilks(bytes32 ilk)
        external
        view
        returns (uint256 Art, uint256 rate, uint256 spot, uint256 line, uint256 dust);

    /// @return ink wad, collateral
    /// @return art wad, debt shares
    function urns(bytes32 ilk, address urn) external view returns (uint256 ink, uint256 art);
    function gem(bytes32 ilk, address account) external view returns (uint256 wad);
    function dai(address account) external view returns (uint256 rad);
    function hope(address account) external;
    function nope(address account) external;
    function move(address from, address to, uint256 rad) external;
    function frob(bytes32 ilk, address u, address v, address w, int256 dink, int256 dart) external;
}

/// @notice Numbered positions; each has an account of its own, its urn, in the Vat.
interface IMakerCdpManager {
    function vat() external view returns (address);
    function urns(uint256 cdp) external view returns (address);
    function owns(uint256 cdp) external view returns (address);
    function ilks(uint256 cdp) external view returns (bytes32);
    function give(uint256 cdp, address to) external;
    function frob(uint256 cdp, int256 dink, int256 dart) external;
    function flux(uint256 cdp, address to, uint256 wad) external;
    function move(uint256 cdp, address to, uint256 rad) external;
}

/// @notice Stability fees: per second `base + duty`, ray, compounded at each `drip`.
interface IMakerJug {
    function vat() external view returns (address);
    function base() external view returns (uint256);
    function ilks(bytes32 ilk) external view returns (uint256 duty, uint256 rho);
    function drip(bytes32 ilk) external returns (uint256 rate);
}

/// @notice Where the liquidation ratio `mat` (ray) and the price source `pip` of a kind of collateral are written.
interface IMakerSpotter {
    function vat() external view returns (address);
    function par() external view returns (uint256);
    function ilks(bytes32 ilk) external view returns (address pip, uint256 mat);
}

/// @notice A price source that holds each new price back for `hop` seconds; it answers listed readers only.
interface IMakerOsm {
    function zzz() external view returns (uint64);
    function hop() external view returns (uint16);
    function peep() external view returns (bytes32 priceWad, bool has);
}

/// @notice The door of a collateral token, amounts in its own decimals.
interface IMakerGemJoin {
    function vat() external view returns (address);
    function ilk() external view returns (bytes32);
    function gem() external view returns (address);
    function dec() external view returns (uint256);
    function join(address urn, uint256 amount) external;
    function exit(address to, uint256 amount) external;
}

/// @notice The door of the dai token.
interface IMakerDaiJoin {
    function vat() external view returns (address);
    function dai() external view returns (address);
    function join(address urn, uint256 wad) external;
    function exit(address to, uint256 wad) external;
}
