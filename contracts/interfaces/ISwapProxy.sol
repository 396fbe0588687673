// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

import {Decision, Outcome} from "../types/Decision.sol";

/// @title Relay of decisions that an aggregator executes
/// @notice What a keeper calls instead of the vault, with the router's calldata, for a decision of the route `Aggregator`.
interface ISwapProxy {
    /// @notice A vault asks for a sale that nobody relayed for it through here, or asks twice.
    error NotRelayed(address caller, address relayedFor);
    /// @notice Another relay is in flight in this very call.
    error RelayInFlight(address vault);
    /// @notice These are not the bytes that were signed.
    error CalldataMismatch(bytes32 observed, bytes32 signed);
    /// @notice The vault executed without asking for the calldata: it needs none, and nothing is dropped in silence.
    error CalldataUnused(address vault);
    /// @notice The router is not on the list.
    error RouterForbidden(address router);
    /// @notice The caller has not sent what is to be sold.
    error InputMissing(uint256 observed, uint256 required);
    /// @notice A router has no code, comes twice, or there are none or too many.
    error RouterListInvalid(address router, uint256 observed, uint256 allowed);

    /// @notice `vault.execute(decision, signature)` with the calldata at hand that the decision names by its hash. Anyone may relay.
    /// @dev Reverts with the vault's error, the router's, or one of this interface.
    function execute(address vault, Decision calldata decision, bytes calldata signature, bytes calldata routerCalldata)
        external
        returns (Outcome memory);

    /// @notice The same for a decision that has waited in the vault's queue.
    function executeQueued(
        address vault,
        Decision calldata decision,
        bytes calldata signature,
        bytes calldata routerCalldata
    ) external returns (Outcome memory);

    /// @notice `vault.preview(decision)` in the same way: always reverts, with `PreviewResult` or with what `execute` would meet.
    function preview(address vault, Decision calldata decision, bytes calldata routerCalldata) external;

    /// @notice For the vault in flight, once: sells `amountIn`, which it has just sent, and sends on what came.
    /// @param dataHash keccak256 of the router's calldata, as signed
    function swap(address router, bytes32 dataHash, address tokenIn, uint256 amountIn, address tokenOut) external;

    /// @notice Routers that may be called.
    function routers() external view returns (address[] memory);
}
