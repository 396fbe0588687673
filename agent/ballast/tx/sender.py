"""Hands raw transactions to private relays first, to public nodes as the configured fallback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ballast.domain.errors import SendFailed, SourceError
from ballast.ingest.rpc import AbstractRpc, RpcReplyError
from ballast.tx.replies import Reply, classify


class NotTaken(SendFailed):
    """Nobody has the transaction for certain; ``replies`` are the meanings of what was said."""

    def __init__(self, replies: tuple[Reply, ...], detail: str) -> None:
        self.replies = replies
        SendFailed.__init__(self, detail)


@dataclass(frozen=True, slots=True)
class Handed:
    """Who took the transaction, and what it said."""

    relay: str
    reply: Reply


class Sender:
    """Private relays and public nodes in order of preference."""

    def __init__(self, private: Sequence[AbstractRpc], public: Sequence[AbstractRpc]) -> None:
        self._private = tuple(private)
        self._public = tuple(public)

    def submit(self, raw_tx: str, *, public: bool) -> tuple[Handed, ...]:
        """Offers a signed transaction to the private relays in turn until one has it.

        ``public`` offers it to the public nodes as well, whatever the relays say: a relay that takes a
        transaction may still never include it. Without private relays the public nodes are asked in any case.
        A transaction has one hash, so offering it twice can never make two of it.

        Raises:
            NotTaken: nobody took it; says what each of them answered.
        """
        groups = [self._private]
        if public or not self._private:
            groups.append(self._public)
        refused: list[tuple[Reply, str]] = []
        handed = tuple(taken for group in groups for taken in _first_taker(group, raw_tx, refused))
        if not handed:
            detail = "; ".join(text for _, text in refused) or "no relay is configured"
            raise NotTaken(tuple(reply for reply, _ in refused), detail)
        return handed

    def close(self) -> None:
        """Drops all connections."""
        for rpc in self._private + self._public:
            rpc.close()


def _first_taker(
    group: tuple[AbstractRpc, ...], raw_tx: str, refused: list[tuple[Reply, str]]
) -> tuple[Handed, ...]:
    """Who took it, at most one; adds what the others said to ``refused``."""
    for rpc in group:
        reply, detail = _offer(rpc, raw_tx)
        if reply.handed_over:
            return (Handed(rpc.name, reply),)
        refused.append((reply, f"{rpc.name}: {detail}"))
    return ()


def _offer(rpc: AbstractRpc, raw_tx: str) -> tuple[Reply, str]:
    try:
        rpc.call("eth_sendRawTransaction", [raw_tx])
    except RpcReplyError as error:
        return classify(error.message), error.message
    except SourceError as error:
        # The request may have arrived all the same; the chain will tell.
        return Reply.UNKNOWN, error.reason
    return Reply.ACCEPTED, ""
