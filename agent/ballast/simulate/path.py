"""From hourly anchors to one price and one base fee a minute.

Between two anchors the logarithm of the price is a Brownian bridge: a seeded random walk whose end is bent
onto the anchor. Its volatility follows the size of the anchors' own move, and clusters. A stated low is one
more anchor at a seeded minute of its hour; the walk is reflected at the low inside that hour and at the
scenario's floor everywhere, so that the stated low is the low.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from itertools import pairwise

from ballast.simulate.noise import CONTEXT, Noise
from ballast.simulate.scenario import STEP_SECONDS, STEPS_PER_HOUR, Scenario

PRICE_SCALE = 10**8
GWEI = 10**9

# Per hour, in log units. 0.8 % is a quiet hour of ether; a fall of a fifth within an hour then wanders by 0.9
# % a minute.
QUIET_HOUR = Decimal("0.008")
MOVE_SHARE = Decimal("0.35")
CLUSTER_MEMORY = Decimal("0.97")
CLUSTER_SIZE = Decimal("0.45")
FEE_NOISE = Decimal("0.06")


@dataclass(frozen=True, slots=True)
class MarketPath:
    """One price (USD, 8 decimals) and one base fee (wei) per step.

    Entry 0 is the state before the first step.
    """

    name: str
    label: str
    data_source: str
    seed: int
    start: int
    price_e8: tuple[int, ...]
    base_fee_wei: tuple[int, ...]
    step_seconds: int = STEP_SECONDS

    @property
    def steps(self) -> int:
        """How many blocks play this path."""
        return len(self.price_e8) - 1

    def timestamp(self, step: int) -> int:
        """Unix seconds of ``step``."""
        return self.start + step * self.step_seconds

    def excerpt(self, first: int, last: int) -> MarketPath:
        """Steps ``first`` to ``last``, both included.

        Raises:
            ValueError: the bounds do not lie inside the path.
        """
        if not 0 <= first < last <= self.steps:
            raise ValueError(f"an excerpt of steps {first} to {last} is not inside 0 to {self.steps}")
        prices, fees = self.price_e8[first : last + 1], self.base_fee_wei[first : last + 1]
        return MarketPath(
            self.name,
            f"{self.label} (excerpt)",
            self.data_source,
            self.seed,
            self.timestamp(first),
            prices,
            fees,
            self.step_seconds,
        )


@dataclass(frozen=True, slots=True)
class Knot:
    """A minute whose price is given, and the reflecting floor of the stretch that ends in it."""

    step: int
    log_price: Decimal
    log_floor: Decimal
    sigma_step: Decimal


def build_path(scenario: Scenario, seed: int) -> MarketPath:
    """The scenario's path for ``seed``: same bytes for the same arguments, everywhere."""
    with localcontext(CONTEXT):
        prices = _prices(_knots(scenario, seed), seed)
        fees = base_fees(scenario.base_fee_gwei, scenario.hours * STEPS_PER_HOUR, seed)
    return MarketPath(scenario.path, scenario.label, scenario.data_source, seed, scenario.start, prices, fees)


def _knots(scenario: Scenario, seed: int) -> list[Knot]:
    """Anchors and lows in time order, each with floor and volatility of the stretch that leads to it."""
    floor = scenario.floor_usd.ln()
    lows = dict(scenario.lows_usd)
    place = Noise(seed, "low")
    knots = [Knot(0, scenario.price_usd[0][1].ln(), floor, QUIET_HOUR)]
    for (before, price_before), (hour, price) in zip(
        scenario.price_usd, scenario.price_usd[1:], strict=False
    ):
        sigma = _sigma_step(price_before, price, hour - before)
        stops = [(hour * STEPS_PER_HOUR, price.ln(), floor)]
        if hour in lows:
            stops = _with_low(stops[0], lows[hour].ln(), place.below(hour, STEPS_PER_HOUR - 10))
            if before < hour - 1:
                raise ValueError(
                    f"{scenario.name}: the low before hour {hour} needs an anchor at hour {hour - 1}"
                )
        knots += [Knot(step, log_price, low, sigma) for step, log_price, low in stops]
    return knots


def _with_low(
    end: tuple[int, Decimal, Decimal], low: Decimal, offset: int
) -> list[tuple[int, Decimal, Decimal]]:
    """A low 5 to 54 minutes into the hour that ends in ``end``.

    Both stretches of that hour are reflected at it.
    """
    step = end[0] - STEPS_PER_HOUR + 5 + offset
    return [(step, low, low), (end[0], end[1], low)]


def _sigma_step(before: Decimal, after: Decimal, hours: int) -> Decimal:
    move = abs((after / before).ln()) / Decimal(hours).sqrt()
    return (QUIET_HOUR + MOVE_SHARE * move) / Decimal(STEPS_PER_HOUR).sqrt()


def _prices(knots: Sequence[Knot], seed: int) -> tuple[int, ...]:
    noise, cluster = Noise(seed, "price"), Noise(seed, "cluster")
    out = [_to_e8(knots[0].log_price)]
    for left, right in pairwise(knots):
        steps = right.step - left.step
        sigmas = [right.sigma_step * factor for factor in _clusters(cluster, left.step, steps)]
        walk = [sigma * draw for sigma, draw in zip(sigmas, noise.normals(left.step, steps), strict=True)]
        out += [_to_e8(x) for x in _bridge(left.log_price, right, walk, sigmas)]
    return tuple(out)


def _clusters(noise: Noise, start: int, count: int) -> list[Decimal]:
    """Volatility multipliers: exp of an autoregression around 0, begun afresh at each knot."""
    level, fresh, out = Decimal(0), (1 - CLUSTER_MEMORY**2).sqrt(), []
    for draw in noise.normals(start, count):
        level = CLUSTER_MEMORY * level + fresh * draw
        out.append((CLUSTER_SIZE * level - CLUSTER_SIZE**2 / 2).exp())
    return out


def _bridge(start: Decimal, right: Knot, walk: Sequence[Decimal], sigmas: Sequence[Decimal]) -> list[Decimal]:
    """The walk bent onto the right knot in proportion to elapsed variance, then reflected at the floor."""
    variance = [sigma * sigma for sigma in sigmas]
    miss = right.log_price - start - sum(walk)
    total, elapsed, x, out = sum(variance), Decimal(0), start, []
    for step, spread in zip(walk, variance, strict=True):
        elapsed += spread
        x += step
        bent = x + miss * elapsed / total
        out.append(right.log_floor + abs(bent - right.log_floor))
    return out


def base_fees(knots_gwei: Sequence[tuple[int, Decimal]], steps: int, seed: int) -> tuple[int, ...]:
    """Base fee in wei for steps 0..``steps``.

    Log-linear between hourly anchors, the last one held, with small seeded noise.
    """
    noise = Noise(seed, "fee")
    with localcontext(CONTEXT):
        logs = [(hour * STEPS_PER_HOUR, (value * GWEI).ln()) for hour, value in knots_gwei]
        return tuple(
            int((_between(logs, step) + FEE_NOISE * noise.normal(step)).exp()) for step in range(steps + 1)
        )


def _between(logs: Sequence[tuple[int, Decimal]], step: int) -> Decimal:
    for (left, low), (right, high) in pairwise(logs):
        if left <= step < right:
            return low + (high - low) * (step - left) / (right - left)
    return logs[-1][1]


def _to_e8(log_price: Decimal) -> int:
    return int((log_price.exp() * PRICE_SCALE).to_integral_value())
