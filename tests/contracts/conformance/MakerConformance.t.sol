// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerWorld} from "../mocks/maker/MakerWorld.sol";
import {AbstractAdapterTest} from "./AbstractAdapterTest.sol";
import {MakerAdapter} from "ballast/adapters/MakerAdapter.sol";

/// @notice Maker's ETH-A on the model; needs no node.
contract MakerConformanceTest is AbstractAdapterTest {
    /// @dev Deployed by name; naming them here makes a run of this file alone compile them.
    function artifacts() external pure returns (string memory, string memory) {
        return (type(MakerWorld).name, type(MakerAdapter).name);
    }

    function setUp() public {
        _open(vm.readFile("tests/contracts/conformance/fixtures/maker.json"), "");
    }
}
