"""Binance's public archive: one zip a month, its sha256 beside it, fetched so that a cut pull goes on.

Path: `data/<market>/monthly/klines/<SYMBOL>/<interval>/<SYMBOL>-<interval>-<YYYY-MM>.zip`, and the same with
`.CHECKSUM`. The zip holds one CSV of 12 columns, with a header in futures archives; opening times are in
milliseconds, in spot archives from 2025-01 on in microseconds.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np

from ballast.data.bars import Bars, BarsError, bars_of
from ballast.data.errors import DataError
from ballast.data.files import UNREADABLE, csv_rows

BASE_URL = "https://data.binance.vision"
MARKETS = {"spot": "spot", "perp": "futures/um"}
INTERVALS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1_800, "1h": 3_600}
MAX_CSV_BYTES = 256 * 2**20
_COLUMNS = 12
_HEADER = "open_time"
_MICROSECONDS_FROM = 10**14

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Month:
    """One archive: a symbol such as ETHUSDT on "spot" or "perp", an interval such as 1h, and a month."""

    symbol: str
    market: str
    interval: str
    year: int
    month: int

    @property
    def name(self) -> str:
        """Name of its zip."""
        return f"{self.symbol}-{self.interval}-{self.year}-{self.month:02}.zip"

    @property
    def label(self) -> str:
        """Name of the month, as YYYY-MM."""
        return f"{self.year}-{self.month:02}"

    @property
    def path(self) -> str:
        """Where the zip lies below the archive's base URL."""
        folder = f"data/{MARKETS[self.market]}/monthly/klines"
        return f"{folder}/{self.symbol}/{self.interval}/{self.name}"

    @property
    def span(self) -> tuple[int, int]:
        """First second, and the first one after it, Unix seconds UTC."""
        after = (self.year + self.month // 12, self.month % 12 + 1)
        first, end = (
            datetime(year, month, 1, tzinfo=UTC) for year, month in ((self.year, self.month), after)
        )
        return int(first.timestamp()), int(end.timestamp())


def months(symbol: str, market: str, interval: str, first: str, last: str) -> list[Month]:
    """The archives from month `first` to `last`, both YYYY-MM and included.

    Raises:
        DataError: a market, interval, symbol or month that is not allowed, or no month between them.
    """
    for what, value, allowed in (("market", market, MARKETS), ("interval", interval, INTERVALS)):
        if value not in allowed:
            raise DataError(f"{what} is '{value}', allowed are {', '.join(allowed)}")
    if not (symbol.isascii() and symbol.isalnum() and symbol == symbol.upper()):
        raise DataError(f"symbol is '{symbol}', allowed are capital letters and digits, as in ETHUSDT")
    (year, month), end = _month(first), _month(last)
    out = []
    while (year, month) <= end:
        out.append(Month(symbol, market, interval, year, month))
        year, month = year + month // 12, month % 12 + 1
    if not out:
        raise DataError(f"there is no month from {first} to {last}")
    return out


def _month(text: str) -> tuple[int, int]:
    try:
        day = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise DataError(f"month is '{text}', allowed is YYYY-MM") from error
    return day.year, day.month


class Archive:
    """An archive over HTTP; `partial` is where unfinished downloads wait for the next run."""

    def __init__(self, partial: Path, base_url: str = BASE_URL, timeout_seconds: float = 30.0) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise DataError(f"base URL is '{base_url}', allowed are http:// and https:// addresses")
        self._base = base_url.rstrip("/")
        self._partial = partial
        transport = httpx.HTTPTransport(retries=2)
        # A packed answer would have other offsets than the file that the next run asks to go on with.
        plain = {"Accept-Encoding": "identity"}
        self._client = httpx.Client(
            transport=transport, timeout=timeout_seconds, follow_redirects=True, headers=plain
        )

    def close(self) -> None:
        """Drops the connections."""
        self._client.close()

    def checksum(self, month: Month) -> str:
        """The sha256 that the archive states for a month's zip.

        Raises:
            DataError: it cannot be had, or is not one of this zip.
        """
        url = f"{self._base}/{month.path}.CHECKSUM"
        try:
            answer = self._client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DataError(f"{url}: {type(error).__name__}: {error}") from error
        if answer.status_code != httpx.codes.OK:
            raise DataError(f"{url}: HTTP status {answer.status_code}; is this month published?")
        fields = answer.text.split()
        if len(fields) != 2 or len(fields[0]) != 64 or fields[1].lstrip("*") != month.name:
            raise DataError(f"{url}: says {answer.text[:80]!r}, expected a sha256 and {month.name}")
        return fields[0].lower()

    def fetch(self, month: Month, sha256: str, progress: Progress = lambda _have, _of: None) -> bytes:
        """The zip, continued where an earlier run was cut; `progress` gets bytes had and bytes in all.

        Raises:
            DataError: it cannot be had whole, or its hash is not `sha256`; then what was had is thrown away.
        """
        self._partial.mkdir(parents=True, exist_ok=True)
        path, url = self._partial / f"{month.market}-{month.name}.part", f"{self._base}/{month.path}"
        try:
            self._download(url, path, progress)
        except httpx.HTTPError as error:
            had = path.stat().st_size if path.exists() else 0
            raise DataError(
                f"{url}: {type(error).__name__} after {had} bytes, which are kept; run again: {error}"
            ) from error
        whole = path.read_bytes()
        found = hashlib.sha256(whole).hexdigest()
        path.unlink()
        if found != sha256:
            raise DataError(
                f"{url}: sha256 is {found}, the archive states {sha256}; the file was thrown away"
            )
        return whole

    def _download(self, url: str, path: Path, progress: Progress) -> None:
        had = path.stat().st_size if path.exists() else 0
        headers = {"Range": f"bytes={had}-"} if had else {}
        with self._client.stream("GET", url, headers=headers) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # all of it was there already; the hash will tell
            if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
                raise DataError(f"{url}: HTTP status {answer.status_code}")
            if answer.status_code == httpx.codes.OK:
                had = 0  # a server without ranges starts again
            length = answer.headers.get("Content-Length")
            total = had + int(length) if length and length.isdigit() else None
            with path.open("ab" if had else "wb") as file:
                for chunk in answer.iter_raw():
                    file.write(chunk)
                    had += len(chunk)
                    progress(had, total)


def bars_in_zip(month: Month, raw: bytes) -> Bars:
    """The bars of a month's zip.

    Raises:
        BarsError: not a zip, not one CSV of that name in it, other columns, bars outside of the month, and
            everything that `load_bars` refuses.
    """
    text = _unzipped(month, raw)
    rows, first_line = list(_rows(month, text)), 2 if text.startswith(_HEADER) else 1
    digest = hashlib.sha256(raw).hexdigest()
    bars = bars_of(month.name, rows, INTERVALS[month.interval], digest, first_line)
    first, end = month.span
    outside = (bars.ts < first) | (bars.ts >= end)
    if outside.any():
        raise BarsError(f"{month.name}: stamp {bars.ts[int(np.argmax(outside))]} is not in {month.label}")
    return bars


def _unzipped(month: Month, raw: bytes) -> str:
    wanted = month.name.removesuffix(".zip") + ".csv"
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if archive.namelist() != [wanted]:
                raise BarsError(
                    f"{month.name}: holds {', '.join(archive.namelist()) or 'nothing'}, expected {wanted}"
                )
            size = archive.getinfo(wanted).file_size
            if size > MAX_CSV_BYTES:
                raise BarsError(f"{month.name}: {wanted} has {size} bytes, allowed are {MAX_CSV_BYTES}")
            return archive.read(wanted).decode("utf-8")
    except (*UNREADABLE, zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        if isinstance(error, BarsError):
            raise
        raise BarsError(f"{month.name}: cannot be read: {error}") from error


def _rows(month: Month, text: str) -> Iterator[tuple[int, list[float]]]:
    for number, row in enumerate(csv_rows(month.name, text, BarsError), start=1):
        if number == 1 and row and row[0] == _HEADER:
            continue
        if len(row) != _COLUMNS:
            raise BarsError(f"{month.name}: line {number} has {len(row)} fields, expected {_COLUMNS}")
        try:
            yield _seconds(int(row[0])), [float(field) for field in row[1:6]]
        except ValueError as error:
            raise BarsError(f"{month.name}: line {number}: {error}") from error


def _seconds(stamp: int) -> int:
    unit = 1_000_000 if stamp >= _MICROSECONDS_FROM else 1_000
    if stamp % unit:
        raise ValueError(f"stamp {stamp} is not in whole seconds")
    return stamp // unit
