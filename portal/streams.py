"""The one table: each kind of source, its client, its streams, what its form asks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from portal import mlflow
from sources import expiry
from sources.connectors.base import (
    Beat,
    Identity,
    Json,
    Page,
    Told,
    TrackerRecord,
    Trouble,
    Unauthorized,
)
from sources.connectors.jira import JiraClient, plain_address, webhook
from sources.connectors.mlflow import plain_address as plain_mlflow
from sources.connectors.mlflow import webhook as registry_webhook
from sources.connectors.neptune import NeptuneClient
from sources.connectors.neptune_archive import Archive
from sources.engine import Stream
from sources.models import Source
from sources.remap import Mapped
from sources.webhooks.hints import Listening
from sprints import streams as plan
from tracking import streams as runs

SWEEPS = timedelta(hours=6)
OFTEN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a source's form. `kind` list: words, one a line or with commas;
    lines: one a line.

    `plain` gives a text's one spelling, or raises a Trouble for what cannot be.
    With `leads`, it says where the credential is sent, or as whose: another
    value needs the credential anew. With `maps`, it only says how what was read is
    understood: another value needs nothing to be read.
    """

    name: str
    label: str
    help: str = ""
    kind: Literal["text", "list", "lines", "flag", "zone", "choice"] = "text"
    required: bool = False
    default: object = ""
    choices: tuple[tuple[str, str], ...] = ()
    plain: Callable[[str], str] = str.strip
    leads: bool = False
    maps: bool = False

    def same(self, one: object, other: object) -> bool:
        """Whether two values mean the same, however they are spelt."""
        if isinstance(one, str) and isinstance(other, str):
            return self._spelt(one) == self._spelt(other)
        return (one or None) == (other or None)

    def _spelt(self, text: str) -> str:
        try:
            return self.plain(text)
        except Trouble:
            return text


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of source. `secret` is the label of its credential; empty: it has none.
    `stored` are the raw records that can be mapped anew."""

    name: str
    client: Callable[[Source], Any]
    streams: Sequence[Stream[Any, Any]]
    settings: Sequence[Setting]
    secret: str = ""
    secret_help: str = ""
    webhook: Callable[..., Told] | None = None
    hints: Sequence[Stream[Any, Any]] = ()
    stored: Sequence[Mapped] = ()


# ── Jira ─────────────────────────────────────────────────────────────────────


class _Jira(JiraClient):
    """Knows its source: a sweep compares what is listed with what is stored."""

    def __init__(self, source: Source) -> None:
        given = source.settings
        super().__init__(
            given["address"],
            mode=given.get("mode") or "auto",
            email=given.get("email") or "",
            token=source.secret,
            projects=given.get("projects") or (),
        )
        self.source = source


ISSUES = Stream("issues", pages=_Jira.issues, store=plan.store_issues)
HINTS = Listening(ask=_Jira.issues_by_id, named=plan.issue_id, hide=plan.hide)

JIRA = Kind(
    name="Jira",
    client=_Jira,
    streams=(
        Stream(
            "projects",
            pages=lambda client, _: plan.listed(client.projects()),
            store=plan.store_projects,
        ),
        Stream(
            "boards", pages=lambda client, _: plan.listed(client.boards()), store=plan.store_boards
        ),
        Stream(
            "sprints",
            pages=lambda client, _: plan.listed(client.sprints()),
            store=plan.store_sprints,
        ),
        HINTS.to(ISSUES),
        HINTS.to(
            Stream(
                "worklogs",
                pages=lambda client, since: plan.worklog_pages(client, client.source, since),
                store=plan.store_issues,
            )
        ),
        Stream(
            "releases",
            pages=lambda client, _: plan.listed(client.versions()),
            store=plan.store_releases,
            every=OFTEN,
        ),
        HINTS.to(
            Stream(
                "deletions",
                pages=lambda client, _: plan.sweep_pages(client, client.source),
                store=plan.store_swept,
                every=OFTEN,
            )
        ),
        Stream(
            "credential",
            pages=lambda client, _: iter([Page([client.expires_at()], None)]),
            store=expiry.note,
            every=SWEEPS,
        ),
    ),
    webhook=webhook.told,
    hints=[HINTS.alone(ISSUES)],
    stored=plan.STORED,
    settings=(
        Setting(
            "address",
            "Address",
            "https://yourteam.atlassian.net",
            required=True,
            plain=plain_address,
            leads=True,
        ),
        Setting(
            "mode",
            "Edition",
            kind="choice",
            default="auto",
            choices=(("auto", "find out"), ("cloud", "Cloud"), ("dc", "Data Center")),
            leads=True,
        ),
        Setting("email", "Account's e-mail", "Cloud only: whose token it is.", leads=True),
        Setting("projects", "Projects", "Keys, one a line; empty: all it sees.", "list"),
        Setting(
            "hypothesis_types",
            "Issue types that are hypotheses",
            "Names as in Jira, one a line.",
            "list",
            default=["Hypothesis"],
            maps=True,
        ),
        Setting(
            "hypothesis_labels",
            "Labels that make a hypothesis",
            "One a line.",
            "list",
            default=["hypothesis"],
            maps=True,
        ),
    ),
    secret="API token",  # noqa: S106 -- a label
    secret_help="Cloud: an API token of that account. Data Center: a personal access token.",  # noqa: S106
)


# ── Neptune export archives ──────────────────────────────────────────────────


class _Archives:
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


ARCHIVE = Kind(
    name="Neptune export archive",
    client=_Archives,
    streams=(
        Stream(
            "runs",
            pages=_Archives.records,
            store=runs.store,
            prepare=runs.prepare,
        ),
    ),
    settings=(
        Setting(
            "paths",
            "Folders",
            "What neptune-exporter wrote, as the worker sees it: a folder that holds data/ and "
            "files/. Several archives of one project, one a line: the newer state of a run counts.",
            "lines",
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


def _neptune_listing(client: _Neptune, _: Json) -> Iterator[Page[runs.Listing]]:
    """What exists, to notice what was deleted: no table tells that. A project that
    is not to be seen is none whose runs were deleted."""
    for project in client.read():
        present = client.sweep(project)
        if present is not None:
            yield Page([runs.Listing(project, present)], None)


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


# ── MLflow ───────────────────────────────────────────────────────────────────

MLFLOW = Kind(
    name="MLflow",
    client=mlflow.Mlflow,
    streams=(
        Stream("experiments", pages=lambda client, _: client.names(), store=mlflow.store_names),
        Stream("runs", pages=mlflow.run_pages, store=runs.store, prepare=runs.prepare),
        Stream(
            "models",
            pages=mlflow.model_pages,
            store=mlflow.store_models,
            every=OFTEN,
        ),
        Stream(
            "finished runs",
            pages=mlflow.sweep_pages,
            store=runs.store,
            prepare=runs.prepare,
            every=SWEEPS,
        ),
    ),
    settings=(
        Setting(
            "address",
            "Address",
            "https://mlflow.yourteam.example, a 2.x or 3.x server",
            required=True,
            plain=plain_mlflow,
            leads=True,
        ),
        Setting(
            "user", "User", "For a server with passwords; empty: the secret is a token.", leads=True
        ),
        Setting(
            "experiments", "Experiments", "Names or ids, one a line; empty: all it sees.", "lines"
        ),
        Setting(
            "insecure", "Plain http", "Send the secret without TLS, on a trusted network.", "flag"
        ),
    ),
    secret="Password or token",  # noqa: S106 -- a label
    secret_help="Leave it empty when the server asks for no login.",  # noqa: S106
    webhook=registry_webhook.told,
)

KINDS: dict[str, Kind] = {
    "jira": JIRA,
    "neptune-archive": ARCHIVE,
    "neptune": NEPTUNE,
    "mlflow": MLFLOW,
}
