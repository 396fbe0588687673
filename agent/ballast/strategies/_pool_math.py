"""What a Uniswap V3 pool pays for an exact input, within the range of liquidity that is active now.

Whitepaper 6.2.3: with liquidity L and square root price S (token1 per token0), an input of token0 moves 1/S
up by in/L and pays L times the fall of S; an input of token1 moves S up by in/L and pays L times the fall of
1/S. All roundings are the pool's own, against the trader. Beyond the active range the pool may pay less: the
signed minimum output is what holds there.
"""

from __future__ import annotations

from ballast.domain.observation import PoolReading
from ballast.domain.units import PPM

_Q96 = 1 << 96


def exact_input_output(pool: PoolReading, token_in: str, amount_in: int) -> int:
    """Units of the other token that ``amount_in`` units of ``token_in`` buy.

    Raises:
        ValueError: the pool does not hold the token.
    """
    if token_in not in (pool.token0, pool.token1):
        raise ValueError(f"pool {pool.pool} holds {pool.token0} and {pool.token1}, not {token_in}")
    if pool.liquidity <= 0 or pool.sqrt_price_x96 <= 0:
        return 0
    paid = amount_in * (PPM - pool.fee_ppm) // PPM
    return _sell_token0(pool, paid) if token_in == pool.token0 else _sell_token1(pool, paid)


def _sell_token0(pool: PoolReading, paid: int) -> int:
    numerator, price = pool.liquidity << 96, pool.sqrt_price_x96
    price_after = -(-numerator * price // (numerator + paid * price))
    return pool.liquidity * (price - price_after) // _Q96


def _sell_token1(pool: PoolReading, paid: int) -> int:
    price = pool.sqrt_price_x96
    price_after = price + (paid << 96) // pool.liquidity
    return (pool.liquidity << 96) * (price_after - price) // price_after // price
