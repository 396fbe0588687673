// SPDX-License-Identifier: MIT
pragma solidity ^0.8.27;

/// @notice What the planes of a vault's code call, fixed at deployment. All planes of one implementation have the same.
struct Wiring {
    address[] adapters; // lending venues, 1 to MAX_ADAPTERS, no two the same
    address uniswapV3Factory;
    address aaveFlashPool; // lends for the length of a call against a premium; zero = not there
    address freeFlashLender; // ERC-3156, without a fee; zero = not there
    address swapProxy; // calls the routers of aggregators; zero = not there
}

uint256 constant MAX_ADAPTERS = 6;
