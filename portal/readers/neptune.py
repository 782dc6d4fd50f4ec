"""A live Neptune as a source: its client, and its streams."""

from collections.abc import Iterator

from portal.readers.reader import SWEEPS, Reader
from sources.connectors.base import Json, Page, TrackerRecord, Unauthorized
from sources.connectors.neptune import NeptuneClient
from sources.engine import Stream
from sources.models import Source
from tracking import streams as runs
from tracking.streams.stored import STORED


class Neptune(NeptuneClient):
    """Knows which projects its source was told to read."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.secret, insecure=bool(source.settings.get("insecure")))
        self.chosen: list[str] = list(source.settings.get("projects") or [])

    def read(self) -> list[str]:
        return self.chosen or self.projects()


def pages(client: Neptune, since: Json) -> Iterator[Page[TrackerRecord]]:
    """Each project in turn; the position remembers every project's own."""
    places = dict(since) if isinstance(since, dict) else {}
    projects = client.read()
    for project in projects:
        for page in client.records(project, places.get(project)):
            places[project] = page.resume
            yield Page(page.records, dict(places), page.gaps, page.total)
    if projects and client.hidden.issuperset(projects):
        raise Unauthorized(
            f"None of its projects is to be seen: {', '.join(projects)}. "
            "Ask for access to them, or mend their names (workspace/project).",
            kind="hidden",
        )


def listing(client: Neptune, _: Json) -> Iterator[Page[runs.Listing]]:
    """What exists, to notice what was deleted: no table tells that. A project that
    is not to be seen is none whose runs were deleted."""
    for project in client.read():
        present = client.sweep(project)
        if present is not None:
            yield Page([runs.Listing(project, present)], None)


READER = Reader(
    client=Neptune,
    streams=(
        Stream("runs", pages=pages, store=runs.store, prepare=runs.prepare),
        Stream("deletions", pages=listing, store=runs.store_listing, every=SWEEPS),
    ),
    stored=STORED,
)
