// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ISwapProxy} from "../interfaces/ISwapProxy.sol";
import {IVaultAgent} from "../interfaces/IVaultAgent.sol";
import {Decision, Outcome} from "../types/Decision.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

/// @title Calls routers, so that no vault does
/// @notice A router's calldata is code that somebody else wrote for tokens that somebody else holds. It runs here, where there is nothing to take: no
/// role in any vault, no approval by one, and no tokens but the exact input of the sale in flight. The calldata is what was signed, to the
/// byte; it comes with the relay and is gone with the transaction.
/// @dev
/// LIST. Routers are immutable in the code. A router is code that may spend what is approved to it in this very call, and nothing ever stands
/// approved. It must not be a token, and not a contract that others let move their tokens by what it is called with.
///
/// BELIEVED NOTHING. The vault measures its own balances around `swap`, and this contract is one more that may be wrong. Whoever relays
/// names a vault; a false one can do here only what it could do with its own tokens.
///
/// LEFT OVER. What lies here belongs to no sale: it is neither approved to a router nor sent to a vault, so a gift changes nothing.
/// @custom:kill Holds nothing and has no role; stop relaying through it.
contract SwapProxy is ISwapProxy {
    using SafeERC20 for IERC20;
    using SlotDerivation for bytes32;
    using TransientSlot for *;

    uint256 private constant MAX_ROUTERS = 4;
    /// @dev First of the transient slots that hold the calldata, far from the numbered ones.
    bytes32 private constant DATA_AT = keccak256("ballast.swap-proxy.calldata");

    uint256 private immutable _routerCount;
    // immutables cannot be a list; a router that is not there is zero
    address private immutable _router0;
    address private immutable _router1;
    address private immutable _router2;
    address private immutable _router3;

    address private transient _vault; // relayed for
    bytes32 private transient _dataHash; // of the calldata at hand; zero once it was used
    uint256 private transient _dataLength;

    /// @dev From the relay's first line to its last: whoever is called meanwhile finds it taken.
    modifier relaysFor(address vault, bytes calldata data) {
        require(_vault == address(0), RelayInFlight(_vault));
        _vault = vault;
        _dataHash = keccak256(data);
        _keep(data);
        _;
        require(_dataHash == 0, CalldataUnused(vault));
        _vault = address(0);
    }

    constructor(address[] memory list) {
        uint256 count = list.length;
        bool fits = count != 0 && count <= MAX_ROUTERS;
        require(fits, RouterListInvalid(address(0), count, MAX_ROUTERS));
        for (uint256 i; i < count; i++) {
            require(list[i].code.length != 0, RouterListInvalid(list[i], 0, 1));
            for (uint256 j; j < i; j++) {
                require(list[j] != list[i], RouterListInvalid(list[i], 2, 1));
            }
        }
        _routerCount = count;
        (_router0, _router1) = (list[0], count > 1 ? list[1] : address(0));
        (_router2, _router3) = (count > 2 ? list[2] : address(0), count > 3 ? list[3] : address(0));
    }

    /// @inheritdoc ISwapProxy
    function execute(address vault, Decision calldata decision, bytes calldata signature, bytes calldata routerCalldata)
        external
        relaysFor(vault, routerCalldata)
        returns (Outcome memory)
    {
        return IVaultAgent(vault).execute(decision, signature);
    }

    /// @inheritdoc ISwapProxy
    function executeQueued(
        address vault,
        Decision calldata decision,
        bytes calldata signature,
        bytes calldata routerCalldata
    ) external relaysFor(vault, routerCalldata) returns (Outcome memory) {
        return IVaultAgent(vault).executeQueued(decision, signature);
    }

    /// @inheritdoc ISwapProxy
    function preview(address vault, Decision calldata decision, bytes calldata routerCalldata)
        external
        relaysFor(vault, routerCalldata)
    {
        IVaultAgent(vault).preview(decision);
    }

    /// @inheritdoc ISwapProxy
    function swap(address router, bytes32 dataHash, address tokenIn, uint256 amountIn, address tokenOut) external {
        bytes32 atHand = _dataHash;
        require(msg.sender == _vault && atHand != 0, NotRelayed(msg.sender, _vault));
        require(atHand == dataHash, CalldataMismatch(atHand, dataHash));
        require(_isRouter(router), RouterForbidden(router));
        _dataHash = 0;
        uint256 heldIn = _held(tokenIn);
        require(heldIn >= amountIn, InputMissing(heldIn, amountIn));
        uint256 heldOut = _held(tokenOut);
        IERC20(tokenIn).forceApprove(router, amountIn);
        Address.functionCall(router, _kept());
        IERC20(tokenIn).forceApprove(router, 0);
        _sendBeyond(tokenIn, heldIn - amountIn);
        _sendBeyond(tokenOut, heldOut);
    }

    /// @inheritdoc ISwapProxy
    function routers() external view returns (address[] memory list) {
        address[MAX_ROUTERS] memory all = [_router0, _router1, _router2, _router3];
        list = new address[](_routerCount);
        for (uint256 i; i < list.length; i++) {
            list[i] = all[i];
        }
    }

    /// @dev To the vault in flight: what this sale left or brought, and none of what lay here before.
    function _sendBeyond(address token, uint256 before) private {
        uint256 held = _held(token);
        if (held > before) IERC20(token).safeTransfer(msg.sender, held - before);
    }

    function _held(address token) private view returns (uint256) {
        return IERC20(token).balanceOf(address(this));
    }

    function _isRouter(address router) private view returns (bool) {
        bool listed = router == _router0 || router == _router1 || router == _router2 || router == _router3;
        return listed && router != address(0);
    }

    // ---------------------------------------------------------------- calldata in transient storage

    /// @dev Word by word; calldata beyond its end reads as zero or as what follows, and the length says where it ends.
    function _keep(bytes calldata data) private {
        _dataLength = data.length;
        for (uint256 from; from < data.length; from += 32) {
            bytes32 word;
            assembly ("memory-safe") {
                word := calldataload(add(data.offset, from))
            }
            DATA_AT.offset(from / 32).asBytes32().tstore(word);
        }
    }

    function _kept() private view returns (bytes memory data) {
        uint256 length = _dataLength;
        // whole words: the last one is cut by the length
        data = new bytes((length + 31) / 32 * 32);
        for (uint256 from; from < length; from += 32) {
            bytes32 word = DATA_AT.offset(from / 32).asBytes32().tload();
            assembly ("memory-safe") {
                mstore(add(add(data, 32), from), word)
            }
        }
        assembly ("memory-safe") {
            mstore(data, length)
        }
    }
}
