// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Is it signed by whom it has to be?
/// @notice A key first, which spares a look at its code; then a contract. Whoever holds the key of an account that has code decides for it.
library SignatureGuard {
    /// @param expected not zero
    function isSigned(address expected, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        if (_isByKey(expected, digest, signature)) return true;
        return SignatureChecker.isValidERC1271SignatureNow(expected, digest, signature);
    }

    /// @dev A key signs in 65 bytes: r, s, v.
    function _isByKey(address expected, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        if (signature.length != 65) return false;
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            r := calldataload(signature.offset) // the length was checked in the line above
            s := calldataload(add(signature.offset, 32))
            v := byte(0, calldataload(add(signature.offset, 64)))
        }
        // zero never passes: `expected` is not zero, and a failed recovery is an error
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, v, r, s);
        return problem == ECDSA.RecoverError.NoError && recovered == expected;
    }
}
