// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {AbstractReplicaToken} from "./AbstractReplicaToken.sol";

/// @title ReplicaToken
/// @notice A token that one account may mint: USDC without its blacklist and pause, WBTC without its pause.
contract ReplicaToken is AbstractReplicaToken {
    error OnlyMinter(address sender, address minter);

    address public immutable minter;

    constructor(string memory name_, string memory symbol_, uint8 decimals_, address minter_)
        AbstractReplicaToken(name_, symbol_, decimals_)
    {
        minter = minter_;
    }

    /// @notice Create `amount` for `to`; only the minter may.
    function mint(address to, uint256 amount) external returns (bool) {
        if (msg.sender != minter) revert OnlyMinter(msg.sender, minter);
        _create(to, amount);
        return true;
    }
}
