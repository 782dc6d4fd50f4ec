"""Neptune export archives on disk: several as one source."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from portal.readers.reader import Reader
from sources.connectors.base import Beat, Identity, Json, Page, TrackerRecord
from sources.connectors.neptune_archive import Archive
from sources.engine import Stream
from sources.models import Source
from tracking import streams as runs
from tracking.streams.stored import STORED


class Archives:
    """Several archives as one source: a project that was exported twice is one."""

    def __init__(self, source: Source) -> None:
        zone = source.settings.get("zone") or "UTC"
        self.held = {
            path: Archive(path, zone=zone, name=name)
            for path, name in told_apart(source.settings["paths"]).items()
        }

    def use_beat(self, beat: Beat) -> None:
        """A disk is quick, and files beat by themselves while they are copied."""

    @property
    def requests(self) -> int:
        return sum(archive.requests for archive in self.held.values())

    @property
    def retries(self) -> int:
        """A disk is not asked twice."""
        return 0

    def close(self) -> None:
        for archive in self.held.values():
            archive.close()

    def test(self) -> Identity:
        found = [archive.test() for archive in self.held.values()]
        return Identity(
            who=", ".join(one.who for one in found),
            projects=sorted({name for one in found for name in one.projects}),
            server=", ".join(dict.fromkeys(one.server for one in found)),
            notes=[note for one in found for note in one.notes],
        )

    def records(self, since: Json) -> Iterator[Page[TrackerRecord]]:
        """Each in turn; the position remembers every archive's own."""
        places = dict(since) if isinstance(since, dict) else {}
        for path, archive in self.held.items():
            for page in archive.records(places.get(path)):
                places[path] = page.resume
                yield Page(page.records, dict(places), page.gaps, page.total)


def told_apart(paths: Sequence[str]) -> dict[str, str]:
    """A name for each folder: its last word, and as much before it as tells it
    from the others, which may well be called the same."""
    return {path: _short(Path(path), {Path(one) for one in paths}) for path in paths}


def _short(path: Path, among: Collection[Path]) -> str:
    for length in range(1, len(path.parts)):
        tail = path.parts[-length:]
        if sum(one.parts[-length:] == tail for one in among) == 1:
            return "/".join(tail)
    return str(path)


READER = Reader(
    client=Archives,
    streams=(
        Stream(
            "runs",
            pages=Archives.records,
            store=runs.store,
            prepare=runs.prepare,
        ),
    ),
    stored=STORED,
)
