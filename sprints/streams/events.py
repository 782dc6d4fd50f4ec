"""What happened to a task, from its history: rows that are only ever added. Pure."""

from datetime import datetime
from typing import Any

from sources.connectors.base import Gap
from sources.connectors.jira.values import instant, person
from sources.store import Row, clean
from sprints.streams.odd import understood
from sprints.streams.tasks import is_of_field, issue_id
from sprints.streams.words import EVENT, TASK, Key, Record, dicts, rows, text

KINDS = {"status": "status", "assignee": "assignee", "key": "key"}
LONGEST = 500  # of a description's old and new text a beginning is enough


def events_from(record: Record, key: Key, gaps: list[Gap]) -> list[Row]:
    """One row a changed field, oldest first, and one for the making of the task.

    Keys come of the issue's, the entry's and the line's number, so reading a
    history twice adds nothing. A making without a time is left out. What else
    cannot be told is added to `gaps`.
    """
    made = []
    with understood(f"the making of {_called(record)}", gaps):
        made.append(_created(record, key))
    for entry in rows(record["changelog"]):
        with understood(f"change {text(entry, 'id')} of {_called(record)}", gaps):
            made += _events(record, key, entry)
    return [row for row in made if row["at"] is not None]


def _called(record: Record) -> str:
    return text(record, "issue", "key")


def _events(record: Record, key: Key, entry: Record) -> list[Row]:
    at = instant(entry.get("created"))
    if at is None:
        raise ValueError("a change without a time")
    lines = enumerate(rows(entry.get("items")))
    return [_event(record, key, entry, at, number, line) for number, line in lines]


def _created(record: Record, key: Key) -> Row:
    fields = record["issue"]["fields"]
    maker = person(fields.get("creator")) or person(fields.get("reporter"))
    status, status_id = _first_status(record)
    return {
        "key": key(EVENT, f"{issue_id(record)}:created"),
        "task_id": key(TASK, issue_id(record)),
        "at": instant(fields.get("created")),
        "author_name": maker.name if maker else "",
        "kind": "created",
        "field": "status",
        "before": "",
        "after": status,
        "before_id": "",
        "after_id": status_id,
    }


def _first_status(record: Record) -> tuple[str, str]:
    """The status that it was made in: what its first change came from."""
    for entry in dicts(record["changelog"]):
        for line in dicts(entry.get("items")):
            if line.get("field") == "status":
                return text(line, "fromString"), text(line, "from")
    status = record["issue"]["fields"].get("status")
    return text(status, "name"), text(status, "id")


def _event(record: Record, key: Key, entry: Record, at: datetime, number: int, line: Record) -> Row:
    author = person(entry.get("author"))
    return {
        "key": key(EVENT, f"{issue_id(record)}:{text(entry, 'id')}:{number}"),
        "task_id": key(TASK, issue_id(record)),
        "at": at,
        "author_name": author.name if author else "",
        "kind": kind_of(record, line),
        "field": text(line, "field"),
        "before": _short(line.get("fromString")),
        "after": _short(line.get("toString")),
        "before_id": _short(line.get("from")),
        "after_id": _short(line.get("to")),
    }


def kind_of(record: Record, line: Record) -> str:
    """status, sprint, points, assignee, key, or other."""
    for word in ("sprint", "points"):
        if is_of_field(line, record["fields"][word], record["names"][word]):
            return word
    return KINDS.get(text(line, "field").lower(), "other")


def _short(value: Any) -> str:
    """Either end may be null."""
    return clean(str(value))[:LONGEST] if value is not None else ""
