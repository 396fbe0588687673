// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A view that answers with one word, asked without the memory and the checks that an interface call spends around it
/// @notice Behaves as such a call does: a refusal is passed on with its reason, an answer of less than a word (also of an account without
/// code) reverts without one. An execution asks some ten such questions, and each costs half as much as through an interface.
library StaticWord {
    /// @notice Balance of `account` in `token`.
    function balanceOf(address token, address account) internal view returns (uint256) {
        return ask(token, IERC20.balanceOf.selector, account);
    }

    /// @notice What `selector(argument)` of `target` answers.
    function ask(address target, bytes4 selector, address argument) internal view returns (uint256 word) {
        assembly ("memory-safe") {
            mstore(0, selector) // scratch space: selector and one argument, then the answer
            mstore(4, shr(96, shl(96, argument))) // the compiler does not promise clean bits above an address
            let done := staticcall(gas(), target, 0, 36, 0, 32)
            if iszero(and(done, gt(returndatasize(), 31))) {
                if done { revert(0, 0) }
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
            word := mload(0)
        }
    }
}
