"""What can go wrong with the replica."""

from __future__ import annotations


class ReplicaError(Exception):
    """The replica cannot be built, started or talked to."""


class ReplicaUnavailableError(ReplicaError):
    """Something that the replica needs is not installed; the agent itself works without it."""

    def __init__(self, missing: str) -> None:
        """Say what is missing and how to get it."""
        super().__init__(
            f"the replica is an extra: {missing}; run `make setup` in a checkout of the repository to get it"
        )


class RpcTransportError(ReplicaError):
    """No answer, or none that is JSON-RPC."""


class RpcError(ReplicaError):
    """The node answered with an error.

    Attributes:
        code: JSON-RPC error code.
        data: revert data as hex where the node gives it, else None.
    """

    def __init__(self, method: str, code: int, message: str, data: str | None) -> None:
        """Keep the node's words."""
        super().__init__(f"{method}: {message} (code {code}{f', data {data}' if data else ''})")
        self.code = code
        self.data = data
