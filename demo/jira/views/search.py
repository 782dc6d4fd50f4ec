"""Search: Cloud's by tokens, Data Center's by positions, and Cloud's old one, gone."""

from typing import Any

from demo.jira.render import issues as render
from demo.jira.render.issues import Wanted, wanted
from demo.jira.search import Found, place_of, token
from demo.jira.verbs.refusals import Refused
from demo.jira.web import Reply, Request, Route, whole

MOST_IDS = 5000
MOST_ISSUES = 100
MOST_RECONCILED = 50
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)


def search_get(request: Request) -> Reply:
    """Cloud's search with everything in the query."""
    asked = {
        "jql": request.text("jql"),
        "nextPageToken": request.text("nextPageToken"),
        "maxResults": request.number("maxResults", 50),
        "fields": request.texts("fields"),
        "expand": request.text("expand"),
        "reconcileIssues": request.texts("reconcileIssues"),
    }
    return _search(request, asked)


def search_post(request: Request) -> Reply:
    """Cloud's search with everything in the body; `expand` is one text there."""
    asked = request.sent()
    if not isinstance(asked.get("expand") or "", str):
        raise Refused(400, "Invalid request payload: expand is a comma-delimited text.")
    return _search(request, asked)


def _search(request: Request, asked: dict[str, Any]) -> Reply:
    text = asked.get("jql") or ""
    found = _found(request, text, _reconciled(asked))
    _demand_bounds(request, found)
    expand = (asked.get("expand") or "").split(",")
    want = wanted(request.voice, asked.get("fields") or ["id"], expand)
    return Reply(_page(request, text, found, want, asked) | _names(request, want, expand))


def _page(
    request: Request, text: str, found: Found, want: Wanted, asked: dict[str, Any]
) -> dict[str, Any]:
    now = request.state.now()
    size = whole(asked.get("maxResults", 50), "maxResults")
    size = min(size, MOST_IDS if want.small else MOST_ISSUES)
    word = asked.get("nextPageToken")
    start = found.after(place_of(word, text, now)) if word else 0
    shown = found.issues[start : start + size]
    last = start + len(shown) >= len(found.issues)
    told: dict[str, Any] = {
        "issues": [render.issue(request.voice, one, want) for one in shown],
        "isLast": last,
    }
    if not last and shown:
        told["nextPageToken"] = token(text, found.query.place(found.scope, shown[-1]), now)
    return told


def _names(request: Request, want: Wanted, expand: list[str]) -> dict[str, Any]:
    return {"names": render.names(request.voice, want)} if "names" in expand else {}


def count(request: Request) -> Reply:
    """About how many; here, exactly, as far as the index knows."""
    found = _found(request, request.sent().get("jql") or "", [])
    _demand_bounds(request, found)
    return Reply({"count": len(found.issues)})


def gone(_request: Request) -> Reply:
    """What Cloud has answered to the old search since August 2025."""
    raise Refused(410, GONE)


def old_search_get(request: Request) -> Reply:
    """Data Center's search with everything in the query."""
    asked = {
        "jql": request.text("jql"),
        "startAt": request.number("startAt", 0),
        "maxResults": request.number("maxResults", 50),
        "fields": request.texts("fields"),
        "expand": request.texts("expand"),
    }
    return _old_search(request, asked)


def old_search_post(request: Request) -> Reply:
    """Data Center's search with everything in the body."""
    return _old_search(request, request.sent())


def _old_search(request: Request, asked: dict[str, Any]) -> Reply:
    found = _found(request, asked.get("jql") or "", [])
    want = wanted(request.voice, asked.get("fields") or ["*navigable"], asked.get("expand") or ())
    start = whole(asked.get("startAt", 0), "startAt")
    size = min(whole(asked.get("maxResults", 50), "maxResults"), request.page_cap)
    shown = found.issues[start : start + size]
    told = {
        "expand": "schema,names",
        "startAt": start,
        "maxResults": size,
        "total": len(found.issues),
        "issues": [render.issue(request.voice, one, want) for one in shown],
    }
    return Reply(told | _names(request, want, list(asked.get("expand") or ())))


def _found(request: Request, text: str, reconcile: list[int]) -> Found:
    voice = request.voice
    return request.searcher.find(text, voice.viewer, voice.zone, reconcile=reconcile)


def _reconciled(asked: dict[str, Any]) -> list[int]:
    ids = [whole(one, "reconcileIssues") for one in asked.get("reconcileIssues") or ()]
    if len(ids) > MOST_RECONCILED:
        raise Refused(400, f"reconcileIssues takes at most {MOST_RECONCILED} issue ids.")
    return ids


def _demand_bounds(request: Request, found: Found) -> None:
    if request.voice.viewer is not None and not found.query.bounded:
        raise Refused(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction"
            " to your query.",
        )


ROUTES = (
    Route("GET", "/rest/api/{api}/search/jql", search_get, "cloud"),
    Route("POST", "/rest/api/{api}/search/jql", search_post, "cloud"),
    Route("POST", "/rest/api/{api}/search/approximate-count", count, "cloud"),
    Route("GET", "/rest/api/{api}/search", gone, "cloud"),
    Route("POST", "/rest/api/{api}/search", gone, "cloud"),
    Route("GET", "/rest/api/{api}/search", old_search_get, "dc"),
    Route("POST", "/rest/api/{api}/search", old_search_post, "dc"),
)
