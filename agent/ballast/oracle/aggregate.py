"""Prices that may be acted upon: the primary feed by the vault's own rules, and how far other views are off.

What the vault would reject is refused here with the same words, so that no decision is made which cannot
execute. How much disagreement an action may bear is not decided here: that depends on the action.
"""

from __future__ import annotations

from ballast.domain.errors import PriceUnusable
from ballast.domain.observation import FeedReading, Observation, PoolReading
from ballast.domain.snapshot import Price, PriceSet
from ballast.domain.terms import AssetTerms, PositionTerms, SecondSource
from ballast.domain.units import deviation_bps, scale_down
from ballast.oracle.twap import mean_price_wad, mean_tick

UNKNOWN_DEVIATION = -1


def aggregate(observation: Observation, terms: PositionTerms) -> PriceSet:
    """Prices of both tokens of a position.

    Raises:
        PriceUnusable: a primary feed is missing, not positive, from the future, too old or out of its bounds.
    """
    tokens = dict.fromkeys((terms.collateral_token, terms.debt_token))
    return PriceSet(tuple(_price(observation, terms, token) for token in tokens))


def primary_price_wad(observation: Observation, asset: AssetTerms) -> int:
    """USD per whole token in wad from the primary feed; errors as `aggregate`."""
    return _judged(observation, asset, asset.feed, asset.max_age_seconds)


def stale_feed(observation: Observation, terms: PositionTerms) -> str | None:
    """Which of a position's two primary feeds is older than its vault allows or of unknown age; else None."""
    now = observation.block.timestamp
    for token in (terms.collateral_token, terms.debt_token):
        try:
            asset = terms.asset(token)
            age = now - _feed(observation, asset, asset.feed).updated_at
        except (KeyError, PriceUnusable):
            return f"the age of {token}'s feed is not known"
        if age > asset.max_age_seconds:
            return f"the feed of {asset.symbol} is {age} s old, allowed are {asset.max_age_seconds} s"
    return None


def _judged(observation: Observation, asset: AssetTerms, address: str, max_age_seconds: int) -> int:
    feed = _feed(observation, asset, address)
    now = observation.block.timestamp
    if feed.answer <= 0:
        raise PriceUnusable(asset.token, f"the feed answers {feed.answer}, allowed are positive prices")
    if feed.updated_at > now:
        raise PriceUnusable(
            asset.token, f"updated at {feed.updated_at}, which is after the block's time {now}"
        )
    age = now - feed.updated_at
    if age > max_age_seconds:
        raise PriceUnusable(asset.token, f"{age} s old, allowed are {max_age_seconds} s")
    price = scale_down(feed.answer, feed.decimals, 18)
    if not asset.min_price_wad <= price <= asset.max_price_wad:
        bounds = f"{asset.min_price_wad} to {asset.max_price_wad}"
        raise PriceUnusable(asset.token, f"{price} wad, allowed are {bounds}")
    return price


def _price(observation: Observation, terms: PositionTerms, token: str) -> Price:
    try:
        asset = terms.asset(token)
    except KeyError as error:
        raise PriceUnusable(token, "the vault has no feed for it") from error
    if asset.second_source is SecondSource.UNSET:
        raise PriceUnusable(token, "its second source is unset, which the vault forbids")
    primary = primary_price_wad(observation, asset)
    views = [_venue_view(observation, terms, token)]
    if asset.second_source is SecondSource.UNISWAP_V3_TWAP:
        views.append(_mean_view(observation, terms, asset))
    if asset.second_source is SecondSource.FEED:
        views.append(_second_feed_view(observation, asset))
    age = observation.block.timestamp - _feed(observation, asset, asset.feed).updated_at
    return Price(token, primary, age, _worst_deviation(views, primary), 1 + len(views) - views.count(None))


def _worst_deviation(views: list[int | None], primary: int) -> int:
    known = [deviation_bps(view, primary) for view in views if view is not None]
    return max(known) if len(known) == len(views) else UNKNOWN_DEVIATION


def _feed(observation: Observation, asset: AssetTerms, address: str) -> FeedReading:
    for feed in observation.feeds:
        if (feed.token, feed.feed) == (asset.token, address):
            return feed
    raise PriceUnusable(asset.token, f"feed {address} was not read at block {observation.block.number}")


def _venue_view(observation: Observation, terms: PositionTerms, token: str) -> int | None:
    for view in observation.venue_prices:
        if (view.venue, view.token) == (terms.adapter, token):
            return view.price_wad
    return None


def _second_feed_view(observation: Observation, asset: AssetTerms) -> int | None:
    """Price of a second feed under its own heartbeat and the primary's bounds; None where it has none."""
    try:
        return _judged(observation, asset, asset.second, asset.second_seconds)
    except PriceUnusable:
        return None


def _mean_view(observation: Observation, terms: PositionTerms, asset: AssetTerms) -> int | None:
    """Time-weighted price of a token; None where pool or quote token cannot give one."""
    pool = _pool_with_window(observation, asset)
    if pool is None or asset.token not in (pool.token0, pool.token1):
        return None
    base_is_token0 = pool.token0 == asset.token
    try:
        quote = terms.asset(pool.token1 if base_is_token0 else pool.token0)
        quote_price = primary_price_wad(observation, quote)
    except (KeyError, PriceUnusable):
        return None
    return mean_price_wad(
        mean_tick(pool),
        base_is_token0=base_is_token0,
        base_decimals=asset.decimals,
        quote_decimals=quote.decimals,
        quote_price_wad=quote_price,
    )


def _pool_with_window(observation: Observation, asset: AssetTerms) -> PoolReading | None:
    wanted = (asset.second, asset.second_seconds)
    for pool in observation.pools:
        if (pool.pool, pool.window_seconds) == wanted and pool.window_seconds > 0:
            return pool
    return None
