// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Artifacts} from "../utils/Artifacts.sol";
import {CommonBase} from "forge-std/Base.sol";
import {console} from "forge-std/console.sol";

/// @notice One line of the table that `make bench` puts together: a file each, because tests run side by side.
/// @dev A fair pair is measured in one state of the world: both contracts have acted once before (what a first action leaves idle makes slots that
/// the next only changes), the same time has passed (interest that has accrued and a pool's new observation are written by whoever comes
/// first), and what the bare one did is taken back before the vault follows. Both are whole transactions, with base cost and calldata.
/// The bare contract has no clone in front of it and no signed decision to bring. `make bench` and `make test` compile it as they compile what is
/// deployed; bare forge compiles it as it compiles all tests, which costs it 150 gas more.
abstract contract GasTable is CommonBase {
    string private constant FOLDER = "out/bench/gas";

    /// @notice A contract without guards, under the settings of what is deployed where the caller of forge made such, see script/tools/run_tests.py.
    /// @param file that it stands in, without its ending
    function deployBare(string memory file, string memory name, bytes memory arguments) internal returns (address) {
        return Artifacts.deploy("BALLAST_BARE", file, name, arguments);
    }

    /// @notice Gas of a whole transaction that is then undone. The caller is isolated.
    function gasOf(address target, bytes memory data) internal returns (uint256 gasUsed) {
        uint256 snapshot = vm.snapshotState();
        call(target, data);
        gasUsed = vm.lastCallGas().gasTotalUsed;
        vm.revertToState(snapshot);
    }

    function call(address target, bytes memory data) internal {
        (bool done, bytes memory answer) = target.call(data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    /// @notice Gas of the last call as a contract pays it that asks a view of one word: without a transaction's base cost and calldata.
    function lastViewGas() internal view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed - 21_000 - 4 * 32 - 4 * 16;
    }

    /// @param gas of the whole transaction, or of a view
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
