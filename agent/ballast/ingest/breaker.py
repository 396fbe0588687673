"""A provider's circuit breaker and counters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Breaker:
    """Closed until ``allowed_failures`` in a row; then open for ``pause_seconds``.

    After a pause one failure opens it again.
    """

    allowed_failures: int = 3
    pause_seconds: float = 30.0
    failures_in_row: int = 0
    open_until: float = 0.0

    def is_open(self, now: float) -> bool:
        """Whether calls are to be withheld at ``now`` (seconds of a monotonic clock)."""
        return now < self.open_until

    def succeeded(self) -> None:
        """A good answer closes the breaker."""
        self.failures_in_row = 0
        self.open_until = 0.0

    def failed(self, now: float) -> None:
        """Counts one failure at ``now``."""
        self.failures_in_row += 1
        if self.failures_in_row >= self.allowed_failures:
            self.trip(now)

    def trip(self, now: float) -> None:
        """Opens at once: a lie is worse than any number of failures."""
        self.open_until = now + self.pause_seconds


@dataclass(slots=True)
class Counters:
    """What a provider did since the start."""

    calls: int = 0
    failures: int = 0
    lies: int = 0
    last_reason: str = ""
