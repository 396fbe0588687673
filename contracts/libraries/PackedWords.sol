// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Words without their leading zeros
/// @notice Each word as a byte that says how many bytes it needs, and these bytes: what the ABI encodes is two thirds zeros, and a byte of code
/// costs 200 gas to lay down. Unpacking gives back every bit.
library PackedWords {
    /// @param words whole words, as `abi.encode` gives them
    function pack(bytes memory words) internal pure returns (bytes memory packed) {
        packed = new bytes(words.length + words.length / 32);
        uint256 length;
        for (uint256 i; i < words.length; i += 32) {
            uint256 word;
            assembly ("memory-safe") {
                word := mload(add(add(words, 32), i))
            }
            uint256 size = word == 0 ? 0 : Math.log256(word) + 1;
            assembly ("memory-safe") {
                // inside what was allocated: a byte and at most 32 more a word
                let at_ := add(add(packed, 32), length)
                mstore8(at_, size)
                if size { mstore(add(at_, 1), shl(sub(256, mul(8, size)), word)) }
            }
            length += 1 + size;
        }
        assembly ("memory-safe") {
            mstore(packed, length) // shorter than allocated
        }
    }

    /// @param packed what `pack` gave
    function unpack(bytes memory packed) internal pure returns (bytes memory words) {
        assembly ("memory-safe") {
            words := mload(0x40)
            let to := add(words, 32)
            let from := add(packed, 32)
            for { let end := add(from, mload(packed)) } lt(from, end) {} {
                let size := byte(0, mload(from))
                mstore(to, shr(sub(256, mul(8, size)), mload(add(from, 1)))) // what lies behind the word is shifted out
                from := add(from, add(size, 1))
                to := add(to, 32)
            }
            mstore(words, sub(to, add(words, 32)))
            mstore(0x40, to)
        }
    }
}
