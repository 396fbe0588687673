// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "forge-std/Vm.sol";

/// @notice A token of the fixture and how much of it one test moves.
struct FixtureAsset {
    address token;
    uint256 amount; // token units
    bool hasFund; // false: forge's `deal`
}

/// @notice What a fixture file says, checked. Steps and calls stay in the JSON and are read where they run.
struct Fixture {
    string name;
    uint256 chainId;
    string world; // artifact; empty when everything is on the chain already
    address adapter; // zero: build it from `artifact`
    string artifact;
    string[] arguments;
    FixtureAsset collateral;
    FixtureAsset debt;
    uint256 priceValue; // of a whole collateral token, USD, `priceDecimals` decimals
    uint256 priceDecimals;
    uint256 roundingUnits; // what one action may round away of a position, token units
    uint256 interestSeconds;
    bool hasMinimumDebt;
    uint256 minimumDebtUnits;
    bool dustBlocksRepay;
    bool hasPorter;
}

/// @title Reads a fixture file
/// @notice docs/conformance.md is the format. Every breach of it ends in one error that names the field, what stands there and what may.
library FixtureReader {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant FORMAT = 1;

    /// @notice The fixture breaks the format of docs/conformance.md.
    error FixtureInvalid(string field, string observed, string allowed);

    /// @notice Reads everything but steps, and checks their shape.
    /// @dev Public, so that it is compiled once and not into every suite.
    function read(string memory json) public view returns (Fixture memory f) {
        _checkKeys(json, "", "format name chainId world adapter collateral debt subAccount price truth liquidation");
        uint256 format = number(json, ".format");
        if (format != FORMAT) revert FixtureInvalid(".format", vm.toString(format), "1");
        f.name = text(json, ".name");
        f.chainId = number(json, ".chainId");
        if (has(json, ".world")) f.world = text(json, ".world");
        _readAdapter(json, f);
        f.collateral = _asset(json, ".collateral");
        f.debt = _asset(json, ".debt");
        _readPrice(json, f);
        _readRules(json, f);
        _checkCalls(json);
    }

    function _readAdapter(string memory json, Fixture memory f) private view {
        _checkKeys(json, ".adapter", "address artifact arguments");
        bool deployed = has(json, ".adapter.address");
        if (deployed == has(json, ".adapter.artifact")) {
            revert FixtureInvalid(".adapter", deployed ? "both" : "neither", "exactly one of address and artifact");
        }
        if (deployed) {
            f.adapter = account(json, ".adapter.address");
            return;
        }
        f.artifact = text(json, ".adapter.artifact");
        f.arguments = texts(json, ".adapter.arguments");
    }

    function _asset(string memory json, string memory path) private view returns (FixtureAsset memory a) {
        _checkKeys(json, path, "token amount fund");
        a.token = account(json, string.concat(path, ".token"));
        a.amount = positive(json, string.concat(path, ".amount"));
        a.hasFund = has(json, string.concat(path, ".fund"));
        if (a.hasFund) _checkSteps(json, string.concat(path, ".fund"));
    }

    function _readPrice(string memory json, Fixture memory f) private view {
        _checkKeys(json, ".price", "value decimals set");
        f.priceValue = positive(json, ".price.value");
        f.priceDecimals = number(json, ".price.decimals");
        if (f.priceDecimals > 36) {
            revert FixtureInvalid(".price.decimals", vm.toString(f.priceDecimals), "0 to 36");
        }
        _checkSteps(json, ".price.set");
    }

    function _readRules(string memory json, Fixture memory f) private view {
        f.roundingUnits = number(json, ".rounding");
        f.interestSeconds = positive(json, ".interestSeconds");
        f.hasPorter = has(json, ".porter");
        if (f.hasPorter) {
            _checkKeys(json, ".porter", "consent");
            _checkSteps(json, ".porter.consent");
        }
        f.hasMinimumDebt = has(json, ".minimumDebt");
        if (!f.hasMinimumDebt) return;
        _checkKeys(json, ".minimumDebt", "units error blocksRepay");
        f.minimumDebtUnits = positive(json, ".minimumDebt.units");
        f.dustBlocksRepay = flag(json, ".minimumDebt.blocksRepay");
        blob(json, ".minimumDebt.error");
        if (f.debt.amount < 2 * f.minimumDebtUnits) {
            revert FixtureInvalid(".debt.amount", vm.toString(f.debt.amount), "at least twice .minimumDebt.units");
        }
    }

    function _checkCalls(string memory json) private view {
        _checkKeys(json, ".subAccount", "open ref unknown");
        text(json, ".subAccount.ref");
        text(json, ".subAccount.unknown");
        if (has(json, ".subAccount.open")) _checkSteps(json, ".subAccount.open");
        _checkKeys(json, ".truth", "collateral debt holding");
        _checkCall(json, ".truth.collateral");
        _checkCall(json, ".truth.holding");
        if (has(json, ".truth.debt")) _checkCall(json, ".truth.debt");
        _checkKeys(json, ".liquidation", "steps refusal");
        _checkSteps(json, ".liquidation.steps");
        blob(json, ".liquidation.refusal");
        blob(json, ".unknownTokenError");
    }

    function _checkSteps(string memory json, string memory path) private view {
        uint256 n = count(json, path);
        if (n == 0) revert FixtureInvalid(path, _observed(json, path), "a list of at least one step");
        for (uint256 i; i < n; i++) {
            _checkCall(json, item(path, i));
        }
    }

    function _checkCall(string memory json, string memory path) private view {
        _checkKeys(json, path, "as to call words bind word returns");
        text(json, string.concat(path, ".to"));
        text(json, string.concat(path, ".call"));
        texts(json, string.concat(path, ".words"));
        if (has(json, string.concat(path, ".returns"))) texts(json, string.concat(path, ".returns"));
    }

    // ---------------------------------------------------------------- values

    /// @notice Whether the field is there.
    function has(string memory json, string memory field) internal view returns (bool) {
        return vm.keyExistsJson(json, field);
    }

    /// @notice Path of the i-th member of a list.
    function item(string memory list, uint256 i) internal pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "]");
    }

    /// @notice Members of a list; zero where there is none.
    function count(string memory json, string memory list) internal view returns (uint256 n) {
        while (has(json, item(list, n))) {
            n++;
        }
    }

    /// @notice A string field.
    function text(string memory json, string memory field) internal view returns (string memory) {
        _need(json, field, "a string");
        try vm.parseJsonString(json, field) returns (string memory value) {
            return value;
        } catch {
            revert FixtureInvalid(field, "not a string", "a string");
        }
    }

    /// @notice A list of strings.
    function texts(string memory json, string memory field) internal view returns (string[] memory) {
        _need(json, field, "a list of strings");
        try vm.parseJsonStringArray(json, field) returns (string[] memory values) {
            return values;
        } catch {
            revert FixtureInvalid(field, "not a list of strings", "a list of strings");
        }
    }

    /// @notice A non-negative integer: a JSON number or a decimal string.
    function number(string memory json, string memory field) internal view returns (uint256) {
        _need(json, field, "an integer, or a string of decimal digits");
        try vm.parseJsonUint(json, field) returns (uint256 value) {
            return value;
        } catch {
            revert FixtureInvalid(field, "not an integer", "an integer, or a string of decimal digits");
        }
    }

    /// @notice An integer above zero.
    function positive(string memory json, string memory field) internal view returns (uint256 value) {
        value = number(json, field);
        if (value == 0) revert FixtureInvalid(field, "0", "more than 0");
    }

    /// @notice An address other than zero.
    function account(string memory json, string memory field) internal view returns (address value) {
        _need(json, field, "an address");
        try vm.parseJsonAddress(json, field) returns (address read_) {
            value = read_;
        } catch {
            revert FixtureInvalid(field, "not an address", "0x and 40 hex digits");
        }
        if (value == address(0)) revert FixtureInvalid(field, "the zero address", "another address");
    }

    /// @notice true or false.
    function flag(string memory json, string memory field) internal view returns (bool) {
        _need(json, field, "true or false");
        try vm.parseJsonBool(json, field) returns (bool value) {
            return value;
        } catch {
            revert FixtureInvalid(field, "not a boolean", "true or false");
        }
    }

    /// @notice Bytes in hex, at least a selector.
    function blob(string memory json, string memory field) internal view returns (bytes memory value) {
        _need(json, field, "0x and at least 8 hex digits");
        try vm.parseJsonBytes(json, field) returns (bytes memory read_) {
            value = read_;
        } catch {
            revert FixtureInvalid(field, "not bytes", "0x and at least 8 hex digits");
        }
        if (value.length < 4) revert FixtureInvalid(field, vm.toString(value), "0x and at least 8 hex digits");
    }

    function _need(string memory json, string memory field, string memory allowed) private view {
        if (!has(json, field)) revert FixtureInvalid(field, "missing", allowed);
    }

    function _observed(string memory json, string memory field) private view returns (string memory) {
        return has(json, field) ? "an empty list, or no list" : "missing";
    }

    /// @dev A key that nobody reads is a typing error, and would change what is tested without a sound.
    function _checkKeys(string memory json, string memory path, string memory allowed) private view {
        if (bytes(path).length != 0) _need(json, path, string.concat("an object with: ", allowed));
        string[] memory keys = _keys(json, bytes(path).length == 0 ? "$" : path, allowed);
        if (bytes(path).length == 0) {
            allowed = string.concat(allowed, " rounding interestSeconds minimumDebt unknownTokenError porter");
        }
        string memory known = string.concat(" ", allowed, " ");
        for (uint256 i; i < keys.length; i++) {
            if (vm.indexOf(known, string.concat(" ", keys[i], " ")) != type(uint256).max) continue;
            revert FixtureInvalid(string.concat(path, ".", keys[i]), "an unknown key", allowed);
        }
    }

    function _keys(string memory json, string memory path, string memory allowed)
        private
        view
        returns (string[] memory)
    {
        try vm.parseJsonKeys(json, path) returns (string[] memory keys) {
            return keys;
        } catch {
            revert FixtureInvalid(path, "not an object", string.concat("an object with: ", allowed));
        }
    }
}
