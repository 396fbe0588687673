"""The append-only, hash-chained record of what was seen, decided, signed, sent and settled."""
