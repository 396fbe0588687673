"""Bars on disk: one Parquet file per market, interval, source and part, and a manifest that names them all.

Every file has the columns ts, open, high, low, close, volume, source and lies at
`market=<market>/interval_seconds=<n>/<source>-<part>.parquet`. Both it and the manifest are written beside
their place and renamed, the file first: a cut run leaves either nothing or a whole part, and what the
manifest does not name was never pulled. Writers take turns by a lock. Read through DuckDB; nothing is filled
in on the way.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import duckdb
import numpy as np

from ballast.data.bars import Bars
from ballast.data.errors import DataError

SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
LOCK = ".lock"
COLUMNS = ("ts", "open", "high", "low", "close", "volume", "source")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Series:
    """What bars belong to: a market such as ETHUSDT, its interval (0: points in time), and their source."""

    market: str
    interval_seconds: int
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """One stored file of a series.

    `path` is relative to the store; `sha256` is the file's own; `origin` and `origin_sha256` tell what it was
    made of; first and last are opening times, Unix seconds; `excluded` counts bars left out on purpose.
    """

    series: Series
    part: str
    path: str
    rows: int
    first: int
    last: int
    sha256: str
    origin: str
    origin_sha256: str
    excluded: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """What a part is made of: a file's or archive's name and hash, and how many bars were left out."""

    name: str
    sha256: str
    excluded: int = 0


class Store:
    """A folder of parts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def parts(self) -> list[Part]:
        """All parts in the manifest, sorted; none for a folder without one.

        Raises:
            DataError: the manifest cannot be read or is of another version.
        """
        path = self.folder / MANIFEST
        if not path.exists():
            return []
        try:
            manifest = json.loads(path.read_text("utf-8"))
            version, entries = manifest["version"], manifest["parts"]
            if version != SCHEMA_VERSION:
                raise DataError(f"{path}: version is {version}, allowed is {SCHEMA_VERSION}")
            return [Part(**{**entry, "series": Series(**entry["series"])}) for entry in entries]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise DataError(f"{path}: cannot be read: {type(error).__name__}: {error}") from error

    def find(self, series: Series, part: str) -> Part | None:
        """The part under this name, if it was stored."""
        return next((p for p in self.parts() if (p.series, p.part) == (series, part)), None)

    def put(self, series: Series, part: str, bars: Bars, origin: Origin) -> Part:
        """Store checked bars as one part; one of the same name is replaced.

        Raises:
            DataError: a name that is not allowed, no bars, or the disk refuses.
        """
        _allowed(series, part)
        if not len(bars):
            raise DataError(f"{series.market} {part}: there is nothing to store")
        below = f"market={series.market}/interval_seconds={series.interval_seconds}"
        relative = f"{below}/{series.source}-{part}.parquet"
        first, last = int(bars.ts[0]), int(bars.ts[-1])
        try:
            with self._locked():
                digest = _write_parquet(self.folder / relative, bars, series.source)
                made = (origin.name, origin.sha256, origin.excluded)
                new = Part(series, part, relative, len(bars), first, last, digest, *made)
                kept = [old for old in self.parts() if (old.series, old.part) != (series, part)]
                self._write_manifest([*kept, new])
        except (OSError, duckdb.Error) as error:
            raise DataError(f"{self.folder / relative}: cannot be written: {error}") from error
        return new

    def series(self) -> list[Series]:
        """All series, sorted."""
        found = {part.series for part in self.parts()}
        return sorted(found, key=lambda s: (s.market, s.interval_seconds, s.source))

    def read(self, series: Series) -> Bars:
        """All bars of a series in time order, as stored: faults and gaps included.

        Raises:
            DataError: the store does not hold the series, or a file of it is gone or broken.
        """
        parts = [part for part in self.parts() if part.series == series]
        if not parts:
            held = (
                ", ".join(f"{s.market} {s.interval_seconds} s {s.source}" for s in self.series()) or "nothing"
            )
            wanted = f"{series.market} {series.interval_seconds} s {series.source}"
            raise DataError(f"{self.folder}: does not hold {wanted}, it holds {held}")
        columns = self._query([self.folder / part.path for part in parts])
        digest = hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
        values = [np.asarray(columns[name], np.float64) for name in COLUMNS[1:6]]
        ts = np.asarray(columns["ts"], np.int64)
        return Bars(series.market, series.interval_seconds, digest, ts, *values)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection with a view `bars` over everything: market, interval_seconds, and the columns.

        Raises:
            DataError: the store is empty.
        """
        paths = [str(self.folder / part.path) for part in self.parts()]
        if not paths:
            raise DataError(f"{self.folder}: the store is empty")
        connection = duckdb.connect()
        listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
        connection.execute(
            f"CREATE VIEW bars AS SELECT * FROM read_parquet([{listed}], hive_partitioning = true)"  # noqa: S608
        )
        return connection

    def strangers(self) -> Iterator[Path]:
        """Parquet files that the manifest does not name: left by a cut run, or not ours."""
        known = {self.folder / part.path for part in self.parts()}
        yield from sorted(path for path in self.folder.rglob("*.parquet") if path not in known)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keeps other writers out, in this process and in others; a killed one lets go by itself."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _query(self, paths: list[Path]) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
        question = f"SELECT {', '.join(COLUMNS)} FROM read_parquet($paths) ORDER BY ts"  # noqa: S608 (constants)
        try:
            with duckdb.connect() as connection:
                result = connection.execute(question, {"paths": [str(path) for path in paths]})
                return dict(result.fetchnumpy())
        except duckdb.Error as error:
            raise DataError(f"{self.folder}: cannot be read: {error}") from error

    def _write_manifest(self, parts: list[Part]) -> None:
        ordered = sorted(
            parts, key=lambda p: (p.series.market, p.series.interval_seconds, p.series.source, p.part)
        )
        text = json.dumps({"version": SCHEMA_VERSION, "parts": [asdict(part) for part in ordered]}, indent=1)
        with atomic(self.folder / MANIFEST) as temporary:
            temporary.write_text(text + "\n", "utf-8")


class atomic:  # noqa: N801 (reads as a verb)
    """`with atomic(path) as temporary:` writes beside the path; renamed on success, removed on failure."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Path:
        with NamedTemporaryFile(dir=self._path.parent, prefix=".writing-", delete=False) as file:
            self._temporary = Path(file.name)
        return self._temporary

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._temporary.unlink(missing_ok=True)
            return
        with self._temporary.open("rb") as file:
            os.fsync(file.fileno())
        self._temporary.replace(self._path)


def _write_parquet(path: Path, bars: Bars, source: str) -> str:
    """Write atomically; the file's sha256."""
    rows = {
        "ts": bars.ts,
        "open": bars.open,
        "high": bars.high,
        "low": bars.low,
        "close": bars.close,
        "volume": bars.volume,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic(path) as temporary, duckdb.connect() as connection:
        connection.register("rows", rows)
        target = str(temporary).replace("'", "''")
        connection.execute(
            f"COPY (SELECT *, $source AS source FROM rows) TO '{target}' (FORMAT parquet, COMPRESSION zstd)",  # noqa: S608
            {"source": source},
        )
        return sha256_of(temporary)


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes.

    Raises:
        DataError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _allowed(series: Series, part: str) -> None:
    for name in (series.market, series.source, part):
        if not _NAME.fullmatch(name):
            raise DataError(f"name is '{name}', allowed are 1 to 64 letters, digits, '.', '_' and '-'")
    if series.interval_seconds < 0:
        raise DataError(f"interval is {series.interval_seconds} s, allowed is 0 and more")
