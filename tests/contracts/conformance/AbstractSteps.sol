// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {FixtureReader} from "./Fixture.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Something that a fixture needs built before its adapter: models, tokens, liquidity.
interface IWorld {
    function build() external;
}

/// @title Runs the steps of a fixture
/// @notice A step is a call, or with `returns` a mocked answer. Words are 32 bytes each, in ABI order, so that a dynamic argument is written as
/// its offset, length and members. `$name` stands for what a test or an earlier step has bound.
abstract contract AbstractSteps is Test {
    using FixtureReader for string;

    /// @notice A word names nothing, or is no value.
    error WordUnknown(string step, string word);
    /// @notice A step failed.
    error StepFailed(string step, bytes reason);
    /// @notice A call returned fewer words than the fixture asks for.
    error AnswerTooShort(string step, uint256 words, uint256 wanted);

    string internal json;
    mapping(bytes32 name => bytes32) private _named;
    mapping(bytes32 name => bool) private _isNamed;

    function _bind(string memory name, bytes32 value) internal {
        bytes32 key = keccak256(bytes(name));
        (_named[key], _isNamed[key]) = (value, true);
    }

    function _bind(string memory name, address value) internal {
        _bind(name, bytes32(uint256(uint160(value))));
    }

    function _bind(string memory name, uint256 value) internal {
        _bind(name, bytes32(value));
    }

    /// @dev Runs a list of steps; an absent list does nothing.
    function _runSteps(string memory list) internal {
        uint256 n = json.count(list);
        for (uint256 i; i < n; i++) {
            string memory path = FixtureReader.item(list, i);
            (bool done, bytes memory answer) = _tryStep(path);
            if (!done) revert StepFailed(path, answer);
        }
    }

    /// @dev As `_runSteps`, but the last one may fail; its answer comes back.
    function _tryLast(string memory list) internal returns (bool done, bytes memory answer) {
        uint256 n = json.count(list);
        for (uint256 i; i < n; i++) {
            string memory path = FixtureReader.item(list, i);
            (done, answer) = _tryStep(path);
            if (!done && i + 1 < n) revert StepFailed(path, answer);
        }
    }

    /// @dev A static call, and one word of its answer.
    function _read(string memory path) internal view returns (uint256) {
        (bool done, bytes memory answer) = _addressAt(path, ".to").staticcall(_data(path));
        if (!done) revert StepFailed(path, answer);
        return uint256(_answerWord(path, answer));
    }

    function _tryStep(string memory path) private returns (bool done, bytes memory answer) {
        address to = _addressAt(path, ".to");
        if (json.has(string.concat(path, ".returns"))) {
            vm.mockCall(to, _data(path), _words(path, ".returns"));
            return (true, "");
        }
        if (json.has(string.concat(path, ".as"))) vm.prank(_addressAt(path, ".as"));
        // slither-disable-next-line low-level-calls
        (done, answer) = to.call(_data(path));
        if (done && json.has(string.concat(path, ".bind"))) {
            _bind(json.text(string.concat(path, ".bind")), _answerWord(path, answer));
        }
    }

    function _data(string memory path) private view returns (bytes memory) {
        string memory signature = json.text(string.concat(path, ".call"));
        return abi.encodePacked(bytes4(keccak256(bytes(signature))), _words(path, ".words"));
    }

    function _words(string memory path, string memory field) private view returns (bytes memory all) {
        string[] memory words = json.texts(string.concat(path, field));
        for (uint256 i; i < words.length; i++) {
            all = abi.encodePacked(all, _word(string.concat(path, field), words[i]));
        }
    }

    function _answerWord(string memory path, bytes memory answer) private view returns (bytes32 value) {
        string memory field = string.concat(path, ".word");
        uint256 wanted = json.has(field) ? json.number(field) : 0;
        if (answer.length < 32 * (wanted + 1)) revert AnswerTooShort(path, answer.length / 32, wanted + 1);
        assembly ("memory-safe") {
            value := mload(add(add(answer, 32), mul(wanted, 32)))
        }
    }

    function _addressAt(string memory path, string memory field) private view returns (address) {
        return address(uint160(uint256(_textWord(string.concat(path, field)))));
    }

    function _textWord(string memory field) internal view returns (bytes32) {
        return _word(field, json.text(field));
    }

    /// @dev `$name`, `0x` and up to 64 hex digits, right-aligned, or a decimal number.
    function _word(string memory field, string memory word) internal view returns (bytes32) {
        bytes32 key = keccak256(bytes(word));
        if (_isNamed[key]) return _named[key];
        if (key == keccak256("$now")) return bytes32(block.timestamp);
        try vm.parseUint(word) returns (uint256 value) {
            return bytes32(value);
        } catch {
            revert WordUnknown(field, word);
        }
    }
}
