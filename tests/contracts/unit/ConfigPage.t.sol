// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "ballast/interfaces/IVaultTerms.sol";
import {ConfigPage} from "ballast/libraries/ConfigPage.sol";
import {Execution} from "ballast/types/Execution.sol";
import {Test} from "forge-std/Test.sol";

/// @notice A page that could not be written is no page.
contract PageWriteTest is Test {
    /// @dev 200 gas a byte: what is forwarded does not suffice, and a 64th stays here, more than enough to go on with.
    function test_attack_gasThatSufficesForEverythingButThePage_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultTerms.ZeroAddress.selector, "configPage"));
        this.write{gas: 4_000_000}(20_000);
        assertGt(this.write{gas: 8_000_000}(20_000).code.length, 20_000);
    }

    function write(uint256 bytes_) external returns (address) {
        return ConfigPage.write(new bytes(bytes_));
    }
}

/// @notice The library makes an execution by hand, so its size is held against the struct.
contract NewExecutionTest is Test {
    function test_newExecution_hasRoomForEveryMember_andIsZero() public pure {
        assembly {
            let free := mload(0x40)
            for { let i := 0 } // what others left there
             lt(i, 2048) { i := add(i, 32) } { mstore(add(free, i), not(0)) }
        }
        Execution memory x = ConfigPage.newExecution()[0];
        (uint256 at, uint256 free) = (0, 0);
        assembly {
            at := x
            free := mload(0x40)
        }
        for (uint256 word = at; word < free; word += 32) {
            uint256 value;
            assembly {
                value := mload(word)
            }
            assertEq(value, 0, "a member is not zero");
        }
        x.owed = 1; // the last member
        uint256 last;
        assembly {
            last := mload(sub(free, 32))
        }
        assertEq(last, 1, "the struct has grown or shrunk");
    }
}
