"""`ballast verify`: opens what is to be checked, and puts the report into lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ballast.app.verify import VerifyReport, verify
from ballast.app.verify_chain import QuorumChainView
from ballast.app.verify_replay import DecisionCheck
from ballast.domain.errors import ConfigError
from ballast.ingest.heads import Heads
from ballast.ingest.providers import Provider, Quorum
from ballast.ingest.rpc import HttpRpc
from ballast.journal.journal import Journal, journal_url
from ballast.risk.model import load_default_weights

_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """A journal and what it is held against; ``head`` is 32 bytes in hex, if given."""

    journal: str
    rpc_urls: tuple[str, ...]
    chain_id: int
    head: str | None
    closed: bool


def answer(question: Question, *, show_all: bool) -> tuple[list[str], bool]:
    """Lines to print and whether everything was in order.

    Raises:
        JournalError: there is no journal.
        ConfigError: the head is not a hash, or a URL is not one.
        RefusedToRun: the nodes serve another chain.
        QuorumLost: the nodes cannot be asked.
    """
    url = question.journal if "://" in question.journal else journal_url(Path(question.journal))
    expected = None if question.head is None else _head(question.head)
    quorum = _quorum(question.rpc_urls)
    chain = None
    try:
        if quorum is not None:
            heads = Heads(quorum, question.chain_id)
            heads.require_chain()
            chain = QuorumChainView(quorum, heads)
        with Journal.read(url) as journal:
            weights = load_default_weights()
            report = verify(journal, weights, chain, expected_head=expected, require_stop=question.closed)
    finally:
        if quorum is not None:
            quorum.close()
    return _lines(report, show_all=show_all), report.ok


def _quorum(urls: tuple[str, ...]) -> Quorum | None:
    """All given nodes have to agree: a reader who names them can name fewer."""
    if not urls:
        return None
    return Quorum([Provider(HttpRpc(url, _TIMEOUT_SECONDS)) for url in urls], len(urls), _TIMEOUT_SECONDS)


def _head(text: str) -> bytes:
    try:
        head = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        head = b""
    if len(head) != 32:
        raise ConfigError(f"--head is '{text}', allowed are 32 bytes in hexadecimal")
    return head


def _decision_line(check: DecisionCheck) -> str:
    where = f"executed in block {check.block} by {check.tx}" if check.tx else "not executed"
    where = f"superseded, {where}" if check.superseded else where
    verdict = "verified" if check.verified else "DOES NOT VERIFY"
    return f"decision {check.digest}, entry {check.seq}, {where}: {verdict}"


def _lines(report: VerifyReport, *, show_all: bool) -> list[str]:
    lines = [str(finding) for finding in report.findings]
    if show_all:
        lines += [_decision_line(check) for check in report.decisions]
    against = "and the chain" if report.checked_on_chain else "without the chain (no --rpc)"
    counts = f"{report.entries} entries, {report.ticks} ticks, {len(report.decisions)} decisions"
    verdict = "verified" if report.ok else f"{len(report.findings)} findings in"
    return [*lines, f"{verdict} {counts} {against}; head 0x{report.head.hash.hex()}"]
