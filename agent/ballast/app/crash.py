"""Named points at which a test may let the agent die.

The points stand before and after every journal entry and every effect; recovery has to come to the same end
from each of them. In a run without crash tests they cost one call of an empty method.
"""

from __future__ import annotations

import os
import signal
from abc import ABC, abstractmethod
from dataclasses import dataclass

from ballast.domain.errors import ConfigError
from ballast.journal.journal import KINDS

EFFECTS = ("preview", "sign", "send")

CRASH_POINTS: tuple[str, ...] = tuple(
    f"{when}-{what}"
    for what in (*(f"journal-{kind}" for kind in sorted(KINDS)), *EFFECTS)
    for when in ("before", "after")
)


class AbstractCrashPoint(ABC):
    """Told of every point that is reached."""

    @abstractmethod
    def reached(self, name: str) -> None:
        """Returns, or never does."""


class NoCrash(AbstractCrashPoint):
    """Lets everything pass."""

    def reached(self, name: str) -> None:
        """See `AbstractCrashPoint.reached`."""


@dataclass(slots=True)
class KillAt(AbstractCrashPoint):
    """Ends the process without any farewell at the n-th time that a point is reached."""

    name: str
    remaining: int = 1

    def reached(self, name: str) -> None:
        """See `AbstractCrashPoint.reached`."""
        if name != self.name:
            return
        self.remaining -= 1
        if self.remaining == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def crash_point(text: str | None) -> AbstractCrashPoint:
    """Reads ``NAME`` or ``NAME:N``.

    Raises:
        ConfigError: no such point, or N is not a positive number.
    """
    if text is None:
        return NoCrash()
    name, _, times = text.partition(":")
    if name not in CRASH_POINTS:
        raise ConfigError(f"there is no crash point '{name}', allowed are {', '.join(CRASH_POINTS)}")
    if times and not (times.isdigit() and int(times) > 0):
        raise ConfigError(f"--crash-at {text}: '{times}' is not a positive number")
    return KillAt(name, int(times or 1))
