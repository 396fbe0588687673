"""The collector neither interrupts a block nor is it forgotten."""

from __future__ import annotations

import gc

import pytest

from ballast.app.quiet import uncollected


def test_collector_rests_while_a_block_is_worked_on_and_no_longer() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_a_block_leaves_is_collected_right_after_it_even_if_it_fails() -> None:
    freed: list[bool] = []
    with pytest.raises(ValueError, match="no such block"), uncollected():
        fail_and_leave_a_knot(freed)
    assert freed == [True]


def fail_and_leave_a_knot(freed: list[bool]) -> None:
    knot = [Last(freed)]
    # Refers to itself, so that only the collector can free it.
    knot.append(knot)
    del knot
    assert not freed
    raise ValueError("no such block")


class Last:
    """Tells when it goes."""

    def __init__(self, freed: list[bool]) -> None:
        self._freed = freed

    def __del__(self) -> None:
        self._freed.append(True)
