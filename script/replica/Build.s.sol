// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {AaveGenesis} from "./AaveGenesis.sol";
import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {FeedGenesis} from "./FeedGenesis.sol";
import {ILiquidationPrices, ILiquidationVenue, Liquidator} from "./Liquidator.sol";
import {Parameters} from "./Parameters.sol";
import {PeripheryGenesis} from "./PeripheryGenesis.sol";
import {ReplicaMarker} from "./ReplicaMarker.sol";
import {TokenGenesis} from "./TokenGenesis.sol";
import {UniswapGenesis} from "./UniswapGenesis.sol";
import {Script} from "forge-std/Script.sol";

/// @title Build
/// @notice Makes the replica: runs every constructor at its mainnet address and writes all accounts to one file.
/// @dev Run by ballast.replica.build, which turns the file into a genesis for anvil.
contract Build is Script {
    uint256 private constant WORKING_BALANCE = 1_000_000 ether;

    /// @param key hash of everything that goes into the state
    /// @param output file for the accounts
    function run(bytes32 key, string calldata output) external {
        string memory json = Parameters.load();
        uint256 genesis = Parameters.number(json, ".genesis.timestamp");
        vm.chainId(1);
        vm.warp(genesis - _historySeconds(json));
        vm.roll(Parameters.number(json, ".genesis.blockNumber"));
        TokenGenesis.create(json);
        FeedGenesis.create(json);
        _transmitHistory(json);
        vm.warp(genesis - Parameters.number(json, ".warmUp.seconds"));
        AaveGenesis.create(json);
        AaveGenesis.provideLiquidity(json);
        UniswapGenesis.create(json);
        PeripheryGenesis.create();
        _createOwn(key, json);
        _warmUpPools(json, genesis);
        FeedGenesis.transmitAll(json);
        vm.dumpState(output);
    }

    function _createOwn(bytes32 key, string memory json) private {
        Construct.at(Addresses.REPLICA_MARKER, abi.encodePacked(type(ReplicaMarker).creationCode, abi.encode(key)));
        bytes memory arguments = abi.encode(
            Addresses.LIQUIDATOR_OWNER,
            ILiquidationVenue(Addresses.AAVE_POOL),
            ILiquidationPrices(Addresses.AAVE_ORACLE)
        );
        Construct.at(Addresses.LIQUIDATOR, abi.encodePacked(type(Liquidator).creationCode, arguments));
        _fund(json, ".liquidator", Addresses.LIQUIDATOR);
        _fund(json, ".arbitrageur", Addresses.ARBITRAGEUR);
        _giveEther();
    }

    function _fund(string memory json, string memory path, address to) private {
        string[6] memory names = Parameters.reserveNames();
        for (uint256 i; i < names.length; ++i) {
            uint256 amountRaw = Parameters.number(json, string.concat(path, ".", names[i]));
            TokenGenesis.give(Parameters.token(json, names[i]), to, amountRaw);
        }
    }

    /// @dev Ether for gas, for the replica's accounts only.
    function _giveEther() private {
        vm.deal(Addresses.WHALE, WORKING_BALANCE);
        vm.deal(Addresses.LIQUIDITY_PROVIDER, WORKING_BALANCE);
        vm.deal(Addresses.TRANSMITTER, WORKING_BALANCE);
        vm.deal(Addresses.LIQUIDATOR_OWNER, WORKING_BALANCE);
        vm.deal(Addresses.USDC_MINTER, WORKING_BALANCE);
        vm.deal(Addresses.TOKEN_MINTER, WORKING_BALANCE);
        vm.deal(Addresses.KEYSTONE_OWNER, WORKING_BALANCE);
        vm.deal(Addresses.ARBITRAGEUR, WORKING_BALANCE);
        vm.deal(Addresses.AAVE_ACL_ADMIN, WORKING_BALANCE);
    }

    function _transmitHistory(string memory json) private {
        uint256 rounds = Parameters.number(json, ".prices.historyRounds");
        uint256 interval = Parameters.number(json, ".prices.historyIntervalSeconds");
        for (uint256 i; i < rounds; ++i) {
            FeedGenesis.transmitAll(json);
            vm.warp(vm.getBlockTimestamp() + interval);
        }
    }

    /// @dev A time-weighted price needs observations older than its window.
    function _warmUpPools(string memory json, uint256 genesis) private {
        uint256 interval = Parameters.number(json, ".warmUp.intervalSeconds");
        while (vm.getBlockTimestamp() + interval <= genesis) {
            vm.warp(vm.getBlockTimestamp() + interval);
            UniswapGenesis.tradeBackAndForth(json);
        }
        vm.warp(genesis);
    }

    function _historySeconds(string memory json) private pure returns (uint256) {
        return Parameters.number(json, ".prices.historyRounds")
            * Parameters.number(json, ".prices.historyIntervalSeconds") + Parameters.number(json, ".warmUp.seconds");
    }
}
