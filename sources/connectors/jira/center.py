"""Issues of a Data Center: whole issues by search, with their histories inside.

Search goes by positions, and positions shift while people work: an issue that
changes moves to the end, and the one behind it would be stepped over. So each
page asks anew from the last change it has seen, and skips what it has had.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sources.connectors.base import Gap, Page
from sources.connectors.jira.fields import Fields
from sources.connectors.jira.position import OVERLAP, Position, everything
from sources.connectors.jira.records import cut_history, objects, record
from sources.connectors.jira.site import Record, Site
from sources.connectors.jira.values import instant, milliseconds

PAGE = 200
IDS = 5_000  # an administrator's limit, often 1,000, makes it fewer
SWEEP_OVERLAP = 20
SECOND = 1_000


def changed(site: Site, fields: Fields, position: Position) -> Iterator[Page[Record]]:
    """The issues of a poll, oldest change first."""
    had: set[str] = set()
    while True:
        found, total = _search(site, position.query(moment=position.at), position.skip, PAGE)
        if not found:
            return
        last = position.skip + len(found) >= total
        if position.total is None:
            position = replace(position, total=total)
        fresh = [issue for issue in found if str(issue.get("id")) not in had]
        had = {str(issue.get("id")) for issue in found}
        position = replace(_behind(position, found), done=position.done + len(fresh))
        position = position.doubting(found)
        records, gaps = _records(site, fields, fresh)
        yield Page(records, position.stored(), gaps, position.total, position.done)
        if last:
            return


def _behind(position: Position, found: Sequence[Record]) -> Position:
    """Where the next page begins: at the last change that search surely knew.

    An issue may tell a later change than the one that search sorted it by, but
    not one older than the overlap. While a page brings no such change (many
    issues changed at once, or just now), the position in the list must do; what
    it may step over has changed so lately that the next poll reads it.
    """
    settled = (position.started or 0) - OVERLAP
    moments = [at for issue in found if (at := _updated(issue)) is not None and at <= settled]
    at = max(moments, default=0) // SECOND * SECOND  # search may know whole seconds only
    if at > (position.at or 0):
        return replace(position, at=at, skip=0)
    return replace(position, skip=position.skip + len(found))


def _updated(issue: Record) -> int | None:
    inner = issue.get("fields")
    moment = instant(inner.get("updated")) if isinstance(inner, Mapping) else None
    return None if moment is None else milliseconds(moment)


def _search(site: Site, jql: str, start: int, size: int) -> tuple[list[Record], int]:
    body = {
        "jql": jql,
        "startAt": start,
        "maxResults": size,
        "fields": ["*all"],
        "expand": ["changelog"],
    }
    value = site.ask("POST", "search", body=body).value
    return site.rows(value, "issues", "search"), _total(value)


def _total(value: Any) -> int:
    total = value.get("total")
    return total if isinstance(total, int) else 0


def _records(
    site: Site, fields: Fields, issues: Sequence[Record]
) -> tuple[list[Record], list[Gap]]:
    records, gaps = [], []
    epics = _epics(site, fields.epic, issues)
    for issue in issues:
        changelog = issue.pop("changelog", None)
        changelog = changelog if isinstance(changelog, Mapping) else {}
        gaps += cut_history(issue, changelog)
        histories = objects(changelog.get("histories"))
        epic = epics.get(_epic_key(issue, fields.epic))
        records.append(record(site, fields, issue, histories, epic))
    return records, gaps


def _epics(site: Site, field: str, issues: Sequence[Record]) -> dict[str, str | None]:
    """Ids by key of the epics that these issues name: an Epic Link holds a key,
    and keys change. One request for each that no page has shown yet."""
    wanted = {key for issue in issues if (key := _epic_key(issue, field))}
    seen = {str(issue.get("key")): str(issue.get("id")) for issue in issues}
    site.epics.update((key, number) for key, number in seen.items() if key in wanted)
    for key in sorted(wanted - set(site.epics)):
        path = f"issue/{quote(key, safe='')}"
        reply = site.ask("GET", path, query={"fields": "summary"}, answers={404})
        site.epics[key] = str(reply.value.get("id")) if reply.status == 200 else None
    return site.epics


def _epic_key(issue: Record, field: str) -> str:
    inner = issue.get("fields")
    key = inner.get(field) if field and isinstance(inner, Mapping) else None
    return key if isinstance(key, str) else ""


def swept(site: Site, projects: Sequence[str]) -> Iterator[list[str]]:
    """The ids of every visible issue. Each page reaches back a little, because a
    deletion in front of it draws the rest forward."""
    start = 0
    had: list[str] = []
    while True:
        body = {"jql": everything(projects), "startAt": start, "maxResults": IDS, "fields": ["id"]}
        value = site.ask("POST", "search", body=body).value
        ids = [str(row.get("id")) for row in site.rows(value, "issues", "search")]
        yield [number for number in ids if number not in had]
        if not ids or start + len(ids) >= _total(value):
            return
        had = ids[-SWEEP_OVERLAP:]
        start += max(1, len(ids) - SWEEP_OVERLAP)


def fetched(site: Site, fields: Fields, ids: Sequence[str]) -> tuple[list[Record], list[Gap]]:
    """Whole records, asked for one by one: a query that names an issue which is
    gone fails whole. Issues that are gone or hidden are simply missing."""
    query = {"fields": "*all", "expand": "changelog"}
    replies = (site.ask("GET", f"issue/{number}", query=query, answers={404}) for number in ids)
    issues = [reply.value for reply in replies if isinstance(reply.value, dict)]
    return _records(site, fields, issues)
