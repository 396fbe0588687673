from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.domain import units
from ballast.domain.units import UINT256_MAX
from support import core

naturals = st.integers(0, 2**256)


@given(naturals, naturals, st.integers(1, 2**256))
def test_mul_div_rounds_as_its_name_says(a: int, b: int, denominator: int) -> None:
    exact = Fraction(a * b, denominator)
    assert units.mul_div_down(a, b, denominator) == floor(exact)
    assert units.mul_div_up(a, b, denominator) == ceil(exact)


@pytest.mark.parametrize("arguments", [(-1, 1, 1), (1, -1, 1), (1, 1, 0), (1, 1, -1)])
def test_mul_div_refuses_what_is_no_amount(arguments) -> None:
    for function in (units.mul_div_down, units.mul_div_up):
        with pytest.raises(ValueError, match="observed"):
            function(*arguments)


@given(st.integers(0, 2**128), st.integers(0, 18), st.integers(0, 18))
def test_scaling_down_and_up_again_loses_less_than_a_unit(amount: int, source: int, target: int) -> None:
    scaled = units.scale_down(amount, source, target)
    lost = Fraction(amount, 10**source) - Fraction(scaled, 10**target)
    assert 0 <= lost < Fraction(1, 10**target)


@given(naturals, naturals, st.integers(0, 18))
def test_values_up_and_down_enclose_the_exact_one(amount: int, price: int, decimals: int) -> None:
    exact = Fraction(amount * price, 10**decimals)
    low, high = (function(amount, price, decimals) for function in (units.value_wad_down, units.value_wad_up))
    assert low <= exact <= high <= low + 1


@pytest.mark.parametrize(
    ("observed", "bps"), [(10_000, 0), (10_001, 1), (9_999, 1), (10_100, 100), (0, 10_000)]
)
def test_deviation_is_in_bps_of_the_reference_and_rounded_up(observed: int, bps: int) -> None:
    assert units.deviation_bps(observed, 10_000) == bps
    assert units.deviation_bps(observed + 10**6 if observed > 10_000 else observed, 10_000) >= bps


def test_deviation_needs_a_positive_reference() -> None:
    with pytest.raises(ValueError, match="positive"):
        units.deviation_bps(1, 0)


def test_power_of_ten_stays_in_the_integers() -> None:
    assert units.power_of_ten(0) == 1
    with pytest.raises(ValueError, match="negative"):
        units.power_of_ten(-1)


@pytest.mark.parametrize(
    ("word", "bitmap", "nonce"),
    [(0, 0, 0), (0, 0b1011, 2), (3, 1, 3 * 256 + 1), (0, UINT256_MAX >> 1, 255), (0, UINT256_MAX, None)],
)
def test_next_nonce_is_the_lowest_unused_of_its_word(word: int, bitmap: int, nonce: int | None) -> None:
    assert core.position(nonce_word=word, nonce_bitmap=bitmap).next_nonce() == nonce
