"""First passage of a driftless log price below a barrier: closed forms, also when watched discretely."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import erfc, gammaincinv

F64 = npt.NDArray[np.float64]

# Broadie, Glasserman and Kou 1997: a barrier watched every dt acts as if 0.5826 sigma sqrt(dt) further away.
BGK = 0.5826
_NODES = 12


def reflect(distance: F64, sigma: F64, watched_share: float) -> F64:
    """P(running minimum <= -distance), reflection principle, 2 Phi(-distance / sigma); at most 1.

    distance: [N, B]; sigma: [N, 2], deviation over each horizon. watched_share: time between two looks as a
    share of the first horizon. Returns [N, 2, B].
    """
    shift = BGK * sigma[:, :1] * np.sqrt(watched_share)
    result: F64 = erfc(np.maximum(distance + shift, 0)[:, None, :] / (np.sqrt(2) * sigma[..., None]))
    return result


def reflect_student(distance: F64, sigma: F64, degrees: float, watched_share: float) -> F64:
    """`reflect` when the variance over the horizon is uncertain such that the end point is Student t.

    t with nu degrees is a normal whose variance is nu / chi2(nu), here scaled to the same variance. Midpoint
    rule over the quantiles of chi2.
    """
    levels = (np.arange(_NODES) + 0.5) / _NODES
    chi2 = 2 * gammaincinv(degrees / 2, levels)
    factors = np.sqrt(degrees / chi2 * (degrees - 2) / degrees)
    terms = [reflect(distance, sigma * f, watched_share) for f in factors]
    result: F64 = np.mean(terms, axis=0)
    return result
