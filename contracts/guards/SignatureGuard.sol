// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Is it signed by whom it has to be?
/// @notice A key first, which spares a look at its code; then a contract. Whoever holds the key of an account that has code decides for it.
library SignatureGuard {
    /// @param expected not zero
    function isSigned(address expected, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        // zero never passes: `expected` is not zero, and a failed recovery is an error
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == expected) return true;
        return SignatureChecker.isValidERC1271SignatureNow(expected, digest, signature);
    }
}
