"""Runs as pages of records, with the position after each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import batched
from typing import Any

from sources.connectors.base import (
    Contents,
    FileRecord,
    Gap,
    Page,
    RunRecord,
    SeriesRecord,
    TrackerRecord,
)
from sources.connectors.mlflow.artifacts import dataset_files, files_of, of_run
from sources.connectors.mlflow.histories import Histories, Points
from sources.connectors.mlflow.models import logged_files
from sources.connectors.mlflow.position import Position, Reached, Series
from sources.connectors.mlflow.runs import (
    NO_RESULT,
    Experiment,
    Run,
    run_of,
    same_but_for_life,
)
from sources.connectors.mlflow.site import Site

TOGETHER = 100  # runs whose histories are asked for at once
RECORDS = 500  # of a page, about
POINTS = 50_000

type Found = Mapping[str, Any]
type Known = Callable[[Sequence[tuple[str, str]]], Mapping[str, str]]
"""Of (project, run) pairs: what `seen` each run is stored with, by run."""


type Ready = Callable[[RunRecord], RunRecord]
"""The same record, with what its store will need of it made already: in any thread."""


def none_known(_: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    return {}


def as_it_is(record: RunRecord) -> RunRecord:
    return record


@dataclass(slots=True)
class Batch:
    """What is read and not yet handed over."""

    records: list[TrackerRecord] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    points: int = 0

    @property
    def full(self) -> bool:
        return len(self.records) >= RECORDS or self.points >= POINTS


@dataclass(slots=True)
class Reading:
    """`position` is moved on with every record, so that a page's position says
    what is in the pages up to it; even in the middle of a run."""

    site: Site
    experiments: Mapping[str, Experiment]
    position: Position
    anew: str = ""  # changes when all is to be read again, whatever is known
    late: int = 0  # runs that ended after this (epoch ms) may have got files since
    batch: Batch = field(default_factory=Batch)
    histories: Histories = field(init=False)

    def __post_init__(self) -> None:
        self.histories = Histories(self.site)

    def page(self) -> Page[TrackerRecord]:
        done, self.batch = self.batch, Batch()
        return Page(done.records, self.position.to_json(), done.gaps)

    def understood(self, found: Sequence[Found], ready: Ready = as_it_is) -> list[Run]:
        """Of what a search tells. Another thread than the one that reads may ask this."""
        return [self._run(one, ready) for one in found if self._run_is_readable(one)]

    def read(
        self, found: Sequence[Run], known: Known = none_known
    ) -> Iterator[Page[TrackerRecord]]:
        """Those of these runs that are not known as they are now, a hundred at a time."""
        for runs in batched(found, TOGETHER, strict=False):
            held = known([(one.record.project, one.id) for one in runs])
            changed = [one for one in runs if held.get(one.id) != one.seen]
            anew = [one for one in changed if not same_but_for_life(held.get(one.id, ""), one.seen)]
            self.batch.records += [one.record for one in changed]
            yield from self._contents(anew)
            fresh = {one.id for one in anew}
            recent = [one for one in runs if one.id not in fresh and one.ended > self.late > 0]
            for run in recent:
                yield from self._add(self._files(run))

    def _run_is_readable(self, found: Found) -> bool:
        """A server may tell of a run without saying which, or of whose experiment."""
        told = found.get("info") or {}
        return bool(told.get("run_id")) and told.get("experiment_id") in self.experiments

    def _run(self, found: Found, ready: Ready) -> Run:
        experiment = self.experiments[found["info"]["experiment_id"]]
        run = run_of(found, experiment, self.site.address, reading=self.anew)
        return replace(run, record=ready(run.record))

    def _contents(self, runs: Sequence[Run]) -> Iterator[Page[TrackerRecord]]:
        if not runs:
            return
        self.position.begun |= {one.id: one.record.project for one in runs}
        at_work = [one for one in runs if one.running]
        at_rest = [one for one in runs if not one.running]
        self.position.forget(one.id for one in at_rest)
        yield from self._add(self._whole_series(at_rest))
        for run in at_work:
            yield from self._add(self._growing_series(run))
        for run in runs:
            yield from self._add(self._files(run))
            self.position.begun.pop(run.id, None)
        if self.batch.full:
            yield self.page()

    def _add(
        self, found: Iterator[SeriesRecord | FileRecord | Contents | Gap]
    ) -> Iterator[Page[TrackerRecord]]:
        for one in found:
            if isinstance(one, Gap):
                self.batch.gaps.append(one)
                continue
            self.batch.records.append(one)
            if isinstance(one, SeriesRecord):
                self.batch.points += len(one.steps)
            if self.batch.full:
                yield self.page()

    # ── points ───────────────────────────────────────────────────────────────

    def _whole_series(self, runs: Sequence[Run]) -> Iterator[SeriesRecord]:
        having: dict[str, list[Run]] = {}
        for run in runs:
            for metric in run.latest:
                having.setdefault(metric, []).append(run)
        for metric, some in having.items():
            by_id = {run.id: run for run in some}
            for run_id, points in self.histories.of(metric, list(by_id)):
                yield from series_of(by_id[run_id], metric, points)

    def _growing_series(self, run: Run) -> Iterator[SeriesRecord]:
        """Goes on where the last reading stopped; from the start where a later
        point is of an earlier step, which replaces what is there."""
        before: Series = self.position.series.get(run.id, {})
        now: Series = {}
        for metric, point in run.latest.items():
            said = repr(sorted(point.items()))
            old = before.get(metric)
            if old and old.latest == said:
                now[metric] = old
                continue
            points, token = self.histories.after(metric, run.id, old.token if old else "")
            if old and old.token and min(points.steps, default=old.step) <= old.step:
                points, token = self.histories.after(metric, run.id, "")
                old = None
            now[metric] = reached(points, token, said, old)
            yield from series_of(run, metric, points, begun=bool(old and old.token))
        self.position.remember(run.id, now)

    # ── files, and what there is altogether ──────────────────────────────────

    def _files(self, run: Run) -> Iterator[FileRecord | Contents | Gap]:
        """Files, and behind them all paths there are; not when a folder of them
        could not be listed."""
        found = [
            *files_of(self.site, of_run(run)),
            *logged_files(self.site, run),
            *dataset_files(run),
        ]
        yield from (of(run, one) for one in found)
        if not any(isinstance(one, Gap) for one in found):
            files = frozenset(one.path for one in found if isinstance(one, FileRecord))
            yield Contents(run.record.project, run.id, frozenset(run.latest), files)


def of(run: Run, one: FileRecord | Gap) -> FileRecord | Gap:
    return Gap(f"{one.what} of {run.id}", one.why) if isinstance(one, Gap) else one


def reached(points: Points, token: str, said: str, old: Reached | None) -> Reached:
    """What the next reading needs: it starts at `token`, so the steps that count
    are those of the points before it."""
    if not token:
        return Reached("", 0, said)
    if old and old.token == token:
        return Reached(token, old.step, said)
    return Reached(token, max(points.steps[: points.last_page]), said)


def series_of(
    run: Run, metric: str, points: Points, *, begun: bool = False
) -> Iterator[SeriesRecord]:
    """A metric that was logged once is a number of its run, and no series; but
    where its name would be taken for a parameter's."""
    few = len(points) < 2 and not begun and not metric.startswith(NO_RESULT)
    if few or not points:
        return
    ordered = points.by_step()
    yield SeriesRecord(
        run.record.project,
        run.id,
        metric,
        "float",
        ordered.steps,
        ordered.times,
        ordered.values,
    )
