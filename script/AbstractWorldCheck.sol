// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAggregatorV3} from "ballast/interfaces/external/IAggregatorV3.sol";
import {AssetSetup} from "ballast/types/Config.sol";

/// @notice What scripts hold the world and their own results against.
abstract contract AbstractWorldCheck {
    /// @notice The world or the result is not what the file says.
    error Mismatch(string what, bytes32 observed, bytes32 expected);
    /// @notice There is no contract at an address of the file.
    error NoCode(string what, address at);
    /// @notice A feed of the file cannot value its token now.
    error FeedUnusable(address token, int256 answer, uint256 ageSeconds);

    function _requireAsset(AssetSetup memory asset) internal view {
        _requireCode("token", asset.token);
        _requireCode("feed", asset.config.feed);
        (, int256 answer,, uint256 updatedAt,) = IAggregatorV3(asset.config.feed).latestRoundData();
        uint256 age = updatedAt > block.timestamp ? type(uint256).max : block.timestamp - updatedAt;
        uint256 priceWad = uint256(answer) * 10 ** (18 - asset.config.feedDecimals);
        bool usable = answer > 0 && age <= asset.config.maxAgeSeconds && priceWad >= asset.config.minPriceWad
            && priceWad <= asset.config.maxPriceWad;
        require(usable, FeedUnusable(asset.token, answer, age));
    }

    /// @dev A chain whose sequencer is down, or has just come back, is no place to deploy to: the first reading would be refused.
    function _requireSequencer(address sequencer) internal view {
        _requireCode("sequencer", sequencer);
        (, int256 answer,,,) = IAggregatorV3(sequencer).latestRoundData();
        _equal("sequencer's answer", bytes32(uint256(answer)), 0);
    }

    function _requireCode(string memory what, address at) internal view {
        require(at.code.length != 0, NoCode(what, at));
    }

    function _equal(string memory what, address observed, address expected) internal pure {
        _equal(what, bytes32(uint256(uint160(observed))), bytes32(uint256(uint160(expected))));
    }

    function _equal(string memory what, uint256 observed, uint256 expected) internal pure {
        _equal(what, bytes32(observed), bytes32(expected));
    }

    function _equal(string memory what, bytes32 observed, bytes32 expected) internal pure {
        require(observed == expected, Mismatch(what, observed, expected));
    }
}
