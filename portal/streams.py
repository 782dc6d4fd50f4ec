"""The one table: each kind of source, its client, its streams, what its form asks."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sources.connectors.base import Json, Page, TrackerRecord
from sources.connectors.neptune import NeptuneClient
from sources.connectors.neptune_archive import Archive
from sources.engine import Stream
from sources.models import Source
from tracking import streams as runs

SWEEPS = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a source's form. `kind` list: words, one a line or with commas."""

    name: str
    label: str
    help: str = ""
    kind: Literal["text", "list", "flag", "zone", "choice"] = "text"
    required: bool = False
    default: object = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source. `secret` is the label of its credential; empty: it has none."""

    name: str
    client: Callable[[Source], Any]
    streams: Sequence[Stream[Any, Any]]
    settings: Sequence[Setting]
    secret: str = ""
    secret_help: str = ""


# ── Neptune export archives ──────────────────────────────────────────────────


def _archive(source: Source) -> Archive:
    return Archive(source.settings["path"], zone=source.settings.get("zone") or "UTC")


ARCHIVE = Kind(
    name="Neptune export archive",
    client=_archive,
    streams=(
        Stream(
            "runs",
            pages=lambda client, since: client.records(since),
            store=runs.store,
            prepare=runs.prepare,
        ),
    ),
    settings=(
        Setting(
            "path",
            "Folder",
            "The folder that neptune-exporter wrote, as the worker sees it: it holds data/ and "
            "files/.",
            required=True,
        ),
        Setting(
            "zone",
            "Exported in time zone",
            "Series times in an archive are the exporting machine's local time.",
            kind="zone",
            default="UTC",
        ),
    ),
)


# ── a live Neptune ───────────────────────────────────────────────────────────


class _Neptune(NeptuneClient):
    """Knows which projects its source was told to read."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.secret, insecure=bool(source.settings.get("insecure")))
        self.chosen: list[str] = list(source.settings.get("projects") or [])

    def read(self) -> list[str]:
        return self.chosen or self.projects()


def _neptune_pages(client: _Neptune, since: Json) -> Iterator[Page[TrackerRecord]]:
    """Each project in turn; the position remembers every project's own."""
    places = dict(since) if isinstance(since, dict) else {}
    for project in client.read():
        for page in client.records(project, places.get(project)):
            places[project] = page.resume
            yield Page(page.records, dict(places), page.gaps, page.total)


def _neptune_listing(client: _Neptune, _: Json) -> Iterator[Page[runs.Listing]]:
    """What exists, to notice what was deleted: no table tells that."""
    for project in client.read():
        yield Page([runs.Listing(project, client.sweep(project))], None)


NEPTUNE = Kind(
    name="Neptune (live, 2.x)",
    client=_Neptune,
    streams=(
        Stream("runs", pages=_neptune_pages, store=runs.store, prepare=runs.prepare),
        Stream("deletions", pages=_neptune_listing, store=runs.store_listing, every=SWEEPS),
    ),
    settings=(
        Setting(
            "projects", "Projects", "workspace/project, one a line; empty: all it sees.", "list"
        ),
        Setting(
            "insecure", "Plain http", "Allow a server without TLS, on a trusted network.", "flag"
        ),
    ),
    secret="API token",  # noqa: S106 -- a label
    secret_help="Neptune: your name, Get your API token. It holds the server's address.",  # noqa: S106
)

KINDS: dict[str, Kind] = {
    "neptune-archive": ARCHIVE,
    "neptune": NEPTUNE,
}
