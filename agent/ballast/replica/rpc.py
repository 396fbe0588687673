"""A thin JSON-RPC client: one keep-alive connection, batches, typed errors, standard library only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from ballast.replica.errors import RpcError, RpcTransportError

TIMEOUT_SECONDS: Final = 60.0

Json = Any
"""Whatever JSON can hold; the method decides which."""


class RpcClient:
    """Talks to one node over plain HTTP. Not for use from several threads at once."""

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Prepare a client; the connection opens with the first call.

        Raises:
            RpcTransportError: the URL is not plain http.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise RpcTransportError(f"the replica is served over http://host:port, got {url!r}")
        self.url = url
        self._path = parts.path or "/"
        self._connection = http.client.HTTPConnection(
            parts.hostname, parts.port or 80, timeout=timeout_seconds
        )
        self._next_id = 0

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection; a later call opens it again."""
        self._connection.close()

    def call(self, method: str, *params: Json) -> Json:
        """Call one method and return its result.

        Raises:
            RpcError: the node refused.
            RpcTransportError: the node did not answer.
        """
        request = self._request(method, params)
        reply = self._post(request)
        if not isinstance(reply, dict):
            raise RpcTransportError(
                f"{self.url} answered {method} with {type(reply).__name__}, not one object"
            )
        return _result(method, reply)

    def batch(self, calls: Sequence[tuple[str, Sequence[Json]]]) -> list[Json]:
        """Call several methods in one round trip and return their results in order.

        Raises:
            RpcError: the node refused one; the others were carried out all the same.
            RpcTransportError: the node did not answer, or not all of them.
        """
        if not calls:
            return []
        requests = [self._request(method, params) for method, params in calls]
        reply = self._post(requests)
        if not isinstance(reply, list):
            raise RpcTransportError(f"{self.url} answered a batch with {type(reply).__name__}, not a list")
        by_id = {item.get("id"): item for item in reply}
        missing = [request["method"] for request in requests if request["id"] not in by_id]
        if missing:
            raise RpcTransportError(
                f"{self.url} left {len(missing)} of {len(calls)} calls unanswered: {missing[0]}, ..."
            )
        return [_result(request["method"], by_id[request["id"]]) for request in requests]

    def _request(self, method: str, params: Sequence[Json]) -> dict[str, Json]:
        self._next_id += 1
        return {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": list(params)}

    def _post(self, body: Json) -> Json:
        payload = json.dumps(body).encode()
        reused = self._connection.sock is not None
        try:
            raw = self._exchange(payload)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
            self.close()
            # A server may close an idle connection between two calls; it has then not seen this one.
            if not reused:
                raise RpcTransportError(f"no answer from {self.url}: {error}") from error
            raw = self._exchange_again(payload)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise RpcTransportError(f"no answer from {self.url}: {error}") from error
        try:
            return json.loads(raw)
        except ValueError as error:
            raise RpcTransportError(f"{self.url} answered with something that is no JSON") from error

    def _exchange(self, payload: bytes) -> bytes:
        self._connection.request("POST", self._path, payload, {"Content-Type": "application/json"})
        return self._connection.getresponse().read()

    def _exchange_again(self, payload: bytes) -> bytes:
        try:
            return self._exchange(payload)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise RpcTransportError(f"no answer from {self.url}: {error}") from error


def _result(method: str, reply: dict[str, Json]) -> Json:
    error = reply.get("error")
    if error is None:
        return reply.get("result")
    data = error.get("data")
    raise RpcError(
        method, int(error.get("code", 0)), str(error.get("message")), data if isinstance(data, str) else None
    )
