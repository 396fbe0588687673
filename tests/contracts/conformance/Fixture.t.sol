// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Fixture, FixtureReader} from "./Fixture.sol";
import {Test} from "forge-std/Test.sol";

contract FixtureTest is Test {
    string private good;

    function setUp() public {
        good = vm.readFile("tests/contracts/conformance/fixtures/aave.json");
    }

    function read(string calldata json) external view returns (Fixture memory) {
        return FixtureReader.read(json);
    }

    function test_aFixture_isRead() public view {
        Fixture memory f = this.read(good);
        assertEq(f.chainId, 1);
        assertEq(f.arguments.length, 2);
        assertEq(f.collateral.amount, 10 ether);
        assertEq(f.debt.amount, 10_000e6);
        assertEq(f.priceValue, 3000e8);
        assertFalse(f.hasMinimumDebt);
        assertTrue(f.hasPorter);
    }

    function test_anotherFormat_isRefused() public {
        _refuses('"format": 1,', '"format": 2,', ".format", "2", "1");
    }

    function test_missingFields_areNamed() public {
        _refuses('"chainId": 1,', "", ".chainId", "missing", "an integer, or a string of decimal digits");
        _refuses('"value": "300000000000",', "", ".price.value", "missing", "an integer, or a string of decimal digits");
        _refuses(
            '"unknownTokenError": "0x178e1018",', "", ".unknownTokenError", "missing", "0x and at least 8 hex digits"
        );
    }

    function test_misspelledFields_areNamed() public {
        string memory known = "steps refusal";
        _refuses('"refusal":', '"refuse":', ".liquidation.refuse", "an unknown key", known);
        _refuses(
            '"returns":', '"return":', ".price.set[0].return", "an unknown key", "as to call words bind word returns"
        );
    }

    function test_valuesOfTheWrongKind_areNamed() public {
        string memory digits = "an integer, or a string of decimal digits";
        _refuses('"chainId": 1,', '"chainId": "one",', ".chainId", "not an integer", digits);
        _refuses('"10000000000"', '"0"', ".debt.amount", "0", "more than 0");
        _refuses(
            '"0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"',
            '"WETH"',
            ".collateral.token",
            "not an address",
            "0x and 40 hex digits"
        );
        _refuses('"decimals": 8', '"decimals": 37', ".price.decimals", "37", "0 to 36");
        _refuses('"0x930bb771"', '"0x93"', ".liquidation.refusal", "0x93", "0x and at least 8 hex digits");
    }

    function test_anAdapter_isEitherDeployedOrBuilt() public {
        string memory allowed = "exactly one of address and artifact";
        _refuses(
            '"artifact":',
            '"address": "0x4d5F47FA6A74757f35C14fD3a6Ef8E3C9BC514E8", "artifact":',
            ".adapter",
            "both",
            allowed
        );
        _refuses('"artifact": "AaveV3Adapter.sol:AaveV3Adapter",', "", ".adapter", "neither", allowed);
    }

    function test_theAmountBorrowed_leavesRoomForTheMinimum() public {
        string memory rule = '"minimumDebt": {"units": "5000000000", "error": "0xe273b446", "blocksRepay": false},';
        assertTrue(this.read(vm.replace(good, '"rounding"', string.concat(rule, '"rounding"'))).hasMinimumDebt);
        rule = vm.replace(rule, "5000000000", "5000000001");
        _refuses(
            '"rounding"',
            string.concat(rule, '"rounding"'),
            ".debt.amount",
            "10000000000",
            "at least twice .minimumDebt.units"
        );
    }

    function test_anEmptyList_isNoStep() public {
        string memory to = '"subAccount": {"open": [],';
        _refuses('"subAccount": {', to, ".subAccount.open", "an empty list, or no list", "a list of at least one step");
    }

    function _refuses(
        string memory from,
        string memory to,
        string memory field,
        string memory observed,
        string memory allowed
    ) private {
        string memory bad = vm.replace(good, from, to);
        assertNotEq(bad, good, "the test changed nothing");
        vm.expectRevert(abi.encodeWithSelector(FixtureReader.FixtureInvalid.selector, field, observed, allowed));
        this.read(bad);
    }
}
