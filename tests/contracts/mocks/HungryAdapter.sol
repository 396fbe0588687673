// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AbstractAdapterProxy} from "./AbstractAdapterProxy.sol";
import {ILendingAdapter} from "ballast/interfaces/ILendingAdapter.sol";

/// @notice The Aave adapter of a venue that needs `healthGas` to tell its health: no venue of ours comes near the vault's limit.
contract HungryAdapter is AbstractAdapterProxy {
    uint256 private immutable _healthGas;

    constructor(address honest, uint256 healthGas) AbstractAdapterProxy(honest) {
        _healthGas = healthGas;
    }

    fallback() external {
        uint256 gasBefore = gasleft();
        bytes memory answer = _honestAnswer();
        if (msg.sig == ILendingAdapter.health.selector) {
            while (gasBefore - gasleft() < _healthGas) {}
        }
        _give(answer);
    }
}
