// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {PositionStatus} from "../types/Config.sol";
import {Decision} from "../types/Decision.sol";
import {IVaultTerms} from "./IVaultTerms.sol";

/// @title The owner's way in and out, and what a vault tells
interface IVaultCustody is IVaultTerms {
    // ---------------------------------------------------------------- views

    /// @notice EIP-712 digest that the signer signs, for this chain and this vault.
    function hashDecision(Decision calldata decision) external view returns (bytes32);

    function status(uint256 positionId) external view returns (PositionStatus memory);

    /// @notice USD value, 18 decimals, of idle funds plus collateral minus debt over every registered asset and position, at the primary
    /// feeds. Reverts while the vault is locked, and where a feed is not usable.
    function getPortfolioValue() external view returns (int256 valueWad);

    /// @notice Primary feed that `token` is valued by, zero where it is not registered; `assetConfig` tells the rest.
    function assetToPriceFeed(address token) external view returns (address feed);

    /// @notice Relay of decisions that an aggregator executes, see `ISwapProxy`; zero where this vault's code has none.
    function swapProxy() external view returns (address);

    function domainSeparator() external view returns (bytes32);
    function isNonceUsed(uint256 positionId, uint256 nonce) external view returns (bool);
    function nonceBitmap(uint256 positionId, uint256 word) external view returns (uint256);
    function idleBudget(address token) external view returns (uint256 left);
    function lossBudget() external view returns (uint256 leftWad);
    function notionalBudget() external view returns (uint256 leftWad);

    // ---------------------------------------------------------------- owner: free of every guard, in every state

    function supply(uint256 positionId, address token, uint256 amount) external;
    function borrow(uint256 positionId, address token, uint256 amount, address to) external;
    function repay(uint256 positionId, address token, uint256 amount) external;
    function withdraw(uint256 positionId, address token, uint256 amount, address to) external;
    function transferPosition(uint256 positionId, address token, uint256 amount, address to) external;
    function sweep(address token, uint256 amount, address to) external;
    function sweepNative(uint256 amount, address payable to) external;

    /// @notice Sells collateral to repay debt at the owner's own `minOut`, through one Uniswap V3 flash swap.
    function flashExit(uint256 positionId, bytes calldata path, uint256 amountIn, uint256 minOut) external;
}
