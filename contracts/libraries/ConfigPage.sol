// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVaultTerms} from "../interfaces/IVaultTerms.sol";
import {AssetConfig, QueueTerms, TokenRole} from "../types/Config.sol";
import {Execution} from "../types/Execution.sol";
import {NetTerms} from "../types/Net.sol";

/// @dev Memory address of a page's first word.
type Page is uint256;

/// @title A vault's configuration as one piece of code
/// @notice Storage is where the configuration lives; a page is its copy, written anew by every change, so that an execution reads one slot
/// and one account instead of some twenty slots. It names the epoch it was written in, and no other epoch reads it.
/// @dev Offsets are those of at most 16 assets, 8 positions and 16 models, far from any overflow. A page is code that stops at its first byte, which makes it immutable and uncallable; the rest are 32-byte words:
///   head       epoch, signer, numbers of assets, positions and models, Limits (10), QueueTerms (5)
///   assets     token, the other token of its mean-price pool or zero, AssetConfig (11)
///   positions  id, roles, PositionConfig (7); byte i of `roles`, counted from the lowest, is the TokenRole of asset i
///   models     approved ids
///   nets       their number; position id, NetTerms (15) of each position that has one
/// Structs stand there as memory holds them, one word a member, so that a pointer into the page is a struct. The writer encodes them from
/// typed storage, and a test holds every field of the page against storage.
library ConfigPage {
    uint256 private constant LIMITS_AT = 5 * 32;
    uint256 private constant QUEUE_AT = 15 * 32;
    uint256 private constant HEAD_BYTES = 20 * 32;
    uint256 private constant ASSET_BYTES = 13 * 32;
    uint256 private constant ASSET_CONFIG_AT = 2 * 32;
    uint256 private constant POSITION_BYTES = 9 * 32;
    uint256 private constant POSITION_CONFIG_AT = 2 * 32;
    uint256 private constant NET_BYTES = 16 * 32;
    uint256 private constant EXECUTION_BYTES = 31 * 32; // a test counts the members
    // deploys what follows it: return(0, copy of the rest of this code)
    bytes private constant DEPLOYER = hex"600b5981380380925939f3";

    /// @notice Writes `words` into a new account. Nobody can change it later.
    function write(bytes memory words) internal returns (address account) {
        bytes memory code = bytes.concat(DEPLOYER, hex"00", words);
        assembly ("memory-safe") {
            account := create(0, add(code, 32), mload(code))
        }
        require(account != address(0), IVaultTerms.ZeroAddress("configPage"));
    }

    /// @notice All words of the account at `account` that `write` made.
    function wordsAt(address account) internal view returns (bytes memory words) {
        words = account.code;
        assembly ("memory-safe") {
            // without the first byte, at which the code stops
            let length := sub(mload(words), 1)
            mcopy(add(words, 32), add(words, 33), length)
            mstore(words, length)
        }
    }

    /// @notice The page at `account`, which must be of this epoch.
    function read(address account, uint64 epoch) internal view returns (Page page) {
        uint256 writtenIn;
        assembly ("memory-safe") {
            page := mload(0x40)
            // an account without code would leave nothing, and its epoch is zero: an epoch that no vault is in
            let length := extcodesize(account)
            if length { length := sub(length, 1) }
            mstore(page, 0)
            extcodecopy(account, page, 1, length)
            mstore(0x40, add(page, and(add(length, 63), not(31))))
            writtenIn := mload(page)
        }
        // no truncation: the writer encodes a uint64
        // forge-lint: disable-next-line(unsafe-typecast)
        require(writtenIn == epoch, IVaultTerms.EpochMismatch(uint64(writtenIn), epoch));
    }

    /// @notice One execution, all zero, without configuration: the page puts it there member by member. A list, because declaring a struct in
    /// memory also makes and clears the five structs that it holds, which costs a fiftieth of all the guards' gas.
    function newExecution() internal pure returns (Execution[] memory list) {
        assembly ("memory-safe") {
            list := mload(0x40)
            let x := add(list, 64)
            mstore(list, 1)
            mstore(add(list, 32), x)
            calldatacopy(x, calldatasize(), EXECUTION_BYTES) // beyond the calldata there are zeros
            mstore(0x40, add(x, EXECUTION_BYTES))
        }
    }

    function signer(Page page) internal pure returns (address) {
        return address(uint160(_word(page, 32)));
    }

    /// @notice When a decision has to wait.
    function queueTerms(Page page) internal pure returns (QueueTerms memory terms) {
        assembly ("memory-safe") {
            terms := add(page, QUEUE_AT)
        }
    }

    /// @notice Puts what holds for every decision into the execution: limits and queue terms.
    function takeTerms(Page page, Execution memory x) internal pure {
        assembly ("memory-safe") {
            mstore(x, add(page, LIMITS_AT)) // first member
            mstore(add(x, 128), add(page, QUEUE_AT)) // fifth member
        }
    }

    /// @notice Puts the position into the execution; there must be such a position.
    /// @return roles of the assets in it
    function takePosition(Page page, uint256 id, Execution memory x) internal pure returns (uint256 roles) {
        unchecked {
            uint256 offset = HEAD_BYTES + _word(page, 64) * ASSET_BYTES;
            uint256 end = offset + _word(page, 96) * POSITION_BYTES;
            for (; offset < end; offset += POSITION_BYTES) {
                if (_word(page, offset) != id) continue;
                assembly ("memory-safe") {
                    mstore(add(x, 32), add(add(page, offset), POSITION_CONFIG_AT)) // second member
                }
                return _word(page, offset + 32);
            }
        }
        revert IVaultTerms.PositionForbidden(id);
    }

    /// @notice Whether the model is one of the approved.
    function hasModel(Page page, bytes32 modelId) internal pure returns (bool) {
        unchecked {
            uint256 offset = HEAD_BYTES + _word(page, 64) * ASSET_BYTES + _word(page, 96) * POSITION_BYTES;
            uint256 end = offset + _word(page, 128) * 32;
            for (; offset < end; offset += 32) {
                if (_word(page, offset) == uint256(modelId)) return true;
            }
        }
        return false;
    }

    /// @notice Terms of the position's safety net, all zero without one.
    function netOf(Page page, uint256 positionId) internal pure returns (NetTerms memory terms) {
        unchecked {
            uint256 offset = HEAD_BYTES + _word(page, 64) * ASSET_BYTES + _word(page, 96) * POSITION_BYTES;
            offset += _word(page, 128) * 32;
            uint256 end = offset + 32 + _word(page, offset) * NET_BYTES;
            for (offset += 32; offset < end; offset += NET_BYTES) {
                if (_word(page, offset) != positionId) continue;
                assembly ("memory-safe") {
                    terms := add(add(page, offset), 32)
                }
                return terms;
            }
        }
    }

    /// @notice Place of `token` among the assets; their number where it is not one of them.
    function indexOf(Page page, address token) internal pure returns (uint256 index) {
        uint256 count = _word(page, 64);
        uint256 entry = HEAD_BYTES;
        unchecked {
            for (; index < count && _word(page, entry) != uint160(token); entry += ASSET_BYTES) {
                index++;
            }
        }
    }

    function roleOf(uint256 roles, uint256 index) internal pure returns (TokenRole) {
        return TokenRole(_roleAt(roles, index));
    }

    /// @notice Place of `token` among the assets, which must have this role. A token without a role in the position has none to show, whether it
    /// is an asset of the vault or not.
    function requireRole(Page page, uint256 roles, address token, TokenRole required)
        internal
        pure
        returns (uint256 index)
    {
        index = indexOf(page, token);
        uint256 observed = _roleAt(roles, index);
        // not a `require`, whose error would be made also where there is none
        if (observed != uint256(required)) revert IVaultTerms.TokenForbidden(token, TokenRole(observed), required);
    }

    /// @notice Puts the sold token's valuation into the execution. `index` is that of an asset.
    function takeAssetIn(Page page, uint256 index, Execution memory x) internal pure {
        uint256 offset = _assetAt(index, ASSET_CONFIG_AT);
        assembly ("memory-safe") {
            mstore(add(x, 64), add(page, offset)) // third member
        }
    }

    /// @notice Puts the bought token's valuation into the execution. `index` is that of an asset.
    function takeAssetOut(Page page, uint256 index, Execution memory x) internal pure {
        uint256 offset = _assetAt(index, ASSET_CONFIG_AT);
        assembly ("memory-safe") {
            mstore(add(x, 96), add(page, offset)) // fourth member
        }
    }

    /// @notice The other token of the asset's mean-price pool, zero without such a pool.
    function quoteOf(Page page, uint256 index) internal pure returns (address) {
        return address(uint160(_word(page, _assetAt(index, 32))));
    }

    /// @notice Valuation of an asset. `index` is that of an asset.
    function asset(Page page, uint256 index) internal pure returns (AssetConfig memory config) {
        uint256 offset = _assetAt(index, ASSET_CONFIG_AT);
        assembly ("memory-safe") {
            config := add(page, offset)
        }
    }

    /// @dev An asset that is not one has an index of at most 16, whose byte no position has.
    function _roleAt(uint256 roles, uint256 index) private pure returns (uint256) {
        unchecked {
            return roles >> (8 * index) & 0xff; // no overflow: the index is small
        }
    }

    function _assetAt(uint256 index, uint256 offset) private pure returns (uint256) {
        unchecked {
            return HEAD_BYTES + index * ASSET_BYTES + offset; // no overflow: at most 16 assets
        }
    }

    function _word(Page page, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(page, offset))
        }
    }
}
