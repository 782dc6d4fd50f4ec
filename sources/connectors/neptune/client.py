"""Reading one Neptune: who am I, which projects, what is new, what is left."""

from collections.abc import Iterator
from typing import Any

from sources.connectors.base import (
    Beat,
    Gap,
    Identity,
    Json,
    Kind,
    Page,
    TrackerRecord,
    Unauthorized,
)
from sources.connectors.neptune.position import KINDS, Position
from sources.connectors.neptune.reading import Reading
from sources.connectors.neptune.table import Table
from sources.connectors.neptune.troubles import Denied, NotThere
from sources.connectors.neptune.wire import PATIENCE, READ, Wire, project_page
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
        self.hidden: set[str] = set()  # of the projects that were asked for

    def use_beat(self, beat: Beat) -> None:
        self._wire.beat = beat

    @property
    def requests(self) -> int:
        """How many requests went out so far, log-in and retries too."""
        return self._wire.requests

    @property
    def retries(self) -> int:
        return self._wire.budget.repeated

    def close(self) -> None:
        self._wire.close()

    def test(self) -> Identity:
        """For Test connection: a handful of requests."""
        with self._wire.hurried():
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
            answer = self._listed(len(found))
            names = [f"{one['organizationName']}/{one['name']}" for one in answer["entries"]]
            new = [name for name in names if name not in found]
            found += new
            if not new or len(found) >= int(answer.get("matchingItemCount") or 0):
                return sorted(found)

    def _listed(self, first: int) -> Any:
        try:
            return self._wire.ask("backend", "listProjects", **project_page(first))
        except Denied as error:
            raise Unauthorized(str(error)) from error

    def records(self, project: str, since: Json = None) -> Iterator[Page[TrackerRecord]]:
        """What is new or changed since a position, oldest change first: runs,
        models and versions, in the trash too, with their series and files.

        Deletions do not show here; see `sweep`. The last page may be empty:
        it carries the position. A page's position holds even if the next one
        is never reached.

        A project that the account may not see is a page with a gap and the
        position that was given; `hidden` then has its name.
        """
        resume = since
        try:
            for page in self._pages(project, since):
                resume = page.resume
                yield page
        except (NotThere, Denied):
            self.hidden.add(project)
            why = "is not there, or the account may not see it"
            yield Page((), resume, [Gap(f"project {project}", why)])

    def _pages(self, project: str, since: Json) -> Iterator[Page[TrackerRecord]]:
        position = Position.from_json(since)
        project_id = self._project_id(project)
        for kind in KINDS:
            table = Table(self._wire, project_id, kind)
            yield from Reading(table, project, position, self._limits).pages()

    def sweep(self, project: str) -> dict[Kind, frozenset[str]] | None:
        """Every id that is there, in the trash too. Whole, or it raises. None when
        the account may not see the project: nothing is known of it."""
        try:
            project_id = self._project_id(project)
            return {kind: frozenset(Table(self._wire, project_id, kind).ids()) for kind in KINDS}
        except (NotThere, Denied):
            return None

    def _project_id(self, project: str) -> str:
        return str(self._wire.ask("backend", "getProject", projectIdentifier=project)["id"])
