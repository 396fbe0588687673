// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Vm} from "forge-std/Vm.sol";

/// @notice Stand-in for an aToken implementation during one `initReserves`: moves its creator's nonce forward.
/// @dev Runs behind the aToken's proxy and writes no storage, so that the real implementation finds it untouched.
contract NonceAdvancer {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    address private immutable creator;
    uint64 private immutable nonce;

    constructor(address creator_, uint64 nonce_) {
        creator = creator_;
        nonce = nonce_;
    }

    function initialize(address, address, uint8, string calldata, string calldata, bytes calldata) external {
        VM.setNonce(creator, nonce);
    }
}
