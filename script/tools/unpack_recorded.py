"""Unpack recorded mainnet transactions and storage for forge.

Forge reads neither gzip nor what lies outside the project. From $BALLAST_DATA, by default shared/data beside
the repository, to build/recorded, which git ignores. Without the data the folder is removed, and the tests
that need it say that they were skipped.

- receipts/<case>.json: {timestamp, logs: [{emitter, topics, data}]} of every recorded lending transaction
- state/<block>.json: {<address>: {slots, values}} of Maker's contracts before that block
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "build/recorded"
STATE_BLOCKS = (12965000, 19505152)
MAKER = {
    "0x35d1b3f3d7966a1dfe207aa4514c12a259a0492b": "Vat",
    "0x19c0976f590d67707e62397c87829d896dc0f1f1": "Jug",
    "0x65c79fcb50ca1594b025960e539ed7a9a6d434a3": "Spotter",
    "0x81fe72b5a8d1a857d176c3e7d5bd2679a9b85763": "OSM of ETH",
    "0x5ef30b9986345249bc32d8928b7ee64de9435e39": "CdpManager",
    "0x9759a6ac90977b93b58547b4a71c78317f391a28": "DaiJoin",
    "0x2f0b23f53734252bda2277357e97e1517d6b042a": "GemJoin of ETH-A",
    "0xbf72da2bd84c5170618fbe5914b0eca9638d5eb5": "GemJoin of WBTC-A",
}


def source() -> Path:
    """Return the folder of the recorded data; it need not exist."""
    return Path(os.environ.get("BALLAST_DATA", ROOT.parent / "shared/data"))


def unpack(data: Path, target: Path) -> int:
    """Write every file anew and return how many there are."""
    shutil.rmtree(target, ignore_errors=True)
    receipts, states = data / "events/lending_receipts_mainnet.jsonl.gz", data / "chain-state/pevm"
    if not receipts.is_file():
        return 0
    with gzip.open(receipts, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            _write(target / "receipts" / f"{entry['case'].split('/')[-1]}.json", _receipt(entry))
    for block in STATE_BLOCKS:
        path = states / f"mainnet-{block}.pre_state.json.gz"
        if path.is_file():
            _write(target / "state" / f"{block}.json", _state(json.loads(gzip.decompress(path.read_bytes()))))
    return sum(1 for _ in target.rglob("*.json"))


def _receipt(entry: dict[str, Any]) -> dict[str, Any]:
    logs = [
        {"emitter": log["address"], "topics": log["topics"], "data": log["data"]}
        for log in entry["receipt"]["logs"]
    ]
    return {"timestamp": int(entry["block"]["timestamp"], 16), "logs": logs}


def _state(accounts: dict[str, Any]) -> dict[str, Any]:
    return {
        address: {
            "slots": [_word(slot) for slot in account["storage"]],
            "values": [_word(value) for value in account["storage"].values()],
        }
        for address, account in accounts.items()
        if address.lower() in MAKER
    }


def _word(number: str) -> str:
    return f"0x{int(number, 16):064x}"


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def main() -> int:
    """Unpack, and say what was found."""
    count = unpack(source(), TARGET)
    found = f"{count} files to {TARGET.relative_to(ROOT)}" if count else "none found, tests of it are skipped"
    sys.stdout.write(f"recorded mainnet data: {found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
