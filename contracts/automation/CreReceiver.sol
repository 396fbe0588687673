// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRebalanceVault} from "../interfaces/IRebalanceVault.sol";
import {AbstractKeeper} from "./AbstractKeeper.sol";

/// @notice What Chainlink's KeystoneForwarder delivers reports to.
interface ICreReceiver {
    function onReport(bytes calldata metadata, bytes calldata report) external;
}

/// @title Receiver of a workflow on Chainlink's Runtime Environment
/// @notice A report is a nudge: what it says is not read, so an old, repeated or foreign one can do nothing that is not due anyway. It counts
/// from the forwarder, and from workflows of one owner, so that nobody else has work done at his name.
contract CreReceiver is AbstractKeeper, ICreReceiver {
    /// @dev Metadata: workflow id (32), name (10), owner (20), report id (2).
    uint256 private constant OWNER_AT = 42;
    uint256 private constant METADATA_LENGTH = 64;
    bytes4 private constant ERC165 = 0x01ffc9a7;

    address public immutable forwarder;
    address public immutable workflowOwner;
    address public immutable rewardTo;

    /// @notice Somebody else than the forwarder calls.
    error ForwarderExpected(address observed, address allowed);
    /// @notice The report comes from another owner's workflow.
    error WorkflowForbidden(address observed, address allowed);
    /// @notice The forwarder speaks another version.
    error MetadataInvalid(uint256 observedLength, uint256 allowedLength);

    constructor(
        IRebalanceVault vault_,
        uint256 positionId_,
        address forwarder_,
        address workflowOwner_,
        address rewardTo_
    ) AbstractKeeper(vault_, positionId_) {
        (forwarder, workflowOwner, rewardTo) = (forwarder_, workflowOwner_, rewardTo_);
    }

    /// @inheritdoc ICreReceiver
    function onReport(bytes calldata metadata, bytes calldata) external {
        require(msg.sender == forwarder, ForwarderExpected(msg.sender, forwarder));
        require(metadata.length == METADATA_LENGTH, MetadataInvalid(metadata.length, METADATA_LENGTH));
        address from = address(bytes20(metadata[OWNER_AT:OWNER_AT + 20]));
        require(from == workflowOwner, WorkflowForbidden(from, workflowOwner));
        _perform(rewardTo);
    }

    /// @notice ERC-165, which the forwarder asks before it delivers.
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == ERC165 || interfaceId == type(ICreReceiver).interfaceId;
    }
}
