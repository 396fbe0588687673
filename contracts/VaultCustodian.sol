// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {VaultConfigurator} from "./VaultConfigurator.sol";
import {VaultOwner} from "./VaultOwner.sol";
import {VaultViews} from "./VaultViews.sol";
import {Wiring} from "./types/Wiring.sol";

/// @title The owner's plane: his way in and out, and what a vault tells
/// @notice Runs by delegatecall from a vault's fallback, and hands on to the configurator what is not its own. Called directly, it meets its
/// own empty storage, where nobody has a role and there is nothing to take.
/// @custom:kill Holds nothing. The owner's exit cannot be stopped.
contract VaultCustodian is VaultOwner, VaultViews {
    /// @notice Code of the configuration plane.
    address public immutable configurator;

    constructor(VaultConfigurator configurator_, Wiring memory wiring) VaultBase(wiring) {
        _requireSameWiring(configurator_.wiringHash());
        configurator = address(configurator_);
    }

    receive() external payable {}

    fallback() external {
        _answerBy(configurator);
    }
}
