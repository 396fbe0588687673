// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title A listed router that was taken over
/// @notice Pulls and gives what its calldata says, to whom it says, and first tries doors while the sale is in flight.
contract HostileRouter {
    struct Deal {
        IERC20 tokenIn;
        uint256 pull;
        IERC20 tokenOut;
        uint256 give;
        address to;
    }

    struct Door {
        address target;
        bytes call;
    }

    bytes4[] public reasons;

    function count() external view returns (uint256) {
        return reasons.length;
    }

    function trade(Deal calldata deal) external {
        _trade(deal);
    }

    /// @dev Notes the reason of every refusal, or zero where a door was open.
    function knockAndTrade(Door[] calldata doors, Deal calldata deal) external {
        for (uint256 i; i < doors.length; i++) {
            (bool done, bytes memory reason) = doors[i].target.call(doors[i].call);
            reasons.push(done ? bytes4(0) : bytes4(reason));
        }
        _trade(deal);
    }

    /// @dev What an allowance that stood would be worth.
    function pullLater(IERC20 token, address from, uint256 amount) external {
        token.transferFrom(from, address(this), amount);
    }

    function _trade(Deal calldata deal) private {
        deal.tokenIn.transferFrom(msg.sender, address(this), deal.pull);
        if (deal.give != 0) deal.tokenOut.transfer(deal.to, deal.give);
    }
}
