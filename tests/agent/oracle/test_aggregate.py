from __future__ import annotations

from dataclasses import replace

import pytest

from ballast.domain.errors import PriceUnusable
from ballast.domain.observation import VenuePrice
from ballast.domain.terms import SecondSource
from ballast.domain.units import WAD
from ballast.oracle.aggregate import UNKNOWN_DEVIATION, aggregate
from support import core


def with_feed(**changes):
    observed = core.observation()
    weth, usdc = observed.feeds
    return replace(observed, feeds=(replace(weth, **changes), usdc))


def with_asset(**changes):
    weth, usdc = core.assets()
    return core.terms(assets=(replace(weth, **changes), usdc))


def price(observed=None, terms=None):
    return aggregate(observed or core.observation(), terms or core.terms()).of(core.WETH)


def test_agreeing_views_give_the_primary_price() -> None:
    weth = price()
    assert weth.price_wad == 200 * WAD
    assert weth.age_seconds == 60
    assert weth.sources == 3
    assert 0 <= weth.deviation_bps <= 2


@pytest.mark.parametrize("decimals", [6, 8, 18])
def test_feed_decimals_are_scaled_to_wad(decimals: int) -> None:
    assert price(with_feed(decimals=decimals, answer=200 * 10**decimals)).price_wad == 200 * WAD


def test_age_limit_passes_and_one_second_more_fails() -> None:
    now = core.observation().block.timestamp
    assert price(with_feed(updated_at=now - 3_900)).age_seconds == 3_900
    with pytest.raises(PriceUnusable, match="3901 s old, allowed are 3900 s"):
        price(with_feed(updated_at=now - 3_901))


def test_future_update_fails_and_the_present_passes() -> None:
    now = core.observation().block.timestamp
    assert price(with_feed(updated_at=now)).age_seconds == 0
    with pytest.raises(PriceUnusable, match="after the block's time"):
        price(with_feed(updated_at=now + 1))


@pytest.mark.parametrize("answer", [0, -1])
def test_price_must_be_positive(answer: int) -> None:
    with pytest.raises(PriceUnusable, match="allowed are positive"):
        price(with_feed(answer=answer))


def test_bounds_belong_to_what_is_allowed() -> None:
    assert price(terms=with_asset(min_price_wad=200 * WAD, max_price_wad=200 * WAD)).price_wad == 200 * WAD
    with pytest.raises(PriceUnusable, match="allowed are"):
        price(terms=with_asset(min_price_wad=200 * WAD + 1))
    with pytest.raises(PriceUnusable, match="allowed are"):
        price(terms=with_asset(max_price_wad=200 * WAD - 1))


def test_missing_feed_and_unregistered_token_are_named() -> None:
    with pytest.raises(PriceUnusable, match="was not read"):
        price(replace(core.observation(), feeds=()))
    with pytest.raises(PriceUnusable, match="no feed"):
        price(terms=core.terms(assets=core.assets()[1:]))


def test_unset_second_source_is_refused_and_absent_is_a_choice() -> None:
    with pytest.raises(PriceUnusable, match="second source is unset"):
        price(terms=with_asset(second_source=SecondSource.UNSET))
    assert price(terms=with_asset(second_source=SecondSource.ABSENT)).sources == 2


def test_the_venue_counts_as_a_view() -> None:
    views = (VenuePrice(core.ADAPTER, core.WETH, 190 * WAD), VenuePrice(core.ADAPTER, core.USDC, WAD))
    assert price(replace(core.observation(), venue_prices=views)).deviation_bps == 500


def test_another_venues_price_is_no_view_of_this_one() -> None:
    views = (VenuePrice("0x" + "00" * 20, core.WETH, 200 * WAD),)
    assert price(replace(core.observation(), venue_prices=views)).deviation_bps == UNKNOWN_DEVIATION


def test_the_mean_price_counts_as_a_view() -> None:
    observed = replace(core.observation(), pools=(core.pool(210.0),))
    assert 499 <= price(observed).deviation_bps <= 501


@pytest.mark.parametrize("changes", [{"window_seconds": 0}, {"window_seconds": 300}])
def test_a_mean_that_must_exist_and_does_not_is_disagreement(changes) -> None:
    observed = replace(core.observation(), pools=(replace(core.pool(), **changes),))
    assert price(observed).deviation_bps == UNKNOWN_DEVIATION


def test_a_dead_quote_feed_makes_the_mean_unusable_but_not_the_primary() -> None:
    observed = core.observation()
    weth, usdc = observed.feeds
    stale = replace(observed, feeds=(weth, replace(usdc, answer=0)))
    with pytest.raises(PriceUnusable) as caught:
        price(stale)
    assert caught.value.token == core.USDC


SECOND = "0x" + "f9" * 20


def with_second(**changes):
    observed = core.observation()
    weth, usdc = observed.feeds
    second = replace(weth, feed=SECOND, **changes)
    terms = with_asset(second_source=SecondSource.FEED, second=SECOND, second_seconds=60)
    return price(replace(observed, feeds=(weth, second, usdc)), terms)


def test_second_feed_is_a_view_under_its_own_heartbeat() -> None:
    now = core.observation().block.timestamp
    assert with_second(updated_at=now - 60).sources == 3
    assert with_second(updated_at=now - 61).deviation_bps == UNKNOWN_DEVIATION
    assert with_second(updated_at=now + 1).deviation_bps == UNKNOWN_DEVIATION


def test_second_feed_shows_how_far_it_is_off() -> None:
    now = core.observation().block.timestamp
    assert with_second(updated_at=now, answer=206 * 10**8).deviation_bps == 300


@pytest.mark.parametrize("answer", [0, 10 * 10**8 - 1, 100_000 * 10**8 + 1])
def test_second_feed_outside_of_the_primarys_bounds_is_no_view(answer: int) -> None:
    now = core.observation().block.timestamp
    assert with_second(updated_at=now, answer=answer).deviation_bps == UNKNOWN_DEVIATION


def test_second_feed_that_was_not_read_is_no_view() -> None:
    terms = with_asset(second_source=SecondSource.FEED, second=SECOND, second_seconds=60)
    assert price(terms=terms).deviation_bps == UNKNOWN_DEVIATION
