"""Everything that a reader yields, sorted out by what it is."""

from dataclasses import dataclass, field
from typing import Any

from sources.connectors.base import Contents, FileRecord, Gap, Json, RunRecord, SeriesRecord
from sources.connectors.neptune import NeptuneClient
from tests.demo_neptune.writing import PROJECT


@dataclass
class Read:
    runs: dict[str, RunRecord] = field(default_factory=dict)
    series: dict[tuple[str, str], list[SeriesRecord]] = field(default_factory=dict)
    files: dict[tuple[str, str], list[FileRecord]] = field(default_factory=dict)
    contents: dict[str, Contents] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    positions: list[Json] = field(default_factory=list)

    @property
    def position(self) -> Json:
        return self.positions[-1]

    def add(self, record: Any) -> None:
        if isinstance(record, RunRecord):
            self.runs[record.run] = record
        elif isinstance(record, SeriesRecord):
            self.series.setdefault((record.run, record.path), []).append(record)
        elif isinstance(record, Contents):
            self.contents[record.run] = record
        else:
            self.files.setdefault((record.run, record.path), []).append(record)

    def values(self, run: str, path: str) -> list[Any]:
        return [value for part in self.series.get((run, path), ()) for value in part.values]

    def steps(self, run: str, path: str) -> list[float]:
        return [step for part in self.series.get((run, path), ()) for step in part.steps]

    def times(self, run: str, path: str) -> list[int]:
        return [time for part in self.series.get((run, path), ()) for time in part.times]

    def gaps_of(self, path: str) -> list[Gap]:
        return [gap for gap in self.gaps if gap.what.startswith(f"{path} of ")]

    def file(self, run: str, path: str) -> FileRecord:
        (found,) = self.files[run, path]
        return found

    def content(self, run: str, path: str) -> bytes:
        return bytes_of(self.file(run, path))

    def attribute(self, run: str, path: str) -> Any:
        return self.runs[run].attributes[path].value


def bytes_of(record: FileRecord) -> bytes:
    assert record.open
    with record.open() as stream:
        return stream.read()


def read(client: NeptuneClient, since: Json = None, *, project: str = PROJECT) -> Read:
    found = Read()
    for page in client.records(project, since):
        for record in page.records:
            found.add(record)
        found.gaps.extend(page.gaps)
        found.positions.append(page.resume)
    return found
