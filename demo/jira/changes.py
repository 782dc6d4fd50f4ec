"""What a history entry says about a change of one value of an issue.

Ids and texts are taken as they are now: a sprint renamed later keeps its old
name in the history, as in Jira. People are kept by user name; the answer turns
that into an accountId or a user key.
"""

from collections.abc import Callable, Iterable
from typing import Any

from demo.jira.bodies import plain
from demo.jira.things import Change
from demo.jira.truth import Truth

type Words = tuple[str | None, str | None]  # (id, text)

RESOLUTION = ("10000", "Done")
PARENT = "IssueParentAssociation"


def number_text(value: float) -> str:
    """3 for 3.0, as Jira writes points."""
    return f"{value:g}"


def _status(truth: Truth, value: Any) -> Words:
    return value, truth.statuses[value].name


def _type(truth: Truth, value: Any) -> Words:
    return value, truth.types[value].name


def _person(truth: Truth, value: Any) -> Words:
    return value, truth.users[value].display


def _sprints(truth: Truth, value: Any) -> Words:
    ids = ", ".join(str(sprint) for sprint in value)
    return ids, ", ".join(truth.sprints[sprint].name for sprint in value)


def _parent(truth: Truth, value: Any) -> Words:
    return str(value), truth.issues[value].key


def _labels(_truth: Truth, value: Any) -> Words:
    return "", " ".join(value)


def _text(_truth: Truth, value: Any) -> Words:
    return None, plain(value)


def _points(_truth: Truth, value: Any) -> Words:
    return None, number_text(value)


def _resolution(_truth: Truth, value: Any) -> Words:
    return RESOLUTION[0], str(value)


def _named(_truth: Truth, value: Any) -> Words:
    return None, str(value)


DESCRIBED: dict[str, tuple[str, str, Callable[[Truth, Any], Words]]] = {
    "status": ("status", "status", _status),
    "type": ("issuetype", "issuetype", _type),
    "assignee": ("assignee", "assignee", _person),
    "reporter": ("reporter", "reporter", _person),
    "priority": ("priority", "priority", _named),
    "summary": ("summary", "summary", _text),
    "description": ("description", "description", _text),
    "labels": ("labels", "labels", _labels),
    "sprints": ("Sprint", "", _sprints),
    "points": ("Story Points", "", _points),
    "parent": (PARENT, "parent", _parent),
    "due": ("duedate", "duedate", _named),
    "security": ("security", "security", _named),
    "resolution": ("resolution", "resolution", _resolution),
}


def changes(truth: Truth, name: str, old: Any, new: Any) -> list[Change]:
    """The lines for one value of an issue, none when it stays the same."""
    if old == new:
        return []
    if name == "versions":
        return list(_set_changes("Fix Version", "fixVersions", _versions(truth), old, new))
    if name == "components":
        return list(_set_changes("Component", "components", lambda value: value, old, new))
    field, field_id, words = DESCRIBED[name]
    field, field_id = _custom(truth, name) or (field, field_id)
    before, after = _words(truth, words, old), _words(truth, words, new)
    return [Change(field, field_id, *before, *after)]


def moved(truth: Truth, old: str, new: str) -> list[Change]:
    """The lines of a move from one key to another."""
    lines = [Change("Key", "", None, old, None, new)]
    was, now = old.rpartition("-")[0], new.rpartition("-")[0]
    if was == now:
        return lines
    before, after = _project(truth, was), _project(truth, now)
    return [Change("project", "project", *before, *after), *lines]


def _project(truth: Truth, key: str) -> Words:
    project = truth.project(key)
    return (project.id, project.name) if project else (None, key)


def _words(truth: Truth, words: Callable[[Truth, Any], Words], value: Any) -> Words:
    if value is None or value in ((), ""):
        return ("", "") if words in (_labels, _sprints) else (None, None)
    return words(truth, value)


def _custom(truth: Truth, name: str) -> tuple[str, str] | None:
    kind = {"sprints": "sprint", "points": "points"}.get(name)
    field = truth.field(kind) if kind else None
    return (field.name, field.id) if field else None


def _versions(truth: Truth) -> Callable[[str], str]:
    names = {
        version.id: version.name
        for project in truth.projects.values()
        for version in project.versions
    }
    return lambda value: names[value]


def _set_changes(
    field: str, field_id: str, text: Callable[[str], str], old: Iterable[str], new: Iterable[str]
) -> Iterable[Change]:
    before, after = set(old or ()), set(new or ())
    for gone in sorted(before - after):
        yield Change(field, field_id, gone, text(gone), None, None)
    for come in sorted(after - before):
        yield Change(field, field_id, None, None, come, text(come))
