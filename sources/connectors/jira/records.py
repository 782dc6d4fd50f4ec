"""An issue with all that belongs to it: history, comments, worklogs, whole."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sources.connectors.base import Gap
from sources.connectors.jira.fields import Fields
from sources.connectors.jira.site import Record, Site
from sources.connectors.jira.values import LONGEST_ID, instant

PAGE = 1000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def record(
    site: Site, fields: Fields, issue: Record, changelog: Iterable[Record], epic: str | None = None
) -> Record:
    """The record that is yielded. `comment` and `worklog` move out of the
    issue's own fields, where Jira may have cut them off, to `comments` and
    `worklogs`, where they are complete: one more request each where it had."""
    inner = issue.get("fields")
    inner = inner if isinstance(inner, dict) else {}
    number, project = str(issue.get("id")), project_of(issue)
    return {
        "issue": issue,
        "changelog": oldest_first(changelog),
        "comments": _complete(site, number, inner.pop("comment", None), "comment", "comments"),
        "worklogs": _complete(site, number, inner.pop("worklog", None), "worklog", "worklogs"),
        "fields": fields.of(project),
        "names": fields.named(project),
        "epic": epic,
        "url": f"{site.pages}/browse/{issue.get('key')}",
    }


def objects(value: Any) -> list[Record]:
    """The objects of a list; none of what is no list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def project_of(issue: Record) -> str:
    """The id of the project that the issue is in now."""
    inner = issue.get("fields")
    project = inner.get("project") if isinstance(inner, Mapping) else None
    return str(project.get("id")) if isinstance(project, Mapping) else ""


def oldest_first(changelog: Iterable[Record]) -> list[Record]:
    """Jira answers now oldest, now newest first, and dates as text or number."""
    return sorted(changelog, key=_when)


def _when(history: Record) -> tuple[datetime, int]:
    number = str(history.get("id"))
    known = number.isdecimal() and len(number) <= LONGEST_ID
    return instant(history.get("created")) or LONG_AGO, int(number) if known else 0


def _complete(site: Site, issue: str, embedded: Any, path: str, key: str) -> list[Record]:
    inside = embedded if isinstance(embedded, Mapping) else {}
    rows = objects(inside.get(key))
    total = inside.get("total")
    if isinstance(total, int) and total <= len(rows):
        return rows
    return list(_listed(site, issue, path, key))


def _listed(site: Site, issue: str, path: str, key: str) -> Iterable[Record]:
    """From the issue's own list. Its `total` may mean the page: it ends with a
    page that is not full. An issue gone meanwhile has nothing."""
    start = 0
    while True:
        query: dict[str, Any] = {"startAt": start, "maxResults": PAGE}
        reply = site.ask("GET", f"issue/{issue}/{path}", query=query, answers={404})
        if reply.status == 404:
            return
        rows = site.rows(reply.value, key, path)
        yield from rows
        start += len(rows)
        cap = reply.value.get("maxResults")
        if not rows or (isinstance(cap, int) and len(rows) < min(cap, PAGE)):
            return


def cut_history(issue: Record, changelog: Mapping[str, Any]) -> list[Gap]:
    """Data Center has no other way to ask for what an embedded history leaves out."""
    total, given = changelog.get("total"), len(objects(changelog.get("histories")))
    if not isinstance(total, int) or total <= given:
        return []
    return [Gap(f"history of {issue.get('key')}", f"Jira gave {given} of {total} entries")]
