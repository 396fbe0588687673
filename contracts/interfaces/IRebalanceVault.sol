// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {IVaultAgent} from "./IVaultAgent.sol";
import {IVaultConfigViews} from "./IVaultConfigViews.sol";
import {IVaultConfiguration} from "./IVaultConfiguration.sol";
import {IVaultCustody} from "./IVaultCustody.sol";
import {IVaultPorts} from "./IVaultPorts.sol";
import {IVaultRescue} from "./IVaultRescue.sol";

/// @title RebalanceVault
/// @notice All that a vault answers to, at one address.
interface IRebalanceVault is
    IVaultAgent,
    IVaultCustody,
    IVaultPorts,
    IVaultRescue,
    IVaultConfiguration,
    IVaultConfigViews
{
    /// @notice Lending venues that the vault's code knows.
    function adapters() external view returns (address[] memory);
}
