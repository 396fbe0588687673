"""Integer units. Every amount in Ballast is an ``int`` whose unit stands in its name.

``...Wad`` 18 decimals · ``...Bps`` 1/10,000 · ``...Ppm`` 1/1,000,000 · ``...Seconds`` unix time or a duration
· ``...Wei`` native gas token. Amounts of a token without a suffix are in that token's own smallest unit.
"""

from __future__ import annotations

WAD = 10**18
BPS = 10_000
PPM = 1_000_000
UINT256_MAX = 2**256 - 1
UINT128_MAX = 2**128 - 1


def mul_div_down(a: int, b: int, denominator: int) -> int:
    """floor(a * b / denominator) for non-negative integers.

    Raises:
        ValueError: an argument is negative or the denominator is not positive.
    """
    _require_natural(a, b, denominator)
    return a * b // denominator


def mul_div_up(a: int, b: int, denominator: int) -> int:
    """ceil(a * b / denominator) for non-negative integers; errors as `mul_div_down`."""
    _require_natural(a, b, denominator)
    return -(-a * b // denominator)


def scale_down(amount: int, from_decimals: int, to_decimals: int) -> int:
    """Amount re-expressed with ``to_decimals``, rounded towards zero."""
    if to_decimals >= from_decimals:
        return amount * power_of_ten(to_decimals - from_decimals)
    return amount // power_of_ten(from_decimals - to_decimals)


def power_of_ten(exponent: int) -> int:
    """10^exponent for a non-negative exponent.

    Raises:
        ValueError: the exponent is negative, which would leave the integers.
    """
    if exponent < 0:
        raise ValueError(f"the exponent must not be negative: observed {exponent}")
    return int(10**exponent)


def value_wad_down(amount: int, price_wad: int, decimals: int) -> int:
    """USD value (18 decimals) of ``amount`` token units at ``price_wad`` per whole token, rounded down."""
    return mul_div_down(amount, price_wad, power_of_ten(decimals))


def value_wad_up(amount: int, price_wad: int, decimals: int) -> int:
    """As `value_wad_down`, rounded up."""
    return mul_div_up(amount, price_wad, power_of_ten(decimals))


def deviation_bps(a: int, b: int) -> int:
    """|a - b| relative to ``b``, in basis points, rounded up.

    Raises:
        ValueError: ``b`` is not positive.
    """
    return mul_div_up(abs(a - b), BPS, b)


def _require_natural(a: int, b: int, denominator: int) -> None:
    if a < 0 or b < 0:
        raise ValueError(f"amounts must not be negative: observed {a} and {b}")
    if denominator <= 0:
        raise ValueError(f"the denominator must be positive: observed {denominator}")
