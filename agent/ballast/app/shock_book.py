"""Positions to be shocked: from a CSV or JSON file of legs, or as the configuration's vaults hold them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np

from ballast.app.assembly import Chain
from ballast.domain.errors import ConfigError
from ballast.domain.units import WAD
from ballast.risk.events import catalogue
from ballast.risk.exact import F64, I64, MAX_ASSETS, MAX_WEIGHT

COLUMNS = ("position", "side", "asset", "value_usd", "threshold_bps", "bonus_bps")
OPTIONAL = ("portfolio", "family")
_MICRO = 1_000_000
_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Leg:
    """One asset of one position; value in millionths of a US dollar. Debt has no threshold and no bonus."""

    position: str
    portfolio: str
    asset: str
    family: str
    is_debt: bool
    value_micro_usd: int
    threshold_bps: int
    bonus_bps: int


@dataclass(frozen=True, eq=False)
class ShockBook:
    """Positions in the order in which they came; weights int64 [N, A] in millionths of a US dollar."""

    names: tuple[str, ...]
    portfolios: tuple[str, ...]
    families: tuple[str, ...]
    weights: I64
    debt_usd: F64
    bonus_bps: I64
    health: F64


def read_legs(path: Path) -> list[Leg]:
    """Legs of a file: `.json` is an array of objects with the columns' names, everything else is CSV.

    Raises:
        ConfigError: the file cannot be read, or one sentence about the first row that is wrong.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    rows = _json_rows(path, text) if path.suffix == ".json" else _csv_rows(path, text)
    if not rows:
        raise ConfigError(f"{path} holds no leg; columns are {', '.join(COLUMNS)}")
    return [_leg(f"{path}, leg {number}", row) for number, row in enumerate(rows, 1)]


def legs_on_chain(chain: Chain, bonus_bps: int) -> list[Leg]:
    """Legs of the configured positions at the newest block, in the venue's own values.

    The threshold is the one that the venue's health factor implies, so that collateral which the agent does
    not manage counts. Raises QuorumLost or SourceError as reading does.
    """
    block = chain.heads.newest()
    terms = chain.terms(block)
    legs = []
    for one, its in zip(chain.reader.read(block, terms).positions, terms, strict=True):
        if one.venue_debt_wad == 0 or one.venue_collateral_wad == 0:
            continue
        adjusted = one.venue_health_wad * one.venue_debt_wad // WAD
        threshold = min(adjusted * _BPS // one.venue_collateral_wad, _BPS)
        for token, value, is_debt in (
            (its.collateral_token, one.venue_collateral_wad, False),
            (its.debt_token, one.venue_debt_wad, True),
        ):
            symbol = its.asset(token).symbol
            figures = (0, 0) if is_debt else (threshold, bonus_bps)
            micro = value // (WAD // _MICRO)
            legs.append(Leg(one.label, "all", symbol, family_of(symbol, ""), is_debt, micro, *figures))
    return legs


def family_of(asset: str, stated: str) -> str:
    """The family whose shocks an asset takes; ``stated`` goes first.

    Raises:
        ConfigError: neither is known.
    """
    known = catalogue()
    found = stated or known.family_of.get(asset.lower(), "")
    if found not in known.families:
        allowed = ", ".join(known.families)
        raise ConfigError(
            f"asset {asset} is of family '{found}': state one in the column family, of {allowed}"
        )
    return found


def book_of(legs: Sequence[Leg]) -> ShockBook:
    """Joins legs to positions.

    Raises:
        ConfigError: a position in two portfolios, too many assets, or a value beyond what is exact.
    """
    names = tuple(dict.fromkeys(leg.position for leg in legs))
    assets = tuple(dict.fromkeys(leg.asset for leg in legs))
    if len(assets) > MAX_ASSETS:
        raise ConfigError(f"the legs name {len(assets)} assets, allowed are {MAX_ASSETS}")
    weights = [[0] * len(assets) for _ in names]
    debt, adjusted, bonus = ([0] * len(names) for _ in range(3))
    portfolios = [""] * len(names)
    place, column = ({name: at for at, name in enumerate(group)} for group in (names, assets))
    for leg in legs:
        row = place[leg.position]
        if portfolios[row] not in ("", leg.portfolio):
            raise ConfigError(f"{leg.position} is in portfolios {portfolios[row]} and {leg.portfolio}")
        portfolios[row] = leg.portfolio
        # Rounded down: a position is never shown safer than it is.
        counted = leg.value_micro_usd * leg.threshold_bps // _BPS
        weights[row][column[leg.asset]] += -leg.value_micro_usd if leg.is_debt else counted
        debt[row] += leg.value_micro_usd if leg.is_debt else 0
        adjusted[row] += counted
        bonus[row] = max(bonus[row], leg.bonus_bps)
    if any(abs(value) > MAX_WEIGHT for row in weights for value in row):
        raise ConfigError(f"a value is beyond {MAX_WEIGHT // _MICRO} US dollars, which is the most")
    owed = np.asarray(debt, np.float64)
    health = np.divide(
        np.asarray(adjusted, np.float64), owed, out=np.full(len(names), np.inf), where=owed > 0
    )
    families = tuple(next(leg.family for leg in legs if leg.asset == asset) for asset in assets)
    whole = np.asarray(weights, np.int64).reshape(len(names), len(assets))
    return ShockBook(
        names, tuple(portfolios), families, whole, owed / _MICRO, np.asarray(bonus, np.int64), health
    )


def _csv_rows(path: Path, text: str) -> list[Mapping[str, Any]]:
    reader = csv.DictReader(io.StringIO(text))
    _require_columns(str(path), reader.fieldnames or ())
    return list(reader)


def _json_rows(path: Path, text: str) -> list[Mapping[str, Any]]:
    try:
        rows = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{path} is not an array of objects with {', '.join(COLUMNS)}")
    return rows


def _require_columns(where: str, found: Sequence[str]) -> None:
    missing = [name for name in COLUMNS if name not in found]
    unknown = [name for name in found if name not in (*COLUMNS, *OPTIONAL)]
    if missing or unknown:
        allowed = f"columns are {', '.join(COLUMNS)}, and {', '.join(OPTIONAL)} if wanted"
        raise ConfigError(f"{where}: missing {missing}, unknown {unknown}; {allowed}")


def _leg(where: str, row: Mapping[str, Any]) -> Leg:
    texts = {name: str(value).strip() for name, value in row.items() if value not in (None, "") and name}
    _require_columns(where, [*COLUMNS[4:], *texts] if texts.get("side") == "debt" else list(texts))
    side, is_debt = texts["side"], texts["side"] == "debt"
    if side not in ("collateral", "debt"):
        raise ConfigError(f"{where}: side is '{side}', allowed are collateral and debt")
    if is_debt and (texts.get("threshold_bps", "0") != "0" or texts.get("bonus_bps", "0") != "0"):
        raise ConfigError(f"{where}: debt has neither threshold_bps nor bonus_bps; leave them empty")
    return Leg(
        position=texts["position"],
        portfolio=texts.get("portfolio", "all"),
        asset=texts["asset"],
        family=family_of(texts["asset"], texts.get("family", "")),
        is_debt=is_debt,
        value_micro_usd=_micro_usd(where, texts["value_usd"]),
        threshold_bps=0 if is_debt else _bps(where, "threshold_bps", texts["threshold_bps"], 1),
        bonus_bps=0 if is_debt else _bps(where, "bonus_bps", texts["bonus_bps"], 0),
    )


def _micro_usd(where: str, text: str) -> int:
    try:
        value = int(Decimal(text) * _MICRO)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise ConfigError(f"{where}: value_usd is '{text}', allowed is a decimal number") from error
    if not 0 < value <= MAX_WEIGHT:
        raise ConfigError(f"{where}: value_usd is {text}, allowed are more than 0 to {MAX_WEIGHT // _MICRO}")
    return value


def _bps(where: str, name: str, text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= _BPS:
        raise ConfigError(f"{where}: {name} is '{text}', allowed are {least} to {_BPS}")
    return int(text)
