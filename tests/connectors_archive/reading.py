"""What a test asks of the pages of an archive."""

from collections.abc import Iterable
from pathlib import Path

from sources.connectors.base import FileRecord, Gap, Json, Page, RunRecord, SeriesRecord
from sources.connectors.neptune_archive import Archive


class Read:
    """Everything that an archive yields, by what it is."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self.pages = list(pages)
        self.records = [record for page in self.pages for record in page.records]
        self.gaps: list[Gap] = [gap for page in self.pages for gap in page.gaps]

    @property
    def resume(self) -> Json:
        return self.pages[-1].resume

    def run(self, name: str = "DOC-1") -> RunRecord:
        (found,) = [r for r in self.records if isinstance(r, RunRecord) and r.run == name]
        return found

    def runs(self) -> list[str]:
        return [r.run for r in self.records if isinstance(r, RunRecord)]

    def series(self, path: str, run: str = "DOC-1") -> list[SeriesRecord]:
        return [
            r
            for r in self.records
            if isinstance(r, SeriesRecord) and (r.path, r.run) == (path, run)
        ]

    def points(self, path: str, run: str = "DOC-1") -> list[tuple]:
        """As a store would have them: each record replaces the steps that it holds."""
        kept: dict[float, list[tuple]] = {}
        for record in self.series(path, run):
            fresh: dict[float, list[tuple]] = {}
            for point in zip(record.steps, record.times, record.values, strict=True):
                fresh.setdefault(point[0], []).append(point)
            kept |= fresh
        return [point for step in sorted(kept) for point in kept[step]]

    def files(self, run: str = "DOC-1") -> dict[str, FileRecord]:
        found = [r for r in self.records if isinstance(r, FileRecord) and r.run == run]
        named = {r.path if r.step is None else f"{r.path}@{r.step:g}": r for r in found}
        assert len(named) == len(found)
        return named

    def why(self, what: str, run: str | None = None) -> str:
        """The reason of the one gap of that name, of a run or of the archive."""
        gaps = self.gaps if run is None else self.run(run).gaps
        (reason,) = [gap.why for gap in gaps if what in gap.what]
        return reason


def read(root: Path, since: Json = None, *, zone: str = "UTC") -> Read:
    return Read(Archive(root, zone=zone).records(since))


def content(record: FileRecord) -> bytes:
    assert record.open is not None, record.missing
    with record.open() as stream:
        return stream.read()
