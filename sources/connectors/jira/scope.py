"""Which projects are read: what the setting names and this account sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sources.connectors.base import Gap, Unauthorized
from sources.connectors.jira.site import Record, Site

PAGE = 100


@dataclass(frozen=True, slots=True)
class Scope:
    """The projects that are read, and a gap for each that cannot be.

    A JQL that names a project one may not see fails whole, so only visible
    ones are ever named, and by id: keys change.
    """

    projects: Sequence[Record]
    gaps: Sequence[Gap]

    @property
    def ids(self) -> list[str]:
        return list(self.keys)

    @property
    def keys(self) -> dict[str, str]:
        """The present keys by id."""
        return {str(project.get("id")): str(project.get("key")) for project in self.projects}


def scope_of(site: Site, wanted: Sequence[str | int]) -> Scope:
    """The setting's projects (keys, old keys or ids); all visible ones if it names none.

    Unauthorized when there is none at all: nothing would then look like
    everything deleted.
    """
    site.who()
    visible = list(visible_projects(site))
    if not wanted:
        return _some(site, Scope(visible, ()), "any project")
    found = {str(word): _named(site, visible, str(word)) for word in wanted}
    projects = {str(one.get("id")): one for one in found.values() if one is not None}
    gaps = [
        Gap(f"project {word}", "not visible to this account in Jira")
        for word, project in found.items()
        if project is None
    ]
    return _some(site, Scope(list(projects.values()), gaps), ", ".join(found))


def _some(site: Site, scope: Scope, words: str) -> Scope:
    if scope.projects:
        return scope
    site.clock()  # nothing at all: or has the token run out just now?
    raise Unauthorized(
        f"{site.name} shows this account nothing of {words}. "
        "Give it Browse projects there, or correct the projects of this source.",
        kind="hidden",
    )


def visible_projects(site: Site) -> Iterator[Record]:
    """Every project that the account sees."""
    if not site.cloud:
        yield from site.rows(site.ask("GET", "project").value, "", "project")
        return
    start = 0
    while True:
        query: dict[str, Any] = {"startAt": start, "maxResults": PAGE, "orderBy": "key"}
        page = site.ask("GET", "project/search", query=query).value
        rows = site.rows(page, "values", "project/search")
        yield from rows
        start += len(rows)
        if not rows or page.get("isLast", True):
            return


def _named(site: Site, visible: Sequence[Record], word: str) -> Record | None:
    """By id or key in any case; a key that the project once had is asked for."""
    for project in visible:
        if word in {str(project.get("id")), project.get("key")}:
            return project
    folded = word.casefold()
    for project in visible:
        if str(project.get("key")).casefold() == folded:
            return project
    return _renamed(site, visible, word)


def _renamed(site: Site, visible: Sequence[Record], word: str) -> Record | None:
    if not word.replace("_", "").isalnum():
        return None
    reply = site.ask("GET", f"project/{word}", answers={403, 404})
    current = str(reply.value.get("id")) if isinstance(reply.value, dict) else ""
    return next((one for one in visible if str(one.get("id")) == current), None)
