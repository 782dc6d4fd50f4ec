"""What one sync may cost the other side, and how long it may make us wait."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

from sources.connectors.base import Spent, Unavailable

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request. Seconds and bytes; every one of them always holds.

    `total` ends an answer that keeps dripping, headers included: `read` alone
    would let a byte a minute go on for ever. `attempts` counts the first one.
    """

    connect: float = 5.0
    read: float = 60.0
    total: float = 120.0
    body: int = 64 * MEGABYTE
    attempts: int = 4
    backoff: float = 2.0  # the first pause; each next one is twice as long


TESTED_WITHIN = 10.0  # seconds in all, while a person waits for Test connection
HASTY = Limits(connect=4.0, read=6.0, total=6.0, attempts=1)


@dataclass(slots=True)
class Budget:
    """What one sync may still spend: requests, and seconds of waiting. Its threads
    share it.

    A pause that does not fit is not slept: the worker is given back, and the
    sync comes again at the time that the other side named. `ends_at`, on the
    monotonic clock, is for who cannot wait at all.
    """

    requests: int = 5_000
    waiting: float = 60.0
    made: int = 0
    repeated: int = 0  # of those made
    waited: float = 0.0
    ends_at: float = math.inf
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def left(self) -> float:
        """Seconds."""
        return self.ends_at - time.monotonic()

    def spend_request(self, name: str) -> None:
        if self.left <= 0:
            raise Unavailable(
                f"{name} did not answer all that was asked within {TESTED_WITHIN:g} s. "
                "It may be slow now, or busy."
            )
        with self._lock:
            if self.made >= self.requests:
                raise Spent(
                    f"{name}: this sync has made its {self.requests:,} requests; "
                    "the next one goes on from here."
                )
            self.made += 1

    def allows(self, seconds: float) -> bool:
        return self.waited + seconds <= self.waiting and seconds < self.left

    def spend_wait(self, seconds: float) -> bool:
        """Whether a pause fits; then it counts as waited."""
        with self._lock:
            fits = self.allows(seconds)
            self.waited += seconds if fits else 0.0
            return fits

    def repeat(self) -> None:
        with self._lock:
            self.repeated += 1


class Headers(Mapping[str, str]):
    """Response headers, looked up in any case."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._pairs = {name.lower(): value for name, value in pairs.items()}

    def __getitem__(self, name: str) -> str:
        return self._pairs[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)
