"""One kind of a project's things, as pages with the position after each."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from sources.connectors.base import (
    Contents,
    FileRecord,
    Gap,
    Page,
    SeriesRecord,
    TrackerRecord,
    Trouble,
    Unavailable,
)
from sources.connectors.neptune.files import files_of
from sources.connectors.neptune.position import Mark, Position, Reached
from sources.connectors.neptune.rows import SERIES, Row, Shown, row_of
from sources.connectors.neptune.series import Stretch, new_points
from sources.connectors.neptune.table import Entry, Table
from sources.connectors.neptune.troubles import Denied
from sources.connectors.neptune.zips import ZipLimits

RECORDS = 500  # of a page, about
POINTS = 20_000
BYTES = 1 << 30  # of files: they are fetched before the next page, and others may wait
MOST_FAILING = 50  # series and files of one sync, of runs whose others never failed
MOST_AGAIN = 500  # runs of which a part failed, and that are to be read again


@dataclass(slots=True)
class Batch:
    """What is read and not yet handed over."""

    records: list[TrackerRecord] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    points: int = 0
    bytes: int = 0

    @property
    def full(self) -> bool:
        return len(self.records) >= RECORDS or self.points >= POINTS or self.bytes >= BYTES

    def add(self, *records: TrackerRecord) -> None:
        self.records.extend(records)
        self.points += sum(len(one.steps) for one in records if isinstance(one, SeriesRecord))
        self.bytes += sum(one.size or 0 for one in records if isinstance(one, FileRecord))


@dataclass(slots=True)
class Seen:
    """The files that a run has now, and the file sets of which nobody looked."""

    files: set[str]
    sets: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, row: Row) -> Self:
        single = [shown for shown in row.files if shown.type != "fileSet"]
        pictures = [shown for shown in row.series if SERIES[shown.type] == "file"]
        return cls({shown.path for shown in (*single, *pictures)})

    def add(self, one: FileRecord | Gap, shown: Shown) -> None:
        """A gap that has a set's own name is of all its members; any other is of a
        member that is there and cannot be read."""
        if isinstance(one, FileRecord):
            self.files.add(one.path)
        elif one.what == shown.path:
            self.sets.add(shown.path)
        else:
            self.files.add(one.what)

    def told(self, row: Row) -> Contents:
        series = {shown.path for shown in row.series if SERIES[shown.type] != "file"}
        record = row.record
        return Contents(
            record.project,
            record.run,
            frozenset(series),
            frozenset(self.files),
            frozenset(self.sets),
            kind=record.kind,
        )


@dataclass(slots=True)
class Reading:
    """`position` is moved on with every record, so that a page's position says
    exactly what is in the pages up to it; even in the middle of a long run.

    Bytes of files are fetched after their page was handed over: until the next
    page is asked for, their runs count as unfinished.
    """

    table: Table
    project: str
    position: Position
    limits: ZipLimits
    batch: Batch = field(default_factory=Batch)
    due: set[str] = field(default_factory=set)
    tries: dict[str, int] = field(default_factory=dict)  # by run, of those read again
    names: dict[str, str] = field(default_factory=dict)  # run by the id of its row
    ended: dict[str, bool] = field(default_factory=dict)  # run: still at work
    with_files: set[str] = field(default_factory=set)  # runs of the page handed over
    failing: int = 0

    @property
    def mark(self) -> Mark:
        return self.position.marks[self.table.kind]

    def pages(self) -> Iterator[Page[TrackerRecord]]:
        seen = set[str]()
        self.due = self.mark.due_again(milliseconds_now())
        for entry in self._entries(seen):
            seen.add(entry.sys_id)
            if entry.sys_id in self.due or not self._is_read(entry):
                yield from self._read(entry)
        self._let_go(seen)
        last = self._page()
        yield last
        self._confirm()
        if any(isinstance(one, FileRecord) for one in last.records):
            yield self._page()

    def _is_read(self, entry: Entry) -> bool:
        return self.mark.is_read(entry.sys_id, entry.modified, entry.fingerprint)

    def _entries(self, seen: set[str]) -> Iterator[Entry]:
        """Runs to be tried again; everything that has changed; then, of what has
        not, the runs at work and those that were: a server need not count new
        points, or the end of a run, as a change of it."""
        yield from self._tried_again()
        yield from self.table.changed(self.mark.since)
        if self.table.kind == "run":
            yield from (entry for entry in self.table.running() if entry.sys_id not in seen)
        waiting = sorted((self.mark.unfinished | self.due) - seen)
        yield from self.table.named(waiting)

    def _tried_again(self) -> Iterator[Entry]:
        """Not those that changed meanwhile: they come in their order, since the
        mark must not move past what is not read."""
        for entry in self.table.named(sorted(self.due)):
            if self.mark.at is not None and entry.modified <= self.mark.at:
                yield entry

    def _let_go(self, seen: set[str]) -> None:
        """Runs that we waited for and that are deleted by now."""
        for run in (self.mark.unfinished | self.due) - seen:
            self.mark.unfinished.discard(run)
            self.mark.series.pop(run, None)
            self.mark.again.pop(run, None)

    def _read(self, entry: Entry) -> Iterator[Page[TrackerRecord]]:
        row = row_of(entry, self.project, self.table)
        known = self._begin(entry)
        for path in known.keys() - {shown.path for shown in (*row.series, *row.files)}:
            del known[path]  # should it come again, it comes whole
        self.batch.add(row.record)
        for shown in row.series:
            for stretch in self._stretches(row, shown, known):
                known[shown.path] = stretch.reached
                self.batch.add(*stretch.records)
                self.batch.gaps.extend(of_run(row, gap) for gap in stretch.gaps)
                yield from self._if_full()
        seen = Seen.of(row)
        for one in self._files(row, known, seen):
            if isinstance(one, Gap):
                self.batch.gaps.append(of_run(row, one))
            else:
                self.batch.add(one)
            yield from self._if_full()
        self.batch.add(seen.told(row))
        self.mark.end(entry.sys_id, entry.modified, entry.fingerprint, running=row.running)
        self.ended[entry.sys_id] = row.running
        yield from self._if_full()

    def _begin(self, entry: Entry) -> dict[str, Reached]:
        self.due.discard(entry.sys_id)
        self.names[entry.id] = entry.sys_id
        if tries := self.mark.take_up_again(entry.sys_id):
            self.tries[entry.sys_id] = tries
        return self.mark.begin(entry.sys_id)

    def _stretches(self, row: Row, shown: Shown, known: dict[str, Reached]) -> Iterator[Stretch]:
        try:
            yield from new_points(self.table.wire, row, shown, known.get(shown.path))
        except (Denied, Unavailable) as trouble:
            self.batch.gaps.append(of_run(row, self._left_out(row, shown, trouble)))

    def _files(self, row: Row, known: dict[str, Reached], seen: Seen) -> Iterator[FileRecord | Gap]:
        """A dataset is asked for again when its hash changes; so is the zip of a
        set when its size does, but once more when the run has ended."""
        for shown in row.files:
            before = known.get(shown.path)
            same = before is not None and before.fingerprint == shown.fingerprint
            if same and (row.running or shown.type == "artifact"):
                seen.sets.add(shown.path)
                continue
            try:
                for one in files_of(self.table.wire, row, shown, self.limits):
                    seen.add(one, shown)
                    yield one
            except (Denied, Unavailable) as trouble:
                seen.sets.add(shown.path)
                yield self._left_out(row, shown, trouble)
                continue
            if shown.type != "file":
                known[shown.path] = Reached(0, 0, shown.fingerprint)

    # ── what cannot be read now ──────────────────────────────────────────────

    def _left_out(self, row: Row, shown: Shown, trouble: Trouble | Denied) -> Gap:
        """A gap for one series or file set that fails while the server is well."""
        why = self.table.wire.own_fault(trouble)
        self._put_off(row.entry.sys_id)
        return Gap(shown.path, f"{why}; it is tried again")

    def _put_off(self, run: str, *paths: str) -> None:
        tries = self.tries.get(run, 0)
        self.mark.put_off(run, tries, milliseconds_now(), paths=paths)
        self.failing += not tries

    def _confirm(self) -> None:
        """The page before is stored, and the bytes of its files were fetched, or
        could not be."""
        for run in self.with_files:
            if self.ended.get(run) is False:
                self.mark.unfinished.discard(run)
        self.with_files, self.ended = set(), {}
        failing, self.table.wire.failing = self.table.wire.failing, []
        for row, path in failing:
            if row in self.names:
                self._put_off(self.names[row], path)
        for row in list(self.names)[:-1]:  # the last may be in the middle of its files
            del self.names[row]

    def _give_up_if_much_fails(self) -> None:
        """One that fails is a gap; when many do, it is better to come again."""
        if self.failing > MOST_FAILING or len(self.mark.again) >= MOST_AGAIN:
            raise Unavailable(
                f"{self.table.wire.host}: {len(self.mark.again)} runs of {self.project} have "
                "series or files that cannot be read. They and the rest are tried again."
            )

    # ── pages ────────────────────────────────────────────────────────────────

    def _if_full(self) -> Iterator[Page[TrackerRecord]]:
        if self.batch.full:
            yield from self._hand_over()
            self._give_up_if_much_fails()

    def _hand_over(self) -> Iterator[Page[TrackerRecord]]:
        yield self._page()
        self._confirm()

    def _page(self) -> Page[TrackerRecord]:
        done, self.batch = self.batch, Batch()
        self.with_files = {one.run for one in done.records if isinstance(one, FileRecord)}
        self.mark.unfinished |= self.with_files
        return Page(done.records, self.position.to_json(), done.gaps)


def of_run(row: Row, gap: Gap) -> Gap:
    return Gap(f"{gap.what} of {row.record.run}", gap.why)


def milliseconds_now() -> int:
    return time.time_ns() // 1_000_000
