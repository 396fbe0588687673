"""Copy the ABIs of Ballast's own contracts from forge's artifacts into the package.

`--check` writes nothing and fails where a packaged ABI differs from the compiled one. Third parties' ABIs are
kept by hand in the package, cut to what the agent calls; what our interfaces declare too must be the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "build" / "forge"
PACKAGED = ROOT / "agent" / "ballast" / "abi"
OWN = ("IRebalanceVault", "ILendingAdapter")
THIRD_PARTY = ("IAggregatorV3", "IUniswapV3Pool", "IERC20")


def compiled(contract: str) -> list[dict[str, Any]]:
    """ABI of a contract as forge compiled it."""
    artifact = ARTIFACTS / f"{contract}.sol" / f"{contract}.json"
    if not artifact.is_file():
        sys.exit(f"{artifact.relative_to(ROOT)} is not there: run forge build first")
    abi: list[dict[str, Any]] = json.loads(artifact.read_text("utf-8"))["abi"]
    return abi


def render(contract: str) -> str:
    """Packaged text of one ABI: one entry a line, so that a change shows as what it is."""
    entries = (json.dumps(entry, sort_keys=True, separators=(",", ":")) for entry in compiled(contract))
    return "[\n" + ",\n".join(entries) + "\n]\n"


def shape(entry: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Types that go in and out; names differ between writers of the same interface."""
    return [one["type"] for one in entry["inputs"]], [one["type"] for one in entry.get("outputs", ())]


def check_third_party(contract: str) -> None:
    """Fails where a hand-kept function is declared differently by our own interface."""
    packaged = json.loads((PACKAGED / f"{contract}.json").read_text("utf-8"))
    ours = {entry["name"]: shape(entry) for entry in compiled(contract) if entry["type"] == "function"}
    for entry in packaged:
        if entry["type"] == "function" and ours.get(entry["name"], shape(entry)) != shape(entry):
            sys.exit(
                f"{contract}.{entry['name']} is {shape(entry)} in the package, {ours[entry['name']]} here"
            )


def main() -> None:
    """Write our ABIs, or hold the packaged ones against what would be written."""
    check = "--check" in sys.argv[1:]
    for contract in OWN:
        path, text = PACKAGED / f"{contract}.json", render(contract)
        if not check:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            sys.exit(f"{path.relative_to(ROOT)} is out of date: run script/tools/export_abi.py")
    for contract in THIRD_PARTY:
        check_third_party(contract)


if __name__ == "__main__":
    main()
