"""Comments, worklogs and remote links of an issue."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from demo.jira.render import notes
from demo.jira.things import Comment, Issue, RemoteLink, Worklog
from demo.jira.verbs.refusals import Refused
from demo.jira.views import given
from demo.jira.views.issues import need_issue
from demo.jira.web import Reply, Request, Route, page, whole

SECONDS = {"w": 144_000, "d": 28_800, "h": 3_600, "m": 60}  # a day has eight hours
LONGEST_GLOBAL_ID = 255


def comments(request: Request) -> Reply:
    """Comments in pages, oldest first unless asked otherwise; by default all of
    them on Data Center and a hundred on Cloud."""
    home = need_issue(request)
    known = list(home.comments)
    if request.text("orderBy") == "-created":
        known.reverse()
    most = 100 if request.voice.cloud else max(len(known), 1)
    shown, around = page(request, known, most=most, default=most)
    del around["isLast"]
    return Reply(around | {"comments": [notes.comment(request.voice, home, n) for n in shown]})


def comment(request: Request) -> Reply:
    """One comment."""
    home = need_issue(request)
    return Reply(notes.comment(request.voice, home, _by_id(request, home.comments)))


def add_comment(request: Request) -> Reply:
    """A new comment."""
    home, caller = need_issue(request), request.caller
    body = given.body(request, request.sent().get("body"), "comment")
    note = request.state.comment(home.id, body, by=caller)
    return Reply(notes.comment(request.voice, home, note), 201)


def edit_comment(request: Request) -> Reply:
    """Other words for a comment."""
    home, caller = need_issue(request), request.caller
    if caller != _by_id(request, home.comments).by:
        raise Refused(400, "You do not have permission to edit this comment.")
    body = given.body(request, request.sent().get("body"), "comment")
    note = request.state.edit_comment(home.id, _number(request), body)
    return Reply(notes.comment(request.voice, home, note))


def delete_comment(request: Request) -> Reply:
    """A comment less."""
    home = need_issue(request)
    request.demand_login()
    request.state.delete_comment(home.id, _number(request))
    return Reply(status=204)


def worklogs(request: Request) -> Reply:
    """Worklogs in pages, oldest first."""
    home = need_issue(request)
    after = request.number("startedAfter", 0)
    known = [work for work in home.worklogs if work.started >= after]
    shown, around = page(request, known, most=5000, default=5000)
    del around["isLast"]
    return Reply(around | {"worklogs": [notes.worklog(request.voice, home, w) for w in shown]})


def worklog(request: Request) -> Reply:
    """One worklog."""
    home = need_issue(request)
    return Reply(notes.worklog(request.voice, home, _by_id(request, home.worklogs)))


def add_worklog(request: Request) -> Reply:
    """Time spent."""
    home, caller, asked = need_issue(request), request.caller, request.sent()
    said = asked.get("comment")
    work = request.state.log_work(
        home.id,
        _seconds(asked),
        by=caller,
        started=_moment(asked.get("started")),
        body="" if said is None else given.body(request, said, "comment"),
    )
    return Reply(notes.worklog(request.voice, home, work), 201)


def edit_worklog(request: Request) -> Reply:
    """Another time spent."""
    home, caller = need_issue(request), request.caller
    old = _by_id(request, home.worklogs)
    work = request.state.edit_worklog(old.id, by=caller, seconds=_seconds(request.sent()))
    return Reply(notes.worklog(request.voice, home, work))


def delete_worklog(request: Request) -> Reply:
    """A worklog less; the feed of deleted ones tells of it."""
    home, caller = need_issue(request), request.caller
    request.state.delete_worklog(_by_id(request, home.worklogs).id, by=caller)
    return Reply(status=204)


def remote_links(request: Request) -> Reply:
    """All remote links, or the one with a global id."""
    home, wanted = need_issue(request), request.text("globalId")
    if wanted:
        return Reply(notes.remote_link(request.voice, home, _by_global_id(home, wanted)))
    return Reply([notes.remote_link(request.voice, home, link) for link in home.remote_links])


def remote_link(request: Request) -> Reply:
    """One remote link."""
    home = need_issue(request)
    return Reply(notes.remote_link(request.voice, home, _by_id(request, home.remote_links)))


def set_remote_link(request: Request) -> Reply:
    """Create, or replace by global id: 201 or 200."""
    home, asked = need_issue(request), request.sent()
    request.demand_login()
    sent, global_id = _remote(asked)
    link, new = request.state.set_remote_link(home.id, sent, global_id=global_id)
    told = {"id": link.id, "self": request.voice.rest(f"issue/{home.id}/remotelink/{link.id}")}
    return Reply(told, 201 if new else 200)


def delete_remote_link(request: Request) -> Reply:
    """A remote link less, by id or by global id."""
    home = need_issue(request)
    request.demand_login()
    if "number" in request.words:
        link = _by_id(request, home.remote_links)
    else:
        link = _by_global_id(home, request.text("globalId"))
    request.state.drop_remote_link(home.id, link)
    return Reply(status=204)


def _number(request: Request) -> int:
    return whole(request.words["number"], "id")


def _by_id[Note: (Comment, Worklog, RemoteLink)](request: Request, notes: Iterable[Note]) -> Note:
    number = _number(request)
    for note in notes:
        if note.id == number:
            return note
    raise Refused(404, f"There is nothing with the id: {number}.")


def _by_global_id(home: Issue, wanted: str) -> RemoteLink:
    for link in home.remote_links:
        if link.global_id and link.global_id == wanted:
            return link
    raise Refused(404, f"No remote issue link with the global id '{wanted}'.")


def _remote(asked: dict[str, Any]) -> tuple[dict[str, Any], str]:
    target = asked.get("object") or {}
    missing = [name for name in ("url", "title") if not target.get(name)]
    if missing:
        raise Refused(400, errors={name: f"'{name}' is required." for name in missing})
    global_id = str(asked.get("globalId") or "")
    if len(global_id) > LONGEST_GLOBAL_ID:
        raise Refused(400, errors={"globalId": "globalId must have no more than 255 characters."})
    return {name: value for name, value in asked.items() if name != "globalId"}, global_id


def _seconds(asked: dict[str, Any]) -> int:
    if "timeSpentSeconds" in asked:
        return whole(asked["timeSpentSeconds"], "timeSpentSeconds")
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([wdhm])", str(asked.get("timeSpent", "")))
    if not parts:
        raise Refused(400, errors={"timeLogged": "You must indicate the time spent working."})
    return round(sum(float(count) * SECONDS[unit] for count, unit in parts))


def _moment(text: Any) -> int | None:
    if text is None:
        return None
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except (TypeError, ValueError):
        raise Refused(400, errors={"started": f"'{text}' is no date of Jira's form."}) from None


ISSUE = "/rest/api/{api}/issue/{issue}"
ROUTES = (
    Route("GET", f"{ISSUE}/comment", comments),
    Route("POST", f"{ISSUE}/comment", add_comment),
    Route("GET", f"{ISSUE}/comment/{{number}}", comment),
    Route("PUT", f"{ISSUE}/comment/{{number}}", edit_comment),
    Route("DELETE", f"{ISSUE}/comment/{{number}}", delete_comment),
    Route("GET", f"{ISSUE}/worklog", worklogs),
    Route("POST", f"{ISSUE}/worklog", add_worklog),
    Route("GET", f"{ISSUE}/worklog/{{number}}", worklog),
    Route("PUT", f"{ISSUE}/worklog/{{number}}", edit_worklog),
    Route("DELETE", f"{ISSUE}/worklog/{{number}}", delete_worklog),
    Route("GET", f"{ISSUE}/remotelink", remote_links),
    Route("POST", f"{ISSUE}/remotelink", set_remote_link),
    Route("DELETE", f"{ISSUE}/remotelink", delete_remote_link),
    Route("GET", f"{ISSUE}/remotelink/{{number}}", remote_link),
    Route("DELETE", f"{ISSUE}/remotelink/{{number}}", delete_remote_link),
)
