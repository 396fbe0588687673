"""Progress of processes that work for a command: lines on standard error."""

from __future__ import annotations

import sys


def aloud(line: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
