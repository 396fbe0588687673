"""What benchmarks print alike: the machine, quantiles, and times taken with a monotonic clock."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import jax
import numpy as np


def machine() -> dict[str, Any]:
    """Processor, cores that this process may use, load, versions."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity is not None else os.cpu_count()
    versions = {"python": platform.python_version(), "jax": jax.__version__}
    return {"cpu": _cpu(), "cores": cores, "load": list(os.getloadavg()), **versions, "numpy": np.__version__}


def machine_line() -> str:
    """One line about the machine."""
    found = machine()
    load = "/".join(f"{value:.1f}" for value in found["load"])
    names = ", ".join(f"{name} {found[name]}" for name in ("python", "jax", "numpy"))
    return f"{found['cpu']}, {found['cores']} cores, load {load}; {names}"


def timed(work: Callable[[], Any], runs: int) -> tuple[list[float], Any]:
    """Wall seconds of every run after one that is not counted, and the last result."""
    result = work()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def spread(seconds: list[float]) -> dict[str, float]:
    """Median, least and greatest, in seconds."""
    return {"median_s": median(seconds), "min_s": min(seconds), "max_s": max(seconds), "runs": len(seconds)}


def quantiles_ms(seconds: list[float]) -> dict[str, float]:
    """p50, p99 and the greatest, in milliseconds."""
    p50, p99 = np.percentile(np.asarray(seconds) * 1e3, [50, 99])
    return {
        "p50_ms": round(float(p50), 3),
        "p99_ms": round(float(p99), 3),
        "max_ms": round(max(seconds) * 1e3, 3),
    }


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
