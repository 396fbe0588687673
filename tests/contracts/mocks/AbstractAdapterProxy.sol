// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice Stands before an honest adapter, by call and by delegatecall, for a venue that differs from it in one thing.
abstract contract AbstractAdapterProxy {
    address private immutable _self = address(this);
    address private immutable _honest;

    constructor(address honest) {
        _honest = honest;
    }

    function _isDelegated() internal view returns (bool) {
        return address(this) != _self;
    }

    /// @dev What the honest one answers to the call in hand; its refusals are passed on.
    function _honestAnswer() internal returns (bytes memory answer) {
        bool done;
        (done, answer) = _isDelegated() ? _honest.delegatecall(msg.data) : _honest.staticcall(msg.data);
        if (done) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    /// @dev Ends the call.
    function _give(bytes memory answer) internal pure {
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}
