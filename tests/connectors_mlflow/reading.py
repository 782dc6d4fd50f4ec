"""What a test does with a client: read it all, and look things up."""

from collections.abc import Iterable

from sources.connectors.base import FileRecord, Gap, Page, RunRecord, SeriesRecord, TrackerRecord


class Readings:
    def __init__(self, pages: Iterable[Page[TrackerRecord]]) -> None:
        self.pages = list(pages)
        self.records = [one for page in self.pages for one in page.records]
        self.gaps: list[Gap] = [gap for page in self.pages for gap in page.gaps]
        self.resume = self.pages[-1].resume

    @property
    def runs(self) -> dict[str, RunRecord]:
        return {one.run: one for one in self.records if isinstance(one, RunRecord)}

    @property
    def series(self) -> dict[tuple[str, str], SeriesRecord]:
        found = [one for one in self.records if isinstance(one, SeriesRecord)]
        return {(one.run, one.path): one for one in found}

    @property
    def files(self) -> dict[tuple[str, str], FileRecord]:
        found = [one for one in self.records if isinstance(one, FileRecord)]
        return {(one.run, one.path): one for one in found}

    def value(self, run: str, path: str) -> object:
        return self.runs[run].attributes[path].value
