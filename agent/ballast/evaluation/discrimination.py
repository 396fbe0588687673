"""Whether higher forecasts came before hits. Says nothing about probabilities, so it is never a headline."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from ballast.risk.forecaster import F32


def auc(chance: F32, hit: F32, least_hits: int) -> float | None:
    """Mean over barriers of the area under the ROC curve; chance, hit: [N, B].

    A barrier with fewer than `least_hits` hits or misses does not count; None where none counts.
    """
    found = []
    for column in range(hit.shape[1]):
        y = hit[:, column] > 0
        hits, misses = int(y.sum()), int((~y).sum())
        if min(hits, misses) >= least_hits:
            ranks = rankdata(chance[:, column])[y].sum()
            found.append((ranks - hits * (hits + 1) / 2) / (hits * misses))
    return float(np.mean(found)) if found else None
