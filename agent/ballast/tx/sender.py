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

    def submit(self, raw_tx: str, *, public: bool) -> Handed:
        """Offers a signed transaction to one after the other until one has it.

        ``public`` also asks the public nodes; without private relays they are asked in any case. A
        transaction has one hash, so offering it twice can never make two of it.

        Raises:
            NotTaken: nobody took it; says what each of them answered.
        """
        replies: list[Reply] = []
        answers: list[str] = []
        for rpc in self._private + (self._public if public or not self._private else ()):
            reply, detail = _offer(rpc, raw_tx)
            if reply.handed_over:
                return Handed(rpc.name, reply)
            replies.append(reply)
            answers.append(f"{rpc.name}: {detail}")
        raise NotTaken(tuple(replies), "; ".join(answers) or "no relay is configured")

    def close(self) -> None:
        """Drops all connections."""
        for rpc in self._private + self._public:
            rpc.close()


def _offer(rpc: AbstractRpc, raw_tx: str) -> tuple[Reply, str]:
    try:
        rpc.call("eth_sendRawTransaction", [raw_tx])
    except RpcReplyError as error:
        return classify(error.message), error.message
    except SourceError as error:
        # The request may have arrived all the same; the chain will tell.
        return Reply.UNKNOWN, error.reason
    return Reply.ACCEPTED, ""
