// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRebalanceVault} from "./interfaces/IRebalanceVault.sol";
import {InitialConfig} from "./types/Config.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title One vault per borrower
/// @notice Deploys minimal clones of one implementation and configures each in the transaction that makes it. The salt is bound to the
/// caller, so nobody can take an address that somebody else announced. The factory keeps no power over a vault.
/// @custom:kill Holds nothing; stop calling it. Vaults that exist do not depend on it.
contract VaultFactory {
    address public immutable implementation;

    event VaultCreated(address indexed vault, address indexed owner, address indexed creator, bytes32 salt);

    /// @notice The implementation has no code.
    error ImplementationMissing(address implementation);

    constructor(address implementation_) {
        require(implementation_.code.length != 0, ImplementationMissing(implementation_));
        implementation = implementation_;
    }

    /// @notice Makes a vault and configures it. Reverts with the configuration's error, or where the caller used the salt before.
    function createVault(bytes32 salt, InitialConfig calldata config) external returns (address vault) {
        vault = Clones.cloneDeterministic(implementation, _boundSalt(msg.sender, salt));
        IRebalanceVault(vault).initialize(config);
        emit VaultCreated(vault, config.owner, msg.sender, salt);
    }

    /// @notice Address of the vault that `creator` gets for `salt`, made or not.
    function vaultOf(address creator, bytes32 salt) external view returns (address) {
        return Clones.predictDeterministicAddress(implementation, _boundSalt(creator, salt));
    }

    function _boundSalt(address creator, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(creator, salt));
    }
}
