"""``python -m ballast.demo``: the demo without the command line's other commands."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ballast.demo.main import DEFAULT_OUT, DemoSettings, run_demo
from ballast.simulate.recorded import Recording


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when everything was played and verified, 1 when the journal did not verify."""
    options = _parser().parse_args(arguments)
    data = None if options.data is None else Recording(options.data, _seconds(options.start), options.hours)
    settings = DemoSettings(
        out=options.out,
        seed=options.seed,
        seeds=options.seeds,
        data=data,
        base_fee_gwei=options.base_fee_gwei,
        headless=options.headless,
        excerpt=options.excerpt,
    )
    return 0 if run_demo(settings).verified else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ballast.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder of the results")
    parser.add_argument("--seed", type=int, default=1, help="seed of the bridge between the anchors")
    parser.add_argument("--seeds", type=int, default=1, help="play so many seeds and write a table")
    parser.add_argument(
        "--data", type=Path, help="CSV of recorded bars (ts,open,high,low,close,volume) instead of path one"
    )
    parser.add_argument("--start", help="first second of the recording to play, ISO 8601 with a time zone")
    parser.add_argument("--hours", type=int, default=36, help="hours of the recording to play")
    parser.add_argument("--base-fee-gwei", type=Decimal, help="base fee beside recorded bars")
    parser.add_argument("--headless", action="store_true", help="plain lines, no live page")
    parser.add_argument("--excerpt", action="store_true", help="three hours of each path only")
    return parser


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is None:
        raise SystemExit(f"--start {text} has no time zone, allowed is for example 2021-05-19T00:00:00Z")
    return int(stamp.astimezone(UTC).timestamp())


if __name__ == "__main__":
    sys.exit(main())
