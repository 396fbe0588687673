"""Where the repository is, and the tools that its setup installs there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from ballast.replica.errors import ReplicaUnavailableError

BUILDER: Final = "script/replica/Build.s.sol"
FOUNDRY_VERSION: Final = "1.7."


def find_root() -> Path:
    """Return the checkout that this package, or else the working directory, lies in.

    Raises:
        ReplicaUnavailableError: neither lies in one, as after a plain `pip install`.
    """
    for start in (Path(__file__).resolve(), Path.cwd().resolve()):
        for folder in (start, *start.parents):
            if (folder / BUILDER).is_file():
                return folder
    raise ReplicaUnavailableError(f"no {BUILDER} above {Path(__file__).parent} or {Path.cwd()}")


def find_anvil() -> Path:
    """Return anvil: BALLAST_ANVIL, the checkout's own, or one on PATH of the right version.

    Raises:
        ReplicaUnavailableError: there is none.
    """
    named = os.environ.get("BALLAST_ANVIL")
    if named:
        if not Path(named).is_file():
            raise ReplicaUnavailableError(f"BALLAST_ANVIL names {named}, which is no file")
        return Path(named)
    return _own_or_on_path("anvil")


def find_forge() -> Path:
    """Return forge, the checkout's own or one on PATH of the right version.

    Raises:
        ReplicaUnavailableError: there is none.
    """
    return _own_or_on_path("forge")


def _own_or_on_path(tool: str) -> Path:
    own = find_root() / "build/bin" / tool
    if own.is_file():
        return own
    found = shutil.which(tool)
    if found is None:
        raise ReplicaUnavailableError(f"{tool} is neither in build/bin nor on PATH")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    if FOUNDRY_VERSION not in told:
        raise ReplicaUnavailableError(
            f"{found} is {told.splitlines()[0] if told else 'of no known version'}, not {FOUNDRY_VERSION}x"
        )
    return Path(found)
