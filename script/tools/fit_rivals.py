"""Fit the cheap rivals with the cut-off of the shipped model and store their parameters in the package.

    .venv/bin/python script/tools/fit_rivals.py --data ../shared/data

Writes agent/ballast/evaluation/fitted/<bar length>.json. Recorded bars are read and never written.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ballast.evaluation.baselines.garch import Garch, Kind
from ballast.evaluation.forecasts import SEED
from ballast.evaluation.ours import shipped
from ballast.evaluation.procedures import recorded_markets
from ballast.evaluation.rivals import cheap_rivals
from ballast.evaluation.store import to_document
from ballast.risk.calibration import Calibrated

FITTED = Path(__file__).resolve().parents[2] / "agent" / "ballast" / "evaluation" / "fitted"
KINDS = ("1h_binance_spot", "30m_binance_perp")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds prices/")
    data = parser.parse_args().data
    train_end = shipped().train_end
    # Past residuals are recorded data, and stay where they are.
    rivals = [r for r in cheap_rivals() if not (isinstance(r, Garch) and r.kind is Kind.HISTORICAL)]
    for kind in KINDS:
        markets = [market.until(train_end) for market in recorded_markets(data, kind)]
        layers = [Calibrated(rival).fit(markets, train_end, SEED) for rival in rivals]
        document = to_document(layers, markets[0].interval_seconds, train_end)
        path = FITTED / f"{markets[0].interval_seconds}.json"
        path.write_text(json.dumps(document, indent=0, sort_keys=True) + "\n", "ascii")
        print(path.name, sorted(document["rivals"]))


if __name__ == "__main__":
    main()
