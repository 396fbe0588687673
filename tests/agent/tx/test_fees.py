"""Bids follow the base fee, stay under the ceiling, and replace by 12.5 % at least."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ballast.domain.errors import SendFailed
from ballast.tx.fees import Bid, FeePolicy, bid

GWEI = 10**9
POLICY = FeePolicy(base_fee_percent=200, tip_wei=GWEI, ceiling_wei=100 * GWEI)


def test_bid_is_the_multiplied_base_fee_plus_the_tip() -> None:
    assert bid(10 * GWEI, POLICY, urgent=False) == Bid(21 * GWEI, GWEI)


def test_bid_is_cut_at_the_ceiling_while_the_block_itself_fits_under_it() -> None:
    assert bid(99 * GWEI, POLICY, urgent=False) == Bid(100 * GWEI, GWEI)
    with pytest.raises(SendFailed, match="gas would cost 100000000001 wei"):
        bid(99 * GWEI + 1, POLICY, urgent=False)


def test_urgency_waives_the_ceiling() -> None:
    assert bid(500 * GWEI, POLICY, urgent=True).max_fee_wei == 1_001 * GWEI


def test_replacement_above_the_ceiling_is_refused_unless_urgent() -> None:
    before = Bid(99 * GWEI, GWEI)
    with pytest.raises(SendFailed):
        bid(GWEI, POLICY, urgent=False, replaces=before)
    assert bid(GWEI, POLICY, urgent=True, replaces=before) == before.bumped()


@given(base=st.integers(0, 10**13), max_fee=st.integers(1, 10**13), tip=st.integers(0, 10**13))
def test_every_replacement_grows_both_fields_by_an_eighth_and_carries_its_tip(
    base: int, max_fee: int, tip: int
) -> None:
    before = Bid(max(max_fee, tip), tip)
    after = bid(base, POLICY, urgent=True, replaces=before)
    assert after.max_fee_wei * 8 >= before.max_fee_wei * 9
    assert after.tip_wei * 8 >= before.tip_wei * 9
    assert after.max_fee_wei >= after.tip_wei
