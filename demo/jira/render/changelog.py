"""Histories."""

from typing import Any

from demo.jira.changes import PARENT
from demo.jira.render import people
from demo.jira.render.voice import Answer, Voice
from demo.jira.things import Change, History, Issue

EMBEDDED_ON_CLOUD = 40
PEOPLE_FIELDS = ("assignee", "reporter")


def history(voice: Voice, entry: History) -> Answer:
    """One entry, its time in the caller's zone."""
    return {
        "id": str(entry.id),
        "author": people.user(voice, entry.by),
        "created": voice.time(entry.at),
        "items": [line(voice, change) for change in entry.changes],
    }


def embedded(voice: Voice, issue: Issue) -> Answer:
    """`expand=changelog`: Cloud tells the newest forty, newest first; Data
    Center all, oldest first."""
    entries = list(issue.history)
    if voice.cloud:
        entries = entries[: -EMBEDDED_ON_CLOUD - 1 : -1]
    return {
        "startAt": 0,
        "maxResults": len(entries),
        "total": len(issue.history),
        "histories": [history(voice, entry) for entry in entries],
    }


def line(voice: Voice, change: Change) -> Answer:
    """One line. Data Center gives no fieldId, and calls an epic an Epic Link."""
    told: dict[str, Any] = {
        "field": change.field,
        "fieldtype": "custom" if change.field_id.startswith("customfield_") else "jira",
        "from": _value(voice, change, change.old),
        "fromString": change.old_text,
        "to": _value(voice, change, change.new),
        "toString": change.new_text,
    }
    if voice.cloud and change.field_id:
        told["fieldId"] = change.field_id
    if not voice.cloud and change.field == PARENT:
        told |= {"field": "Epic Link", "fieldtype": "custom"}
    return told


def _value(voice: Voice, change: Change, value: str | None) -> str | None:
    if value is None or change.field_id not in PEOPLE_FIELDS:
        return value
    return people.user_key(value, voice)
