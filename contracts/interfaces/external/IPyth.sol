// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice A price as Pyth tells it: price and confidence in 10^expo.
struct PythPrice {
    int64 price;
    uint64 conf; // one standard deviation, as the publishers see it
    int32 expo;
    uint256 publishTime; // unix seconds
}

/// @notice What Ballast uses of Pyth.
interface IPyth {
    /// @dev Reverts where the price is not known, or `publishTime` is further than `age` from now, on either side.
    function getPriceNoOlderThan(bytes32 id, uint256 age) external view returns (PythPrice memory);

    /// @notice Wei that `updatePriceFeeds` asks for these updates.
    function getUpdateFee(bytes[] calldata updateData) external view returns (uint256 feeAmount);

    /// @dev Writes what is newer than what is known; the rest is ignored.
    function updatePriceFeeds(bytes[] calldata updateData) external payable;
}
