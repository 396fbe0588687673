"""Markets that history lacks: stochastic volatility, fat tails, jumps, correlation, a debt that depegs.

One step of asset i: dlog p = -v dt / 2 + sqrt(v dt) e + jumps, v = volatility^2 exp(2 (slow + fast - V)),
V = the factors' variance, so that the mean of v is volatility^2. slow and fast are stationary Gaussian
autoregressions; both are shared by all assets in part. e is a Student t of unit variance, correlated
over assets with one common scale (tails come together), and drives the fast factor by `leverage`. Jumps are
Poisson; a share of them hits all assets at once. A model, not history: what it teaches about absolute levels
is only as good as its parameters. Same seed, same NumPy: same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ballast.data.bars import Bars

F64 = npt.NDArray[np.float64]
YEAR_SECONDS = 365 * 86_400
_HOUR = 3_600.0
_STUDENT_DEGREES = 5


@dataclass(frozen=True, slots=True)
class AssetModel:
    """Parameters of one asset: fractions per square-root year, hours, and log units.

    Jumps come `jumps_per_year` times with a normal size. `depegs_per_year` is for stable assets: a fall of
    exponential size with mean `depeg_depth`, healing with `depeg_half_life_hours`; `volatility` is then that
    of the noise around the peg, which reverts within an hour.
    """

    name: str
    price: float
    volatility: float
    slow_half_life_hours: float = 240.0
    slow_deviation: float = 0.5
    fast_half_life_hours: float = 3.0
    fast_deviation: float = 0.45
    leverage: float = -0.2
    jumps_per_year: float = 20.0
    jump_mean: float = -0.005
    jump_deviation: float = 0.02
    depegs_per_year: float = 0.0
    depeg_depth: float = 0.05
    depeg_half_life_hours: float = 18.0

    @property
    def stable(self) -> bool:
        """Whether the asset hangs on a peg."""
        return self.depegs_per_year > 0


ETH = AssetModel("ETH", 2_000.0, 0.75)
BTC = AssetModel("BTC", 40_000.0, 0.60)
LINK = AssetModel("LINK", 15.0, 0.95)
USDC = AssetModel("USDC", 1.0, 0.02, slow_deviation=0.0, jumps_per_year=0.0, depegs_per_year=1.0)


@dataclass(frozen=True)
class WorldModel:
    """Assets that move together: one correlation for every pair of unpegged assets."""

    assets: tuple[AssetModel, ...] = (ETH, BTC, LINK, USDC)
    correlation: float = 0.9
    common_slow: float = 0.8
    common_fast: float = 0.7
    common_jumps: float = 0.6
    step_seconds: int = 60


@dataclass(frozen=True, eq=False)
class SimulatedAsset:
    """Bars and the truth behind them, all [T] by bar.

    variance: integral of v over the bar, jumps not included; slow, fast: the factors at the bar's end, the
    state that an all-knowing forecaster has when the bar is complete.
    """

    model: AssetModel
    bars: Bars
    variance: F64
    slow: F64
    fast: F64


@dataclass(frozen=True, eq=False)
class SimulatedWorld:
    """prices: [S + 1, A], every step's price by asset, entry 0 before the first step."""

    model: WorldModel
    seed: int
    start: int
    interval_seconds: int
    prices: F64
    assets: tuple[SimulatedAsset, ...] = field(default=())

    def asset(self, name: str) -> SimulatedAsset:
        """One asset by name."""
        return self.assets[self._column(name)]

    def pair(self, collateral: str, debt: str) -> Bars:
        """Bars of a price ratio, exact at the resolution of the steps; volume is the collateral's."""
        ratio = self.prices[:, self._column(collateral)] / self.prices[:, self._column(debt)]
        volume = self.asset(collateral).bars.volume
        return _bars(f"{collateral}/{debt} simulated seed {self.seed}", ratio, volume, self)

    def _column(self, name: str) -> int:
        names = [asset.name for asset in self.model.assets]
        if name not in names:
            raise ValueError(f"asset is '{name}', simulated are {', '.join(names)}")
        return names.index(name)


def simulate_market(
    model: WorldModel, seed: int, bar_count: int, interval_seconds: int, start: int = 1_600_000_200
) -> SimulatedWorld:
    """`bar_count` bars of every asset, the first opening at or after `start` on the interval's grid.

    Raises ValueError for an interval that is not a multiple of the step, for no bars, or a correlation
    outside [0, 1).
    """
    _check(model, bar_count, interval_seconds)
    steps = bar_count * interval_seconds // model.step_seconds
    random = np.random.default_rng(seed)
    shocks = _shocks(model, random, steps)
    common, hits = random.standard_normal((2, steps)), random.random(steps)
    start += -start % interval_seconds
    paths = [_path(model, at, random, shocks[:, at], common, hits) for at in range(len(model.assets))]
    prices = np.stack([price for price, _, _, _ in paths], axis=1)
    world = SimulatedWorld(model, seed, start, interval_seconds, prices)
    assets = [_asset(world, random, at, *paths[at]) for at in range(len(paths))]
    return SimulatedWorld(model, seed, start, interval_seconds, prices, tuple(assets))


def expected_variance(asset: AssetModel, slow: F64, fast: F64, horizon_seconds: int, points: int = 64) -> F64:
    """E of the integral of v over the horizon plus the jumps' variance, given the factors now, [N].

    Midpoint rule over `points`: the factors decay to 0 while their conditional variance grows to its limit.
    """
    hours = (np.arange(points) + 0.5) * horizon_seconds / _HOUR / points
    exponent = np.full((len(slow), points), -2 * _factor_variance(asset))
    for state, half_life, deviation in (
        (slow, asset.slow_half_life_hours, asset.slow_deviation),
        (fast, asset.fast_half_life_hours, asset.fast_deviation),
    ):
        kept = 0.5 ** (hours / half_life)
        exponent += 2 * state[:, None] * kept + 2 * deviation**2 * (1 - kept**2)
    years = horizon_seconds / YEAR_SECONDS
    jumps = asset.jumps_per_year * (asset.jump_mean**2 + asset.jump_deviation**2)
    diffusive: F64 = asset.volatility**2 * np.exp(exponent).mean(axis=1)
    return (diffusive + jumps) * years


def _check(model: WorldModel, bar_count: int, interval_seconds: int) -> None:
    if bar_count < 1:
        raise ValueError(f"bar_count is {bar_count}, at least 1 is needed")
    if interval_seconds % model.step_seconds or interval_seconds < model.step_seconds:
        raise ValueError(f"interval is {interval_seconds} s, allowed are multiples of {model.step_seconds} s")
    if not 0 <= model.correlation < 1:
        raise ValueError(f"correlation is {model.correlation}, allowed is [0, 1)")


def _shocks(model: WorldModel, random: np.random.Generator, steps: int) -> F64:
    """Correlated Student shocks of unit variance, [S, A]; a pegged asset's are its own."""
    free = np.array([not asset.stable for asset in model.assets])
    correlation = np.where(np.outer(free, free), model.correlation, 0.0)
    np.fill_diagonal(correlation, 1.0)
    normal = random.standard_normal((steps, len(model.assets))) @ np.linalg.cholesky(correlation).T
    scale = np.sqrt((_STUDENT_DEGREES - 2) / random.chisquare(_STUDENT_DEGREES, steps))
    shocks: F64 = normal * scale[:, None]
    return shocks


def _path(
    model: WorldModel, at: int, random: np.random.Generator, shock: F64, common: F64, hits: F64
) -> tuple[F64, F64, F64, F64]:
    """Prices [S + 1], variance of each step [S], and the factors after each step [S].

    `common` drives the shared parts of both factors; `hits` are uniform marks of jumps that assets share.
    """
    asset, steps, hours = model.assets[at], len(shock), model.step_seconds / _HOUR
    own = random.standard_normal((2, steps))
    shares = np.array([model.common_slow, model.common_fast])[:, None]
    slow_noise, fresh = np.sqrt(shares) * common + np.sqrt(1 - shares) * own
    fast_noise = asset.leverage * shock + np.sqrt(1 - asset.leverage**2) * fresh
    slow = _factor(slow_noise, asset.slow_half_life_hours / hours, asset.slow_deviation)
    fast = _factor(fast_noise, asset.fast_half_life_hours / hours, asset.fast_deviation)
    # The step's variance is set by the factors before it, or the leverage would look into the step itself.
    before = np.concatenate([[0.0], (slow + fast)[:-1]])
    variance = asset.volatility**2 * np.exp(2 * before - 2 * _factor_variance(asset))
    variance *= model.step_seconds / YEAR_SECONDS
    moves = np.sqrt(variance) * shock - variance / 2 + _jumps(model, asset, random, hits)
    if asset.stable:
        log_price = _autoregression(moves, 0.5**hours) + _depegs(model, asset, random, steps)
    else:
        log_price = np.cumsum(moves)
    return asset.price * np.exp(np.concatenate([[0.0], log_price])), variance, slow, fast


def _factor_variance(asset: AssetModel) -> float:
    return asset.slow_deviation**2 + asset.fast_deviation**2


def _factor(noise: F64, half_life_steps: float, deviation: float) -> F64:
    """Stationary autoregression with the given deviation, begun at its mean."""
    kept = 0.5 ** (1 / half_life_steps)
    return _autoregression(deviation * np.sqrt(1 - kept**2) * noise, kept)


def _autoregression(noise: F64, kept: float) -> F64:
    """x[t] = kept x[t-1] + noise[t] from 0, in blocks short enough that kept^-block stays near 1."""
    block = int(np.clip(np.log(1e3) / -np.log(kept), 1, len(noise)))
    padded = np.pad(noise, (0, -len(noise) % block)).reshape(-1, block)
    powers = kept ** np.arange(block)
    local = np.cumsum(padded / powers, axis=1) * powers
    carried = np.zeros(len(padded))
    for row in range(1, len(padded)):
        carried[row] = local[row - 1, -1] + kept**block * carried[row - 1]
    whole: F64 = local + carried[:, None] * powers * kept
    return whole.reshape(-1)[: len(noise)]


def _jumps(model: WorldModel, asset: AssetModel, random: np.random.Generator, hits: F64) -> F64:
    """Log jumps by step: shared ones where the common mark is small enough, own ones beside them."""
    rate = asset.jumps_per_year * model.step_seconds / YEAR_SECONDS
    own = random.random(len(hits)) < rate * (1 - model.common_jumps)
    jumped = own | (hits < rate * model.common_jumps)
    sizes = np.zeros(len(hits))
    sizes[jumped] = random.normal(asset.jump_mean, asset.jump_deviation, int(jumped.sum()))
    return sizes


def _depegs(model: WorldModel, asset: AssetModel, random: np.random.Generator, steps: int) -> F64:
    """Log distance from the peg: sudden falls that heal exponentially."""
    struck = random.random(steps) < asset.depegs_per_year * model.step_seconds / YEAR_SECONDS
    falls = np.where(struck, -random.exponential(asset.depeg_depth, steps), 0.0)
    return _autoregression(falls, 0.5 ** (model.step_seconds / _HOUR / asset.depeg_half_life_hours))


def _asset(
    world: SimulatedWorld,
    random: np.random.Generator,
    at: int,
    price: F64,
    variance: F64,
    slow: F64,
    fast: F64,
) -> SimulatedAsset:
    model, per_bar = world.model.assets[at], world.interval_seconds // world.model.step_seconds
    by_bar = variance.reshape(-1, per_bar).sum(axis=1)
    # Trading follows volatility with much noise, as it does in the recorded bars.
    noise = np.exp(0.5 * random.standard_normal(len(by_bar)))
    volume = 1e6 / model.price * world.interval_seconds / _HOUR * np.sqrt(by_bar / by_bar.mean()) * noise
    bars = _bars(f"{model.name} simulated seed {world.seed}", price, volume, world)
    ends = slice(per_bar - 1, None, per_bar)
    return SimulatedAsset(model, bars, by_bar, slow[ends], fast[ends])


def _bars(name: str, price: F64, volume: F64, world: SimulatedWorld) -> Bars:
    """Bars whose open is the last bar's close; high and low over the steps' prices."""
    per_bar = world.interval_seconds // world.model.step_seconds
    inside, opened = price[1:].reshape(-1, per_bar), price[:-1:per_bar]
    high, low = np.maximum(inside.max(axis=1), opened), np.minimum(inside.min(axis=1), opened)
    ts = world.start + np.arange(len(opened), dtype=np.int64) * world.interval_seconds
    digest = hashlib.sha256(price.tobytes()).hexdigest()
    return Bars(name, world.interval_seconds, digest, ts, opened, high, low, inside[:, -1], volume)
