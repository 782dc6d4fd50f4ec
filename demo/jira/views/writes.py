"""Writing issues: create, edit, transition, delete, link."""

from typing import Any

from demo.jira.things import Body
from demo.jira.verbs.refusals import Refused
from demo.jira.views import given
from demo.jira.views.issues import need_issue, transition_ids
from demo.jira.web import Reply, Request, Route

MOST_CREATED = 50


def create(request: Request) -> Reply:
    """One new issue. Nothing recognises a second try: asked twice, made twice."""
    return Reply(_create(request, request.sent()), 201)


def create_many(request: Request) -> Reply:
    """Up to fifty; each wrong one is told of beside those that were made."""
    asked = request.sent().get("issueUpdates") or []
    if not 0 < len(asked) <= MOST_CREATED:
        raise Refused(400, f"Between 1 and {MOST_CREATED} issues are needed.")
    made, errors = [], []
    for number, one in enumerate(asked):
        try:
            made.append(_create(request, one))
        except Refused as error:
            told = {"errorMessages": list(error.messages), "errors": error.errors}
            errors.append(
                {"status": error.status, "elementErrors": told, "failedElementNumber": number}
            )
    return Reply({"issues": made, "errors": errors}, 201 if made else 400)


def edit(request: Request) -> Reply:
    """Change fields; `update` understands labels, comment and `set`."""
    one, asked = need_issue(request), request.sent()
    steps = given.steps(asked.get("update"))
    bodies = _bodies(request, steps.pop("comment", []))
    labels = steps.pop("labels", [])
    whole = {name: value for name, taken in steps.items() for _, value in taken}
    found = given.values(request, dict(asked.get("fields") or {}) | whole)
    if labels:
        found["labels"] = given.label_changes(one.labels, labels)
    request.state.edit(one.id, by=request.caller, **found)
    _add_comments(request, one.id, bodies)
    return Reply(status=204)


def transition(request: Request) -> Reply:
    """Move to another status, with fields and a comment on the way."""
    one, asked = need_issue(request), request.sent()
    word = str((asked.get("transition") or {}).get("id", ""))
    target = transition_ids(request, one).get(word)
    if target is None:
        raise Refused(400, f"Transition id '{word}' is not valid for this issue.")
    fields = dict(asked.get("fields") or {})
    fields.pop("resolution", None)
    found = given.values(request, fields)
    bodies = _bodies(request, given.steps(asked.get("update")).get("comment", []))
    request.state.transition(one.id, target.id, by=request.caller)
    request.state.edit(one.id, by=request.caller, **found)
    _add_comments(request, one.id, bodies)
    return Reply(status=204)


def assign(request: Request) -> Reply:
    """Give the issue to somebody, or to nobody."""
    one, asked = need_issue(request), request.sent()
    nobody = not any(asked.get(name) for name in ("accountId", "name", "key"))
    found = given.values(request, {"assignee": None if nobody else asked})
    request.state.edit(one.id, by=request.caller, **found)
    return Reply(status=204)


def delete(request: Request) -> Reply:
    """Delete; an issue with sub-tasks only when that is said."""
    one = need_issue(request)
    request.demand_login()
    if request.state.children.get(one.id) and request.text("deleteSubtasks") != "true":
        raise Refused(400, f"The issue '{one.key}' has subtasks. Delete them with it.")
    request.state.delete(one.id)
    return Reply(status=204)


def link(request: Request) -> Reply:
    """Link two issues; the outward words of the type are said about `inwardIssue`."""
    asked = request.sent()
    ends = [request.state.need(_end(asked, name)) for name in ("inwardIssue", "outwardIssue")]
    request.demand_login()
    kind = str((asked.get("type") or {}).get("name", ""))
    request.state.link(kind, ends[0].id, ends[1].id)
    return Reply(status=201)


def _end(asked: dict[str, Any], name: str) -> str:
    said = asked.get(name) or {}
    return str(said.get("id") or said.get("key") or "")


def _create(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    fields = dict(asked.get("fields") or {})
    caller = request.caller
    home = given.project(request, fields.pop("project", None))
    kind = given.issue_type(request, fields.pop("issuetype", None))
    fields.setdefault("summary", None)
    found = given.values(request, fields)
    _check_parent(request, home.id, kind, found.get("parent"))
    summary = found.pop("summary")
    made = request.state.create(home.id, summary, by=caller, kind=kind, **found)
    return {"id": str(made.id), "key": made.key, "self": request.voice.rest(f"issue/{made.id}")}


def _check_parent(request: Request, home: str, kind: str, parent: int | None) -> None:
    if request.state.types[kind].level >= 0:
        return
    if parent is None:
        raise Refused(
            400, errors={"parent": "Issue type is a sub-task but parent issue key is missing."}
        )
    if request.state.issues[parent].project != home:
        raise Refused(400, errors={"parent": "The parent is not in the project of the sub-task."})


def _add_comments(request: Request, issue_id: int, bodies: list[Body]) -> None:
    for body in bodies:
        request.state.comment(issue_id, body, by=request.caller)


def _bodies(request: Request, steps: list[given.Step]) -> list[Body]:
    said = (value.get("body") if isinstance(value, dict) else None for _, value in steps)
    return [given.body(request, one, "comment") for one in said]


ROUTES = (
    Route("POST", "/rest/api/{api}/issue", create),
    Route("POST", "/rest/api/{api}/issue/bulk", create_many),
    Route("PUT", "/rest/api/{api}/issue/{issue}", edit),
    Route("DELETE", "/rest/api/{api}/issue/{issue}", delete),
    Route("PUT", "/rest/api/{api}/issue/{issue}/assignee", assign),
    Route("POST", "/rest/api/{api}/issue/{issue}/transitions", transition),
    Route("POST", "/rest/api/{api}/issueLink", link),
)
