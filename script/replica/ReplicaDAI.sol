// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {AbstractReplicaToken} from "./AbstractReplicaToken.sol";

/// @title ReplicaDAI
/// @notice DAI as Maker's joins see it: any ward mints, anybody burns what is his or allowed to him. Without `permit`.
contract ReplicaDAI is AbstractReplicaToken {
    error OnlyWard(address sender);

    mapping(address account => uint256) public wards;

    constructor(address ward) AbstractReplicaToken("Dai Stablecoin", "DAI", 18) {
        wards[ward] = 1;
    }

    modifier onlyWard() {
        if (wards[msg.sender] != 1) revert OnlyWard(msg.sender);
        _;
    }

    /// @notice Make `account` a ward.
    function rely(address account) external onlyWard {
        wards[account] = 1;
    }

    /// @notice Make `account` no ward any more.
    function deny(address account) external onlyWard {
        wards[account] = 0;
    }

    /// @notice Create `amount` (18 decimals) for `to`.
    function mint(address to, uint256 amount) external onlyWard {
        _create(to, amount);
    }

    /// @notice Destroy `amount` of `from`, the caller's own or against his allowance.
    function burn(address from, uint256 amount) external {
        if (from != msg.sender) _spend(from, amount);
        _destroy(from, amount);
    }
}
