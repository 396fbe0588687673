// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {StaticWord} from "ballast/libraries/StaticWord.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Answers as its number says: a word, more than a word, less than one, or a refusal.
contract Answerer {
    error Refused(address asked, uint256 number);

    uint256 private immutable _number;

    constructor(uint256 number) {
        _number = number;
    }

    function balanceOf(address account) external view returns (uint256) {
        if (_number == 0) revert Refused(account, _number);
        uint256 length = _number;
        assembly {
            mstore(0, account)
            mstore(32, not(0))
            return(0, length)
        }
    }
}

contract StaticWordTest is Test {
    address private constant WHO = address(uint160(uint256(keccak256("who"))));

    function test_answer_isTheWord() public {
        assertEq(this.ask(address(new Answerer(32))), uint160(WHO));
    }

    function test_longerAnswer_isItsFirstWord() public {
        assertEq(this.ask(address(new Answerer(64))), uint160(WHO));
    }

    function test_shorterAnswer_reverts_boundary() public {
        address short = address(new Answerer(31));
        vm.expectRevert(bytes(""));
        this.ask(short);
    }

    function test_noCode_reverts() public {
        vm.expectRevert(bytes(""));
        this.ask(WHO);
    }

    function test_refusal_isPassedOn_whole() public {
        address refusing = address(new Answerer(0));
        vm.expectRevert(abi.encodeWithSelector(Answerer.Refused.selector, WHO, 0));
        this.ask(refusing);
    }

    /// @dev What the compiler keeps in memory is as it was.
    function test_memory_isLeftAlone() public {
        address answerer = address(new Answerer(64));
        bytes memory before = abi.encode("before");
        uint256 free;
        uint256 zero;
        StaticWord.balanceOf(answerer, WHO);
        assembly {
            free := mload(0x40)
            zero := mload(0x60)
        }
        assertEq(zero, 0, "the zero slot");
        assertGt(free, 0x80, "the free pointer");
        assertEq(before, abi.encode("before"));
    }

    function ask(address target) external view returns (uint256) {
        return StaticWord.balanceOf(target, WHO);
    }
}
