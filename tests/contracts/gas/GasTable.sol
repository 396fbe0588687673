// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {CommonBase} from "forge-std/Base.sol";
import {console} from "forge-std/console.sol";

/// @notice One line of the table that `make bench` puts together: a file each, because tests run side by side.
abstract contract GasTable is CommonBase {
    string private constant FOLDER = "out/bench/gas";

    /// @param gas of the whole transaction
    /// @param bareGas of the same route without a check, zero where there is none
    function record(string memory name, uint256 gas, uint256 bareGas) internal {
        console.log(name);
        console.log("  gas     ", gas);
        console.log("  bare    ", bareGas);
        console.log("  overhead", gas - bareGas);
        vm.createDir(FOLDER, true);
        string memory line =
            string.concat('{"case":"', name, '","gas":', vm.toString(gas), ',"bare_gas":', vm.toString(bareGas), "}\n");
        vm.writeFile(string.concat(FOLDER, "/", name, ".json"), line);
    }
}
