"""The same seed gives the same weights on any number of cores."""

from __future__ import annotations

import os

_FLAG = "--xla_cpu_multi_thread_eigen=false"


def sum_in_one_order() -> None:
    """One thread per operation of XLA, in this process and its children; call it before JAX runs."""
    flags = os.environ.get("XLA_FLAGS", "")
    if _FLAG not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {_FLAG}".strip()
