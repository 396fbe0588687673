"""Answers of a large batch by columns: NumPy reads in one step what a loop would read word by word.

With a thousand positions a block's answer has more than 20,000 words. Offsets are taken as they stand, at any
byte, and every one is checked against the end of the answer before anything is read there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

_OUTSIDE = "an offset points outside of the answer"
_WORD = 32


class Answer(NamedTuple):
    """What one call of a batch came to."""

    success: bool
    raw: bytes


class Packed:
    """The ``(bool, bytes)[]`` that ``aggregate3`` returned.

    ``success``: bool [N]; ``start`` and ``size``: int64 [N], where the bytes of each answer lie.
    """

    def __init__(self, raw: bytes, count: int) -> None:
        """Finds all answers of ``raw``.

        Raises:
            ValueError: the bytes are not ``count`` answers.
        """
        self._raw = raw
        base = self._number(0) + _WORD
        if self._number(base - _WORD) != count:
            raise ValueError(f"expected {count} answers, observed {self._number(base - _WORD)}")
        # One row for each byte that a word may begin at; a view that copies nothing.
        self._words_at: npt.NDArray[np.uint8] = np.ndarray(
            (len(raw) - _WORD + 1, _WORD), np.uint8, raw, strides=(1, 1)
        )
        if base + _WORD * count > len(raw):
            raise ValueError(_OUTSIDE)
        at = base + self._lengths(base + _WORD * np.arange(count), _OUTSIDE)
        places = at + self._lengths(at + _WORD, _OUTSIDE)
        self.success: npt.NDArray[np.bool_] = self._words(at).any(axis=1)
        self.start: I64 = places + _WORD
        self.size: I64 = self._lengths(places, "an answer is cut off")
        if (self.start + self.size > len(raw)).any():
            raise ValueError("an answer is cut off")

    def __len__(self) -> int:
        return self.start.size

    def __getitem__(self, index: int) -> Answer:
        start = int(self.start[index])
        return Answer(bool(self.success[index]), self._raw[start : start + int(self.size[index])])

    def __iter__(self) -> Iterator[Answer]:
        return (self[index] for index in range(len(self)))

    def columns(self, places: I64) -> list[list[int]]:
        """The words at ``places`` [N, C] as C lists of N integers; all must lie inside of an answer."""
        words = self._words(places)
        return [_integers(words[:, column]) for column in range(places.shape[1])]

    def _words(self, places: I64) -> U64:
        """The words at ``places`` [...] as [..., 4] quarters, the greatest first."""
        words: U64 = self._words_at[places].view(">u8").astype(np.uint64)
        return words

    def _lengths(self, places: I64, fault: str) -> I64:
        """Words that stand for offsets or sizes; none may exceed the whole answer."""
        if (places + _WORD > len(self._raw)).any():
            raise ValueError(_OUTSIDE)
        words = self._words(places)
        if words[:, :3].any() or (words[:, 3] > len(self._raw)).any():
            raise ValueError(fault)
        return words[:, 3].astype(np.int64)

    def _number(self, at: int) -> int:
        if at + _WORD > len(self._raw):
            raise ValueError(_OUTSIDE)
        return int.from_bytes(self._raw[at : at + _WORD], "big")


def _integers(words: U64) -> list[int]:
    """Quarters [N, 4] as integers; few columns of a block need more than the lower two."""
    if words[:, :2].any():
        raw = words.astype(">u8").tobytes()
        return [int.from_bytes(raw[at : at + _WORD], "big") for at in range(0, len(raw), _WORD)]
    low: list[int] = words[:, 3].tolist()
    if not words[:, 2].any():
        return low
    return [high << 64 | rest for high, rest in zip(words[:, 2].tolist(), low, strict=True)]
