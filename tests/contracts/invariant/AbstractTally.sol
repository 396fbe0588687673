// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "forge-std/Test.sol";
import {console} from "forge-std/console.sol";

/// @title What the actors of all runs achieved together
/// @notice A campaign in which an actor never acts proves nothing: after enough runs a zero fails.
/// @dev Runs share no state but the environment of forge's own process.
abstract contract AbstractTally is Test {
    uint256 private constant RUNS_BEFORE_ZEROS_COUNT = 16;

    uint256[32] internal did; // by the order of `deeds`

    /// @return key of the environment, one for each campaign
    /// @return names of what is counted, at most 32
    function deeds() internal pure virtual returns (string memory key, string[] memory names);

    function clearTally() internal {
        (string memory key,) = deeds();
        vm.setEnv(key, "");
    }

    /// @dev Adds this run's counts, and keeps the greatest of `most`, USD wad.
    function addUp(uint256 most, uint256 budgetWad) internal {
        (string memory key, string[] memory names) = deeds();
        (uint256 runs, uint256 greatest, uint256[32] memory sums) = _earlier(key);
        runs++;
        if (most > greatest) greatest = most;
        for (uint256 i; i < names.length; i++) {
            sums[i] += did[i];
        }
        vm.setEnv(key, vm.toString(abi.encode(runs, greatest, sums)));
        if (runs < RUNS_BEFORE_ZEROS_COUNT) return;
        string memory line = string.concat("runs ", vm.toString(runs));
        for (uint256 i; i < names.length; i++) {
            line = string.concat(line, ", ", names[i], " ", vm.toString(sums[i]));
            assertGt(sums[i], 0, string.concat("vacuous, never happened: ", names[i]));
        }
        console.log(line);
        console.log("most lost in any window: %s of %s USD cents", greatest / 1e16, budgetWad / 1e16);
    }

    function _earlier(string memory key)
        private
        view
        returns (uint256 runs, uint256 greatest, uint256[32] memory sums)
    {
        string memory earlier = vm.envOr(key, string(""));
        if (bytes(earlier).length == 0) return (runs, greatest, sums);
        return abi.decode(vm.parseBytes(earlier), (uint256, uint256, uint256[32]));
    }
}
