"""Turn uv's universal lock into requirements/lock.txt: no markers, environment A is one set of packages."""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEADER = """\
# Environment A: agent, demo, Ape and developer tools.
# For Python 3.11 and 3.12 on linux and darwin, x86_64 and arm64.
# Install: pip install --require-hashes --no-deps -r requirements/lock.txt
# Renew:   make lock
"""
MARKER = re.compile(r" ; [^\\\n]*(?= \\$)", re.MULTILINE)
NAME = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def tidy(lock: str) -> str:
    """Return the lock without markers; a package that is listed twice needs its markers and is refused."""
    names = NAME.findall(lock)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        sys.exit(
            f"these packages differ by platform, which a lock without markers cannot say: {', '.join(twice)}"
        )
    return HEADER + MARKER.sub("", lock)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:3])
    target.write_text(tidy(source.read_text()))
