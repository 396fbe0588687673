// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Mainnet} from "./Mainnet.sol";
import {CommonBase} from "forge-std/Base.sol";

/// @notice What the tests use of Safe 1.4.1 and of the handler that its fallback hands on to.
interface ISafe {
    function setup(
        address[] calldata owners,
        uint256 threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address paymentReceiver
    ) external;
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        bytes calldata signatures
    ) external payable returns (bool);
    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        uint8 operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes32);
    function nonce() external view returns (uint256);
    function getMessageHash(bytes calldata message) external view returns (bytes32);
}

interface ISafeProxyFactory {
    function createProxyWithNonce(address singleton, bytes calldata initializer, uint256 salt)
        external
        returns (address);
}

/// @notice A Safe of three owners, two of whom must sign: the publisher's bytecode at its mainnet addresses.
abstract contract SafeAccount is CommonBase {
    uint256[3] private safeKeys = [uint256(0xa11ce), 0xb0b, 0xca401];

    function createSafe(uint256 salt) internal returns (ISafe) {
        address[] memory owners = new address[](3);
        for (uint256 i; i < 3; i++) {
            owners[i] = vm.addr(safeKeys[i]);
        }
        bytes memory setup = abi.encodeCall(
            ISafe.setup, (owners, 2, address(0), "", Mainnet.SAFE_FALLBACK_HANDLER, address(0), 0, address(0))
        );
        return ISafe(ISafeProxyFactory(Mainnet.SAFE_PROXY_FACTORY).createProxyWithNonce(Mainnet.SAFE, setup, salt));
    }

    /// @dev As the Safe, by two of its owners. What the call reverts with, the Safe reports as its own GS013.
    function bySafe(ISafe safe, address to, bytes memory data) internal {
        bytes memory signatures = safeSignatures(_transactionHash(safe, to, data), 2);
        safe.execTransaction(to, 0, data, 0, 0, 0, 0, address(0), address(0), signatures);
    }

    /// @dev By one owner, which is one too few.
    function byOneOwnerOf(ISafe safe, address to, bytes memory data) internal {
        bytes memory signatures = safeSignatures(_transactionHash(safe, to, data), 1);
        safe.execTransaction(to, 0, data, 0, 0, 0, 0, address(0), address(0), signatures);
    }

    /// @dev For ERC-1271: the handler wraps what it is asked about as a message of this Safe.
    function safeMessageSignatures(ISafe safe, bytes32 digest, uint256 count) internal view returns (bytes memory) {
        return safeSignatures(safe.getMessageHash(abi.encode(digest)), count);
    }

    /// @dev In the order of the owners' addresses, as Safe wants them.
    function safeSignatures(bytes32 hash, uint256 count) internal view returns (bytes memory all) {
        address last;
        for (uint256 done; done < count; done++) {
            uint256 key = _nextKey(last);
            last = vm.addr(key);
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
            all = abi.encodePacked(all, r, s, v);
        }
    }

    function _nextKey(address last) private view returns (uint256 best) {
        for (uint256 i; i < 3; i++) {
            address candidate = vm.addr(safeKeys[i]);
            if (candidate > last && (best == 0 || candidate < vm.addr(best))) best = safeKeys[i];
        }
    }

    function _transactionHash(ISafe safe, address to, bytes memory data) private view returns (bytes32) {
        return safe.getTransactionHash(to, 0, data, 0, 0, 0, 0, address(0), address(0), safe.nonce());
    }
}
