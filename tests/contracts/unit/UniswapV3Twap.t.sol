// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {UniswapV3Twap} from "ballast/libraries/UniswapV3Twap.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Answers `observe` with a fixed mean tick; stands for pools that no fork has.
contract TickPool {
    int56 private immutable _delta;

    constructor(int56 delta) {
        _delta = delta;
    }

    function observe(uint32[] calldata) external view returns (int56[] memory ticks, uint160[] memory seconds_) {
        (ticks, seconds_) = (new int56[](2), new uint160[](2));
        (ticks[0], ticks[1]) = (1_000_000, 1_000_000 + _delta);
    }
}

contract UniswapV3TwapTest is Test {
    uint256 private constant ONE_X128 = 1 << 128;

    function test_inversePower_knownValues() public pure {
        assertEq(UniswapV3Twap.inversePowerX128(0), ONE_X128);
        assertEq(UniswapV3Twap.inversePowerX128(1), UniswapV3Twap.INVERSE_BASE_X128);
        // 1.0001^-6932 is just below one half
        assertApproxEqRel(UniswapV3Twap.inversePowerX128(6932), ONE_X128 / 2, 0.0001e18);
    }

    /// @dev The factors that are written out are the base squared again and again, rounded down.
    function test_inversePower_factors_areSquares() public pure {
        uint256 square = UniswapV3Twap.INVERSE_BASE_X128;
        for (uint256 k; k < 20; k++) {
            assertEq(UniswapV3Twap.inversePowerX128(1 << k), square, vm.toString(k));
            square = square * square >> 128;
        }
        assertEq(square, 0, "the next");
    }

    function test_inversePower_beyondItsBits_isZero_boundary() public pure {
        assertEq(UniswapV3Twap.inversePowerX128(1 << 20), 0);
        assertEq(UniswapV3Twap.inversePowerX128(type(uint256).max), 0);
    }

    function testFuzz_inversePower_multiplies(uint256 a, uint256 b) public pure {
        (a, b) = (bound(a, 0, 200_000), bound(b, 0, 200_000));
        uint256 product = UniswapV3Twap.inversePowerX128(a) * (UniswapV3Twap.inversePowerX128(b) >> 8) >> 120;
        assertApproxEqRel(UniswapV3Twap.inversePowerX128(a + b), product, 1e6); // 1e-12
    }

    function testFuzz_inversePower_falls(uint256 exponent) public pure {
        exponent = bound(exponent, 0, 400_000);
        assertLt(UniswapV3Twap.inversePowerX128(exponent + 1), UniswapV3Twap.inversePowerX128(exponent));
    }

    /// @dev Exact integer arithmetic of another language gave these; within 1e-18 of the power, which is 1e-14 of a tick.
    function test_goldenVectors_inversePower() public view {
        string memory json = vm.readFile("tests/vectors/ticks.json");
        uint256 checked;
        for (uint256 i; vm.keyExistsJson(json, _at(i, "")); i++) {
            int256 tick = vm.parseJsonInt(json, _at(i, ".tick"));
            uint256 expected = vm.parseJsonUint(json, _at(i, ".inversePowerX128"));
            uint256 observed = UniswapV3Twap.inversePowerX128(tick < 0 ? uint256(-tick) : uint256(tick));
            assertEq(observed, expected, vm.toString(tick));
            checked++;
        }
        assertGt(checked, 0, "no vectors");
    }

    function test_price_inBothDirections() public {
        // USDC (6 decimals, token0) and WETH (18): 3,000 USD per WETH is about tick 196,256
        address pool = address(new TickPool(196_256 * 600));
        (bool usable, uint256 wethWad) = UniswapV3Twap.tryPriceWad(pool, 600, false, 1e18, 1e6, 1e18);
        assertTrue(usable);
        assertApproxEqRel(wethWad, 3000e18, 0.0002e18, "WETH in USDC");
        (usable, wethWad) = UniswapV3Twap.tryPriceWad(pool, 600, true, 1e6, 1e18, 3000e18);
        assertTrue(usable);
        assertApproxEqRel(wethWad, 1e18, 0.0002e18, "USDC in WETH");
    }

    /// @dev Where 256 bits hold the product, and where they do not: 2^128 less one, 2^128, and far beyond, either way.
    function test_price_boundary_whereProductsGrowWide() public {
        uint256[3] memory scaled = [uint256(type(uint128).max), uint256(type(uint128).max) + 1, 1 << 187];
        uint256 power = UniswapV3Twap.inversePowerX128(1);
        (address below, address above) = (address(new TickPool(-600)), address(new TickPool(600)));
        for (uint256 i; i < scaled.length; i++) {
            (, uint256 less) = UniswapV3Twap.tryPriceWad(below, 600, true, 1, 1, scaled[i]);
            assertEq(less, Math.mulDiv(scaled[i], power, 1 << 128));
            (, uint256 more) = UniswapV3Twap.tryPriceWad(above, 600, true, 1, 1, scaled[i]);
            assertEq(more, Math.mulDiv(scaled[i], 1 << 128, power));
        }
    }

    function test_meanTick_roundsTowardsMinusInfinity() public {
        (, uint256 down) = UniswapV3Twap.tryPriceWad(address(new TickPool(-601)), 600, true, 1e18, 1e18, 1e18);
        (, uint256 exact) = UniswapV3Twap.tryPriceWad(address(new TickPool(-1200)), 600, true, 1e18, 1e18, 1e18);
        assertEq(down, exact, "-601 / 600 is tick -2");
        (, uint256 up) = UniswapV3Twap.tryPriceWad(address(new TickPool(1199)), 600, true, 1e18, 1e18, 1e18);
        (, uint256 one) = UniswapV3Twap.tryPriceWad(address(new TickPool(600)), 600, true, 1e18, 1e18, 1e18);
        assertEq(up, one, "1199 / 600 is tick 1");
    }

    function test_absurdTick_isNotUsable() public {
        (bool usable,) = UniswapV3Twap.tryPriceWad(address(new TickPool(443_700 * 600)), 600, true, 1, 1, 1);
        assertFalse(usable);
        (usable,) = UniswapV3Twap.tryPriceWad(address(new TickPool(443_500 * 600)), 600, true, 1, 1, 1);
        assertTrue(usable);
    }

    function _at(uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(".ticks[", vm.toString(i), "]", field);
    }
}
