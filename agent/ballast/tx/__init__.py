"""Stages 6 and 9: preflight, bids, signers, nonces, sending and receipts."""
