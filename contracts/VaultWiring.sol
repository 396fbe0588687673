// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultStorage} from "./VaultStorage.sol";
import {RouteKind} from "./types/Decision.sol";
import {MAX_ADAPTERS, Wiring} from "./types/Wiring.sol";

/// @title What a plane of a vault's code may call
/// @notice Immutable in the code: no role can add a venue or a factory. Every plane is made with the same wiring, and says so by its hash.
abstract contract VaultWiring is VaultStorage {
    /// @notice keccak256 of the encoded wiring.
    bytes32 public immutable wiringHash;

    // immutables cannot be a list; a venue that is not there is zero, which no position has
    address private immutable _adapter0;
    address private immutable _adapter1;
    address private immutable _adapter2;
    address private immutable _adapter3;
    address private immutable _adapter4;
    address private immutable _adapter5;

    address private immutable _aaveFlashPool;
    address private immutable _freeFlashLender;
    address internal immutable _swapProxy;

    constructor(Wiring memory wiring) {
        uint256 count = wiring.adapters.length;
        require(count != 0 && count <= MAX_ADAPTERS, ValueForbidden("adapters", count, MAX_ADAPTERS));
        for (uint256 i; i < count; i++) {
            require(wiring.adapters[i].code.length != 0, ZeroAddress("adapter"));
        }
        _requireCodeOrNone("aaveFlashPool", wiring.aaveFlashPool);
        _requireCodeOrNone("freeFlashLender", wiring.freeFlashLender);
        _requireCodeOrNone("swapProxy", wiring.swapProxy);
        (_aaveFlashPool, _freeFlashLender) = (wiring.aaveFlashPool, wiring.freeFlashLender);
        _swapProxy = wiring.swapProxy;
        wiringHash = keccak256(abi.encode(wiring));
        _adapter0 = wiring.adapters[0];
        _adapter1 = _at(wiring, 1);
        _adapter2 = _at(wiring, 2);
        _adapter3 = _at(wiring, 3);
        _adapter4 = _at(wiring, 4);
        _adapter5 = _at(wiring, 5);
    }

    /// @dev Lending venues, in the order of the wiring.
    function _adapters() internal view returns (address[] memory list) {
        list = new address[](MAX_ADAPTERS);
        (list[0], list[1], list[2]) = (_adapter0, _adapter1, _adapter2);
        (list[3], list[4], list[5]) = (_adapter3, _adapter4, _adapter5);
        uint256 count = MAX_ADAPTERS;
        while (list[count - 1] == address(0)) count--;
        assembly ("memory-safe") {
            mstore(list, count) // shorter than allocated
        }
    }

    function _requireVenue(address adapter) internal view {
        bool known = adapter == _adapter0 || adapter == _adapter1 || adapter == _adapter2 || adapter == _adapter3
            || adapter == _adapter4 || adapter == _adapter5;
        require(known && adapter != address(0), VenueForbidden(adapter, _adapter0));
    }

    /// @dev Who lends on a route; zero where nobody does. An aggregator's sale is financed by either lender, whichever is named.
    function _lenderOf(RouteKind route, address named) internal view returns (address) {
        if (route == RouteKind.UniswapV3FlashSwap) return address(0); // the pool itself pays first
        if (route == RouteKind.AaveV3FlashLoan) return _aaveFlashPool;
        if (route == RouteKind.FreeFlashLoan) return _freeFlashLender;
        bool lends = named == _aaveFlashPool || named == _freeFlashLender;
        return route == RouteKind.Aggregator && lends ? named : address(0);
    }

    /// @dev Only Aave's loan costs something.
    function _chargesPremium(address lender) internal view returns (bool) {
        return lender == _aaveFlashPool;
    }

    function _requireSameWiring(bytes32 observed) internal view {
        require(observed == wiringHash, WiringMismatch(observed, wiringHash));
    }

    function _requireCodeOrNone(string memory name, address account) private view {
        require(account == address(0) || account.code.length != 0, ZeroAddress(name));
    }

    function _at(Wiring memory wiring, uint256 index) private pure returns (address) {
        return index < wiring.adapters.length ? wiring.adapters[index] : address(0);
    }
}
