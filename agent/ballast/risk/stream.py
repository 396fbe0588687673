"""Bars as the stream of observations that the live agent would have had.

Returns are those of the oracle's reports. The quadratic variation between two observations is, live, the sum
of squared reports; of a bar too few reports are known for that, so the range estimate of Garman and Klass
stands in, scaled to what an oracle shows: Chainlink's ETH/USD rounds from April 2023 to January 2024 vary by
0.85 of the estimate from the exchange's hourly bars (squared closes: 0.91), since wicks are not reported.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import jax
import numpy as np
import numpy.typing as npt

from ballast.risk.forecaster import F64, HORIZON_SECONDS, I64, Market
from ballast.risk.network import Network, remember_all
from ballast.risk.state import WEEK_SECONDS, Limits, RiskState, Sight, advance, blank_state

REPORTED_SHARE = 0.85
_LN2 = float(np.log(2))
# An hour without a trade has no variance; a thousandth of a typical one stands in.
_LEAST_VARIANCE = 1e-11


def sights(market: Market, stop: int | None = None) -> Sight:
    """Observations at the first `stop` bars' ends (all of them if None), stacked; row t uses bars up to t."""
    part = slice(None, stop)
    logs, reported = np.log(market.prices[part]), np.log(market.reported[part])
    known_at = market.known_at[part]
    dt = np.diff(known_at, prepend=known_at[:1] - market.interval_seconds)
    returns = np.diff(reported, prepend=logs[:1, 0])
    return Sight(
        log_return=returns.astype(np.float32),
        dt_seconds=dt.astype(np.float32),
        quadratic=_quadratic(logs).astype(np.float32),
        clock=(known_at % WEEK_SECONDS).astype(np.int32),
        gap=(logs[:, 3] - reported).astype(np.float32),
        gap_known=np.ones(len(known_at), np.float32),
    )


def _quadratic(logs: F64) -> F64:
    """Quadratic variation of the bars, and of the step from a close to the next open."""
    first, high, low, last = logs.T
    inside = 0.5 * (high - low) ** 2 - (2 * _LN2 - 1) * (last - first) ** 2
    jump = np.concatenate([[0.0], (first[1:] - last[:-1]) ** 2])
    result: F64 = REPORTED_SHARE * np.maximum(inside, 0) + jump
    return result


def realised_log_variance(market: Market) -> F64:
    """Log variance per second in the hour after each bar and in the five hours after that, [T, 2].

    NaN where these hours are not recorded without a gap. Looks at later bars only: a label, never a feature.
    """
    quadratic, step = _quadratic(np.log(market.prices)), market.interval_seconds
    total = np.concatenate([[0.0], np.cumsum(quadratic)])
    edges = [0, *(horizon // step for horizon in HORIZON_SECONDS)]
    found = np.full((len(market), 2), np.nan)
    count = len(market) - edges[-1]
    if count <= 0:
        return found
    for column, (first, end) in enumerate(pairwise(edges)):
        after = total[1 + end : 1 + end + count] - total[1 + first : 1 + first + count]
        found[:count, column] = np.log(np.maximum(after / ((end - first) * step), _LEAST_VARIANCE))
    whole = market.segment[:count] == market.segment[edges[-1] :]
    found[:count][~whole] = np.nan
    return found


def scan(limits: Limits, networks: Network | None, start: RiskState, seen: Sight) -> RiskState:
    """States after each of N observations, stacked on a new first axis, by the formula of live steps.

    Without `networks` the memories stay as they are, which is all that a network without memory needs.
    """
    stacked = _scan(limits, networks, jax.tree.map(np.asarray, start), seen)
    return RiskState(*(np.asarray(leaf) for leaf in stacked))


@partial(jax.jit, static_argnums=0)
def _scan(limits: Limits, networks: Network | None, start: RiskState, seen: Sight) -> RiskState:
    def body(state: RiskState, sight: Sight) -> tuple[RiskState, RiskState]:
        following = advance(limits, state, sight)
        if networks is not None:
            following = following._replace(
                hidden=remember_all(networks, following._replace(hidden=state.hidden), sight.dt_seconds)
            )
        return following, following

    _, stacked = jax.lax.scan(body, start, seen)
    return stacked


def states_of(market: Market, stop: int | None = None, limits: Limits | None = None) -> RiskState:
    """States at the ends of a market's bars, for networks without memory."""
    return scan(limits or Limits(), None, blank_state(1, 0), sights(market, stop))


def take(state: RiskState, rows: I64 | npt.NDArray[np.bool_]) -> RiskState:
    """Some of the stacked states."""
    return RiskState(*(leaf[rows] for leaf in state))
