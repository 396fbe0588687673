// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {Parameters} from "./Parameters.sol";
import {ReplicaFeed} from "./ReplicaFeed.sol";
import {ReplicaMulticall3} from "./ReplicaMulticall3.sol";
import {ReplicaUSDC} from "./ReplicaUSDC.sol";
import {Vm} from "forge-std/Vm.sol";

interface IWrappedEther {
    function deposit() external payable;
    function transfer(address to, uint256 amount) external returns (bool);
}

/// @notice Tokens, Multicall3 and price feeds with their history.
library TokenGenesis {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function create() internal {
        Construct.at(Addresses.WETH, Construct.prebuilt("canonical-weth/build/contracts/WETH9.json"));
        Construct.at(
            Addresses.USDC, abi.encodePacked(type(ReplicaUSDC).creationCode, abi.encode(Addresses.USDC_MINTER))
        );
        Construct.at(Addresses.MULTICALL3, type(ReplicaMulticall3).creationCode);
        _feed(Addresses.ETH_USD_FEED, "ETH / USD");
        _feed(Addresses.AAVE_ETH_USD_FEED, "ETH / USD");
        _feed(Addresses.USDC_USD_FEED, "USDC / USD");
        _feed(Addresses.AAVE_USDC_USD_FEED, "Capped USDC / USD");
    }

    /// @notice Give `to` WETH that is backed by ether, and USDC from the minter.
    function fund(address to, uint256 wethRaw, uint256 usdcRaw) internal {
        VM.deal(to, to.balance + wethRaw);
        VM.prank(to);
        IWrappedEther(Addresses.WETH).deposit{value: wethRaw}();
        VM.prank(Addresses.USDC_MINTER);
        ReplicaUSDC(Addresses.USDC).mint(to, usdcRaw);
    }

    /// @notice Write one round into every feed at the present second.
    function transmitAll(string memory json) internal {
        int256 eth = int256(Parameters.number(json, ".prices.ethUsd8"));
        int256 usdc = int256(Parameters.number(json, ".prices.usdcUsd8"));
        _transmit(Addresses.ETH_USD_FEED, eth);
        _transmit(Addresses.AAVE_ETH_USD_FEED, eth);
        _transmit(Addresses.USDC_USD_FEED, usdc);
        _transmit(Addresses.AAVE_USDC_USD_FEED, usdc);
    }

    function _feed(address target, string memory description) private {
        bytes memory arguments = abi.encode(description, uint8(8), Addresses.TRANSMITTER);
        Construct.at(target, abi.encodePacked(type(ReplicaFeed).creationCode, arguments));
    }

    function _transmit(address feed, int256 answer) private {
        VM.prank(Addresses.TRANSMITTER);
        ReplicaFeed(feed).transmit(answer, VM.getBlockTimestamp(), VM.getBlockTimestamp());
    }
}
