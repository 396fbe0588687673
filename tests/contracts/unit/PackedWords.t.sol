// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PackedWords} from "ballast/libraries/PackedWords.sol";
import {Test} from "forge-std/Test.sol";

contract PackedWordsTest is Test {
    function testFuzz_unpack_givesEveryBitBack(bytes32[] memory words, uint256 shift) public pure {
        for (uint256 i; i < words.length; i++) {
            words[i] >>= (shift = uint256(keccak256(abi.encode(shift)))) % 257; // words of every length
        }
        bytes memory raw = abi.encodePacked(words);
        bytes memory packed = PackedWords.pack(raw);
        assertEq(PackedWords.unpack(packed), raw);
        assertLe(packed.length, raw.length / 32 * 33);
    }

    function test_nothing_isNothing() public pure {
        assertEq(PackedWords.pack(""), "");
        assertEq(PackedWords.unpack(""), "");
    }

    function test_word_takesItsBytesAndOne_boundary() public pure {
        assertEq(PackedWords.pack(abi.encode(0)), hex"00");
        assertEq(PackedWords.pack(abi.encode(255)), hex"01ff");
        assertEq(PackedWords.pack(abi.encode(256)), hex"020100");
        assertEq(PackedWords.pack(abi.encode(type(uint256).max)), abi.encodePacked(uint8(32), type(uint256).max));
        assertEq(PackedWords.pack(abi.encode(1 << 248)), abi.encodePacked(uint8(32), uint256(1 << 248)));
        assertEq(PackedWords.pack(abi.encode((1 << 248) - 1)), abi.encodePacked(uint8(31), type(uint248).max));
    }

    function test_memoryBehindBoth_isFree() public pure {
        bytes memory raw = abi.encode(type(uint256).max, 0, 7);
        bytes memory packed = PackedWords.pack(raw);
        bytes memory behind = abi.encode("behind");
        bytes memory words = PackedWords.unpack(packed);
        bytes memory last = abi.encode("last");
        assertEq(words, raw);
        assertEq(behind, abi.encode("behind"));
        assertEq(last, abi.encode("last"));
    }
}
