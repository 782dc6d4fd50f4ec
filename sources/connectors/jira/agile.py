"""Boards and sprints."""

from collections.abc import Iterator, Mapping
from typing import Any

from sources.connectors.base import Gap, Page
from sources.connectors.jira.scope import Scope
from sources.connectors.jira.site import Record, Site

PAGE = 50
NOT_THERE = frozenset({400, 403, 404})


def project_boards(site: Site, project: str) -> list[Record]:
    """The boards of a project; none where boards are not installed or not allowed."""
    query: dict[str, Any] = {"projectKeyOrId": project}
    return [row for rows in _pages(site, "board", query) for row in rows]


def boards(site: Site, scope: Scope) -> Iterator[Page[Record]]:
    """Each board once, a page a project, with `projects`: the ids it was found by."""
    found: dict[str, Record] = {}
    for project in scope.ids:
        for board in project_boards(site, project):
            kept = found.setdefault(str(board.get("id")), {**board, "projects": []})
            kept["projects"].append(project)
    yield Page(list(found.values()), resume=None, gaps=_gaps(scope, found))


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
    read anew each time. The board that made a sprint is preferred.
    """
    seen: set[str] = set()
    for page in boards(site, scope):
        gaps = list(page.gaps)
        for board in page.records:
            path = f"board/{board.get('id')}/sprint"
            for rows in _pages(site, path, {}):
                fresh = [row for row in rows if _first_seen(row, seen)]
                yield Page([{**row, "board": board} for row in fresh], resume=None, gaps=gaps)
                gaps = []
        yield Page((), resume=None, gaps=gaps)


def _first_seen(sprint: Record, seen: set[str]) -> bool:
    number = str(sprint.get("id"))
    if number in seen:
        return False
    seen.add(number)
    return True


def _pages(site: Site, path: str, query: Mapping[str, str]) -> Iterator[list[Record]]:
    """Until `isLast`: Data Center tells no total of a board's sprints. A board
    that has no sprints is answered with 400, and has none."""
    start = 0
    while True:
        asked: dict[str, str | int] = {**query, "startAt": start, "maxResults": PAGE}
        reply = site.agile(path, query=asked, answers=NOT_THERE)
        if reply.status in NOT_THERE:
            return
        rows = site.rows(reply.value, "values", path)
        yield rows
        start += len(rows)
        if not rows or reply.value.get("isLast"):
            return
