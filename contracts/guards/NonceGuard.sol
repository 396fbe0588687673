// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";

/// @title Was this nonce used or cancelled before?
/// @notice Unordered nonces, one bitmap per position: word = nonce >> 8, bit = nonce & 255. A lane is a nonce that a re-plan keeps until it
/// is executed or dead.
library NonceGuard {
    function isUsed(mapping(uint256 word => uint256) storage bitmap, uint256 nonce) internal view returns (bool) {
        return bitmap[nonce >> 8] & _bit(nonce) != 0;
    }

    function check(mapping(uint256 word => uint256) storage bitmap, uint256 positionId, uint256 nonce) internal view {
        require(!isUsed(bitmap, nonce), IVaultTerms.NonceUsed(positionId, nonce));
    }

    function use(mapping(uint256 word => uint256) storage bitmap, uint256 nonce) internal {
        bitmap[nonce >> 8] |= _bit(nonce);
    }

    function _bit(uint256 nonce) private pure returns (uint256) {
        // the one bit, moved left by less than a word
        // forge-lint: disable-next-line(incorrect-shift)
        return 1 << (nonce & 0xff);
    }
}
