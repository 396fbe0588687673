// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice What Ballast uses of an Aave V3 pool as a lender for the length of a call.
interface IAaveV3FlashLender {
    /// @dev Pays out, calls `executeOperation`, and takes amount and premium by the allowance that the receiver gave meanwhile.
    function flashLoanSimple(
        address receiver,
        address asset,
        uint256 amount,
        bytes calldata params,
        uint16 referralCode
    ) external;
}

/// @notice Callback that an Aave V3 pool makes during `flashLoanSimple`.
interface IAaveV3FlashBorrower {
    /// @return accepted anything but true makes the pool revert
    function executeOperation(address asset, uint256 amount, uint256 premium, address initiator, bytes calldata params)
        external
        returns (bool accepted);
}

/// @notice Lender of ERC-3156.
interface IERC3156FlashLender {
    function flashLoan(address receiver, address token, uint256 amount, bytes calldata data) external returns (bool);
}

/// @notice Borrower of ERC-3156.
interface IERC3156FlashBorrower {
    /// @return accepted keccak256 of "ERC3156FlashBorrower.onFlashLoan"
    function onFlashLoan(address initiator, address token, uint256 amount, uint256 fee, bytes calldata data)
        external
        returns (bytes32 accepted);
}
