import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.simulate.arbitrage import arbitrage, price_e8_of, sqrt_price_x96

MARKET = 200_00000000
FEE_PPM = 500
EDGE_HIGH = sqrt_price_x96(MARKET, 1_000_000, 999_500)
EDGE_LOW = sqrt_price_x96(MARKET, 999_500, 1_000_000)


def test_square_root_price_of_the_real_pool_convention():
    # 200 USD a WETH: one USDC unit buys 5e9 wei, so the square root is 2^96 * sqrt(5e9).
    assert sqrt_price_x96(MARKET) == pytest.approx(2**96 * 5e9**0.5, rel=1e-12)


@given(st.integers(10**8, 10**13))
def test_price_survives_the_way_there_and_back(price):
    assert abs(price_e8_of(sqrt_price_x96(price)) - price) <= 1


@pytest.mark.parametrize("pool", [EDGE_HIGH, EDGE_LOW, sqrt_price_x96(MARKET)])
def test_nothing_pays_inside_the_fee_band(pool):
    assert arbitrage(pool, MARKET, FEE_PPM) is None


def test_a_dear_pool_is_sold_down_to_the_near_edge():
    swap = arbitrage(EDGE_HIGH - 1, MARKET, FEE_PPM)
    assert swap is not None
    assert (swap.sells_weth, swap.sqrt_limit_x96) == (True, EDGE_HIGH)
    assert price_e8_of(EDGE_HIGH) == pytest.approx(MARKET / 0.9995, rel=1e-8)


def test_a_cheap_pool_is_bought_up_to_the_near_edge():
    swap = arbitrage(EDGE_LOW + 1, MARKET, FEE_PPM)
    assert swap is not None
    assert (swap.sells_weth, swap.sqrt_limit_x96) == (False, EDGE_LOW)
    assert price_e8_of(EDGE_LOW) == pytest.approx(MARKET * 0.9995, rel=1e-8)


def test_a_price_of_zero_is_refused():
    with pytest.raises(ValueError, match="allowed are positive prices"):
        sqrt_price_x96(0)
