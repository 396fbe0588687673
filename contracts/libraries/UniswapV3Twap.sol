// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IUniswapV3Pool} from "../interfaces/external/IUniswapV3Pool.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

/// @title Time-weighted price of a Uniswap V3 pool
/// @notice A pool quotes token1 per token0 as 1.0001^tick, in token units. The mean tick over a window gives the geometric mean price.
library UniswapV3Twap {
    /// @dev 1 / 1.0001 as a 128-bit fraction, rounded to nearest.
    uint256 internal constant INVERSE_BASE_X128 = 340_248_342_086_729_790_484_326_174_814_286_782_778;
    uint256 private constant ONE_X128 = 1 << 128;
    /// @dev Below this a power has fewer than 64 significant bits; no listed pair comes near (tick beyond 443,000).
    uint256 private constant MIN_POWER_X128 = 1 << 64;

    /// @notice Price of `base` in wad of USD.
    /// @param secondsAgo window length
    /// @param baseUnit 10^decimals of the base token, at most 1e18
    /// @param quoteUnit 10^decimals of the quote token, at most 1e18
    /// @param quotePriceWad USD per whole quote token, at most 2^128 - 1
    /// @return usable false where the pool cannot answer for the whole window; never reverts
    /// @return priceWad USD per whole base token
    function tryPriceWad(
        address pool,
        uint32 secondsAgo,
        bool baseIsToken0,
        uint256 baseUnit,
        uint256 quoteUnit,
        uint256 quotePriceWad
    ) internal view returns (bool usable, uint256 priceWad) {
        int256 tick;
        (usable, tick) = _tryMeanTick(pool, secondsAgo);
        if (!usable) return (false, 0);
        int256 exponent = baseIsToken0 ? tick : -tick;
        uint256 power = inversePowerX128(SignedMath.abs(exponent));
        if (power < MIN_POWER_X128) return (false, 0);
        // no overflow: baseUnit <= 2^60, quotePriceWad < 2^128, and the ratio is at most 2^64
        uint256 scaled = baseUnit * quotePriceWad;
        priceWad = (exponent < 0 ? _mulX128(scaled, power) : _divX128(scaled, power)) / quoteUnit;
    }

    /// @dev scaled * power / 2^128, in 512 bits only where 256 might not hold it; `power` is at most 2^128.
    function _mulX128(uint256 scaled, uint256 power) private pure returns (uint256) {
        if (scaled >> 128 != 0) return Math.mulDiv(scaled, power, ONE_X128);
        unchecked {
            return scaled * power >> 128; // no overflow: below 2^128 times at most 2^128
        }
    }

    /// @dev scaled * 2^128 / power, likewise.
    function _divX128(uint256 scaled, uint256 power) private pure returns (uint256) {
        return scaled >> 128 != 0 ? Math.mulDiv(scaled, ONE_X128, power) : (scaled << 128) / power;
    }

    /// @notice 1.0001^(-exponent) as a 128-bit fraction: the product of 1.0001^(-2^k) over the bits k of the exponent; each of at most 20 products,
    /// and each of the factors, loses less than 2^-128 a step.
    /// @dev The factors are `INVERSE_BASE_X128` squared k times, rounded down each time; written out, because squaring them anew costs as much as
    /// multiplying. A test makes them again. The next one would be zero.
    function inversePowerX128(uint256 exponent) internal pure returns (uint256 power) {
        if (exponent >> 20 != 0) return 0;
        power = ONE_X128;
        // no overflow: `power` is at most 2^128 and every factor below it
        unchecked {
            if (exponent & 0x1 != 0) power = power * 0xfff97272373d413259a46990580e213a >> 128;
            if (exponent & 0x2 != 0) power = power * 0xfff2e50f5f656932ef12357cf3c7fdcc >> 128;
            if (exponent & 0x4 != 0) power = power * 0xffe5caca7e10e4e61c3624eaa0941cd0 >> 128;
            if (exponent & 0x8 != 0) power = power * 0xffcb9843d60f6159c9db58835c926643 >> 128;
            if (exponent & 0x10 != 0) power = power * 0xff973b41fa98c081472e6896dfb254be >> 128;
            if (exponent & 0x20 != 0) power = power * 0xff2ea16466c96a3843ec78b326b5285d >> 128;
            if (exponent & 0x40 != 0) power = power * 0xfe5dee046a99a2a811c461f1969c304b >> 128;
            if (exponent & 0x80 != 0) power = power * 0xfcbe86c7900a88aedcffc83b479aa394 >> 128;
            if (exponent & 0x100 != 0) power = power * 0xf987a7253ac413176f2b074cf7815e34 >> 128;
            if (exponent & 0x200 != 0) power = power * 0xf3392b0822b70005940c7a398e4b70b4 >> 128;
            if (exponent & 0x400 != 0) power = power * 0xe7159475a2c29b7443b29c7fa6e88961 >> 128;
            if (exponent & 0x800 != 0) power = power * 0xd097f3bdfd2022b8845ad8f792aa574d >> 128;
            if (exponent & 0x1000 != 0) power = power * 0xa9f746462d870fdf8a65dc1f90e06084 >> 128;
            if (exponent & 0x2000 != 0) power = power * 0x70d869a156d2a1b890bb3df62baf3122 >> 128;
            if (exponent & 0x4000 != 0) power = power * 0x31be135f97d08fd981231505542fce08 >> 128;
            if (exponent & 0x8000 != 0) power = power * 0x9aa508b5b7a84e1c677de54f3e99b28 >> 128;
            if (exponent & 0x10000 != 0) power = power * 0x5d6af8dedb81196699c329225ee5f8 >> 128;
            if (exponent & 0x20000 != 0) power = power * 0x2216e584f5fa1ea926041bedfe97 >> 128;
            if (exponent & 0x40000 != 0) power = power * 0x48a170391f7dc42444e8fa2 >> 128;
            if (exponent & 0x80000 != 0) power = power * 0x149b34ee7ac262 >> 128;
        }
    }

    /// @dev Rounds towards minus infinity, as the pool's own arithmetic does. A pool without enough history reverts: not usable, and
    /// neither is any answer but two lists of two, as the ABI lays them out. The answer is read word by word, because decoding lists costs
    /// as much as five of their slots.
    function _tryMeanTick(address pool, uint32 secondsAgo) private view returns (bool, int256) {
        bytes4 selector = IUniswapV3Pool.observe.selector;
        bool usable;
        int256 first;
        int256 second;
        assembly ("memory-safe") {
            let answer := mload(0x40) // scratch beyond the free pointer; nothing is allocated
            mstore(answer, selector)
            mstore(add(answer, 4), 32)
            mstore(add(answer, 36), 2)
            mstore(add(answer, 68), and(secondsAgo, 0xffffffff))
            mstore(add(answer, 100), 0)
            usable := staticcall(gas(), pool, answer, 132, answer, 256)
            usable := and(usable, gt(returndatasize(), 255))
            usable := and(usable, eq(mload(answer), 64)) // the first list begins here,
            usable := and(usable, eq(mload(add(answer, 64)), 2)) // and has two members
            first := signextend(6, mload(add(answer, 96)))
            second := signextend(6, mload(add(answer, 128)))
        }
        if (!usable) return (false, 0);
        unchecked {
            // no overflow: both are 56-bit; the window is not zero by configuration
            int256 delta = second - first;
            int256 window = int256(uint256(secondsAgo));
            int256 tick = delta / window;
            if (delta < 0 && delta % window != 0) tick--;
            return (true, tick);
        }
    }
}
