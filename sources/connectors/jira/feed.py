"""Worklogs that changed or were deleted, wherever they are."""

from collections.abc import Iterator, Mapping
from itertools import batched

from sources.connectors.base import Json, Page
from sources.connectors.jira.site import Record, Site

LIST = 1_000
OVERLAP = 120_000  # the feed withholds the last minute


def changes(site: Site, since: Json) -> Iterator[Page[Record]]:
    """Records {"worklog", "issue", "deleted"}: ids as text, `issue` None for a
    deleted one, of which Jira tells no more. Of the whole site: who reads them
    passes over issues that are not his. From now on, where nothing was read yet.
    """
    began = site.clock()
    start = _start(since)
    if start is None:
        yield Page((), resume={"since": began})
        return
    for kind in ("deleted", "updated"):
        for ids in _feed(site, kind, start):
            yield Page(_records(site, kind, ids), resume=since)
    yield Page((), resume={"since": began})


def _start(since: Json) -> int | None:
    value = since.get("since") if isinstance(since, Mapping) else None
    return max(value - OVERLAP, 0) if isinstance(value, int) else None


def _feed(site: Site, kind: str, start: int) -> Iterator[list[str]]:
    """Pages of worklog ids. `until` is where the next begins; if it does not
    advance, nothing more can come."""
    while True:
        value = site.ask("GET", f"worklog/{kind}", query={"since": start}).value
        rows = site.rows(value, "values", f"worklog/{kind}")
        yield [str(row.get("worklogId")) for row in rows]
        until = value.get("until")
        if value.get("lastPage", True) or not isinstance(until, int) or until <= start:
            return
        start = until


def _records(site: Site, kind: str, ids: list[str]) -> list[Record]:
    if kind == "deleted":
        return [{"worklog": number, "issue": None, "deleted": True} for number in ids]
    numbers = [int(number) for number in ids if number.isdecimal()]
    lists = [_listed(site, list(some)) for some in batched(numbers, LIST, strict=False)]
    return [
        {"worklog": str(row.get("id")), "issue": str(row.get("issueId")), "deleted": False}
        for rows in lists
        for row in rows
    ]


def _listed(site: Site, ids: list[int]) -> list[Record]:
    reply = site.ask("POST", "worklog/list", body={"ids": ids})
    return site.rows(reply.value, "", "worklog/list")
