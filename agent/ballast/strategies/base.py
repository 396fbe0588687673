"""What every rule is: a pure function of snapshot, terms and forecast, with integer parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ballast.domain.report import RiskReport
from ballast.domain.snapshot import Snapshot
from ballast.domain.terms import PositionTerms
from ballast.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Parameter:
    """One integer parameter; its unit is the suffix of its name. ``default`` None: it must be given."""

    name: str
    minimum: int
    maximum: int
    default: int | None = None


class AbstractStrategy(ABC):
    """A rule that watches one position. Implementations are final and keep no state."""

    name: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]

    @abstractmethod
    def __init__(self, values: Mapping[str, int]) -> None:
        """Takes checked values of all ``parameters``.

        Raises:
            ConfigError: the values contradict each other.
        """

    @abstractmethod
    def decide(self, snapshot: Snapshot, terms: PositionTerms, report: RiskReport) -> Verdict:
        """What to do now. Never proposes what the vault's guards would reject in the snapshot's state."""
