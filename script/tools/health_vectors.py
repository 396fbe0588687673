"""Golden baskets on Comet and Maker with their metrics, for `make_vectors.py`."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from ballast.domain.metrics.basket import Basket
from ballast.domain.metrics.comet import CometBasket, CometCollateral
from ballast.domain.metrics.maker import RAY, MakerBasket
from ballast.domain.metrics.position import measure

WAD = 10**18


def health_vectors() -> dict[str, Any]:
    """Baskets on Comet and Maker with their metrics; the adapters must find the same health."""
    draw = random.Random(5)  # noqa: S311 (reproducible test values)
    comets, makers = [random_comet(draw) for _ in range(12)], [random_maker(draw) for _ in range(12)]
    comets += [replace(comets[0], owed=0), replace(comets[1], assets=()), exact_comet()]
    makers += [replace(makers[0], art=0), replace(makers[1], ink=0), exact_maker()]
    return {
        "comet": [{**comet_fields(basket), **metric_fields(basket)} for basket in comets],
        "maker": [{**maker_fields(basket), **metric_fields(basket)} for basket in makers],
    }


def random_comet(draw: random.Random) -> CometBasket:
    """One to three collaterals of odd sizes; health between about a half and three."""
    assets = []
    for index in range(draw.randrange(1, 4)):
        scale, price = 10 ** draw.choice((6, 8, 18)), draw.randrange(10**6, 10**13)
        factor = draw.randrange(WAD // 2, WAD * 95 // 100)
        balance = draw.randrange(10**9, 10**14) * scale // price
        assets.append(
            CometCollateral(
                f"asset {index}", balance, price, scale, factor - draw.randrange(WAD // 10), factor
            )
        )
    base_scale, base_price = 10 ** draw.choice((6, 18)), draw.randrange(97 * 10**6, 103 * 10**6)
    worth = sum(asset.value_e8 for asset in assets) * draw.randrange(30, 130) // 100
    return CometBasket("base", base_price, base_scale, worth * base_scale // base_price, tuple(assets))


def random_maker(draw: random.Random) -> MakerBasket:
    """One cdp of odd size; health between about a half and three."""
    mat, rate = RAY * draw.randrange(110, 176) // 100 + draw.randrange(10**9), RAY + draw.randrange(RAY // 5)
    par = RAY * draw.choice((100, 101)) // 100
    basket = MakerBasket("gem", draw.randrange(10**15, 10**23), 1, rate, 0, mat, par)
    basket = basket.at_price("gem", draw.randrange(10**17, 10**23))
    return replace(basket, art=basket.ink * basket.spot // rate * draw.randrange(30, 180) // 100)


def exact_comet() -> CometBasket:
    """Health of exactly one: the last that may not be liquidated."""
    asset = CometCollateral("asset 0", WAD, 2_000 * 10**8, WAD, WAD * 8 // 10, WAD * 9 // 10)
    return CometBasket("base", 10**8, 10**6, 1_800 * 10**6, (asset,))


def exact_maker() -> MakerBasket:
    """As `exact_comet`."""
    return MakerBasket("gem", WAD, 1_000 * WAD, RAY, 1_000 * RAY, RAY * 3 // 2)


def comet_fields(basket: CometBasket) -> dict[str, Any]:
    """Inputs as the market answers them; each collateral's liquidation price with 8 decimals, or null."""
    prices = {leg.token: leg.liquidation_price_wad for leg in measure(basket).collaterals}
    return {
        "basePrice": str(basket.base_price_e8),
        "baseScale": str(basket.base_scale),
        "owed": str(basket.owed),
        "assets": [
            {
                "balance": str(asset.balance),
                "price": str(asset.price_e8),
                "scale": str(asset.scale),
                "borrowFactor": str(asset.borrow_factor_wad),
                "liquidateFactor": str(asset.liquidate_factor_wad),
                "liquidationPrice": optional(prices.get(asset.token), 10**10),
            }
            for asset in basket.assets
        ],
    }


def maker_fields(basket: MakerBasket) -> dict[str, Any]:
    """Inputs as the Vat and the Spotter hold them; the liquidation price as a wad, or null."""
    prices = [leg.liquidation_price_wad for leg in measure(basket).collaterals]
    numbers = {name: getattr(basket, name) for name in ("ink", "art", "rate", "spot", "mat", "par")}
    return {
        **{name: str(value) for name, value in numbers.items()},
        "liquidationPrice": optional(prices[0] if prices else None, 1),
    }


def optional(number: int | None, scale: int) -> str | None:
    """A decimal string in units of `scale`."""
    return None if number is None else str(number // scale)


def metric_fields(basket: Basket) -> dict[str, Any]:
    """What an adapter's `health` must answer."""
    totals = basket.totals()
    return {
        "collateralWad": str(totals.collateral_wad),
        "debtWad": str(totals.debt_wad),
        "thresholdBps": str(totals.threshold_bps),
        "healthWad": str(totals.health_wad),
    }
