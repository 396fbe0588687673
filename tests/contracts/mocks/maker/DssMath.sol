// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

uint256 constant WAD = 1e18;
uint256 constant RAY = 1e27;

/// @title Fixed-point arithmetic of the Maker model
/// @notice wad = 18, ray = 27, rad = 45 decimals. Whatever overflows reverts without data, as Maker's pre-0.8 code does, and not with a
/// panic. Every product and quotient rounds down, `rpow` half up in each step.
library DssMath {
    function add(uint256 x, int256 y) internal pure returns (uint256 z) {
        return y < 0 ? sub(x, magnitude(y)) : add(x, uint256(y));
    }

    function sub(uint256 x, int256 y) internal pure returns (uint256 z) {
        return y < 0 ? add(x, magnitude(y)) : sub(x, uint256(y));
    }

    function mul(uint256 x, int256 y) internal pure returns (int256) {
        require(x <= uint256(type(int256).max));
        uint256 product = mul(x, magnitude(y));
        if (y >= 0) {
            require(product <= uint256(type(int256).max));
            return int256(product);
        }
        require(product <= 1 << 255);
        unchecked {
            return -int256(product); // -2**255 is its own negation
        }
    }

    function add(uint256 x, uint256 y) internal pure returns (uint256 z) {
        unchecked {
            z = x + y;
        }
        require(z >= x);
    }

    function sub(uint256 x, uint256 y) internal pure returns (uint256 z) {
        require(y <= x);
        unchecked {
            z = x - y;
        }
    }

    function mul(uint256 x, uint256 y) internal pure returns (uint256 z) {
        unchecked {
            z = x * y;
            require(x == 0 || z / x == y);
        }
    }

    function wmul(uint256 x, uint256 y) internal pure returns (uint256) {
        return mul(x, y) / WAD;
    }

    function rmul(uint256 x, uint256 y) internal pure returns (uint256) {
        return mul(x, y) / RAY;
    }

    function rdiv(uint256 x, uint256 y) internal pure returns (uint256) {
        require(y != 0);
        return mul(x, RAY) / y;
    }

    /// @notice x ** n for a fixed-point x of `base`, by squaring; each multiplication rounds half up.
    function rpow(uint256 x, uint256 n, uint256 base) internal pure returns (uint256 z) {
        if (x == 0) return n == 0 ? base : 0;
        z = n & 1 == 0 ? base : x;
        for (n >>= 1; n != 0; n >>= 1) {
            x = add(mul(x, x), base / 2) / base;
            if (n & 1 == 1) z = add(mul(z, x), base / 2) / base;
        }
    }

    /// @dev |y|; the least int256 has one too.
    function magnitude(int256 y) internal pure returns (uint256) {
        unchecked {
            return y < 0 ? uint256(-y) : uint256(y);
        }
    }

    function toInt(uint256 x) internal pure returns (int256) {
        require(x <= uint256(type(int256).max));
        return int256(x);
    }
}
