"""A node between the agent and a real one that breaks things on demand."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

Call = dict[str, Any]
HANG_SECONDS = 30.0


class DroppedError(Exception):
    """The connection is closed without an answer."""


class FaultProxy:
    """Forwards JSON-RPC to ``upstream``.

    ``before`` may answer in the node's place, ``after`` may change what it said. Both get the call; returned
    bytes are sent as they are, with ``status``. ``DroppedError`` closes the connection.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.before: Callable[[Call], bytes | None] = lambda _call: None
        self.after: Callable[[Call, dict[str, Any]], dict[str, Any] | bytes] = lambda _call, answer: answer
        self.status = 200
        self.calls: Counter[str] = Counter()
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def heal(self) -> None:
        """Passes everything through again."""
        self.before = lambda _call: None
        self.after = lambda _call, answer: answer
        self.status = 200

    def down(self) -> None:
        def drop(call: Call) -> bytes | None:
            raise DroppedError

        self.before = drop

    def hang(self) -> None:
        def wait(call: Call) -> bytes | None:
            self.released.wait(HANG_SECONDS)
            raise DroppedError

        self.before = wait

    def says(self, body: bytes, status: int = 200) -> None:
        """Answers everything with the same bytes."""
        self.status = status
        self.before = lambda _call: body

    def answers(self, method: str, result: Any) -> None:
        """Answers one method with a result of its own."""
        self._replace(method, lambda call: {"jsonrpc": "2.0", "id": call["id"], "result": result})

    def refuses(self, method: str, message: str) -> None:
        """Answers one method with an error."""
        error = {"code": -32000, "message": message}
        self._replace(method, lambda call: {"jsonrpc": "2.0", "id": call["id"], "error": error})

    def lies(self) -> None:
        """Changes the last byte that every contract call returns."""

        def change(call: Call, answer: dict[str, Any]) -> dict[str, Any] | bytes:
            if call["method"] == "eth_call":
                flipped = int(answer["result"][-2:], 16) ^ 1
                answer["result"] = f"{answer['result'][:-2]}{flipped:02x}"
            return answer

        self.after = change

    def loses_answers_of(self, method: str) -> None:
        """The node gets the call and does its work; nobody hears of it."""

        def lose(call: Call, answer: dict[str, Any]) -> dict[str, Any] | bytes:
            if call["method"] == method:
                raise DroppedError
            return answer

        self.after = lose

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _replace(self, method: str, reply: Callable[[Call], dict[str, Any]]) -> None:
        self.before = lambda call: json.dumps(reply(call)).encode() if call["method"] == method else None

    def _respond(self, body: bytes) -> bytes:
        call = json.loads(body)
        self.calls[call["method"]] += 1
        early = self.before(call)
        if early is not None:
            return early
        request = Request(self.upstream, body, {"Content-Type": "application/json"})
        with urlopen(request, timeout=HANG_SECONDS) as answer:
            changed = self.after(call, json.loads(answer.read()))
        return changed if isinstance(changed, bytes) else json.dumps(changed).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    answer = proxy._respond(body)
                    self.send_response(proxy.status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)
                except (DroppedError, OSError):
                    self.close_connection = True

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler


@contextmanager
def proxies(upstream: str, count: int) -> Iterator[list[FaultProxy]]:
    """Several proxies before one node."""
    made = [FaultProxy(upstream) for _ in range(count)]
    try:
        yield made
    finally:
        for proxy in made:
            proxy.close()
