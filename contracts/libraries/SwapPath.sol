// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";

/// @title A path through one to three pools
/// @notice token (20 bytes), then fee (3) and token (20) for every hop: the packing of Uniswap V3.
library SwapPath {
    uint256 internal constant STEP = 23; // token and fee
    uint256 internal constant HOP = 43; // token, fee, token
    uint256 private constant LONGEST = 89; // three hops

    /// @notice A path that visits no token twice; a round trip would only feed pools.
    function requireSimple(bytes calldata path) internal pure {
        uint256 length = path.length;
        bool shaped = length >= HOP && length <= LONGEST && (length - 20) % STEP == 0;
        require(shaped, IVaultTerms.PathInvalid(path));
        for (uint256 offset = STEP; offset < length; offset += STEP) {
            for (uint256 earlier; earlier < offset; earlier += STEP) {
                require(tokenAt(path, earlier) != tokenAt(path, offset), IVaultTerms.PathInvalid(path));
            }
        }
    }

    /// @param offset byte where a token begins
    function tokenAt(bytes calldata path, uint256 offset) internal pure returns (address) {
        return address(bytes20(path[offset:offset + 20]));
    }
}
