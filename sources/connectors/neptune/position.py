"""How far a project has been read, as JSON between two syncs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from sources.connectors.base import Json, Kind

KINDS: tuple[Kind, ...] = ("run", "model", "model_version")
OVERLAP = 10_000  # ms: a write may be dated before one that we have seen
FIRST_AGAIN = 10 * 60_000  # ms until a run with a part that failed is read again
LAST_AGAIN = 24 * 3_600_000  # each time twice as long, up to this
REMEMBERED = 50  # runs at rest whose series we still know; tags often come late


@dataclass(frozen=True, slots=True)
class Reached:
    """How much of one series is read: points, the last one's step, and
    fingerprints: of what the table told of it then, and of that last point
    (0: not taken)."""

    count: int
    step: float
    fingerprint: int
    last: int = 0


type Series = dict[str, Reached]


@dataclass(frozen=True, slots=True)
class Again:
    """A run to be read again, since a series or file of it could not be: how often
    that was so, when (epoch ms), and the paths of its files."""

    tries: int = 0
    at: int = 0
    paths: frozenset[str] = frozenset()


@dataclass(slots=True)
class Mark:
    """One kind's place: read up to `at` (the latest modification, in epoch ms).

    `recent`: ids with their modification and a fingerprint of their row, as far
    back as the next sync looks again. `series`: what is read of each run that
    may grow. `unfinished`: runs that are still at work, or were left off in
    the middle. `again`: runs of which a part could not be read.
    """

    at: int | None = None
    recent: dict[str, tuple[int, int]] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    unfinished: set[str] = field(default_factory=set)
    again: dict[str, Again] = field(default_factory=dict)

    @property
    def since(self) -> int | None:
        """From where the next sync looks."""
        return None if self.at is None else self.at - OVERLAP

    def is_read(self, run: str, modified: int, fingerprint: int) -> bool:
        """The time alone would not do: two writes may be of one millisecond."""
        return self.recent.get(run) == (modified, fingerprint) and run not in self.unfinished

    def begin(self, run: str) -> Series:
        """What is known of a run's series, to be added to; last in line to be forgotten."""
        self.unfinished.add(run)
        self.series[run] = self.series.pop(run, {})
        return self.series[run]

    def due_again(self, now: int) -> set[str]:
        return {run for run, one in self.again.items() if one.at <= now}

    def take_up_again(self, run: str) -> int:
        """What is known of the files that failed is forgotten, so that they come
        again. Says how often some did."""
        before = self.again.pop(run, Again())
        for path in before.paths:
            self.series.get(run, {}).pop(path, None)
        return before.tries

    def put_off(self, run: str, tries: int, now: int, *, paths: Iterable[str] = ()) -> None:
        pause = min(FIRST_AGAIN * 2**tries, LAST_AGAIN)
        known = self.again.get(run, Again()).paths
        self.again[run] = Again(tries + 1, now + pause, known.union(paths))

    def end(self, run: str, modified: int, fingerprint: int, *, running: bool) -> None:
        if not running:
            self.unfinished.discard(run)
        self.at = max(modified, self.at or modified)
        oldest = self.at - OVERLAP
        self.recent[run] = (modified, fingerprint)
        self.recent = {one: seen for one, seen in self.recent.items() if seen[0] >= oldest}
        self._forget()

    def _forget(self) -> None:
        at_rest = [run for run in self.series if run not in self.unfinished]
        for run in at_rest[:-REMEMBERED]:
            del self.series[run]

    def to_json(self) -> dict[str, Json]:
        return {
            "at": self.at,
            "recent": {run: list(seen) for run, seen in self.recent.items()},
            "series": {
                run: {
                    path: [one.count, one.step, one.fingerprint, one.last]
                    for path, one in series.items()
                }
                for run, series in self.series.items()
            },
            "unfinished": sorted(self.unfinished),
            "again": {
                run: [one.tries, one.at, sorted(one.paths)] for run, one in self.again.items()
            },
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        series = {
            run: {path: Reached(*one) for path, one in known.items()}
            for run, known in kept["series"].items()
        }
        recent = {
            run: (modified, fingerprint) for run, (modified, fingerprint) in kept["recent"].items()
        }
        again = {
            run: Again(tries, at, frozenset(paths))
            for run, (tries, at, paths) in kept.get("again", {}).items()
        }
        return cls(kept["at"], recent, series, set(kept["unfinished"]), again)


@dataclass(slots=True)
class Position:
    marks: dict[Kind, Mark] = field(default_factory=lambda: {kind: Mark() for kind in KINDS})

    def to_json(self) -> Json:
        return {kind: mark.to_json() for kind, mark in self.marks.items()}

    @classmethod
    def from_json(cls, kept: Json) -> Self:
        if not isinstance(kept, Mapping):
            return cls()
        known: Mapping[str, Any] = kept
        return cls({kind: Mark.from_json(known[kind]) for kind in KINDS})
