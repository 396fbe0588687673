// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

/// @notice Known failure: shows that a failing forge test turns `make test` red.
contract CanaryTest is Test {
    function test_ThisTestMustFail() external pure {
        assertEq(uint256(1 + 1), 3);
    }
}
