"""What is read across issues: bulk histories and the worklog feeds."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from demo.jira.render import changelog, notes
from demo.jira.search import place_of, token
from demo.jira.things import History, Issue
from demo.jira.verbs.refusals import Refused
from demo.jira.views.issues import seen_issues
from demo.jira.web import Reply, Request, Route, whole

MOST_ISSUES = 1000
MOST_FIELDS = 10
MOST_ENTRIES = 10_000
MOST_WORKLOGS = 1000
WITHHELD = 60_000

type Entry = tuple[int, int, int, History]  # (when, issue id, history id, entry)


def histories(request: Request) -> Reply:
    """The histories of up to a thousand issues, oldest first over all of them,
    grouped by issue within a page. `created` is a number here."""
    asked = request.sent()
    words, fields = asked.get("issueIdsOrKeys") or [], asked.get("fieldIds") or []
    if not 0 < len(words) <= MOST_ISSUES:
        raise Refused(400, f"Between 1 and {MOST_ISSUES} issue ids or keys are needed.")
    if len(fields) > MOST_FIELDS:
        raise Refused(400, f"At most {MOST_FIELDS} field ids are allowed.")
    size = whole(asked.get("maxResults") or 1000, "maxResults")
    if size > MOST_ENTRIES:
        raise Refused(400, f"maxResults must be at most {MOST_ENTRIES}.")
    entries = _entries(seen_issues(request, words), set(fields))
    return Reply(_history_page(request, entries, size))


def _entries(issues: Sequence[Issue], fields: set[str]) -> list[Entry]:
    entries = [
        (entry.at, issue.id, entry.id, entry)
        for issue in issues
        for entry in issue.history
        if not fields or any(line.field_id in fields for line in entry.changes)
    ]
    return sorted(entries, key=lambda entry: entry[:3])


def _history_page(request: Request, entries: list[Entry], size: int) -> dict[str, Any]:
    asked, now = request.sent(), request.state.now()
    question = f"{asked.get('issueIdsOrKeys')} {asked.get('fieldIds')}"
    word = asked.get("nextPageToken")
    after = tuple(place_of(word, question, now)) if word else ()
    start = bisect_right(entries, after, key=lambda entry: entry[:3]) if after else 0
    shown = entries[start : start + size]
    told: dict[str, Any] = {"issueChangeLogs": _grouped(request, shown)}
    if start + len(shown) < len(entries):
        told["nextPageToken"] = token(question, list(shown[-1][:3]), now)
    return told


def _grouped(request: Request, shown: list[Entry]) -> list[dict[str, Any]]:
    groups: dict[int, list[dict[str, Any]]] = {}
    for at, issue_id, _, entry in shown:
        told = changelog.history(request.voice, entry) | {"created": at}
        groups.setdefault(issue_id, []).append(told)
    return [{"issueId": str(number), "changeHistories": them} for number, them in groups.items()]


def updated(request: Request) -> Reply:
    """Worklogs changed since a time. The last minute is withheld."""
    request.demand_login()
    changed = sorted(
        (work.updated, work.id)
        for issue in request.state.issues.values()
        for work in issue.worklogs
    )
    return _feed(request, changed, "updated")


def deleted(request: Request) -> Reply:
    """Worklogs deleted since a time. The last minute is withheld."""
    request.demand_login()
    return _feed(request, sorted(request.state.worklogs_gone), "deleted")


def _feed(request: Request, changed: list[tuple[int, int]], name: str) -> Reply:
    since, limit = request.number("since", 0), request.state.now() - WITHHELD
    start = bisect_right(changed, since, key=lambda pair: pair[0])
    end = bisect_right(changed, limit, key=lambda pair: pair[0])
    shown = _whole_milliseconds(changed[start:end])
    last = start + len(shown) >= end
    until = limit if last else shown[-1][0]
    here = request.voice.rest(f"worklog/{name}")
    more: dict[str, Any] = {"properties": []} if request.voice.cloud else {}
    told: dict[str, Any] = {
        "values": [{"worklogId": number, "updatedTime": at, **more} for at, number in shown],
        "since": since,
        "until": max(until, since),
        "self": f"{here}?since={since}",
        "lastPage": last,
    }
    return Reply(told if last else told | {"nextPage": f"{here}?since={until}"})


def _whole_milliseconds(changed: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A page ends between two milliseconds, or the next `since` would skip some."""
    if len(changed) <= MOST_WORKLOGS:
        return changed
    border = changed[MOST_WORKLOGS - 1][0]
    return changed[: bisect_right(changed, border, key=lambda pair: pair[0])]


def worklogs(request: Request) -> Reply:
    """Up to a thousand worklogs by id; those that may not be seen are left out."""
    caller = request.caller
    ids = request.sent().get("ids") or []
    if len(ids) > MOST_WORKLOGS:
        raise Refused(400, f"At most {MOST_WORKLOGS} worklog ids are allowed.")
    found = (request.state.worklog(whole(number, "ids")) for number in ids)
    seen = (pair for pair in found if pair and request.state.visible(pair[0], caller))
    return Reply([notes.worklog(request.voice, home, work) for home, work in seen])


ROUTES = (
    Route("POST", "/rest/api/{api}/changelog/bulkfetch", histories, "cloud"),
    Route("GET", "/rest/api/{api}/worklog/updated", updated),
    Route("GET", "/rest/api/{api}/worklog/deleted", deleted),
    Route("POST", "/rest/api/{api}/worklog/list", worklogs),
)
