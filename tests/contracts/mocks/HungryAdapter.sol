// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";

/// @notice The Aave adapter of a venue that needs `healthGas` to tell its health: no venue of ours comes near the vault's limit.
contract HungryAdapter {
    address private immutable _self = address(this);
    address private immutable _honest;
    uint256 private immutable _healthGas;

    constructor(address honest, uint256 healthGas) {
        (_honest, _healthGas) = (honest, healthGas);
    }

    fallback() external {
        uint256 gasBefore = gasleft();
        bool delegated = address(this) != _self;
        (bool done, bytes memory answer) = delegated ? _honest.delegatecall(msg.data) : _honest.staticcall(msg.data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        if (msg.sig == ILendingAdapter.health.selector) {
            while (gasBefore - gasleft() < _healthGas) {}
        }
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
