// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {IVaultConfiguration} from "./IVaultConfiguration.sol";
import {IVaultExecution} from "./IVaultExecution.sol";

/// @title RebalanceVault
/// @notice All that a vault answers to, at one address.
interface IRebalanceVault is IVaultExecution, IVaultConfiguration {}
