"""Every point of a metric: for many runs at once where a server can, else one by one.

A history comes in the order of its times. A step may be told more than once,
and all points of a step belong together: so a history is gathered whole before
it is handed on, as three columns.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sources.connectors.mlflow.site import Site
from sources.connectors.mlflow.values import number, whole

BULK = "metrics/get-history-bulk"
BULK_ROOT = "/ajax-api/2.0/mlflow"
MOST = 25_000  # points that a bulk answer holds; it has no second page
RUNS = 100  # in one bulk question
PAGE = 5_000
NO_BULK = frozenset({400, 401, 403, 404, 405, 501})
EARLIEST, LATEST = -(2**53), 2**53  # steps that a float can say

type Found = Mapping[str, Any]


@dataclass(slots=True)
class Points:
    steps: array[int] = field(default_factory=lambda: array("q"))
    times: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    last_page: int = 0  # where the points of the last page begin

    def __len__(self) -> int:
        return len(self.steps)

    def add(self, points: Iterable[Found]) -> None:
        for point in points:
            self.steps.append(max(EARLIEST, min(whole(point.get("step")), LATEST)))
            self.times.append(max(0, whole(point.get("timestamp"))))
            self.values.append(number(point.get("value")))

    def by_step(self) -> "Points":
        """In order of steps; of a step, in the order in which they came."""
        if all(one <= other for one, other in zip(self.steps, self.steps[1:], strict=False)):
            return self
        order = sorted(range(len(self.steps)), key=self.steps.__getitem__)
        return Points(
            array("q", (self.steps[at] for at in order)),
            array("q", (self.times[at] for at in order)),
            array("d", (self.values[at] for at in order)),
        )


class Histories:
    """Asks in the quickest way that the server has; remembers which that is."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._bulk = True

    def of(self, metric: str, runs: Sequence[str]) -> Iterator[tuple[str, Points]]:
        """The whole history of a metric, run by run."""
        if not self._bulk or len(runs) == 1:
            yield from ((run, self.whole(metric, run)) for run in runs)
            return
        for start in range(0, len(runs), RUNS):
            yield from self._together(metric, runs[start : start + RUNS])

    def _together(self, metric: str, runs: Sequence[str]) -> Iterator[tuple[str, Points]]:
        query: dict[str, Any] = {"run_id": list(runs), "metric_key": metric, "max_results": MOST}
        reply = self._site.get(BULK, query, answers=NO_BULK, root=BULK_ROOT)
        self._bulk = reply.status == 200
        if not self._bulk:
            yield from self.of(metric, runs)
            return
        found = reply.value.get("metrics") or ()
        if len(found) >= MOST:
            half = len(runs) // 2
            yield from self.of(metric, runs[:half])
            yield from self.of(metric, runs[half:])
            return
        yield from parted(found).items()

    def whole(self, metric: str, run: str) -> Points:
        points, _ = self.after(metric, run, "")
        return points

    def after(self, metric: str, run: str, token: str) -> tuple[Points, str]:
        """The points behind a page's token, and the token of the last page: from
        there the next reading of a run at work goes on."""
        points = Points()
        while True:
            query: dict[str, Any] = {"run_id": run, "metric_key": metric, "max_results": PAGE}
            if token:
                query["page_token"] = token
            reply = self._site.get("metrics/get-history", query, answers={404})
            if reply.status == 404:
                return points, ""  # the run was deleted for good meanwhile
            points.last_page = len(points)
            points.add(reply.value.get("metrics") or ())
            following = reply.value.get("next_page_token") or ""
            if not following or following == token:
                return points, token
            token = following


def parted(found: Iterable[Found]) -> dict[str, Points]:
    """A bulk answer by run."""
    by_run: dict[str, list[Found]] = {}
    for point in found:
        by_run.setdefault(point["run_id"], []).append(point)
    made: dict[str, Points] = {}
    for run, points in by_run.items():
        made[run] = Points()
        made[run].add(points)
    return made
