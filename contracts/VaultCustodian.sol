// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultBase} from "./VaultBase.sol";
import {VaultConfigViews} from "./VaultConfigViews.sol";
import {VaultOwner} from "./VaultOwner.sol";
import {VaultRescuer} from "./VaultRescuer.sol";
import {VaultViews} from "./VaultViews.sol";
import {Wiring} from "./types/Wiring.sol";

/// @title The owner's plane: his way in and out, and what a vault tells
/// @notice Runs by delegatecall from a vault's fallback, and hands on to the rescuer what is not its own. Called directly, it meets its
/// own empty storage, where nobody has a role and there is nothing to take.
/// @custom:kill Holds nothing. The owner's exit cannot be stopped.
contract VaultCustodian is VaultOwner, VaultViews, VaultConfigViews {
    /// @notice Code of the safety net's plane, which knows the configuration plane.
    address public immutable rescuer;

    constructor(VaultRescuer rescuer_, Wiring memory wiring) VaultBase(wiring) {
        _requireSameWiring(rescuer_.wiringHash());
        rescuer = address(rescuer_);
    }

    /// @notice Lending venues, in the order of the wiring.
    function adapters() external view returns (address[] memory) {
        return _adapters();
    }

    receive() external payable {}

    fallback() external {
        _answerBy(rescuer);
    }
}
