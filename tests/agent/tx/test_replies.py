"""What nodes of six families say, sorted."""

from __future__ import annotations

import pytest

from ballast.tx.replies import Reply, classify

MESSAGES = [
    ("geth", "already known", Reply.ALREADY_KNOWN),
    ("geth", "nonce too low: next nonce 5, tx nonce 4", Reply.NONCE_TOO_LOW),
    ("geth", "nonce too high", Reply.NONCE_TOO_HIGH),
    ("geth", "replacement transaction underpriced: new tx gas fee cap 1", Reply.REPLACEMENT_UNDERPRICED),
    ("geth", "transaction underpriced: gas tip cap 0, minimum needed 1", Reply.FEE_TOO_LOW),
    ("geth", "max fee per gas less than block base fee: address 0x, maxFeePerGas: 1", Reply.FEE_TOO_LOW),
    ("geth", "insufficient funds for gas * price + value: balance 0", Reply.NO_FUNDS),
    ("nethermind", "AlreadyKnown", Reply.ALREADY_KNOWN),
    ("nethermind", "OldNonce, Current nonce: 5, nonce of rejected tx: 4", Reply.NONCE_TOO_LOW),
    ("nethermind", "NonceGap, Future nonce. Expected nonce: 5", Reply.NONCE_TOO_HIGH),
    ("nethermind", "ReplacementNotAllowed", Reply.REPLACEMENT_UNDERPRICED),
    ("nethermind", "FeeTooLowToCompete", Reply.FEE_TOO_LOW),
    ("nethermind", "InsufficientFunds, Balance is 0", Reply.NO_FUNDS),
    ("besu", "Known transaction", Reply.ALREADY_KNOWN),
    ("besu", "Nonce too low", Reply.NONCE_TOO_LOW),
    ("besu", "Transaction nonce is too distant from current sender nonce", Reply.REJECTED),
    ("besu", "Nonce too distant from current sender nonce", Reply.NONCE_TOO_HIGH),
    ("besu", "Replacement transaction underpriced", Reply.REPLACEMENT_UNDERPRICED),
    ("besu", "Upfront cost exceeds account balance", Reply.NO_FUNDS),
    ("besu", "Gas price below configured minimum gas price", Reply.FEE_TOO_LOW),
    ("erigon", "existing tx with same hash", Reply.ALREADY_KNOWN),
    ("erigon", "could not replace existing tx", Reply.REPLACEMENT_UNDERPRICED),
    ("erigon", "fee too low", Reply.FEE_TOO_LOW),
    ("anvil", "transaction already imported", Reply.ALREADY_KNOWN),
    ("anvil", "nonce too low", Reply.NONCE_TOO_LOW),
    ("anvil", "replacement transaction underpriced", Reply.REPLACEMENT_UNDERPRICED),
    ("any", "unknown transaction type", Reply.REJECTED),
    ("any", "", Reply.REJECTED),
]


@pytest.mark.parametrize(("client", "message", "reply"), MESSAGES)
def test_message_is_sorted(client: str, message: str, reply: Reply) -> None:
    assert classify(message) is reply


def test_only_taken_or_known_transactions_count_as_handed_over() -> None:
    assert [reply for reply in Reply if reply.handed_over] == [Reply.ACCEPTED, Reply.ALREADY_KNOWN]
