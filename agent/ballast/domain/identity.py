"""What is worked out once for an object that lives long, looked up by the object itself, not by its value.

Terms change once per configuration epoch and are asked about at every block. Hashing them by value would walk
through all of their fields each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_MOST = 16_384


class ById(Generic[Key, Value]):
    """Results of ``work`` by the identity of its argument, which must be immutable."""

    def __init__(self, work: Callable[[Key], Value]) -> None:
        self._work = work
        # The entry keeps its key alive, so that the id stays the key's own.
        self._known: dict[int, tuple[Key, Value]] = {}

    def __call__(self, key: Key) -> Value:
        """The result for ``key``, worked out where it is not known; errors are raised and not remembered."""
        entry = self._known.get(id(key))
        if entry is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            entry = self._known[id(key)] = (key, self._work(key))
        return entry[1]
