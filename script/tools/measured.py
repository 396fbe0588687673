"""What benchmarks print alike: the machine, quantiles, and times taken with a monotonic clock."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Runs:
    """Wall seconds of runs, and processor seconds of all their threads."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median wall seconds."""
        return median(self.wall)

    def row(self) -> dict[str, float]:
        """The table's figures."""
        found = {"median_s": self.median, "min_s": min(self.wall), "max_s": max(self.wall)}
        return {**found, "cpu_median_s": median(self.cpu), "runs": len(self.wall)}


def timed(work: Callable[[], Any], runs: int) -> tuple[Runs, Any]:
    """Times of every run after one that is not counted, and the last result."""
    result = work()
    wall, cpu = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return Runs(tuple(wall), tuple(cpu)), result


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
