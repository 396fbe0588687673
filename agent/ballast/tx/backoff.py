"""How long a position rests after intents that came to nothing."""

from __future__ import annotations

LONGEST_REST_BLOCKS = 16


def rest_blocks(failures_in_row: int) -> int:
    """Blocks to wait after the n-th failure in a row: 0, 1, 2, 4, 8, then 16.

    The first failure costs nothing, since a price that moved before inclusion is the usual reason and the
    position still needs its repair; the cap keeps a position that can be helped again from being left alone.
    """
    if failures_in_row <= 1:
        return 0
    return min(1 << min(failures_in_row - 2, 10), LONGEST_REST_BLOCKS)
