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
        _answer(account, 0);
    }

    function allowance(address owner, address spender) external view returns (uint256) {
        _answer(owner, bytes32(uint256(uint160(spender))));
    }

    function healthOf(address account, bytes32 ref) external view returns (uint256) {
        _answer(account, ref);
    }

    function _answer(address account, bytes32 other) private view {
        if (_number == 0) revert Refused(account, _number);
        uint256 length = _number;
        assembly {
            mstore(0, xor(account, other))
            mstore(32, not(0))
            return(0, length)
        }
    }
}

contract StaticWordTest is Test {
    address private constant WHO = address(uint160(uint256(keccak256("who"))));
    bytes32 private constant SECOND = keccak256("second");

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

    function test_twoArguments_answerAsOneDoes() public {
        address target = address(new Answerer(32));
        assertEq(this.askTwo(target), uint160(WHO) ^ uint256(SECOND), "both arrive");
        assertEq(this.askTwo(address(new Answerer(64))), uint160(WHO) ^ uint256(SECOND), "its first word");
        address short = address(new Answerer(31));
        vm.expectRevert(bytes(""));
        this.askTwo(short);
        vm.expectRevert(bytes(""));
        this.askTwo(WHO);
        address refusing = address(new Answerer(0));
        vm.expectRevert(abi.encodeWithSelector(Answerer.Refused.selector, WHO, 0));
        this.askTwo(refusing);
    }

    function test_allowance_isOfBoth() public {
        address spender = address(uint160(uint256(keccak256("spender"))));
        assertEq(StaticWord.allowance(address(new Answerer(32)), WHO, spender), uint160(WHO) ^ uint160(spender));
    }

    function ask(address target) external view returns (uint256) {
        return StaticWord.balanceOf(target, WHO);
    }

    function askTwo(address target) external view returns (uint256) {
        return StaticWord.ask(target, Answerer.healthOf.selector, WHO, SECOND);
    }
}
