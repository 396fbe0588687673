"""Write build/bin and build/solcx: compilers and Foundry's real binaries under fixed names.

npm's own launchers for Foundry exit 0 whatever happens, so nothing may call those; and forge, Ape and py-solc-x each
look for the compiler in a different place.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOUNDRY_TOOLS = ("forge", "anvil", "cast")
COMPILERS = {
    "build/bin/solc-0.8.37": "solc",
    "build/bin/solc-0.8.27": "solc-0.8.27",
    "build/solcx/solc-v0.8.37": "solc",
}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
LAUNCHER = """#!/bin/sh
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
exec node --stack-size=8000 "$root/script/tools/solc-wrapper.js" "$root/node_modules/{package}" "$@"
"""


def platform_suffix() -> str:
    """Return npm's name for this platform, such as ``linux-amd64``."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in ("linux", "darwin") or machine not in MACHINES:
        sys.exit(f"Foundry is packaged for linux and darwin on amd64 and arm64, this is {system} on {machine}")
    return f"{system}-{MACHINES[machine]}"


def write_compilers() -> None:
    """Write one executable per compiler version."""
    for target, package in COMPILERS.items():
        path = ROOT / target
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LAUNCHER.format(package=package))
        path.chmod(0o755)


def link_foundry() -> None:
    """Link forge, anvil and cast to the binaries of this platform."""
    suffix = platform_suffix()
    for tool in FOUNDRY_TOOLS:
        binary = ROOT / f"node_modules/@foundry-rs/{tool}-{suffix}/bin/{tool}"
        if not binary.is_file():
            sys.exit(f"{binary.relative_to(ROOT)} is missing: run `npm ci` without --omit=optional")
        link = ROOT / "build/bin" / tool
        link.unlink(missing_ok=True)
        link.symlink_to(Path("../..") / binary.relative_to(ROOT))


if __name__ == "__main__":
    write_compilers()
    link_foundry()
