"""Runs `verify` over a run's journal, against the chain that it was made on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ballast.app.assembly import open_chain
from ballast.app.config import load
from ballast.app.verify import VerifyReport, verify
from ballast.app.verify_chain import QuorumChainView
from ballast.journal.journal import Journal
from ballast.risk.model import load_default_weights


@dataclass(frozen=True, slots=True)
class Verified:
    """Digests that passed, and everything that was found wrong, in words."""

    digests: frozenset[str]
    findings: tuple[str, ...]
    entries: int
    head: str


def verify_run(config: Path, journal: Path) -> Verified:
    """Re-runs every tick and decision of ``journal`` and holds it against the chain that ``config`` names."""
    chain = open_chain(load(config))
    with closing(chain), Journal.open(f"sqlite:///{journal.resolve()}") as record:
        view = QuorumChainView(chain.quorum, chain.heads)
        report = verify(record, load_default_weights(), view, require_stop=True)
    return _summed(report)


def _summed(report: VerifyReport) -> Verified:
    good = frozenset("0x" + check.digest.removeprefix("0x") for check in report.decisions if check.verified)
    findings = tuple(str(finding) for finding in report.findings)
    return Verified(good, findings, report.entries, "0x" + report.head.hash.hex())
