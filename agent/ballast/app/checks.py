"""What must hold before a run, one sentence each; `doctor` prints them, `run` refuses at one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ballast.app.assembly import Chain
from ballast.app.config import PositionSection
from ballast.domain.errors import RefusedToRun
from ballast.domain.observation import BlockRef, Observation, VaultState
from ballast.domain.terms import PositionTerms
from ballast.ingest.calls import code_size
from ballast.ingest.multicall import MULTICALL3


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``fix`` says what a person can do."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def require(checks: Iterator[Check]) -> None:
    """Refuses at the first check that fails.

    Raises:
        RefusedToRun: with the check's sentence.
    """
    for check in checks:
        if not check.ok:
            raise RefusedToRun(check.detail)


def code_checks(chain: Chain, block: BlockRef) -> Iterator[Check]:
    """Every address of the configuration is a contract."""
    yield _code(chain, block, "Multicall3", MULTICALL3, "this chain cannot be read by Ballast")
    for section in chain.config.position:
        for key, address in _addresses(section):
            name = f"position '{section.label}': {key}"
            yield _code(chain, block, name, address, f"correct position.{key} or chain_id")


def feed_checks(observation: Observation, terms: tuple[PositionTerms, ...]) -> Iterator[Check]:
    """Every feed is younger than the vault allows."""
    assets = {asset.token: asset for one in terms for asset in one.assets}
    for feed in observation.feeds:
        asset = assets[feed.token]
        age = observation.block.timestamp - feed.updated_at
        fresh = 0 <= age <= asset.max_age_seconds
        where = f"the feed of {asset.symbol} at {feed.feed}"
        detail = f"{where} is {age} s old, allowed are 0 to {asset.max_age_seconds} s"
        yield Check(
            f"feed {asset.symbol}", fresh, detail, "wait for the feed, or have the vault's feed replaced"
        )


def signer_checks(terms: tuple[PositionTerms, ...], signer: str) -> Iterator[Check]:
    """Every vault expects the configured key."""
    for one in terms:
        detail = f"position '{one.label}': the vault's signer is {one.signer}, signer.keystore holds {signer}"
        yield Check(f"signer of '{one.label}'", one.signer == signer, detail, "have the owner call setSigner")


def position_checks(observation: Observation, terms: tuple[PositionTerms, ...]) -> Iterator[Check]:
    """State, epoch and budgets of every position; nothing that would forbid a start."""
    for reading, one in zip(observation.positions, terms, strict=True):
        where = f"position '{one.label}'"
        active = reading.state is not VaultState.HALTED
        yield Check(
            f"state of '{one.label}'",
            active,
            f"{where} is {reading.state.name}",
            "have the owner call setState",
        )
        same = reading.config_epoch == one.config_epoch
        epoch = f"{where}: configuration epoch {reading.config_epoch}"
        yield Check(
            f"epoch of '{one.label}'", same, epoch, "try again: the owner is changing the configuration"
        )
        left = reading.loss_budget_wad > 0 and reading.notional_budget_wad > 0
        loss, notional = _usd(reading.loss_budget_wad), _usd(reading.notional_budget_wad)
        budgets = f"{where}: loss budget {loss}, notional budget {notional}"
        yield Check(
            f"budgets of '{one.label}'",
            left,
            budgets,
            "wait for the window, or have the owner call setLimits",
        )


def _addresses(section: PositionSection) -> Iterator[tuple[str, str]]:
    yield "vault", section.vault
    yield "collateral", section.collateral
    yield "debt", section.debt
    yield "swap_pool", section.swap_pool


def _code(chain: Chain, block: BlockRef, name: str, address: str, fix: str) -> Check:
    size = code_size(chain.quorum, block, address)
    found = f"{size} bytes of code" if size else "has no code"
    return Check(name, size > 0, f"{name} {address} {found} on chain {block.chain_id}", fix)


def _usd(wad: int) -> str:
    return f"{wad // 10**18} USD"
