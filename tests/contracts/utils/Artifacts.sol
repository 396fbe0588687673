// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

/// @title Contracts as another run of forge has compiled them
/// @notice Which run that is stands in an environment variable, see script/tools/run_tests.py; without it they are what was compiled together with
/// the tests.
library Artifacts {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @param folderVariable name of the variable that holds the folder of artifacts
    /// @param file that the contract stands in, without its ending
    function deploy(string memory folderVariable, string memory file, string memory name, bytes memory arguments)
        internal
        returns (address)
    {
        string memory folder = VM.envOr(folderVariable, string(""));
        if (bytes(folder).length == 0) return VM.deployCode(string.concat(file, ".sol:", name), arguments);
        return VM.deployCode(string.concat(folder, "/", file, ".sol/", name, ".json"), arguments);
    }
}
