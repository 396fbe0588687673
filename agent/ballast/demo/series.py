"""Per-block figures of one path, kept for the report; drawn only, never decided upon, hence floats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ballast.demo.agent_process import Tick
from ballast.demo.ledger import Note
from ballast.domain.units import PPM, WAD
from ballast.simulate.market import BlockResult
from ballast.simulate.path import MarketPath

# Health factors above this are drawn as gaps: a position without debt has an infinite one.
_DRAWN_HEALTH = 10 * WAD


@dataclass
class Series:
    """One list entry a block."""

    times: list[str] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    oracle: list[float] = field(default_factory=list)
    base_fee: list[float] = field(default_factory=list)
    health: dict[str, list[float | None]] = field(default_factory=dict)
    p1h: dict[str, list[float | None]] = field(default_factory=dict)
    p6h: dict[str, list[float | None]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def take(self, path: MarketPath, result: BlockResult, notes: Iterable[Note], tick: Tick | None) -> None:
        """Adds one block; a missed tick leaves a gap."""
        self.times.append(_iso(path.timestamp(result.step)))
        self.price.append(result.price_e8 / 10**8)
        self.oracle.append(result.oracle_e8 / 10**8)
        self.base_fee.append(round(result.base_fee_wei / 10**9, 2))
        for label, holding in result.view.holdings.items():
            drawn = round(holding.health_wad / WAD, 4) if holding.health_wad < _DRAWN_HEALTH else None
            self.health.setdefault(label, []).append(drawn)
        self._take_tick(tick)
        self.notes.extend(notes)

    def _take_tick(self, tick: Tick | None) -> None:
        rows = {} if tick is None else {str(row["label"]).split("-", 1)[-1]: row for row in tick.positions}
        for label in self.health:
            row = rows.get(label, {})
            for name, series in (("p1h_ppm", self.p1h), ("p6h_ppm", self.p6h)):
                value = row.get(name)
                series.setdefault(label, []).append(None if value is None else round(value / PPM, 4))


def _iso(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M")
