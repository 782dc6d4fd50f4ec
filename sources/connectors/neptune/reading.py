"""One kind of a project's things, as pages with the position after each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sources.connectors.base import FileRecord, Gap, Page, SeriesRecord, TrackerRecord
from sources.connectors.neptune.files import files_of
from sources.connectors.neptune.position import Mark, Position, Reached
from sources.connectors.neptune.rows import Row, row_of
from sources.connectors.neptune.series import new_points
from sources.connectors.neptune.table import Entry, Table
from sources.connectors.neptune.zips import ZipLimits

RECORDS = 500  # of a page, about
POINTS = 20_000


@dataclass(slots=True)
class Batch:
    """What is read and not yet handed over."""

    records: list[TrackerRecord] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    points: int = 0

    @property
    def full(self) -> bool:
        return len(self.records) >= RECORDS or self.points >= POINTS

    def add(self, *records: TrackerRecord) -> None:
        self.records.extend(records)
        self.points += sum(len(one.steps) for one in records if isinstance(one, SeriesRecord))


@dataclass(slots=True)
class Reading:
    """`position` is moved on with every record, so that a page's position says
    exactly what is in the pages up to it; even in the middle of a long run."""

    table: Table
    project: str
    position: Position
    limits: ZipLimits
    batch: Batch = field(default_factory=Batch)

    @property
    def mark(self) -> Mark:
        return self.position.marks[self.table.kind]

    def pages(self) -> Iterator[Page[TrackerRecord]]:
        seen = set[str]()
        for entry in self._entries(seen):
            seen.add(entry.sys_id)
            if not self.mark.is_read(entry.sys_id, entry.modified, entry.fingerprint):
                yield from self._read(entry)
        self._let_go(seen)
        yield self._page()

    def _entries(self, seen: set[str]) -> Iterator[Entry]:
        """Everything that has changed; then, of what has not, the runs at work
        and those that were: a server need not count new points, or the end of
        a run, as a change of it."""
        yield from self.table.changed(self.mark.since)
        if self.table.kind != "run":
            return
        yield from (entry for entry in self.table.running() if entry.sys_id not in seen)
        waiting = sorted(self.mark.unfinished - seen)
        yield from self.table.named(waiting)

    def _let_go(self, seen: set[str]) -> None:
        """Runs that we waited for and that are deleted by now."""
        for run in self.mark.unfinished - seen:
            self.mark.unfinished.discard(run)
            self.mark.series.pop(run, None)

    def _read(self, entry: Entry) -> Iterator[Page[TrackerRecord]]:
        row = row_of(entry, self.project, self.table)
        known = self.mark.begin(entry.sys_id)
        self.batch.add(row.record)
        for shown in row.series:
            for stretch in new_points(self.table.wire, row, shown, known.get(shown.path)):
                known[shown.path] = stretch.reached
                self.batch.add(*stretch.records)
                self.batch.gaps.extend(of_run(row, gap) for gap in stretch.gaps)
                yield from self._if_full()
        for one in self._files(row, known):
            if isinstance(one, Gap):
                self.batch.gaps.append(of_run(row, one))
            else:
                self.batch.add(one)
            yield from self._if_full()
        self.mark.end(entry.sys_id, entry.modified, entry.fingerprint, running=row.running)
        yield from self._if_full()

    def _files(self, row: Row, known: dict[str, Reached]) -> Iterator[FileRecord | Gap]:
        """A dataset is asked for again when its hash changes; so is the zip of a
        set when its size does, but once more when the run has ended."""
        for shown in row.files:
            before = known.get(shown.path)
            same = before is not None and before.fingerprint == shown.fingerprint
            if same and (row.running or shown.type == "artifact"):
                continue
            yield from files_of(self.table.wire, row, shown, self.limits)
            if shown.type != "file":
                known[shown.path] = Reached(0, 0, shown.fingerprint)

    def _if_full(self) -> Iterator[Page[TrackerRecord]]:
        if self.batch.full:
            yield self._page()

    def _page(self) -> Page[TrackerRecord]:
        done, self.batch = self.batch, Batch()
        return Page(done.records, self.position.to_json(), done.gaps)


def of_run(row: Row, gap: Gap) -> Gap:
    return Gap(f"{gap.what} of {row.record.run}", gap.why)
