"""One JSON-RPC node over HTTP, with the connection kept open between calls.

The standard library's client is used because the agent polls every few milliseconds on a replica: one call
costs a third of what a general HTTP library needs for it. Everything that may go wrong with a node ends as
`SourceError`.
"""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from abc import ABC, abstractmethod
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

from ballast.domain.errors import ConfigError, SourceError

MAX_ANSWER_BYTES = 32 * 2**20
_BROKEN_PIPE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class RpcReplyError(SourceError):
    """The node answered with a JSON-RPC error object; ``data`` is its data field, as sent."""

    def __init__(self, source: str, code: int, message: str, data: object) -> None:
        self.code = code
        self.message = message
        self.data = data
        SourceError.__init__(self, source, f"error {code}: {message}")


class AbstractRpc(ABC):
    """A node that answers JSON-RPC calls one at a time."""

    name: str

    @abstractmethod
    def call(self, method: str, params: list[Any]) -> Any:  # noqa: ANN401 (JSON)
        """Result of one call.

        Raises:
            RpcReplyError: the node answered with an error object.
            SourceError: the node could not be reached in time or answered something malformed.
        """

    @abstractmethod
    def close(self) -> None:
        """Drops the connection; a later call opens a new one."""


class HttpRpc(AbstractRpc):
    """A node behind an ``http`` or ``https`` URL; user and password in it become basic authentication."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ConfigError(
                f"rpc.urls: '{_shown(url)}' is not allowed; allowed are http:// and https:// URLs"
            )
        self.name = _shown(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname
        self._port = parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._timeout_seconds = timeout_seconds
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"} | _authorization(
            parts.username, parts.password
        )
        self._connection: http.client.HTTPConnection | None = None
        self._ids = count(1)

    def call(self, method: str, params: list[Any]) -> Any:  # noqa: ANN401 (JSON)
        """See `AbstractRpc.call`."""
        number = next(self._ids)
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()
        try:
            status, answer = self._exchange(body)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise SourceError(self.name, f"{method}: {type(error).__name__}: {error}") from error
        if len(answer) > MAX_ANSWER_BYTES:
            self.close()
            raise SourceError(self.name, f"{method}: the answer is larger than {MAX_ANSWER_BYTES} bytes")
        return self._result(method, number, status, answer)

    def close(self) -> None:
        """See `AbstractRpc.close`."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if connection.sock is not None:
            # Wakes a thread that waits in this socket, which closing alone would not.
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _exchange(self, body: bytes) -> tuple[int, bytes]:
        fresh = self._connection is None
        try:
            return self._post(body)
        except _BROKEN_PIPE:
            # A kept connection that the node closed while idle: nothing was processed, so asking again is
            # safe. Even a raw transaction may be sent twice: it has one hash.
            self.close()
            if fresh:
                raise
        return self._post(body)

    def _post(self, body: bytes) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = self._open()
        self._connection.request("POST", self._path, body, self._headers)
        response = self._connection.getresponse()
        answer = response.read(MAX_ANSWER_BYTES + 1)
        if response.will_close:
            self.close()
        return response.status, answer

    def _open(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=self._timeout_seconds, context=context
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_seconds)

    def _result(self, method: str, number: int, status: int, answer: bytes) -> Any:  # noqa: ANN401 (JSON)
        reply = _parse(answer)
        # Nodes send errors of a call with status 200 or 4xx; the body decides, unless there is none.
        if not isinstance(reply, dict) or not ("result" in reply or isinstance(reply.get("error"), dict)):
            what = f"HTTP status {status}" if status != 200 else "malformed answer"
            raise SourceError(self.name, f"{method}: {what}")
        if reply.get("id") != number:
            self.close()
            raise SourceError(
                self.name, f"{method}: the answer belongs to call {reply.get('id')!r}, not to {number}"
            )
        if "result" in reply:
            return reply["result"]
        failure = reply["error"]
        code = failure.get("code")
        raise RpcReplyError(
            self.name,
            code if isinstance(code, int) else 0,
            str(failure.get("message", ""))[:2_000],
            failure.get("data"),
        )


def _parse(answer: bytes) -> Any:  # noqa: ANN401 (JSON)
    """The JSON value, or None where it is none: integers of absurd length and bottomless nesting included."""
    try:
        return json.loads(answer)
    except (ValueError, RecursionError):
        return None


def _authorization(user: str | None, password: str | None) -> dict[str, str]:
    if user is None:
        return {}
    token = base64.b64encode(f"{unquote(user)}:{unquote(password or '')}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def _shown(url: str) -> str:
    """The URL as it may appear in logs: only the host, since the rest may carry API keys."""
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"
