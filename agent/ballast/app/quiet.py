"""Python's garbage collector stays out of the time between a block and its decisions."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 1


@contextmanager
def uncollected() -> Iterator[None]:
    """Collects nothing while a block is worked on, and what that has left right afterwards.

    A block of a thousand positions makes tens of thousands of objects, nearly all of which die without the
    collector; its pauses in between would be most of the longest times. Only young objects are looked at
    afterwards, which takes milliseconds; full collections come in the pauses between blocks as ever.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(_YOUNG)
