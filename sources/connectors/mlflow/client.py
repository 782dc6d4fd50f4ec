"""The door of the MLflow connector."""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cached_property

from sources.connectors.ahead import ahead
from sources.connectors.base import (
    Beat,
    Gap,
    Identity,
    Json,
    Page,
    Removal,
    RunRecord,
    TrackerRecord,
)
from sources.connectors.mlflow.identity import identity
from sources.connectors.mlflow.listing import Experiments, RunSearch, experiments
from sources.connectors.mlflow.models import registered
from sources.connectors.mlflow.position import Position
from sources.connectors.mlflow.reading import Known, Reading, Ready, as_it_is, none_known
from sources.connectors.mlflow.runs import Experiment, Run
from sources.connectors.mlflow.site import Site
from sources.http import Budget, Limits

LATE = 7 * 24 * 3_600_000  # ms: how long after its end a run may get more files
ASKED_AFTER = 500  # runs that a sweep asks for by name, because they were not listed

type Held = Callable[[], Iterable[tuple[str, str]]]
"""(project, run) of every run that is stored and shown."""


class MlflowClient:
    """Reads one MLflow server, 2.x or 3.x. Raises Unauthorized or Unavailable.

    `chosen` are names or ids of experiments; none means all that are seen. A
    run's project is its experiment's id, because names change. `reading` changes
    when all is to be read again. One client serves one sync: the thread that reads,
    and one of its own that draws the next page of a search.
    """

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        secret: str = "",
        chosen: Sequence[str] = (),
        insecure: bool = False,
        reading: str = "",
        limits: Limits | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.site = Site(
            address, user=user, secret=secret, insecure=insecure, limits=limits, budget=budget
        )
        self._chosen = list(chosen)
        self._anew = reading

    def use_beat(self, beat: Beat) -> None:
        self.site.session.beat = beat

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""
        return self.site.session.requests

    @property
    def retries(self) -> int:
        return self.site.session.retries

    def close(self) -> None:
        self.site.close()

    def test(self) -> Identity:
        """Who we are there and what we see; answers within seconds."""
        with self.site.session.hurried():
            return identity(self.site, self._chosen)

    @cached_property
    def experiments(self) -> Experiments:
        return experiments(self.site, self._chosen)

    def names(self) -> Iterator[Page[tuple[str, str]]]:
        """(id, name) of each experiment: a renamed one keeps its runs."""
        found = self.experiments
        pairs = [(one.id, one.name) for one in found.by_id.values()]
        yield Page(pairs, None, found.gaps)

    # ── runs ─────────────────────────────────────────────────────────────────

    def runs(
        self, since: Json = None, known: Known = none_known, ready: Ready = as_it_is
    ) -> Iterator[Page[TrackerRecord]]:
        """What is new, at work or has ended since a position; of an experiment that
        is new here, all of it, oldest first, and `ready` ahead of who stores it.

        A finished run that was edited later shows in `sweep` only: MLflow cannot
        be asked for changes.
        """
        began = round(time.time() * 1000)
        position = Position.from_json(since)
        by_id = self.experiments.by_id
        reading = Reading(self.site, by_id, position, self._anew)
        search = RunSearch(self.site, by_id)
        yield from self._unfinished(reading, search)
        for one in by_id.values():
            if position.read.get(one.id) != state_of(one):
                yield from first_reading(reading, search, one, known, set(), ready=ready)
        yield from self._news(reading, search, known)
        position.at = began
        reading.batch.gaps += search.gaps
        yield reading.page()

    def _unfinished(self, reading: Reading, search: RunSearch) -> Iterator[Page[TrackerRecord]]:
        """Runs whose reading was cut off: whole, whatever is stored of them."""
        found = [search.run(run) for run in sorted(reading.position.begun)]
        reading.position.begun.clear()
        yield from reading.read(reading.understood([one for one in found if one]))

    def _news(
        self, reading: Reading, search: RunSearch, known: Known
    ) -> Iterator[Page[TrackerRecord]]:
        """MLflow has no `or`: three searches, over a hundred experiments at once."""
        position, seen = reading.position, set[str]()
        if position.at is None:
            return
        ids = [one for one in position.read if one in reading.experiments]
        for where in (
            f"attributes.start_time >= {position.since}",
            f"attributes.end_time >= {position.since}",
            "attributes.status = 'RUNNING'",
        ):
            for runs in pages_of(reading, search, ids, where):
                new = [one for one in runs if one.id not in seen]
                seen |= {one.id for one in new}
                yield from reading.read(new, known)

    def sweep(
        self,
        since: Json = None,
        known: Known = none_known,
        held: Held = lambda: (),
    ) -> Iterator[Page[TrackerRecord]]:
        """Every run there is, compared with what is stored: edited, deleted and
        restored ones. One that was stored and is listed no more is asked for by
        name, and only then counts as gone.

        A sweep that is cut off goes on where it was; who is gone from an experiment
        is left to the next one, if that one was not read in one go.
        """
        position = Position.from_json(since)
        stored = by_project(held())
        by_id = self.experiments.by_id
        late = round(time.time() * 1000) - LATE
        reading = Reading(self.site, by_id, position, self._anew, late=late)
        search = RunSearch(self.site, by_id)
        yield from self._unfinished(reading, search)
        for one in by_id.values():
            if one.id in position.read:
                continue
            seen, in_one_go = set[str](), one.id not in position.first
            yield from first_reading(reading, search, one, known, seen, sweeping=True)
            if in_one_go and one.id not in search.refused:
                gone = stored.get(one.id, set()) - seen
                reading.batch.records += self._removed(search, one.id, gone)
        for project in stored.keys() - by_id.keys():
            if search.experiment_is_gone(project):
                reading.batch.records += [Removal(project, run) for run in stored[project]]
        reading.batch.gaps += search.gaps
        reading.position = Position()
        yield reading.page()

    def _removed(self, search: RunSearch, project: str, gone: set[str]) -> list[Removal]:
        named = sorted(gone)[:ASKED_AFTER]
        return [Removal(project, run) for run in named if search.run(run) is None]

    # ── the registry ─────────────────────────────────────────────────────────

    def models(self) -> Iterator[Page[RunRecord]]:
        """Every registered model and version; the last page is empty, and whoever
        wants to know what is gone has then seen all."""
        for found in registered(self.site):
            if isinstance(found, Gap):
                yield Page([], None, [found])
            else:
                yield Page(found, None)


def by_project(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for project, run in pairs:
        found.setdefault(project, set()).add(run)
    return found


def state_of(experiment: Experiment) -> str:
    return "deleted" if experiment.deleted else "active"


def pages_of(
    reading: Reading,
    search: RunSearch,
    ids: Sequence[str],
    where: str,
    ready: Ready = as_it_is,
) -> Iterator[Sequence[Run]]:
    """Of a search. The next page is fetched and understood while one is read and stored."""
    return ahead(map_pages(reading, search, ids, where, ready), search.site.session.beat)


def map_pages(
    reading: Reading, search: RunSearch, ids: Sequence[str], where: str, ready: Ready
) -> Generator[Sequence[Run]]:
    for found in search.pages(ids, where):
        yield reading.understood(found, ready)


def first_reading(
    reading: Reading,
    search: RunSearch,
    experiment: Experiment,
    known: Known,
    seen: set[str],
    *,
    sweeping: bool = False,
    ready: Ready = as_it_is,
) -> Iterator[Page[TrackerRecord]]:
    """All of an experiment, oldest first; goes on at the last start that is stored.
    A sweep leaves runs at work to the stream that reads them each time."""
    position = reading.position
    where = f"attributes.start_time >= {position.first.get(experiment.id, 0)}"
    asked = where if experiment.id in position.first else ""
    for runs in pages_of(reading, search, [experiment.id], asked, ready):
        seen |= {one.id for one in runs}
        at_rest = [one for one in runs if not (sweeping and one.running)]
        yield from reading.read(at_rest, known)
        if runs:
            start = max(runs[-1].started, position.first.get(experiment.id, 0))
            position.first[experiment.id] = start
    position.first.pop(experiment.id, None)
    if experiment.id not in search.refused:
        position.read[experiment.id] = state_of(experiment)
