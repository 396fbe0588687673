// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {MakerWorld} from "../mocks/maker/MakerWorld.sol";
import {AbstractAdapterTest} from "./AbstractAdapterTest.sol";
// What fixtures name by artifact is compiled with the suite because it is imported here.
import {CometWorld} from "./worlds/CometWorld.sol";
import {AaveV3Adapter} from "ballast/adapters/AaveV3Adapter.sol";
import {CompoundV3Adapter} from "ballast/adapters/CompoundV3Adapter.sol";
import {MakerAdapter} from "ballast/adapters/MakerAdapter.sol";

/// @notice Aave V3 on the replica, or on the mainnet fork that BALLAST_UPSTREAM names.
contract AaveV3ConformanceTest is AbstractAdapterTest {
    function setUp() public {
        string memory upstream = vm.envOr("BALLAST_UPSTREAM", string(""));
        vm.skip(bytes(upstream).length == 0, "BALLAST_UPSTREAM is unset: run eval \"$(make env)\" first");
        _open(vm.readFile("tests/contracts/conformance/fixtures/aave.json"), upstream);
    }
}

/// @notice Compound III, a model: needs no node.
contract CompoundV3ConformanceTest is AbstractAdapterTest {
    function setUp() public {
        _open(vm.readFile("tests/contracts/conformance/fixtures/comet.json"), "");
    }
}

/// @notice Maker's ETH-A, a model: needs no node.
contract MakerConformanceTest is AbstractAdapterTest {
    function setUp() public {
        _open(vm.readFile("tests/contracts/conformance/fixtures/maker.json"), "");
    }
}

/// @notice Any deployment: the fixture that `make conformance FIXTURE=... RPC=...` has copied to where forge may read.
contract GivenConformanceTest is AbstractAdapterTest {
    function setUp() public {
        string memory path = vm.envOr("BALLAST_FIXTURE", string(""));
        vm.skip(bytes(path).length == 0, "BALLAST_FIXTURE is unset: use make conformance FIXTURE=file.json RPC=url");
        _open(vm.readFile(path), vm.envOr("BALLAST_FIXTURE_RPC", string("")));
    }
}
