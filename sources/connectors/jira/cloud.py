"""Issues of a Cloud site: ids by search, then whole issues fifty at a time.

Per two hundred issues: four bulkfetches, at once, and one changelog request; and
for each page of 5,000 ids one search. One more request for an issue with more
comments than its own fields hold (20), one more for such worklogs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import batched
from typing import Any

from sources.connectors.base import Gap, Page, Unavailable
from sources.connectors.jira.fields import Fields
from sources.connectors.jira.position import Position, everything
from sources.connectors.jira.records import objects, record
from sources.connectors.jira.site import Record, Site

IDS = 5_000
PAGE = 200
FETCH = 50  # a server works on each for a second or so: four at once are a page
FETCH_AGAIN = 10  # what Jira left out of fifty, perhaps for being too much
HISTORIES = 10_000


def changed(site: Site, fields: Fields, position: Position) -> Iterator[Page[Record]]:
    """The issues of a poll. The ids still to be fetched travel in the position,
    so that going on after a crash depends on no search being the same again."""
    if position.total is None:
        position = replace(position, total=_count(site, position))
    if not position.listed or (position.token and not position.ids):
        position = _next_ids(site, position)
    while position.ids:
        batch = position.ids[:PAGE]
        records, gaps = fetched(site, fields, batch)
        position = replace(position, ids=position.ids[PAGE:], done=position.done + len(batch))
        yield Page(records, position.stored(), gaps, position.total, position.done)
        if not position.ids and position.token:
            position = _next_ids(site, position)


def _count(site: Site, position: Position) -> int | None:
    """About how many there will be, for people to watch. Not every site tells."""
    body = {"jql": position.query()}
    reply = site.ask("POST", "search/approximate-count", body=body, answers={400, 403, 404})
    count = reply.value.get("count") if isinstance(reply.value, dict) else None
    return count if isinstance(count, int) else None


def _next_ids(site: Site, position: Position) -> Position:
    """The next page of ids. A token that has grown too old (a week) is answered
    with 400: then the poll begins again, which repeats and loses nothing."""
    ids, token = _search(site, position.query(), position.token)
    if ids is None:
        ids, token = _search(site, position.query(), "")
    return replace(position, listed=True, ids=tuple(ids or ()), token=token)


def _search(site: Site, jql: str, token: str) -> tuple[list[str] | None, str]:
    """Ids and the next token; None for a token that is refused."""
    body: dict[str, Any] = {"jql": jql, "maxResults": IDS, "fields": ["id"]}
    if token:
        body["nextPageToken"] = token
    reply = site.ask("POST", "search/jql", body=body, answers={400} if token else ())
    if reply.status == 400:
        return None, ""
    rows = site.rows(reply.value, "issues", "search/jql")
    following = reply.value.get("nextPageToken")
    more = rows and not reply.value.get("isLast") and isinstance(following, str)
    return [str(row.get("id")) for row in rows], following if more else ""


def swept(site: Site, projects: Sequence[str]) -> Iterator[list[str]]:
    """The ids of every visible issue."""
    token = ""
    while True:
        ids, token = _search(site, everything(projects), token)
        if ids is None:
            raise Unavailable(f"{site.name} lost its place in the list of all issues.")
        yield ids
        if not token:
            return


def fetched(site: Site, fields: Fields, ids: Sequence[str]) -> tuple[list[Record], list[Gap]]:
    """Whole records, as they are now, whatever search believes. Issues that are
    gone or hidden are simply missing; ids of moved issues find them."""
    issues, gaps = _issues(site, ids)
    histories = _histories(site, [str(issue.get("id")) for issue in issues])
    records = site.session.together(
        [
            partial(record, site, fields, issue, histories.get(str(issue.get("id")), ()))
            for issue in issues
        ]
    )
    return records, gaps


def _issues(site: Site, ids: Sequence[str]) -> tuple[list[Record], list[Gap]]:
    issues, failed = _bulk(site, ids, FETCH)
    if not failed:
        return issues, []
    again, failed = _bulk(site, list(failed), FETCH_AGAIN)
    gaps = [Gap(f"issue {number}", f"Jira cannot give it: {why}") for number, why in failed.items()]
    return issues + again, gaps


def _bulk(site: Site, ids: Sequence[str], size: int) -> tuple[list[Record], dict[str, str]]:
    bodies = [
        {"issueIdsOrKeys": list(some), "fields": ["*all"]}
        for some in batched(ids, size, strict=False)
    ]
    asked = [partial(site.ask, "POST", "issue/bulkfetch", body=body) for body in bodies]
    issues: list[Record] = []
    failed: dict[str, str] = {}
    for reply in site.session.together(asked):
        issues += site.rows(reply.value, "issues", "issue/bulkfetch")
        for error in objects(reply.value.get("issueErrors")):
            failed[str(error.get("id"))] = str(error.get("errorMessage") or "it does not say why")
    return issues, failed


def _histories(site: Site, ids: Sequence[str]) -> dict[str, list[Record]]:
    """Every change of up to a thousand issues, by issue id."""
    found: dict[str, list[Record]] = {}
    body: dict[str, Any] = {"issueIdsOrKeys": list(ids), "maxResults": HISTORIES}
    while ids:
        reply = site.ask("POST", "changelog/bulkfetch", body=body)
        for group in site.rows(reply.value, "issueChangeLogs", "changelog/bulkfetch"):
            rows = site.rows(group, "changeHistories", "changelog/bulkfetch")
            found.setdefault(str(group.get("issueId")), []).extend(rows)
        token = reply.value.get("nextPageToken")
        if not token:
            break
        body["nextPageToken"] = token
    return found
