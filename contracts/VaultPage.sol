// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {VaultWiring} from "./VaultWiring.sol";
import {ConfigPage} from "./libraries/ConfigPage.sol";

/// @title Writer of the page that executions read their configuration from
/// @notice Storage stays the only source; `ConfigPage` says what stands where. Nothing here calls out, so that no change, and least of all a
/// brake, depends on somebody else's answer. At most 16 assets, 8 positions with a net each and 16 models: 14,241 bytes, far below the limit of a code.
abstract contract VaultPage is VaultWiring {
    /// @dev After every change of configuration, under its new epoch.
    function _writePage() internal {
        bytes memory words = bytes.concat(
            abi.encode(_configEpoch, _signer, _assetList.length, _positionList.length, _modelList.length),
            abi.encode(_limits, _queueTerms)
        );
        for (uint256 i; i < _assetList.length; i++) {
            address token = _assetList[i];
            words = bytes.concat(words, abi.encode(token, _quotes[token], _assets[token]));
        }
        for (uint256 i; i < _positionList.length; i++) {
            uint256 id = _positionList[i];
            words = bytes.concat(words, abi.encode(id, _rolesOf(id), _positions[id]));
        }
        _page = ConfigPage.write(bytes.concat(words, abi.encodePacked(_modelList), _netWords()));
    }

    function _netWords() private view returns (bytes memory words) {
        uint256 count;
        for (uint256 i; i < _positionList.length; i++) {
            uint256 id = _positionList[i];
            if (_nets[id].targetHealthWad == 0) continue;
            words = bytes.concat(words, abi.encode(id, _nets[id]));
            count++;
        }
        words = bytes.concat(abi.encode(count), words);
    }

    /// @dev Byte i, counted from the lowest, is the role of asset i.
    function _rolesOf(uint256 positionId) private view returns (uint256 roles) {
        for (uint256 i; i < _assetList.length; i++) {
            roles |= uint256(_roles[positionId][_assetList[i]]) << (8 * i);
        }
    }
}
