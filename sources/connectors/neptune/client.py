"""Reading one Neptune: who am I, which projects, what is new, what is left."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sources.connectors.base import (
    Beat,
    Identity,
    Json,
    Kind,
    Page,
    Removal,
    TrackerRecord,
    Unauthorized,
)
from sources.connectors.neptune.position import KINDS, Position
from sources.connectors.neptune.reading import Reading
from sources.connectors.neptune.table import Table
from sources.connectors.neptune.troubles import NotThere
from sources.connectors.neptune.wire import PATIENCE, READ, Wire
from sources.connectors.neptune.zips import ZipLimits


class NeptuneClient:
    """A reader of the Neptune that an API token belongs to. It never writes.

    `patience` bounds the retries of one call, `read` the silence of one
    answer, both in seconds. `insecure` allows plain http beyond this machine.
    One client at a time in a process: what the client library is told, it is
    told through the environment.
    """

    def __init__(
        self,
        token: str,
        *,
        patience: float = PATIENCE,
        read: float = READ,
        insecure: bool = False,
        limits: ZipLimits | None = None,
    ) -> None:
        self._wire = Wire(token, patience=patience, read=read, insecure=insecure)
        self._limits = limits or ZipLimits()

    def use_beat(self, beat: Beat) -> None:
        self._wire.beat = beat

    @property
    def requests(self) -> int:
        """How many requests went out so far, log-in and retries too."""
        return self._wire.requests

    def close(self) -> None:
        self._wire.close()

    def test(self) -> Identity:
        """For Test connection: a handful of requests."""
        who = self._wire.session.account
        projects = self.projects()
        notes = [] if projects else ["The account sees no project. Ask for access to one."]
        return Identity(
            who or "an account without a name",
            projects,
            server=f"Neptune 2.x at {self._wire.host}",
            zone="UTC",
            clock_skew=self._wire.clock_skew(),
            notes=notes,
        )

    def projects(self) -> list[str]:
        """Every project that the account may read, as "workspace/project"."""
        found: list[str] = []
        while True:
            answer = self._wire.ask("backend", "listProjects", **project_page(len(found)))
            names = [f"{one['organizationName']}/{one['name']}" for one in answer["entries"]]
            new = [name for name in names if name not in found]
            found += new
            if not new or len(found) >= int(answer.get("matchingItemCount") or 0):
                return sorted(found)

    def records(self, project: str, since: Json = None) -> Iterator[Page[TrackerRecord]]:
        """What is new or changed since a position, oldest change first: runs,
        models and versions, in the trash too, with their series and files.

        Deletions do not show here; see `sweep`. The last page may be empty:
        it carries the position. A page's position holds even if the next one
        is never reached.
        """
        position = Position.from_json(since)
        project_id = self._project_id(project)
        for kind in KINDS:
            table = Table(self._wire, project_id, kind)
            yield from Reading(table, project, position, self._limits).pages()

    def all_records(
        self, projects: Sequence[str], since: Json = None
    ) -> Iterator[Page[TrackerRecord]]:
        """The same over several projects, with one position for all of them."""
        positions: dict[str, Json] = dict(since) if isinstance(since, Mapping) else {}
        for project in projects:
            for page in self.records(project, positions.get(project)):
                positions[project] = page.resume
                yield Page(page.records, dict(positions), page.gaps)

    def sweep(self, project: str) -> dict[Kind, frozenset[str]]:
        """Every id that is there, in the trash too. Whole, or it raises."""
        project_id = self._project_id(project)
        return {kind: frozenset(Table(self._wire, project_id, kind).ids()) for kind in KINDS}

    def removals(self, project: str, known: Iterable[tuple[Kind, str]]) -> list[Removal]:
        """Of what we know, what is gone for good. `known` is read first: what
        is made during the sweep is then not taken for gone."""
        ours = list(known)
        there = self.sweep(project)
        return [Removal(project, one, kind) for kind, one in ours if one not in there[kind]]

    def _project_id(self, project: str) -> str:
        try:
            answer = self._wire.ask("backend", "getProject", projectIdentifier=project)
        except NotThere as error:
            words = "is not there, or the account may not see it."
            raise Unauthorized(f"{self._wire.host}: project {project} {words}") from error
        return str(answer["id"])


def project_page(first: int) -> dict[str, Any]:
    """The first page as the client itself asks; some servers know no offset."""
    asked: dict[str, Any] = {"userRelation": "viewerOrHigher", "sortBy": ["lastViewed"]}
    return asked | ({"offset": first} if first else {})
