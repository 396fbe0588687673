// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Vm} from "forge-std/Vm.sol";

/// @notice Places contracts at chosen addresses by running their constructors there.
/// @dev Etching runtime code alone would lose immutables and everything that a constructor writes.
library Construct {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error ConstructorFailed(address target, bytes reason);

    /// @notice Run `creationCode` (with its arguments appended) at `target` and leave the code that it returns there.
    function at(address target, bytes memory creationCode) internal {
        VM.etch(target, creationCode);
        (bool ok, bytes memory runtime) = target.call("");
        if (!ok || runtime.length == 0) revert ConstructorFailed(target, runtime);
        VM.etch(target, runtime);
        // A created contract starts with nonce 1; its own creations get their addresses from that.
        if (VM.getNonce(target) == 0) VM.setNonce(target, 1);
    }

    /// @notice Creation code in a JSON artifact of an npm package.
    function prebuilt(string memory artifact) internal view returns (bytes memory) {
        return VM.parseJsonBytes(VM.readFile(string.concat("node_modules/", artifact)), ".bytecode");
    }

    /// @notice Creation code of a contract that ballast.replica.build has compiled with its publisher's settings.
    function compiled(string memory name) internal view returns (bytes memory) {
        return VM.parseJsonBytes(VM.readFile(string.concat("build/replica/", name, ".json")), ".bytecode");
    }
}
