"""Write which test holds which promise or threat, and which defence it misses when it is taken out.

From `tests/mutants/*.json` into docs/invariants.md (INV, NET, AGR) and docs/threat-model.md (T), between the
marks. With --check nothing is written: exits 1 where a table is old, or an id has neither a mutant nor a
reason why it does not apply.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from named_mutants import FOLDER, NamedMutant, load
from run_tests import ROOT

BEGIN, END = "<!-- evidence:begin -->", "<!-- evidence:end -->"
PROMISES = [
    *(f"INV-{number:02d}" for number in range(1, 41)),
    *(f"NET-{number}" for number in range(1, 8)),
    *(f"AGR-{number}" for number in range(1, 5)),
]
THREATS = {
    "T1": "targets, tokens or calldata named by a caller",
    "T2": "a signature that does not cover what is executed",
    "T3": "authority looked up under a key that the attacker picks",
    "T4": "a recovery that accepts anybody, or nobody",
    "T5": "malleable signatures",
    "T6": "replay on another chain, vault or position",
    "T7": "a forwarder that is spoofed",
    "T8": "the agent's key is stolen",
    "T9": "a model that is manipulated or withdrawn",
    "T10": "automation that ignores a limit of the chain",
    "T11": "a feed that is frozen, zero or from the future",
    "T12": "wrong units, decimals or bounds of a price",
    "T13": "a spot price taken as the reference",
    "T14": "a sandwich within a loose bound",
    "T15": "private order flow that becomes public",
    "T16": "a rollup's sequencer that is down or has just come back",
    "T17": "a relayer who picks the gas",
    "T18": "a timelock that is walked around",
    "T19": "re-entry by a callback",
    "T20": "re-entry into a view",
    "T21": "tokens that move more than they say",
    "T22": "donations",
    "T23": "a venue without liquidity, or paused",
    "T24": "a node that lies, news that are old",
    "T25": "a transaction that is stuck",
    "T26": "a reorganisation",
    "T27": "a clock that is off, an execution that comes late",
    "T28": "a keeper who disappears",
    "T29": "the same action twice after a restart",
    "T30": "a path without a health check",
    "T31": "standing approvals, code that changes after it was trusted",
}
ELSEWHERE = {
    "T25": "the agent's: `tests/agent/tx`. On chain it ends in a deadline (T27) and a nonce (INV-14)",
    "T26": "the agent's: `tests/agent/app`, `tests/agent/tx`. On chain it ends in a nonce (INV-14)",
}


def rows(ids: list[str], mutants: list[NamedMutant]) -> list[str]:
    """Return a row for each id.

    Raises:
        ValueError: for an id with neither mutant nor reason, or with both, and for an unknown one.
    """
    named = {name: [mutant for mutant in mutants if name in mutant.holds] for name in ids}
    for name, held in named.items():
        if bool(held) == (name in ELSEWHERE):
            raise ValueError(f"{name} needs a named mutant or a reason why it does not apply, and not both")
    unknown = {name for mutant in mutants for name in mutant.holds} - {*PROMISES, *THREATS}
    if unknown:
        raise ValueError(f"mutants hold ids that nobody has promised: {sorted(unknown)}")
    return [_row(name, held) for name, held in named.items()]


def _row(name: str, held: list[NamedMutant]) -> str:
    title = f"{name}: {THREATS[name]}" if name in THREATS else name
    suites: dict[str, list[str]] = defaultdict(list)
    for mutant in held:
        suites[Path(mutant.suite.path).name.removesuffix(".t.sol")] += mutant.suite.test.split("|")
    tests = [
        f"`{suite}`: {', '.join(f'`{n}`' for n in dict.fromkeys(names))}" for suite, names in suites.items()
    ]
    return (
        f"| {title} | {'; '.join(tests) or ELSEWHERE[name]} | {'; '.join(m.name for m in held) or 'none'} |"
    )


def table(ids: list[str], mutants: list[NamedMutant]) -> str:
    """Return the whole table with its marks."""
    head = "| Id | Test that fails | Defence taken out |\n|---|---|---|\n"
    return f"{BEGIN}\n{head}" + "\n".join(rows(ids, mutants)) + f"\n{END}"


def renewed(text: str, new: str) -> str:
    """Put a table between the marks.

    Raises:
        ValueError: unless both marks are there once, in this order.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the text needs {BEGIN} and {END}, once each")
    return text[: text.index(BEGIN)] + new + text[text.index(END) + len(END) :]


def main() -> int:
    """Write both tables, or tell which is old."""
    mutants = load(FOLDER)
    old = False
    for path, ids in (("docs/invariants.md", PROMISES), ("docs/threat-model.md", list(THREATS))):
        text = (ROOT / path).read_text()
        new = renewed(text, table(ids, mutants))
        if "--check" not in sys.argv[1:]:
            (ROOT / path).write_text(new)
        elif new != text:
            old = True
            print(f"{path} is old: run script/tools/evidence_table.py")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
