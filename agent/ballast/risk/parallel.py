"""Work for the processors that this process may use; XLA and NumPy release Python's lock while they count."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def processors() -> int:
    """Processors that this process may run on."""
    # Not known on macOS, where a process may run on all of them.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """Results in the order of the items; the first error is raised."""
    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(work, items))
