// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Wards of the Maker model
/// @notice Slot 0 of every contract that has wards, as on mainnet. Each says "not authorized" in its own name.
abstract contract AbstractWards {
    mapping(address => uint256) public wards;

    constructor() {
        wards[msg.sender] = 1;
    }
}

/// @title The anonymous log entry of Maker's first contracts
/// @notice The call itself is the log: four topics, no event signature, then the first 224 bytes of calldata, padded with zeros.
abstract contract AbstractNote {
    event LogNote(
        bytes4 indexed sig, address indexed usr, bytes32 indexed arg1, bytes32 indexed arg2, bytes data
    ) anonymous;

    modifier note() {
        _;
        emit LogNote(msg.sig, msg.sender, _argument(0), _argument(1), _head());
    }

    function _argument(uint256 index) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(4, mul(32, index)))
        }
    }

    function _head() internal pure returns (bytes memory head) {
        head = new bytes(224);
        assembly ("memory-safe") {
            calldatacopy(add(head, 32), 0, 224)
        }
    }
}
