"""What nodes say to a raw transaction, sorted.

The words only guide the next attempt: what happened is read from the chain.
"""

from __future__ import annotations

from enum import Enum


class Reply(Enum):
    """Meaning of a node's answer to ``eth_sendRawTransaction``."""

    ACCEPTED = "the node took it"
    ALREADY_KNOWN = "the node has had it before"
    NONCE_TOO_LOW = "a transaction with this nonce is included already, perhaps this one"
    NONCE_TOO_HIGH = "an earlier nonce is missing"
    REPLACEMENT_UNDERPRICED = "the pending transaction with this nonce offers too much for it"
    FEE_TOO_LOW = "the node wants a higher fee"
    NO_FUNDS = "the sender cannot pay for the gas"
    REJECTED = "refused for another reason"
    UNKNOWN = "no clear answer: it may have left"

    @property
    def handed_over(self) -> bool:
        """Whether a node has, or had, this transaction."""
        return self in (Reply.ACCEPTED, Reply.ALREADY_KNOWN)

    @property
    def asks_for_another(self) -> bool:
        """Whether the same transaction would be refused again: another nonce or a higher bid is needed."""
        return self in (Reply.NONCE_TOO_LOW, Reply.REPLACEMENT_UNDERPRICED, Reply.FEE_TOO_LOW)


# Lower-case parts of messages of geth, nethermind, besu, erigon, reth and anvil; the first that fits decides.
_PHRASES: tuple[tuple[Reply, tuple[str, ...]], ...] = (
    (
        Reply.ALREADY_KNOWN,
        (
            "already known",
            "alreadyknown",
            " known transaction",
            "already imported",
            "existing tx with same hash",
        ),
    ),
    (
        Reply.REPLACEMENT_UNDERPRICED,
        (
            "replacement transaction underpriced",
            "replacementnotallowed",
            "replacement_underpriced",
            "could not replace existing tx",
            "not enough bump",
        ),
    ),
    (
        Reply.NONCE_TOO_LOW,
        ("nonce too low", "oldnonce", "nonce_too_low", "ownnoncealreadyused", "noncetoolow", "nonce below"),
    ),
    (
        Reply.NONCE_TOO_HIGH,
        ("nonce too high", "noncegap", "nonce too distant", "nonce_too_far", "nonce gap", "noncetoohigh"),
    ),
    (
        Reply.NO_FUNDS,
        ("insufficient funds", "insufficientfunds", "upfront cost exceeds", "upfront_cost_exceeds"),
    ),
    (
        Reply.FEE_TOO_LOW,
        (
            "underpriced",
            "feetoolow",
            "fee too low",
            "less than block base fee",
            "below configured minimum gas price",
            "gas price below",
            "gas_price_too_low",
            "maxfeepergas",
        ),
    ),
)


def classify(message: str) -> Reply:
    """Meaning of an error message; REJECTED where no known phrase occurs in it."""
    lowered = " " + message.lower()
    for reply, phrases in _PHRASES:
        if any(phrase in lowered for phrase in phrases):
            return reply
    return Reply.REJECTED
