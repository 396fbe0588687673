// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPyth, PythPrice} from "ballast/interfaces/external/IPyth.sol";

/// @notice A model of Pyth's contract, not Pyth: interface, fee, errors and "newer wins" as published. An update is its ABI encoding, without
/// the guardians' signatures; whoever tests decides what they would have signed.
contract PythModel is IPyth {
    struct Update {
        bytes32 id;
        PythPrice price;
    }

    /// @dev Names as Pyth publishes them.
    error PriceFeedNotFound();
    error StalePrice();
    error InsufficientFee();
    error InvalidUpdateData();

    event PriceFeedUpdate(bytes32 indexed id, uint64 publishTime, int64 price, uint64 conf);

    uint256 public singleUpdateFeeInWei;
    mapping(bytes32 id => PythPrice) private prices;

    constructor(uint256 feeWei) {
        singleUpdateFeeInWei = feeWei;
    }

    function getUpdateFee(bytes[] calldata updateData) public view returns (uint256) {
        return singleUpdateFeeInWei * updateData.length;
    }

    function updatePriceFeeds(bytes[] calldata updateData) external payable {
        require(msg.value >= getUpdateFee(updateData), InsufficientFee());
        for (uint256 i; i < updateData.length; i++) {
            require(updateData[i].length == 5 * 32, InvalidUpdateData());
            Update memory update = abi.decode(updateData[i], (Update));
            if (update.price.publishTime <= prices[update.id].publishTime) continue;
            prices[update.id] = update.price;
            uint64 time = uint64(update.price.publishTime);
            emit PriceFeedUpdate(update.id, time, update.price.price, update.price.conf);
        }
    }

    function getPriceNoOlderThan(bytes32 id, uint256 age) external view returns (PythPrice memory price) {
        price = prices[id];
        require(price.publishTime != 0, PriceFeedNotFound());
        uint256 told = price.publishTime;
        uint256 distance = told > block.timestamp ? told - block.timestamp : block.timestamp - told;
        require(distance <= age, StalePrice());
    }
}
