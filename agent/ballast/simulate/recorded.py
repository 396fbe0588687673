"""A market path out of recorded bars.

What a bar tells is kept exactly, the minutes inside it are a seeded bridge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from itertools import pairwise
from pathlib import Path

from ballast.data.bars import Bars, BarsError, load_bars
from ballast.data.files import csv_rows, read_text
from ballast.simulate.noise import CONTEXT, Noise
from ballast.simulate.path import PRICE_SCALE, MarketPath, base_fees
from ballast.simulate.scenario import STEP_SECONDS, STEPS_PER_HOUR

MAX_HOURS = 72
_SHORTEST_SHAPED = 4


@dataclass(frozen=True, slots=True)
class Recording:
    """Which bars to play: the file, the first second of it (None: its beginning) and for how long."""

    file: Path
    start: int | None = None
    hours: int = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in exact decimals; ``missing`` where the file has none and the last price is held."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    missing: bool = False


def recorded_path(recording: Recording, base_fee_gwei: Decimal, seed: int) -> MarketPath:
    """Path of the recorded bars, minute by minute, with a base fee around ``base_fee_gwei``.

    Raises:
        BarsError: the file has no usable bars in that window, or its interval is not a whole number
            of minutes.
        ValueError: more hours are asked for than the demo plays.
    """
    if not 0 < recording.hours <= MAX_HOURS:
        raise ValueError(f"hours is {recording.hours}, allowed is 1 to {MAX_HOURS}")
    interval = interval_seconds(recording.file)
    bars = _window(load_bars(recording.file, interval), recording)
    minutes = interval // STEP_SECONDS
    with localcontext(CONTEXT):
        prices = [_to_e8(bars[1][0].open)]
        for index, bar in enumerate(bars[1]):
            prices += _minutes(bar, minutes, Noise(seed, f"bar {index}"))
    held = sum(bar.missing for bar in bars[1])
    label = f"recorded bars of {recording.file.name} every {interval} s; "
    label += "the minutes inside a bar are a seeded bridge"
    label += f"; {held} missing bars hold the last price" if held else ""
    fees = base_fees([(0, base_fee_gwei)], len(prices) - 1, seed)
    return MarketPath(
        "crash", label, f"recorded bars: {recording.file.name}", seed, bars[0], tuple(prices), fees
    )


def interval_seconds(file: Path) -> int:
    """Length of the file's bars: the smallest distance of two stamps that follow each other.

    Raises:
        BarsError: there are fewer than two stamps, or the interval is not a whole number of minutes.
    """
    text, _ = read_text(file, BarsError)
    try:
        stamps = [_seconds(row[0]) for row in csv_rows(file.name, text, BarsError)[1:501] if row]
    except ValueError as error:
        raise BarsError(f"{file.name}: cannot be read: {error}") from error
    gaps = [after - before for before, after in pairwise(stamps) if after > before]
    if not gaps:
        raise BarsError(
            f"{file.name}: holds {len(stamps)} stamps, at least two are needed to know the interval"
        )
    if min(gaps) % STEP_SECONDS:
        raise BarsError(f"{file.name}: an interval of {min(gaps)} s is not a multiple of {STEP_SECONDS} s")
    return min(gaps)


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())


def _window(bars: Bars, recording: Recording) -> tuple[int, list[Bar]]:
    """Bars of the window in order, gaps filled with the last price, and the window's first second."""
    start = int(bars.ts[0]) if recording.start is None else recording.start
    window = bars.between(start, start + recording.hours * STEPS_PER_HOUR * STEP_SECONDS)
    if len(window) == 0:
        raise BarsError(
            f"{bars.name}: no bars between {start} and {recording.hours} hours later; "
            f"it covers {bars.ts[0]} to {bars.ts[-1]}"
        )
    out: list[Bar] = []
    for index in range(len(window)):
        for _ in range(
            (int(window.ts[index]) - int(window.ts[max(index - 1, 0)])) // bars.interval_seconds - 1
        ):
            held = out[-1].close
            out.append(Bar(held, held, held, held, missing=True))
        columns = (window.open, window.high, window.low, window.close)
        first, high, low, last = (Decimal(str(float(column[index]))) for column in columns)
        out.append(Bar(first, high, low, last))
    return int(window.ts[0]), out


def _minutes(bar: Bar, minutes: int, noise: Noise) -> list[int]:
    """One price a minute that ends in the close; touches high and low where the bar is long enough."""
    if minutes < _SHORTEST_SHAPED or bar.missing:
        return [_to_e8(bar.close)] * minutes if bar.missing else _short(bar, minutes)
    extremes = (bar.low, bar.high) if noise.below(0, 2) == 0 else (bar.high, bar.low)
    first = 1 + noise.below(1, minutes - 2)
    second = first + 1 + noise.below(2, minutes - first - 1)
    knots = [(0, bar.open), (first, extremes[0]), (second, extremes[1]), (minutes, bar.close)]
    out: list[int] = []
    for (left, start), (right, end) in pairwise(knots):
        out += _stretch(start, end, right - left, bar, Noise(noise.seed, f"{noise.purpose} {left}"))
    return out


def _short(bar: Bar, minutes: int) -> list[int]:
    return [_to_e8(bar.open + (bar.close - bar.open) * step / minutes) for step in range(1, minutes + 1)]


def _stretch(start: Decimal, end: Decimal, steps: int, bar: Bar, noise: Noise) -> list[int]:
    """Bridge from ``start`` (left out) to ``end``; wanders by a tenth of the bar's range, never out of it."""
    spread = (bar.high - bar.low) / 10
    walk = _partial_sums(list(noise.normals(10, steps)))
    scale = spread / Decimal(steps).sqrt()
    out = []
    for step in range(1, steps + 1):
        wander = (walk[step - 1] - walk[-1] * step / steps) * scale
        price = start + (end - start) * step / steps + wander
        out.append(_to_e8(min(bar.high, max(bar.low, price))))
    return out


def _partial_sums(values: Sequence[Decimal]) -> list[Decimal]:
    total, out = Decimal(0), []
    for value in values:
        total += value
        out.append(total)
    return out


def _to_e8(price: Decimal) -> int:
    return int((price * PRICE_SCALE).to_integral_value())
