// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {UnitMath} from "ballast/libraries/UnitMath.sol";
import {Test} from "forge-std/Test.sol";

contract UnitMathTest is Test {
    function test_valueWad_roundsTheWayItsNameSays() public pure {
        // 3 units of a 6-decimal token at 0.5 + 1 wei: 1.5e12 + 3e-6, a remainder either way
        uint256 priceWad = 0.5e18 + 1;
        assertEq(UnitMath.valueWadDown(3, priceWad, 6), 1_500_000_000_000, "down");
        assertEq(UnitMath.valueWadUp(3, priceWad, 6), 1_500_000_000_001, "up");
    }

    function test_valueWad_isExactWithoutRemainder() public pure {
        assertEq(UnitMath.valueWadDown(2 ether, 3000e18, 18), 6000e18);
        assertEq(UnitMath.valueWadUp(2 ether, 3000e18, 18), 6000e18);
    }

    function testFuzz_valueWad_doesNotDependOnDecimals(uint64 whole, uint128 priceWad, uint8 decimals) public pure {
        decimals = uint8(bound(decimals, 0, 18));
        uint256 value = UnitMath.valueWadDown(uint256(whole) * 10 ** decimals, priceWad, decimals);
        assertEq(value, uint256(whole) * priceWad);
    }

    function testFuzz_valueWad_upIsAtMostOneAboveDown(uint128 amount, uint128 priceWad, uint8 decimals) public pure {
        decimals = uint8(bound(decimals, 0, 18));
        uint256 down = UnitMath.valueWadDown(amount, priceWad, decimals);
        uint256 up = UnitMath.valueWadUp(amount, priceWad, decimals);
        bool exact = uint256(amount) * priceWad % 10 ** decimals == 0;
        assertEq(up, exact ? down : down + 1);
    }

    /// @dev From 2^128 on the products need more than a word.
    function test_wideFactors_boundary_areExact() public pure {
        uint256 wide = 1 << 128;
        assertEq(UnitMath.valueWadDown(wide - 1, wide - 1, 18), uint256(wide - 1) * (wide - 1) / 1e18);
        assertEq(UnitMath.valueWadDown(wide, wide, 18), (type(uint256).max - 584_007_913_129_639_935) / 1e18);
        assertEq(UnitMath.valueWadUp(wide, wide, 18), UnitMath.valueWadDown(wide, wide, 18) + 1);
        assertEq(UnitMath.bpsOfUp(wide * 10_000, 1), wide, "exact, nothing to round");
        assertEq(UnitMath.bpsOfUp(wide * 10_000 + 1, 1), wide + 1);
    }

    function test_bpsOfUp_roundsUp() public pure {
        assertEq(UnitMath.bpsOfUp(10_000, 150), 150);
        assertEq(UnitMath.bpsOfUp(10_001, 150), 151);
        assertEq(UnitMath.bpsOfUp(1, 1), 1);
    }

    function test_deviationBpsUp_countsBothSides_andRoundsUp() public pure {
        assertEq(UnitMath.deviationBpsUp(10_200, 10_000), 200);
        assertEq(UnitMath.deviationBpsUp(9800, 10_000), 200);
        assertEq(UnitMath.deviationBpsUp(10_201, 10_000), 201);
        assertEq(UnitMath.deviationBpsUp(1_020_001, 1_000_000), 201);
    }

    function toWad(uint256 value, uint8 decimals) external pure returns (uint256) {
        return UnitMath.toWad(value, decimals);
    }

    function unit(uint256 decimals) external pure returns (uint256) {
        return UnitMath.unit(decimals);
    }

    function test_unit_boundary() public {
        assertEq(this.unit(0), 1);
        assertEq(this.unit(77), 10 ** 77);
        vm.expectRevert(abi.encodeWithSelector(UnitMath.UnitTooLarge.selector, 78));
        this.unit(78);
    }

    function test_deviationBpsUp_saturates() public pure {
        assertEq(UnitMath.deviationBpsUp(1, 0), type(uint256).max, "no anchor");
        assertEq(UnitMath.deviationBpsUp(type(uint256).max, 1), type(uint256).max, "beyond any limit");
    }

    function test_toWad_appendsZeros() public {
        assertEq(UnitMath.toWad(300_000_000_000, 8), 3000e18);
        assertEq(UnitMath.toWad(7, 18), 7);
        assertEq(UnitMath.toWad(7, 0), 7e18);
        vm.expectRevert(abi.encodeWithSelector(UnitMath.UnitTooLarge.selector, type(uint256).max));
        this.toWad(7, 19);
    }
}
