"""How far an MLflow has been read, as JSON between two syncs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from sources.connectors.base import Json

OVERLAP = 3_600_000  # ms: runs are dated by the clocks of those who log them
REMEMBERED = 200  # runs at work whose metrics we go on with, rather than begin anew


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a metric of a run at work is read: a page's token, the greatest
    step before it, and what the search said of its last point."""

    token: str
    step: int
    latest: str


type Series = dict[str, Reached]


@dataclass(slots=True)
class Position:
    """`at`: the server's time (epoch ms) when the last reading began.

    `first`: experiments on their first reading, and the start of the last run
    that is stored of each. `read`: those that are read, with what they were
    then (a deletion or a restoration tells nothing of its runs). `begun`: runs,
    by experiment, whose series or files are not all stored.
    """

    at: int | None = None
    first: dict[str, int] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)
    begun: dict[str, str] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)

    @property
    def since(self) -> int:
        return max(0, (self.at or 0) - OVERLAP)

    def remember(self, run: str, series: Series) -> None:
        self.series.pop(run, None)
        self.series[run] = series
        for old in list(self.series)[:-REMEMBERED]:
            del self.series[old]

    def forget(self, runs: Iterable[str]) -> None:
        for run in runs:
            self.series.pop(run, None)

    def to_json(self) -> Json:
        return {
            "at": self.at,
            "first": dict(self.first),
            "read": dict(self.read),
            "begun": dict(self.begun),
            "series": {
                run: {name: [one.token, one.step, one.latest] for name, one in known.items()}
                for run, known in self.series.items()
            },
        }

    @classmethod
    def from_json(cls, kept: Json) -> Self:
        if not isinstance(kept, Mapping):
            return cls()
        known: Mapping[str, Any] = kept
        series = {
            run: {name: Reached(*one) for name, one in told.items()}
            for run, told in known["series"].items()
        }
        return cls(
            known["at"], dict(known["first"]), dict(known["read"]), dict(known["begun"]), series
        )
