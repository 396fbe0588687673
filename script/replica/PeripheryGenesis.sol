// SPDX-License-Identifier: MIT
pragma solidity 0.8.27;

import {Addresses} from "./Addresses.sol";
import {Construct} from "./Construct.sol";
import {Vm} from "forge-std/Vm.sol";

/// @notice Custody and automation from their publishers' code: Safe 1.4.1 and Chainlink's KeystoneForwarder.
library PeripheryGenesis {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    function create() internal {
        _safe(Addresses.SAFE, "Safe.sol/Safe.json");
        _safe(Addresses.SAFE_L2, "SafeL2.sol/SafeL2.json");
        _safe(Addresses.SAFE_PROXY_FACTORY, "proxies/SafeProxyFactory.sol/SafeProxyFactory.json");
        _safe(
            Addresses.SAFE_FALLBACK_HANDLER,
            "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json"
        );
        _safe(Addresses.SAFE_MULTI_SEND, "libraries/MultiSend.sol/MultiSend.json");
        _safe(Addresses.SAFE_MULTI_SEND_CALL_ONLY, "libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json");
        // Whoever runs the constructor owns the forwarder and says who signs its reports.
        VM.startPrank(Addresses.KEYSTONE_OWNER);
        Construct.at(Addresses.KEYSTONE_FORWARDER, Construct.compiled("KeystoneForwarder"));
        VM.stopPrank();
    }

    function _safe(address target, string memory artifact) private {
        string memory folder = "@safe-global/safe-contracts/build/artifacts/contracts/";
        Construct.at(target, Construct.prebuilt(string.concat(folder, artifact)));
    }
}
