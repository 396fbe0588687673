"""Pulling into a store: what is there is skipped, what is refused is named, what is left out is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ballast.data.archive import INTERVALS, Archive, Month, bars_in_zip
from ballast.data.recorded import RECORDED, read_recorded
from ballast.data.store import Origin, Part, Series, Store, sha256_of
from ballast.data.wicks import Wicks, treated

PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became of one part; `fresh` is false where it was there already."""

    part: Part
    fresh: bool


def pull_recorded(
    store: Store, folder: Path, names: Iterable[str], treatment: Wicks, tell: Callable[[str, Pulled], None]
) -> None:
    """Recorded files by name into the store, one part each; `tell` hears of each.

    A file whose bytes are those of the stored part is not read again, unless the treatment left bars out of
    it or may now.

    Raises:
        DataError: an unknown name, or a file that is refused; parts before it are stored.
    """
    for name in names:
        file = RECORDED.get(name)
        held = None if file is None else store.find(_series_of(name), name)
        digest = None if file is None or held is None else sha256_of(folder / file.path)
        label = f"{name} wicks={treatment}"
        if held is not None and (held.origin, held.origin_sha256) == (label, digest):
            tell(name, Pulled(held, fresh=False))
            continue
        read = read_recorded(folder, name)
        bars, left_out = treated(read.bars, treatment)
        origin = Origin(label, read.bars.sha256, read.excluded + left_out)
        tell(name, Pulled(store.put(_series_of(name), name, bars, origin), fresh=True))


def pull_month(
    store: Store,
    archive: Archive,
    month: Month,
    treatment: Wicks,
    progress: Callable[[int, int | None], None],
) -> Pulled:
    """One month of the archive into the store, unless the archive's own checksum says that it is there.

    Raises:
        DataError: it cannot be had, its checksum is wrong, or its bars are refused.
    """
    series = Series(month.symbol, INTERVALS[month.interval], f"binance-archive-{month.market}")
    stated = archive.checksum(month)
    label = f"{month.path} wicks={treatment}"
    held = store.find(series, month.label)
    if held is not None and (held.origin, held.origin_sha256) == (label, stated):
        return Pulled(held, fresh=False)
    bars, left_out = treated(bars_in_zip(month, archive.fetch(month, stated, progress)), treatment)
    return Pulled(store.put(series, month.label, bars, Origin(label, stated, left_out)), fresh=True)


def _series_of(name: str) -> Series:
    file = RECORDED[name]
    return Series(file.market, file.interval_seconds, file.source)
