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

    /// @notice What `spender` may still take of `owner`'s.
    function allowance(address token, address owner, address spender) internal view returns (uint256) {
        return ask(token, IERC20.allowance.selector, owner, bytes32(uint256(uint160(spender))));
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

    /// @notice What `selector(argument, second)` of `target` answers.
    function ask(address target, bytes4 selector, address argument, bytes32 second)
        internal
        view
        returns (uint256 word)
    {
        assembly ("memory-safe") {
            let call_ := mload(0x40) // scratch beyond the free pointer; nothing is allocated
            mstore(call_, selector)
            mstore(add(call_, 4), shr(96, shl(96, argument)))
            mstore(add(call_, 36), second)
            let done := staticcall(gas(), target, call_, 68, 0, 32)
            if iszero(and(done, gt(returndatasize(), 31))) {
                if done { revert(0, 0) }
                returndatacopy(call_, 0, returndatasize())
                revert(call_, returndatasize())
            }
            word := mload(0)
        }
    }
}
