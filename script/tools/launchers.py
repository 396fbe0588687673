"""Write build/bin and build/solcx: compilers and Foundry's real binaries under fixed names.

npm's own launchers for Foundry exit 0 whatever happens, so nothing may call those; and forge, Ape and
py-solc-x each look for the compiler in a different place.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOUNDRY_VERSION = "1.7.1"
FOUNDRY_TOOLS = ("forge", "anvil", "cast")
COMPILERS = {
    "build/bin/solc-0.8.37": "solc",
    "build/bin/solc-0.8.24": "solc-0.8.24",
    "build/bin/solc-0.8.27": "solc-0.8.27",
    "build/solcx/solc-v0.8.37": "solc",
}
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
# Forge asks for the version whenever it starts, and loading nine megabytes of WebAssembly takes longer than
# all the rest of its start.
LAUNCHER = """#!/bin/sh
if [ "$*" = --version ]; then
    printf '%s\\n' {version}
    exit
fi
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
exec node --stack-size=8000 "$root/script/tools/solc-wrapper.js" "$root/node_modules/{package}" "$@"
"""
# Anvil keeps the slots of a fork under chain id and block number, where mainnet and yesterday's replica
# look like the replica of today; Ape has no setting that switches this off.
ANVIL_LAUNCHER = """#!/bin/sh
case " $* " in *" --fork-url "*) set -- "$@" --no-storage-caching ;; esac
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec "$folder/anvil-binary" "$@"
"""


def platform_suffix() -> str:
    """Return npm's name for this platform, such as ``linux-amd64``."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in ("linux", "darwin") or machine not in MACHINES:
        sys.exit(
            f"Foundry is packaged for linux and darwin on amd64 and arm64, this is {system} on {machine}"
        )
    return f"{system}-{MACHINES[machine]}"


def write_compilers() -> None:
    """Write one executable per compiler version."""
    for target, package in COMPILERS.items():
        path = ROOT / target
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(LAUNCHER.format(package=package, version=version_of(package)))
        new.chmod(0o755)
        new.replace(path)


def version_of(package: str) -> str:
    """Ask a compiler for its version; return what it says, line by line, quoted for a shell."""
    command = ["node", "script/tools/solc-wrapper.js", str(ROOT / "node_modules" / package), "--version"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return " ".join(shlex.quote(line) for line in told.splitlines())


def packaged(tool: str) -> Path | None:
    """Return the binary that npm installed for this platform, as a path inside the repository."""
    path = Path(f"node_modules/@foundry-rs/{tool}-{platform_suffix()}/bin/{tool}")
    return path if (ROOT / path).is_file() else None


def on_path(tool: str) -> Path | None:
    """Return a binary of the same version on PATH: the lock file holds those for linux-amd64 only."""
    outside = os.pathsep.join(p for p in os.get_exec_path() if Path(p).resolve() != ROOT / "build/bin")
    found = shutil.which(tool, path=outside)
    if found is None or Path(found).resolve().is_relative_to(ROOT):
        return None
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return Path(found) if FOUNDRY_VERSION in told else None


def link_foundry() -> None:
    """Link forge, anvil and cast to the binaries of this platform, from npm or else from PATH."""
    for tool in FOUNDRY_TOOLS:
        inside = packaged(tool)
        target = Path("../..") / inside if inside else on_path(tool)
        if target is None:
            sys.exit(f"no {tool} {FOUNDRY_VERSION}: npm has none for {platform_suffix()}, and PATH none")
        link = ROOT / "build/bin" / ("anvil-binary" if tool == "anvil" else tool)
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def write_anvil() -> None:
    """Write build/bin/anvil, which never remembers a fork."""
    path = ROOT / "build/bin/anvil"
    path.unlink(missing_ok=True)
    path.write_text(ANVIL_LAUNCHER)
    path.chmod(0o755)


if __name__ == "__main__":
    write_compilers()
    link_foundry()
    write_anvil()
