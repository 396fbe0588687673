// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultWiring} from "./VaultWiring.sol";
import {ILendingAdapter, VenueHealth} from "./interfaces/ILendingAdapter.sol";
import {StaticWord} from "./libraries/StaticWord.sol";
import {FlashSwapSlots} from "./swap/FlashSwapSlots.sol";

/// @title Outward calls of a vault
/// @notice Holds the one `delegatecall`. Its targets are fixed in the code of the implementation; no role can add one.
abstract contract VaultCalls is VaultWiring, FlashSwapSlots {
    /// @dev Gas that the venue gets to tell its health; two Aave reserves take 87,000 cold.
    uint256 private constant HEALTH_VIEW_GAS = 600_000;

    bytes4 internal constant _SUPPLY = ILendingAdapter.supply.selector;
    bytes4 internal constant _WITHDRAW = ILendingAdapter.withdraw.selector;
    bytes4 internal constant _BORROW = ILendingAdapter.borrow.selector;
    bytes4 internal constant _REPAY = ILendingAdapter.repay.selector;

    /// @dev Runs a mutator of a lending adapter on this vault's position.
    function _venueCall(address adapter, bytes memory call) internal {
        _requireVenue(adapter);
        _delegate(adapter, call);
    }

    /// @dev Callers pass addresses that are immutable in this code, and nothing else.
    function _delegate(address target, bytes memory call) internal returns (bytes memory answer) {
        bool done;
        (done, answer) = target.delegatecall(call);
        if (done) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    /// @dev For what is not a function of this plane: same calldata, same caller, this vault's storage. What the last plane does not know
    /// reverts there.
    function _answerBy(address plane) internal {
        bytes memory answer = _delegate(plane, msg.data);
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }

    /// @dev The four mutators share their arguments.
    function _call(bytes4 mutator, bytes32 venueRef, address token, uint256 amount)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(mutator, venueRef, token, amount);
    }

    function _idle(address token) internal view returns (uint256) {
        return StaticWord.balanceOf(token, address(this));
    }

    function _requireNoAllowance(address token, address spender) internal view {
        uint256 left = StaticWord.allowance(token, address(this), spender);
        require(left == 0, AllowanceLeft(token, spender, left));
    }

    /// @dev The venue gets a fixed amount of gas, and whoever relays must bring it: otherwise a gas limit chosen to fit would make a
    /// healthy venue look mute, at any depth of its calls, and switch the health rule off.
    function _tryHealth(address adapter, bytes32 venueRef) internal view returns (VenueHealth memory unknown) {
        // a call forwards at most 63/64 of what is left
        require(gasleft() - gasleft() / 64 > HEALTH_VIEW_GAS, InsufficientGas());
        try ILendingAdapter(adapter).health{gas: HEALTH_VIEW_GAS}(address(this), venueRef) returns (
            VenueHealth memory told
        ) {
            return told;
        } catch {}
    }
}
