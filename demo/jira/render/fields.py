"""The fields of an issue: one small function each, named in one table."""

from collections.abc import Callable
from typing import Any

from demo.jira.render import agile, notes, people, site
from demo.jira.render.voice import Answer, Voice
from demo.jira.things import Field, Issue, Link

type Builder = Callable[[Voice, Issue], Any]

EMBEDDED_ON_CLOUD = 20


def short(voice: Voice, issue: Issue) -> Answer:
    """An issue as another one shows it: parent, sub-task, link."""
    return {
        "id": str(issue.id),
        "key": issue.key,
        "self": voice.rest(f"issue/{issue.id}"),
        "fields": {
            "summary": issue.summary,
            "status": status(voice, issue),
            "priority": site.priority(voice, issue.priority),
            "issuetype": issue_type(voice, issue),
        },
    }


def status(voice: Voice, issue: Issue) -> Answer:
    """The status."""
    return site.status(voice, voice.truth.statuses[issue.status])


def issue_type(voice: Voice, issue: Issue) -> Answer:
    """The type."""
    return site.issue_type(voice, voice.truth.types[issue.type])


def _project(voice: Voice, issue: Issue) -> Answer:
    return site.project(voice, voice.truth.projects[issue.project])


def _resolution(voice: Voice, issue: Issue) -> Answer | None:
    return site.resolution(voice) if issue.resolved is not None else None


def _category_changed(voice: Voice, issue: Issue) -> str | None:
    for entry in reversed(issue.history):
        if any(change.field == "status" for change in entry.changes):
            return voice.time(entry.at)
    return voice.time(issue.created)


def _versions(voice: Voice, issue: Issue) -> list[Answer]:
    home = voice.truth.projects[issue.project]
    return [site.version(voice, home, one) for one in home.versions if one.id in issue.versions]


def _components(voice: Voice, issue: Issue) -> list[Answer]:
    return [
        {"self": voice.rest(f"component/{name}"), "id": name, "name": name}
        for name in issue.components
    ]


def _security(voice: Voice, issue: Issue) -> Answer | None:
    if not issue.security:
        return None
    number = "10000"
    return {
        "self": voice.rest(f"securitylevel/{number}"),
        "id": number,
        "name": issue.security,
        "description": "",
    }


def _description(voice: Voice, issue: Issue) -> Any:
    return voice.body(issue.description) or None


def _subtasks(voice: Voice, issue: Issue) -> list[Answer]:
    truth = voice.truth
    children = (truth.issues[number] for number in sorted(truth.children.get(issue.id, ())))
    return [
        short(voice, child)
        for child in children
        if truth.types[child.type].level < 0 and truth.visible(child, voice.viewer)
    ]


def _links(voice: Voice, issue: Issue) -> list[Answer]:
    truth = voice.truth
    links = [truth.links[number] for number in sorted(truth.links_of.get(issue.id, ()))]
    told = (_link(voice, issue, link) for link in links)
    return [link for link in told if link is not None]


def _link(voice: Voice, issue: Issue, link: Link) -> Answer | None:
    outward = link.source == issue.id
    other = voice.truth.issues[link.target if outward else link.source]
    if not voice.truth.visible(other, voice.viewer):
        return None
    return {
        "id": str(link.id),
        "self": voice.rest(f"issueLink/{link.id}"),
        "type": site.link_kind(voice, link.kind),
        "outwardIssue" if outward else "inwardIssue": short(voice, other),
    }


def _spent(issue: Issue) -> int | None:
    return sum(work.seconds for work in issue.worklogs) or None


def _progress(_voice: Voice, issue: Issue) -> Answer:
    spent = _spent(issue) or 0
    return {"progress": spent, "total": spent} | ({"percent": 100} if spent else {})


def _timetracking(_voice: Voice, issue: Issue) -> Answer:
    spent = _spent(issue)
    if spent is None:
        return {}
    return {"timeSpent": notes.spent_text(spent), "timeSpentSeconds": spent}


def _votes(voice: Voice, issue: Issue) -> Answer:
    return {"self": voice.rest(f"issue/{issue.key}/votes"), "votes": 0, "hasVoted": False}


def _watches(voice: Voice, issue: Issue) -> Answer:
    return {
        "self": voice.rest(f"issue/{issue.key}/watchers"),
        "watchCount": 1,
        "isWatching": False,
    }


def _comments(voice: Voice, issue: Issue) -> Answer:
    shown = issue.comments[:EMBEDDED_ON_CLOUD] if voice.cloud else issue.comments
    return {
        "comments": [notes.comment(voice, issue, note) for note in shown],
        "self": voice.rest(f"issue/{issue.id}/comment"),
        "maxResults": len(shown),
        "total": len(issue.comments),
        "startAt": 0,
    }


def _worklogs(voice: Voice, issue: Issue) -> Answer:
    shown = issue.worklogs[:EMBEDDED_ON_CLOUD] if voice.cloud else issue.worklogs
    return {
        "startAt": 0,
        "maxResults": EMBEDDED_ON_CLOUD,
        "total": len(issue.worklogs),
        "worklogs": [notes.worklog(voice, issue, work) for work in shown],
    }


def parent_of(voice: Voice, issue: Issue) -> Issue | None:
    """The parent that this manner tells in `parent`: Data Center only a sub-task's."""
    if issue.parent is None:
        return None
    if not voice.cloud and voice.truth.types[issue.type].level >= 0:
        return None
    return _seen(voice, issue.parent)


def _seen(voice: Voice, number: int) -> Issue | None:
    found = voice.truth.issues.get(number)
    return found if found and voice.truth.visible(found, voice.viewer) else None


def _epic(voice: Voice, issue: Issue) -> str | None:
    if issue.parent is None or voice.truth.types[issue.type].level < 0:
        return None
    epic = _seen(voice, issue.parent)
    return epic.key if epic else None


def custom(voice: Voice, field: Field) -> Builder:
    """The builder of a custom field."""
    match field.kind:
        case "points" | "estimate":
            return _points if field is voice.truth.field("points") else _nothing
        case "sprint":
            return agile.sprint_values
        case "epic-link":
            return _epic
    return lambda _voice, issue: issue.custom.get(field.id)


def _points(_voice: Voice, issue: Issue) -> float | None:
    return issue.points


def _nothing(_voice: Voice, _issue: Issue) -> None:
    return None


BUILDERS: dict[str, Builder] = {
    "summary": lambda _voice, issue: issue.summary,
    "issuetype": issue_type,
    "project": _project,
    "status": status,
    "statuscategorychangedate": _category_changed,
    "resolution": _resolution,
    "resolutiondate": lambda voice, issue: voice.time(issue.resolved),
    "priority": lambda voice, issue: site.priority(voice, issue.priority),
    "assignee": lambda voice, issue: people.user(voice, issue.assignee),
    "reporter": lambda voice, issue: people.user(voice, issue.reporter),
    "creator": lambda voice, issue: people.user(voice, issue.reporter),
    "created": lambda voice, issue: voice.time(issue.created),
    "updated": lambda voice, issue: voice.time(issue.updated),
    "duedate": lambda _voice, issue: issue.due or None,
    "labels": lambda _voice, issue: list(issue.labels),
    "components": _components,
    "fixVersions": _versions,
    "versions": lambda _voice, _issue: [],
    "description": _description,
    "environment": _nothing,
    "security": _security,
    "issuelinks": _links,
    "subtasks": _subtasks,
    "comment": _comments,
    "worklog": _worklogs,
    "attachment": lambda _voice, _issue: [],
    "timespent": lambda _voice, issue: _spent(issue),
    "timeestimate": _nothing,
    "timeoriginalestimate": _nothing,
    "aggregatetimespent": lambda _voice, issue: _spent(issue),
    "progress": _progress,
    "aggregateprogress": _progress,
    "timetracking": _timetracking,
    "votes": _votes,
    "watches": _watches,
    "workratio": lambda _voice, _issue: -1,
    "lastViewed": _nothing,
}
