"""A real HTTP server on the loopback interface with files, ranges and a switch that cuts transfers."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ArchiveServer(ThreadingHTTPServer):
    """Serves `files` by path; a transfer of a zip ends after `cut_after` bytes of it where that is set.

    With `stalls` it does not end there but hangs until `released`.
    """

    daemon_threads = True

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cut_after: int | None = None
        self.ranges = True
        self.stalls = False
        self.released = threading.Event()
        self.asked: list[tuple[str, str | None]] = []
        ThreadingHTTPServer.__init__(self, ("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, path: str, raw: bytes, checksum: str | None = None) -> None:
        """A file and its `.CHECKSUM`, which is right unless another is given."""
        name = path.rsplit("/", 1)[1]
        self.files[path] = raw
        stated = checksum or hashlib.sha256(raw).hexdigest()
        self.files[f"{path}.CHECKSUM"] = f"{stated}  {name}\n".encode()


class _Handler(BaseHTTPRequestHandler):
    server: ArchiveServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        raw = self.server.files.get(self.path.lstrip("/"))
        if raw is None:
            self.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.server.ranges else 0
        if start and start >= len(raw):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(raw) - start))
        self.end_headers()
        cut = self.server.cut_after if self.path.endswith(".zip") else None
        self.wfile.write(raw[start:] if cut is None else raw[start : start + cut])
        if cut is not None:
            self.close_connection = True
            if self.server.stalls:
                self.server.released.wait(60)

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def serving() -> Iterator[ArchiveServer]:
    server = ArchiveServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def zipped(name: str, text: str) -> bytes:
    """A zip of one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return buffer.getvalue()
