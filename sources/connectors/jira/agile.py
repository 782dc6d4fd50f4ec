"""Boards and sprints."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sources.connectors.base import Gap, Json, Page
from sources.connectors.jira.scope import Scope
from sources.connectors.jira.site import Record, Site

PAGE = 50
NOT_THERE = frozenset({400, 403, 404})
NO_SPRINTS = frozenset({400})  # how a board of the kind that has none answers


def project_boards(site: Site, project: str) -> list[Record] | None:
    """The boards of a project; None where boards are not installed or not allowed."""
    query: dict[str, Any] = {"projectKeyOrId": project}
    found: list[Record] = []
    for rows in _pages(site, "board", query):
        if rows is None:
            return None
        found += rows
    return found


def boards(site: Site, scope: Scope) -> Iterator[Page[Record]]:
    """Each board once, in one page, with `projects`: the ids it was found by.

    `resume["listed"]` are the ids of the projects whose boards were told to the
    end, `resume["whole"]` says that no other project could have any.
    """
    found: dict[str, Record] = {}
    listed: list[str] = []
    for project in scope.ids:
        told = project_boards(site, project)
        listed += [project] if told is not None else []
        for board in told or ():
            kept = found.setdefault(str(board.get("id")), {**board, "projects": []})
            kept["projects"].append(project)
    ended = listing(listed, whole=not scope.gaps and len(listed) == len(scope.ids))
    yield Page(list(found.values()), resume=ended, gaps=_gaps(scope, found))


def listing(listed: list[str], *, whole: bool) -> dict[str, Json]:
    """What the last page of a list says of how far it may be believed."""
    return {"listed": listed, "whole": whole}


def _gaps(scope: Scope, found: Mapping[str, Record]) -> list[Gap]:
    with_board = {project for board in found.values() for project in board["projects"]}
    return [
        Gap(f"boards of {project.get('key')}", "none that this account sees, so no sprints")
        for project in scope.projects
        if str(project.get("id")) not in with_board
    ]


def sprints(site: Site, scope: Scope) -> Iterator[Page[Record]]:
    """Each sprint once: Jira's own words, and `board`, where it was found.

    Starting, closing or renaming a sprint changes no issue, so all sprints are
    read anew each time. The board that made a sprint is preferred. The last
    page has no records; `resume` is as with boards, of ids of boards.
    """
    seen: set[str] = set()
    (page,) = boards(site, scope)
    yield Page((), resume=None, gaps=page.gaps)
    listed: list[str] = []
    for board in page.records:
        told = True
        for rows in _pages(site, f"board/{board.get('id')}/sprint", {}, none=NO_SPRINTS):
            told = rows is not None
            fresh = [{**row, "board": board} for row in rows or () if _first_seen(row, seen)]
            yield Page(fresh, resume=None)
        listed += [str(board.get("id"))] if told else []
    known = isinstance(page.resume, Mapping) and page.resume["whole"] is True
    yield Page((), listing(listed, whole=known and len(listed) == len(page.records)))


def _first_seen(sprint: Record, seen: set[str]) -> bool:
    number = str(sprint.get("id"))
    if number in seen:
        return False
    seen.add(number)
    return True


def _pages(
    site: Site, path: str, query: Mapping[str, str], *, none: Collection[int] = ()
) -> Iterator[list[Record] | None]:
    """Until `isLast`: Data Center tells no total of a board's sprints. Ends with
    None where the list is refused; a status among `none` says that it is empty."""
    start = 0
    while True:
        asked: dict[str, str | int] = {**query, "startAt": start, "maxResults": PAGE}
        reply = site.agile(path, query=asked, answers=NOT_THERE)
        if reply.status in none:
            return
        if reply.status in NOT_THERE:
            yield None
            return
        rows = site.rows(reply.value, "values", path)
        yield rows
        start += len(rows)
        if not rows or reply.value.get("isLast"):
            return
