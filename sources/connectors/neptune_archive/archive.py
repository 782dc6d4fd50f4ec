"""The archive as a source: what is in it, and everything in it, page by page."""

from collections.abc import Iterator
from pathlib import Path

from sources.connectors.base import (
    FileRecord,
    Gap,
    Identity,
    Json,
    Page,
    RunRecord,
    SeriesRecord,
    TrackerRecord,
)
from sources.connectors.neptune_archive import (
    attributes,
    files,
    limits,
    series,
    survey,
)
from sources.connectors.neptune_archive.clock import zone_named
from sources.connectors.neptune_archive.errors import Errors
from sources.connectors.neptune_archive.groups import GroupReader, Step, Told
from sources.connectors.neptune_archive.layout import check, groups
from sources.connectors.neptune_archive.position import Position


class Archive:
    """A folder that neptune-exporter filled, 2.x or 3.x. It is only read.

    `zone` is the time zone of the machine that made the export: the times of a
    2.x archive's series are that machine's local times. `name` is what records
    call the archive; by default its folder's name.
    """

    def __init__(self, path: str | Path, *, zone: str = "UTC", name: str = "") -> None:
        self._root = Path(path)
        self._name = name or self._root.name
        self._zone = zone
        self.requests = 0  # files opened, which is what this source is asked for

    def close(self) -> None:
        """Nothing stays open between two calls."""

    def test(self) -> Identity:
        """Reads one file a project and the names of all. Raises a Trouble."""
        zone = zone_named(self._zone)
        check(self._root)
        return survey.of(self._root, zone)

    def records(self, since: Json = None) -> Iterator[Page[TrackerRecord]]:
        """Runs, then their series and files, one group of files after another.

        An archive that is as it was at `since` yields nothing. Memory is bounded
        by a page, not by the archive. Raises a Trouble only when the folder as a
        whole cannot be read; whatever is wrong inside it becomes a gap.
        """
        zone = zone_named(self._zone)
        check(self._root)
        position, errors = Position.read(since), Errors(self._root)
        pages = _Pages(position)
        for group in groups(self._root):
            mark = group.mark(self._zone)
            if position.is_done(mark):
                continue
            position.begin(mark)
            reader = GroupReader(self._name, group, zone, errors)
            self.requests += len(group.parts)
            for told in reader.read(batch=position.batch, steps=position.steps):
                if isinstance(told, Step):
                    pages.reached(told)
                else:
                    yield from pages.add(told)
            pages.finished()
        position.forget_the_gone()
        yield from pages.rest()


class _Pages:
    """Gathers records into pages. The position only ever holds what has been
    yielded to its end, so any page may end with it."""

    def __init__(self, position: Position) -> None:
        self._position = position
        self._records: list[TrackerRecord] = []
        self._gaps: list[Gap] = []
        self._weight = 0
        self._moved = False

    def add(self, told: Told) -> Iterator[Page[TrackerRecord]]:
        weight = _weight(told)
        if self._weight and self._weight + weight > limits.POINTS_A_PAGE:
            yield self._page()
        self._weight += weight
        if isinstance(told, Gap):
            self._gaps.append(told)
        else:
            self._records.append(told)

    def reached(self, step: Step) -> None:
        self._position.batch, self._position.steps = step.batch, step.steps
        self._moved = True

    def finished(self) -> None:
        self._position.finish()
        self._moved = True

    def rest(self) -> Iterator[Page[TrackerRecord]]:
        """Also when only the position has moved: an empty file is not read twice."""
        if self._moved or self._weight:
            yield self._page()

    def _page(self) -> Page[TrackerRecord]:
        page = Page(self._records, self._position.saved(), self._gaps)
        self._records, self._gaps = [], []
        self._weight, self._moved = 0, False
        return page


def _weight(told: Told) -> int:
    """In points of a float series."""
    if isinstance(told, SeriesRecord):
        return series.weight(told)
    if isinstance(told, FileRecord):
        return files.WEIGHT
    if isinstance(told, RunRecord):
        return attributes.weight(told)
    return 1
