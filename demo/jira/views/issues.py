"""Reading issues: one, many by id, their histories and transitions."""

from demo.jira.render import changelog, site
from demo.jira.render import issues as render
from demo.jira.render.issues import wanted
from demo.jira.things import Issue, Status
from demo.jira.verbs.refusals import Refused, not_found
from demo.jira.web import Reply, Request, Route, page

MOST_FETCHED = 100
CLOUD_TRANSITION = {
    "hasScreen": False,
    "isGlobal": True,
    "isInitial": False,
    "isAvailable": True,
    "isConditional": False,
    "isLooped": False,
}


def issue(request: Request) -> Reply:
    """One issue as it is now, by id, key or a key it had."""
    one = need_issue(request)
    expand = request.texts("expand")
    want = wanted(request.voice, request.texts("fields") or ["*all"], expand)
    told = render.issue(request.voice, one, want)
    if "names" in expand:
        told["names"] = render.names(request.voice, want)
    if "transitions" in expand:
        told["transitions"] = _transitions(request, one)
    return Reply(told)


def bulk(request: Request) -> Reply:
    """Up to a hundred by id or key, in the order of their ids. What is gone or
    may not be seen is silently not there."""
    asked = request.sent()
    words = asked.get("issueIdsOrKeys") or []
    if not 0 < len(words) <= MOST_FETCHED:
        raise Refused(400, f"Between 1 and {MOST_FETCHED} issue ids or keys are needed.")
    want = wanted(request.voice, asked.get("fields") or ["*navigable"], asked.get("expand") or ())
    told = [render.issue(request.voice, one, want) for one in seen_issues(request, words)]
    return Reply({"issues": told, "issueErrors": []})


def histories(request: Request) -> Reply:
    """One issue's history in pages, oldest first."""
    one = need_issue(request)
    shown, around = page(request, one.history, most=100, default=100)
    here = request.voice.rest(f"issue/{one.id}/changelog")
    told = {"self": f"{here}?startAt={around['startAt']}&maxResults={around['maxResults']}"}
    if not around["isLast"]:
        start = around["startAt"] + len(shown)
        told["nextPage"] = f"{here}?startAt={start}&maxResults={around['maxResults']}"
    values = [changelog.history(request.voice, entry) for entry in shown]
    return Reply(told | around | {"values": values})


def transitions(request: Request) -> Reply:
    """Where the issue can go: to every other status."""
    told = _transitions(request, need_issue(request))
    return Reply({"expand": "transitions", "transitions": told})


def transition_ids(request: Request, one: Issue) -> dict[str, Status]:
    """The transitions of an issue's workflow, by their ids."""
    known = request.state.statuses.values()
    return {
        str(11 + 10 * number): status
        for number, status in enumerate(known)
        if status.id != one.status
    }


def need_issue(request: Request) -> Issue:
    """The issue of the path. Gone and forbidden are answered alike."""
    found = request.state.issue(request.words["issue"])
    if found is None or not request.state.visible(found, request.voice.viewer):
        raise not_found()
    return found


def seen_issues(request: Request, words: list[object]) -> list[Issue]:
    """Those of these ids and keys that the caller sees, each once, by id."""
    found = (request.state.issue(str(word)) for word in words)
    viewer = request.voice.viewer
    seen = {one.id: one for one in found if one and request.state.visible(one, viewer)}
    return [seen[number] for number in sorted(seen)]


def _transitions(request: Request, one: Issue) -> list[dict[str, object]]:
    more = CLOUD_TRANSITION if request.voice.cloud else {}
    return [
        {"id": number, "name": status.name, "to": site.status(request.voice, status), **more}
        for number, status in transition_ids(request, one).items()
    ]


ROUTES = (
    Route("POST", "/rest/api/{api}/issue/bulkfetch", bulk, "cloud"),
    Route("GET", "/rest/api/{api}/issue/{issue}", issue),
    Route("GET", "/rest/api/{api}/issue/{issue}/changelog", histories, "cloud"),
    Route("GET", "/rest/api/{api}/issue/{issue}/transitions", transitions),
)
