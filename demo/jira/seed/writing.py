"""Writing a state as a seed document."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from demo.jira.things import (
    Board,
    Change,
    Comment,
    History,
    Issue,
    Project,
    RemoteLink,
    Sprint,
    User,
    Worklog,
)
from demo.jira.truth import Truth

type Seed = dict[str, Any]


def write(truth: Truth) -> Seed:
    """A document that reads as this state. Worklogs already deleted and the
    lag of the index are not in it."""
    return {
        "users": [_user(user) for user in truth.users.values()],
        "statuses": [
            {"id": known.id, "name": known.name, "category": known.category}
            for known in truth.statuses.values()
        ],
        "issueTypes": [
            {"id": known.id, "name": known.name, "level": known.level}
            for known in truth.types.values()
        ],
        "fields": [
            {"id": known.id, "name": known.name, "kind": known.kind}
            for known in truth.fields.values()
        ],
        "projects": [_project(truth, project) for project in truth.projects.values()],
        "boards": [_board(truth, board) for board in truth.boards.values()],
        "sprints": [_sprint(sprint) for sprint in truth.sprints.values()],
        "issues": [_issue(truth, issue) for issue in truth.issues.values()],
    }


def _said(values: Mapping[str, Any]) -> Seed:
    return {name: value for name, value in values.items() if value not in (None, "", (), [], {})}


def _moment(at: int | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def _names(viewers: frozenset[str] | None) -> Seed:
    return {} if viewers is None else {"viewers": sorted(viewers)}


def _user(user: User) -> Seed:
    said = {
        "name": user.name,
        "accountId": user.account_id,
        "displayName": user.display,
        "email": user.email,
        "zone": user.zone,
        "token": user.token,
    }
    return _said(said) | {"active": user.active}


def _project(truth: Truth, project: Project) -> Seed:
    versions = [
        _said(
            {
                "id": version.id,
                "name": version.name,
                "released": version.released,
                "releaseDate": version.release_date,
            }
        )
        for version in project.versions
    ]
    old = [key for key, home in truth.old_project_keys.items() if home == project.id]
    said = {
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "lead": project.lead,
        "versions": versions,
        "oldKeys": old,
    }
    return _said(said) | _names(project.viewers)


def _board(truth: Truth, board: Board) -> Seed:
    key = truth.projects[board.project].key
    return {"id": board.id, "name": board.name, "project": key, "type": board.kind}


def _sprint(sprint: Sprint) -> Seed:
    return _said(
        {
            "id": sprint.id,
            "board": sprint.board,
            "name": sprint.name,
            "state": sprint.state,
            "goal": sprint.goal,
            "created": _moment(sprint.created),
            "start": _moment(sprint.start),
            "end": _moment(sprint.end),
            "complete": _moment(sprint.complete),
        }
    )


def _issue(truth: Truth, issue: Issue) -> Seed:
    links = [truth.links[number] for number in sorted(truth.links_of[issue.id])]
    names = {
        version.id: version.name
        for project in truth.projects.values()
        for version in project.versions
    }
    said = {
        "id": issue.id,
        "key": issue.key,
        "type": truth.types[issue.type].name,
        "status": truth.statuses[issue.status].name,
        "summary": issue.summary,
        "description": issue.description,
        "reporter": issue.reporter,
        "assignee": issue.assignee,
        "priority": issue.priority,
        "labels": list(issue.labels),
        "parent": None if issue.parent is None else truth.issues[issue.parent].key,
        "sprints": list(issue.sprints),
        "points": issue.points,
        "versions": [names[version] for version in issue.versions],
        "components": list(issue.components),
        "created": _moment(issue.created),
        "updated": _moment(issue.updated),
        "resolved": _moment(issue.resolved),
        "due": issue.due,
        "security": issue.security,
        "fields": dict(issue.custom),
        "history": [_history(entry) for entry in issue.history],
        "comments": [_comment(note) for note in issue.comments],
        "worklogs": [_worklog(work) for work in issue.worklogs],
        "links": [
            {"id": link.id, "type": link.kind, "to": truth.issues[link.target].key}
            for link in links
            if link.source == issue.id
        ],
        "remoteLinks": [_remote(link) for link in issue.remote_links],
    }
    return _said(said) | _names(issue.viewers)


def _history(entry: History) -> Seed:
    lines = [_change(line) for line in entry.changes]
    return {"id": entry.id, "at": _moment(entry.at), "by": entry.by, "changes": lines}


def _change(line: Change) -> Seed:
    return {
        "field": line.field,
        "fieldId": line.field_id,
        "from": line.old,
        "fromString": line.old_text,
        "to": line.new,
        "toString": line.new_text,
    }


def _comment(note: Comment) -> Seed:
    return {
        "id": note.id,
        "at": _moment(note.created),
        "updated": _moment(note.updated),
        "by": note.by,
        "text": note.body,
        **_only(note.role),
        **({} if note.public else {"public": False}),
    }


def _worklog(work: Worklog) -> Seed:
    return {
        "id": work.id,
        "at": _moment(work.created),
        "updated": _moment(work.updated),
        "by": work.by,
        "started": _moment(work.started),
        "seconds": work.seconds,
        "text": work.body,
        **_only(work.role),
    }


def _only(role: str) -> Seed:
    return {"role": role} if role else {}


def _remote(link: RemoteLink) -> Seed:
    return {"id": link.id, "globalId": link.global_id, **link.sent}
