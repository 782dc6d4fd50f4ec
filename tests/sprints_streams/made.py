"""Records as the Jira connector yields them, made by hand."""

import copy
import uuid
from typing import Any

SOURCE = uuid.UUID("00000000-0000-4000-8000-000000000001")
POINTS, SPRINT, EPIC = "customfield_10016", "customfield_10020", "customfield_10014"
MIA = {"accountId": "5f:mia", "displayName": "Mia Ode", "active": True}
BEN = {"name": "ben", "key": "JIRAUSER2", "displayName": "Ben Ünal"}


def key(kind: str, external_id: object) -> uuid.UUID:
    return uuid.uuid5(SOURCE, f"{kind}:{external_id}")


def fields(**values: Any) -> dict[str, Any]:
    usual = {
        "summary": "Focal loss",
        "project": {"id": "10000", "key": "DOC"},
        "issuetype": {"name": "Task", "subtask": False, "hierarchyLevel": 0},
        "status": {"id": "3", "name": "In Arbeit", "statusCategory": {"key": "indeterminate"}},
        "created": "2026-03-02T13:30:00.250+0530",
        "updated": "2026-03-03T13:30:00.250+0530",
        "labels": [],
    }
    return usual | values


def record(*, number: str = "10001", name: str = "DOC-1", **parts: Any) -> dict[str, Any]:
    """A record; what is no part of it is a field of the issue. It shares nothing
    with another one: some tests mangle theirs."""
    own = {"changelog", "comments", "worklogs", "epic", "names", "fields"}
    given = {word: value for word, value in parts.items() if word in own}
    inner = {word: value for word, value in parts.items() if word not in own}
    usual = {
        "issue": {"id": number, "key": name, "fields": fields(**inner)},
        "changelog": [],
        "comments": [],
        "worklogs": [],
        "fields": {"points": POINTS, "sprint": SPRINT, "epic": EPIC},
        "names": {"points": "Story Points", "sprint": "Sprint"},
        "epic": None,
        "url": f"https://jira.example/browse/{name}",
    }
    return copy.deepcopy(usual | given)


def entry(number: str, at: Any, *lines: dict[str, Any], by: Any = MIA) -> dict[str, Any]:
    return {"id": number, "created": at, "author": by, "items": list(lines)}


def line(field: str, old: Any = None, new: Any = None, **more: Any) -> dict[str, Any]:
    """A line whose ends are texts; `old_id`, `new_id` and `id` where they matter."""
    told = {
        "field": field,
        "from": more.get("old_id"),
        "fromString": old,
        "to": more.get("new_id"),
        "toString": new,
    }
    return told | ({"fieldId": more["id"]} if "id" in more else {})
