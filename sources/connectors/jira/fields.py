"""Which custom fields hold story points, sprints and epics. Discovered: ids
differ from site to site, and names are translated and renamed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sources.connectors.jira.agile import NOT_THERE, project_boards
from sources.connectors.jira.scope import Scope
from sources.connectors.jira.site import Record, Site

SPRINT = "com.pyxis.greenhopper.jira:gh-sprint"
EPIC = "com.pyxis.greenhopper.jira:gh-epic-link"
POINTS = "com.pyxis.greenhopper.jira:jsw-story-points"
NUMBER = "com.atlassian.jira.plugin.system.customfieldtypes:float"
POINT_NAMES = {"story points", "story point estimate", "story-points"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Ids such as "customfield_10016"; empty where this Jira has none.

    Boards may estimate differently, hence points by project id; `points` is
    for projects whose boards do not say.
    """

    sprint: str
    epic: str
    points: str
    points_by_project: Mapping[str, str]
    names: Mapping[str, str]

    def named(self, project_id: str) -> dict[str, str]:
        """What points and sprints are called: Data Center's histories tell no ids."""
        ids = self.of(project_id)
        return {word: self.names.get(ids[word], "") for word in ("points", "sprint")}

    def of(self, project_id: str) -> dict[str, str]:
        """The three ids for an issue of this project."""
        points = self.points_by_project.get(project_id, self.points)
        return {"points": points, "sprint": self.sprint, "epic": self.epic}


def discovered(site: Site, scope: Scope) -> Fields:
    """Asks for the list of fields, and for each project what its boards estimate in."""
    known = site.rows(site.ask("GET", "field").value, "", "field")
    by_board = {project: _estimated(site, project) for project in scope.ids}
    return Fields(
        sprint=_of_kind(known, SPRINT),
        epic=_of_kind(known, EPIC),
        points=_of_kind(known, POINTS) or _called(known, POINT_NAMES),
        points_by_project={project: found for project, found in by_board.items() if found},
        names={str(field.get("id")): str(field.get("name")) for field in known},
    )


def _estimated(site: Site, project: str) -> str:
    """The estimation field of the project's first board that has one."""
    for board in project_boards(site, project) or ():
        if board.get("type") == "kanban":
            continue
        path = f"board/{board.get('id')}/configuration"
        found = _estimation(site.agile(path, answers=NOT_THERE).value)
        if found:
            return found
    return ""


def _estimation(configuration: Any) -> str:
    """A board that estimates in hours has a system field there: those are no points."""
    part = configuration
    for key in ("estimation", "field", "fieldId"):
        part = part.get(key) if isinstance(part, Mapping) else None
    return part if isinstance(part, str) and part.startswith("customfield_") else ""


def _kind(field: Record) -> Any:
    schema = field.get("schema")
    return schema.get("custom") if isinstance(schema, Mapping) else None


def _of_kind(known: Sequence[Record], kind: str) -> str:
    return _oldest(field for field in known if _kind(field) == kind)


def _called(known: Sequence[Record], names: set[str]) -> str:
    return _oldest(
        field
        for field in known
        if _kind(field) == NUMBER and str(field.get("name")).casefold() in names
    )


def _oldest(fields: Iterable[Record]) -> str:
    """Of several, the one made first: the one that Jira itself made."""
    ids = [str(field.get("id")) for field in fields]
    return min(ids, key=lambda name: (len(name), name), default="")
