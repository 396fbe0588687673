// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {Parameters} from "./Parameters.sol";
import {ReplicaFeed} from "./ReplicaFeed.sol";
import {ReplicaPegPrice, ReplicaPriceCap, ReplicaRateCap} from "./ReplicaPriceSources.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Price feeds with their history, and what the venue makes of them.
library FeedGenesis {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    struct Feed {
        address target;
        string description;
        string price;
    }

    function create(string memory json) internal {
        Feed[] memory feeds = _feeds();
        for (uint256 i; i < feeds.length; ++i) {
            bytes memory arguments = abi.encode(feeds[i].description, uint8(8), Addresses.TRANSMITTER);
            Construct.at(feeds[i].target, abi.encodePacked(type(ReplicaFeed).creationCode, arguments));
        }
        _stable(json, Addresses.AAVE_USDC_SOURCE, "Capped USDC / USD", Addresses.USDC_USD_FEED);
        _stable(json, Addresses.AAVE_USDT_SOURCE, "Capped USDT / USD", Addresses.USDT_USD_FEED);
        _stable(json, Addresses.AAVE_DAI_SOURCE, "Capped DAI / USD", Addresses.DAI_USD_FEED);
        _wstEth(json);
        Construct.at(
            Addresses.AAVE_WBTC_SOURCE,
            abi.encodePacked(
                type(ReplicaPegPrice).creationCode, abi.encode(Addresses.WBTC_BTC_FEED, Addresses.AAVE_BTC_USD_FEED)
            )
        );
    }

    /// @notice Write one round into every feed at the present second.
    function transmitAll(string memory json) internal {
        Feed[] memory feeds = _feeds();
        for (uint256 i; i < feeds.length; ++i) {
            int256 answer = int256(Parameters.number(json, string.concat(".prices.", feeds[i].price)));
            VM.prank(Addresses.TRANSMITTER);
            ReplicaFeed(feeds[i].target).transmit(answer, VM.getBlockTimestamp(), VM.getBlockTimestamp());
        }
    }

    function _stable(string memory json, address target, string memory description, address feed) private {
        bytes memory arguments = abi.encode(description, feed, int256(Parameters.number(json, ".priceCaps.stableUsd8")));
        Construct.at(target, abi.encodePacked(type(ReplicaPriceCap).creationCode, arguments));
    }

    /// @dev The cap starts from the rate at genesis as if that had been reached some days before, so that it begins open.
    function _wstEth(string memory json) private {
        uint256 genesis = Parameters.number(json, ".genesis.timestamp");
        bytes memory arguments = abi.encode(
            Addresses.AAVE_ETH_USD_FEED,
            Addresses.WSTETH,
            Parameters.number(json, ".prices.stEthPerTokenWad"),
            genesis - Parameters.number(json, ".priceCaps.wstethSnapshotAgeSeconds"),
            Parameters.number(json, ".priceCaps.wstethYearlyGrowthBps")
        );
        Construct.at(Addresses.AAVE_WSTETH_SOURCE, abi.encodePacked(type(ReplicaRateCap).creationCode, arguments));
    }

    /// @dev The venue has its own feed for ether and one for bitcoin: on mainnet delayed twins of the public ones.
    function _feeds() private pure returns (Feed[] memory feeds) {
        feeds = new Feed[](9);
        feeds[0] = Feed(Addresses.ETH_USD_FEED, "ETH / USD", "ethUsd8");
        feeds[1] = Feed(Addresses.AAVE_ETH_USD_FEED, "ETH / USD", "ethUsd8");
        feeds[2] = Feed(Addresses.USDC_USD_FEED, "USDC / USD", "usdcUsd8");
        feeds[3] = Feed(Addresses.BTC_USD_FEED, "BTC / USD", "btcUsd8");
        feeds[4] = Feed(Addresses.AAVE_BTC_USD_FEED, "BTC / USD", "btcUsd8");
        feeds[5] = Feed(Addresses.WBTC_BTC_FEED, "WBTC / BTC", "wbtcBtc8");
        feeds[6] = Feed(Addresses.STETH_USD_FEED, "STETH / USD", "stethUsd8");
        feeds[7] = Feed(Addresses.USDT_USD_FEED, "USDT / USD", "usdtUsd8");
        feeds[8] = Feed(Addresses.DAI_USD_FEED, "DAI / USD", "daiUsd8");
    }
}
