// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultCalls} from "./VaultCalls.sol";
import {
    IAaveV3FlashBorrower,
    IAaveV3FlashLender,
    IERC3156FlashBorrower,
    IERC3156FlashLender
} from "./interfaces/external/IFlashLender.sol";
import {RouteKind} from "./types/Decision.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title A loan for the length of a call
/// @notice What a plane does with the loan is its own; who may lend, and which callback counts, stands here.
/// @dev The lender follows from the route and is fixed in the code. Its callback is accepted once, from the lender in flight, for a loan
/// that this vault asked for, with the very bytes that were sent. What is in flight lies in transient storage, behind what the flash swap
/// keeps there (`FlashSwapSlots`): all planes inherit the same bases in the same order, so they agree on every slot.
abstract contract VaultLoans is VaultCalls, IAaveV3FlashBorrower, IERC3156FlashBorrower {
    using SafeERC20 for IERC20;

    bytes32 private constant ACCEPTED = keccak256("ERC3156FlashBorrower.onFlashLoan");
    uint16 private constant NO_REFERRAL = 0;

    address private transient _pendingLender;
    bytes32 private transient _pendingLoan;

    /// @notice Callback of Aave's pool.
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool)
    {
        _onLoan(asset, amount, premium, initiator, params);
        return true;
    }

    /// @notice Callback of a lender of ERC-3156.
    function onFlashLoan(address initiator, address token, uint256 amount, uint256 fee, bytes calldata data)
        external
        returns (bytes32)
    {
        _onLoan(token, amount, fee, initiator, data);
        return ACCEPTED;
    }

    /// @dev Borrows, has `_onLent` use what was lent, and gives back. Callers hold the lock. A lender that is not in the wiring has no route.
    /// @param named the lender, where the route leaves a choice
    function _lend(RouteKind route, address named, address token, uint256 amount, bytes memory data) internal {
        require(amount != 0, NothingToDo());
        address lender = _lenderOf(route, named);
        require(lender != address(0), RouteForbidden(route, RouteKind.AaveV3FlashLoan));
        (_pendingLender, _pendingLoan) = (lender, _loanHash(token, amount, keccak256(data)));
        if (_chargesPremium(lender)) {
            IAaveV3FlashLender(lender).flashLoanSimple(address(this), token, amount, data, NO_REFERRAL);
        } else {
            IERC3156FlashLender(lender).flashLoan(address(this), token, amount, data);
        }
        require(_pendingLender == address(0), CallbackUnexpected(lender));
        _requireNoAllowance(token, lender);
    }

    /// @dev Runs with `amount` of `token` in hand; must leave `amount` and `premium` idle.
    function _onLent(address token, uint256 amount, uint256 premium, bytes calldata data) internal virtual;

    /// @dev A lender in flight exists only between `_lend` and here, which is inside the vault's lock. Only Aave's pool may take a premium.
    function _onLoan(address token, uint256 amount, uint256 premium, address initiator, bytes calldata data) private {
        bool expected = msg.sender == _pendingLender && initiator == address(this)
            && _loanHash(token, amount, keccak256(data)) == _pendingLoan;
        require(expected, CallbackUnexpected(msg.sender));
        (_pendingLender, _pendingLoan) = (address(0), 0);
        require(premium == 0 || _chargesPremium(msg.sender), ValueForbidden("premium", premium, 0));
        _onLent(token, amount, premium, data);
        IERC20(token).forceApprove(msg.sender, amount + premium);
    }

    function _loanHash(address token, uint256 amount, bytes32 dataHash) private pure returns (bytes32) {
        return keccak256(abi.encode(token, amount, dataHash));
    }
}
