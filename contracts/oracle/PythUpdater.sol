// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultAgent} from "../interfaces/IVaultAgent.sol";
import {IPyth} from "../interfaces/external/IPyth.sol";
import {Decision, Outcome} from "../types/Decision.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Brings fresh prices of Pyth and executes a decision on them, in one transaction
/// @notice For whoever relays a decision of a vault that reads a `PythFeed`. It has no role in any vault, holds nothing between two calls and
/// calls nothing but Pyth's update and `execute`; who the vault is decides whoever calls, and it is his own money.
/// @custom:kill Holds nothing, owned by nobody.
contract PythUpdater {
    /// @notice Pyth of this chain.
    IPyth public immutable pyth;

    error FeeTooHigh(uint256 feeWei, uint256 allowedWei);
    error PythMissing(address observed);

    constructor(IPyth pyth_) {
        require(address(pyth_).code.length != 0, PythMissing(address(pyth_)));
        pyth = pyth_;
    }

    /// @notice Pays Pyth's fee out of what was sent, updates, executes, and gives the rest back to the caller.
    /// @param updates as Pyth's servers hand them out; none where the prices on chain are fresh enough
    /// @param maxFeeWei greatest fee in wei; what was sent is a second limit
    function updateAndExecute(
        IVaultAgent vault,
        bytes[] calldata updates,
        uint256 maxFeeWei,
        Decision calldata decision,
        bytes calldata signature
    ) external payable returns (Outcome memory outcome) {
        uint256 feeWei = pyth.getUpdateFee(updates);
        uint256 allowedWei = msg.value < maxFeeWei ? msg.value : maxFeeWei;
        require(feeWei <= allowedWei, FeeTooHigh(feeWei, allowedWei));
        pyth.updatePriceFeeds{value: feeWei}(updates);
        outcome = vault.execute(decision, signature);
        // no underflow: the fee is at most what was sent
        Address.sendValue(payable(msg.sender), msg.value - feeWei);
    }
}
