"""One group of files, read in steps that can each be the last before a crash."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sources.connectors.base import FileRecord, Gap, RunRecord, SeriesRecord
from sources.connectors.neptune_archive import attributes, files, limits, runs, series
from sources.connectors.neptune_archive.attributes import Gathered
from sources.connectors.neptune_archive.clock import true_time
from sources.connectors.neptune_archive.errors import Errors
from sources.connectors.neptune_archive.files import Files
from sources.connectors.neptune_archive.layout import Group, Part
from sources.connectors.neptune_archive.parquet import Damaged, Pair, PartFile
from sources.connectors.neptune_archive.series import Series

type Told = RunRecord | SeriesRecord | FileRecord | Gap


@dataclass(frozen=True, slots=True)
class Unit:
    """One row group of one part, and what is in it."""

    part: Part
    group: int
    pairs: frozenset[Pair]
    span: tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True)
class Step:
    """Reached when everything before it has been yielded."""

    batch: int
    steps: int


class GroupReader:
    """Yields what a group holds, and a `Step` after each piece of it."""

    def __init__(self, archive: str, group: Group, zone: ZoneInfo, errors: Errors) -> None:
        self._archive = archive
        self._group = group
        self._zone = zone
        self._errors = errors
        self._gaps: list[Gap] = []
        self._open: tuple[Part, PartFile] | None = None

    def read(self, *, batch: int, steps: int) -> Iterator[Told | Step]:
        """Goes on after `steps` of `batch`, as they were told by a `Step`."""
        try:
            units = list(self._units())
            yield from self._group.gaps()
            yield from self._said()
            names = list(dict.fromkeys(run for unit in units for run, _ in sorted(unit.pairs)))
            size = limits.RUNS_AT_ONCE
            for number in range(batch, -(-len(names) // size)):
                chosen = frozenset(names[number * size : (number + 1) * size])
                done = steps if number == batch else 0
                yield from self._batch(number, chosen, units, done)
        finally:
            self._close()

    def _units(self) -> Iterator[Unit]:
        for part in self._group.parts:
            try:
                file = self._file(part)
                for group in range(file.groups):
                    yield Unit(part, group, file.pairs(group), file.span(group))
            except Damaged as why:
                self._damaged(part, why)

    def _batch(
        self, number: int, names: frozenset[str], units: list[Unit], done: int
    ) -> Iterator[Told | Step]:
        mine = [unit for unit in units if any(run in names for run, _ in unit.pairs)]
        if done == 0:
            yield from self._records(names, mine)
            yield Step(number, 1)
        points = Series(self._group.kind, self._zone, self._archive)
        artifacts = Files(self._group, self._archive)
        try:
            for place, unit in enumerate(mine[max(0, done - 1) :], start=max(1, done)):
                yield from self._contents(unit, names, points, artifacts)
                yield from self._said()
                yield Step(number, place + 1)
        finally:
            artifacts.close()

    def _records(self, names: frozenset[str], units: list[Unit]) -> Iterator[RunRecord | Gap]:
        found: dict[str, Gathered] = {}
        for unit in units:
            self._gather(unit, names, found)
        yield from self._said()
        span = self._span(units) if len(names) == 1 else None
        origin = runs.Origin(self._archive, self._group, self._zone.key, span)
        for unit in units:
            for run, kind in unit.pairs:
                if run in found:
                    found[run].types.add(kind)
        for run, gathered in found.items():
            told = self._errors.gaps(gathered.project, run)
            yield runs.record(run, gathered, origin, told)

    def _gather(self, unit: Unit, names: frozenset[str], found: dict[str, Gathered]) -> None:
        """A run without any attribute is made here too: it has a row somewhere."""
        try:
            if wanted := _types(unit, names) & attributes.TYPES:
                columns = list(attributes.COLUMNS.values())
                for rows in self._file(unit.part).rows(unit.group, wanted, names, columns):
                    attributes.gather(rows, found)
            for run in {run for run, _ in unit.pairs} & names - found.keys():
                project = self._file(unit.part).project_of(unit.group, run)
                if project is not None:
                    found[run] = Gathered(project)
        except Damaged as why:
            self._damaged(unit.part, why)

    def _contents(
        self, unit: Unit, names: frozenset[str], points: Series, artifacts: Files
    ) -> Iterator[SeriesRecord | FileRecord | Gap]:
        there = _types(unit, names)
        try:
            file = self._file(unit.part)
            for kind in sorted(there & series.TYPES):
                columns = ["step", "timestamp", series.COLUMNS[kind]]
                for rows in file.rows(unit.group, frozenset({kind}), names, columns):
                    yield from points.records(rows, kind)
            if wanted := there & files.TYPES:
                for rows in file.rows(unit.group, wanted, names, files.COLUMNS):
                    yield from artifacts.records(rows)
        except Damaged as why:
            self._damaged(unit.part, why)

    def _span(self, units: list[Unit]) -> tuple[datetime, datetime] | None:
        spans = [unit.span for unit in units if unit.span]
        if not spans:
            return None
        first, last = min(first for first, _ in spans), max(last for _, last in spans)
        return true_time(first, self._zone), true_time(last, self._zone)

    def _file(self, part: Part) -> PartFile:
        """One part is open at a time."""
        if self._open is None or self._open[0] is not part:
            self._close()
            self._open = (part, PartFile(part.path))
        return self._open[1]

    def _close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _damaged(self, part: Part, why: Damaged) -> None:
        folder = self._group.name.rpartition("/")[0]
        gap = Gap(f"{folder}/{part.path.name}", str(why))
        if gap not in self._gaps:
            self._gaps.append(gap)

    def _said(self) -> Iterator[Gap]:
        said, self._gaps = self._gaps, []
        yield from said


def _types(unit: Unit, names: frozenset[str]) -> frozenset[str]:
    return frozenset(kind for run, kind in unit.pairs if run in names)
