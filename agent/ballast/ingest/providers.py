"""N providers, one answer: equal from at least ``quorum`` of them, or none.

Every call goes to all providers whose breaker is closed. The first answer that ``quorum`` of them give is
taken; slower ones are looked at when they arrive, so that a liar that is slow is counted all the same.
Failing over to whoever still answers is how liars win: below quorum there is no answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ballast.domain.errors import QuorumLost, SourceError
from ballast.ingest.breaker import Breaker, Counters
from ballast.ingest.rpc import AbstractRpc

T = TypeVar("T", bound=Hashable)
Clock = Callable[[], float]
Read = Callable[[Any], T]


@dataclass(slots=True)
class Provider:
    """A node, its breaker and its counters."""

    rpc: AbstractRpc
    breaker: Breaker = field(default_factory=Breaker)
    counters: Counters = field(default_factory=Counters)
    banned: str = ""
    """Why this provider is never asked again, as for a wrong chain id."""

    def ask(self, method: str, params: list[Any], read: Read[T]) -> T:
        """The value that ``read`` makes of the answer.

        Raises:
            SourceError: no answer, or one that ``read`` calls malformed.
        """
        self.counters.calls += 1
        result = self.rpc.call(method, params)
        try:
            return read(result)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise SourceError(self.rpc.name, f"{method}: malformed answer: {error}") from error


@dataclass(frozen=True, slots=True)
class Agreed(Generic[T]):
    """An answer and the number of providers that had given it when it was taken."""

    value: T
    sources: int


@dataclass(slots=True)
class _Late:
    """A call that was not waited for. ``agreed`` holds the quorum's answer where this one is judged by it."""

    index: int
    future: Future[Any]
    deadline: float
    agreed: tuple[Any, ...] = ()
    timed_out: bool = False


class Quorum:
    """All providers of one chain."""

    def __init__(
        self,
        providers: Sequence[Provider],
        quorum: int,
        timeout_seconds: float,
        clock: Clock = time.monotonic,
    ) -> None:
        self.providers = tuple(providers)
        self.quorum = quorum
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._late: list[_Late] = []
        self._alone = len(self.providers) == 1
        # One thread each: a connection carries one call at a time.
        self._threads = tuple(ThreadPoolExecutor(1, "provider") for _ in self.providers if not self._alone)

    def ask(self, method: str, params: list[Any], read: Read[T]) -> Agreed[T]:
        """The value that at least ``quorum`` providers agree on.

        Raises:
            QuorumLost: there is none.
        """
        answers, late = self._gather(method, params, read, lambda got: _most(got) >= self.quorum)
        sources = _most(answers)
        if sources < self.quorum:
            raise QuorumLost(sources, self.quorum, f"{method}: {self.complaints()}")
        value = max(answers.values(), key=lambda one: sum(one == other for other in answers.values()))
        for straggler in late:
            straggler.agreed = (value,)
        for index, observed in answers.items():
            self._judge(index, observed, value)
        return Agreed(value, sources)

    def gather(
        self, method: str, params: list[Any], read: Read[T], enough: Callable[[dict[int, T]], bool]
    ) -> dict[int, T]:
        """Answers by provider index, as soon as they are ``enough``, all have arrived or the time is up."""
        return self._gather(method, params, read, enough)[0]

    def ban(self, index: int, reason: str) -> None:
        """Never asks provider ``index`` again."""
        self.providers[index].banned = reason
        self.providers[index].counters.last_reason = reason

    def complaints(self) -> str:
        """Last reason of every provider that ever failed, for messages."""
        told = [f"{p.rpc.name}: {p.counters.last_reason}" for p in self.providers if p.counters.last_reason]
        return "; ".join(told) or "the answers differ"

    def close(self) -> None:
        """Drops all connections and threads."""
        # The first round wakes threads that wait for an answer, the second drops what they opened meanwhile.
        for provider in self.providers:
            provider.rpc.close()
        for thread in self._threads:
            thread.shutdown(wait=True, cancel_futures=True)
        for provider in self.providers:
            provider.rpc.close()

    def _gather(
        self, method: str, params: list[Any], read: Read[T], enough: Callable[[dict[int, T]], bool]
    ) -> tuple[dict[int, T], list[_Late]]:
        if self._alone:
            # Without a second provider there is nobody to wait for: no thread, no hand-over.
            return self._ask_alone(method, params, read), []
        asked = self._available()
        futures = {self._threads[i].submit(self.providers[i].ask, method, params, read): i for i in asked}
        answers: dict[int, T] = {}
        deadline = self._clock() + self._timeout_seconds
        pending = set(futures)
        while pending and not enough(answers):
            done, pending = wait(pending, max(0.0, deadline - self._clock()), FIRST_COMPLETED)
            for future in done:
                answers.update(self._taken(futures[future], future))
            if not done:
                break
        late = [_Late(futures[future], future, deadline) for future in pending]
        self._late += late
        return answers, late

    def _ask_alone(self, method: str, params: list[Any], read: Read[T]) -> dict[int, T]:
        if self.providers[0].banned:
            return {}
        try:
            value = self.providers[0].ask(method, params, read)
        except SourceError as error:
            self._failed(0, error.reason)
            return {}
        self.providers[0].breaker.succeeded()
        return {0: value}

    def _available(self) -> list[int]:
        """Providers to ask: not banned, breaker closed, and not stuck in an earlier call."""
        self._sweep()
        now = self._clock()
        stuck = {late.index for late in self._late if late.timed_out}
        return [
            index
            for index, provider in enumerate(self.providers)
            if not provider.banned and index not in stuck and not provider.breaker.is_open(now)
        ]

    def _sweep(self) -> None:
        """Judges answers that came after the quorum's, and counts those that did not come in time."""
        for late in self._late:
            if late.future.done():
                for observed in self._taken(late.index, late.future).values():
                    for agreed in late.agreed:
                        self._judge(late.index, observed, agreed)
            elif self._clock() > late.deadline and not late.timed_out:
                late.timed_out = True
                self._failed(late.index, f"no answer within {self._timeout_seconds} s")
        self._late = [late for late in self._late if not late.future.done()]

    def _taken(self, index: int, future: Future[T]) -> dict[int, T]:
        try:
            value = future.result()
        except SourceError as error:
            self._failed(index, error.reason)
            return {}
        self.providers[index].breaker.succeeded()
        return {index: value}

    def _judge(self, index: int, observed: object, agreed: object) -> None:
        if observed != agreed:
            self.providers[index].counters.lies += 1
            self._failed(index, "its answer differs from the quorum's")
            self.providers[index].breaker.trip(self._clock())

    def _failed(self, index: int, reason: str) -> None:
        provider = self.providers[index]
        provider.counters.failures += 1
        provider.counters.last_reason = reason
        provider.breaker.failed(self._clock())


def _most(answers: Mapping[int, T]) -> int:
    """Size of the largest group of equal answers."""
    values = list(answers.values())
    return max((values.count(value) for value in values), default=0)
