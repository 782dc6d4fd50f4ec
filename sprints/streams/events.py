"""What happened to a task, from its history: rows that are only ever added. Pure."""

from datetime import datetime
from typing import Any

from sources.connectors.jira.values import instant, person
from sources.store import Row
from sprints.streams.tasks import is_of_field, issue_id
from sprints.streams.words import EVENT, TASK, Key, Record, rows, text

KINDS = {"status": "status", "assignee": "assignee", "key": "key"}
LONGEST = 500  # of a description's old and new text a beginning is enough


def events_from(record: Record, key: Key) -> list[Row]:
    """One row a changed field, oldest first, and one for the making of the task.

    Keys come of the issue's, the entry's and the line's number, so reading a
    history twice adds nothing. Entries without a time are left out: nothing
    could be told of them.
    """
    made = [_created(record, key)]
    for entry in record["changelog"]:
        at = instant(entry.get("created"))
        if at is not None:
            made += [
                _event(record, key, entry, at, number, line)
                for number, line in enumerate(rows(entry.get("items")))
            ]
    return [row for row in made if row["at"] is not None]


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
    for entry in record["changelog"]:
        for line in rows(entry.get("items")):
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
    return str(value)[:LONGEST] if value is not None else ""
