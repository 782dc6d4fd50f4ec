"""An issue as a task, with the keys it has had and the people it names. Pure."""

import math
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sources.connectors.jira import richtext
from sources.connectors.jira.values import Person, instant, person, sprint_ids
from sources.store import Row
from sprints.claims import claimed
from sprints.streams.words import (
    MEMBER,
    PROJECT,
    SPRINT,
    TASK,
    Key,
    Record,
    Rule,
    day,
    dicts,
    needed,
    part,
    rows,
    text,
    texts,
)

CATEGORIES = {"new": "todo", "undefined": "todo", "indeterminate": "doing", "done": "done"}


# A key is part of addresses and of an index, whatever an administrator allows in it.
NAME = re.compile(r"[^\s/]{1,255}")


def issue_id(record: Record) -> str:
    return text(record, "issue", "id")


def _name(issue: Record) -> str:
    found = needed(issue, "key")
    if not NAME.fullmatch(found):
        raise ValueError("its key is none that Jira gives")
    return found


def task_from(record: Record, key: Key, rule: Rule) -> Row:
    """The task's row. A sub-task's sprint is its parent's: `inherit_sprints`
    sets it once both are stored, whichever comes first."""
    issue = record["issue"]
    fields = issue["fields"]
    kind, labels = text(fields, "issuetype", "name"), texts(fields, "labels")
    subtask = is_subtask(fields)
    body = fields.get("description")
    assignee, reporter = person(fields.get("assignee")), person(fields.get("reporter"))
    hypothesis = subtask and rule.holds(kind, labels)
    sprints = joined_sprints(record)
    return {
        "name": _name(issue),
        "project_id": key(PROJECT, needed(fields, "project", "id")),
        **_family(record, key),
        "sprint_id": key(SPRINT, current) if (current := current_sprint(record)) else None,
        "sprints": [key(SPRINT, number) for number in sprints],
        "type": kind,
        "is_subtask": subtask,
        "is_hypothesis": hypothesis,
        "summary": text(fields, "summary"),
        "description": richtext.html(body),
        "claimed": claimed(richtext.text(body)).as_json() if hypothesis else {},
        "status": text(fields, "status", "name"),
        "category": CATEGORIES.get(text(fields, "status", "statusCategory", "key"), "todo"),
        "assignee_id": key(MEMBER, assignee.id) if assignee else None,
        "assignee_name": assignee.name if assignee else "",
        "reporter_name": reporter.name if reporter else "",
        "points": points(fields.get(record["fields"]["points"])),
        "labels": labels,
        "priority": text(fields, "priority", "name"),
        "versions": texts(fields, "fixVersions"),
        "url": text(record, "url"),
        "created_at": instant(fields.get("created")),
        "updated_at": instant(fields.get("updated")),
        "resolved_at": instant(fields.get("resolutiondate")),
        "due_on": day(fields.get("duedate")),
    }


def is_subtask(fields: Any) -> bool:
    kind = fields.get("issuetype")
    return part(kind, "subtask") is True or part(kind, "hierarchyLevel") == -1


def _family(record: Record, key: Key) -> dict[str, UUID | None]:
    """`parent` names a sub-task's task, and on Cloud a task's epic, too; Data
    Center links an epic by a field, which the record has made an id of."""
    fields = record["issue"]["fields"]
    above = text(fields, "parent", "id")
    level = part(fields, "parent", "fields", "issuetype", "hierarchyLevel")
    in_epic = not is_subtask(fields) and level in (None, 1)
    epic = (above if in_epic else "") or text(record, "epic")
    parent = "" if in_epic else above
    return {
        "parent_id": key(TASK, parent) if parent else None,
        "epic_id": key(TASK, epic) if epic else None,
    }


def joined_sprints(record: Record) -> list[int]:
    """Every sprint that the issue is or was in, as its field lists them."""
    return sprint_ids(record["issue"]["fields"].get(record["fields"]["sprint"]))


def current_sprint(record: Record) -> int | None:
    """The sprint that counts: an open one where Jira tells states (Cloud), else
    the one that its history says it joined last, else the last of the list."""
    value = record["issue"]["fields"].get(record["fields"]["sprint"])
    listed = joined_sprints(record)
    opened = [one for one in rows(value) if text(one, "state").lower() in {"active", "future"}]
    last = [number for number in _joined_in_turn(record) if number in listed]
    return next(iter([*sprint_ids(opened)[-1:], *last[-1:], *listed[-1:]]), None)


def _joined_in_turn(record: Record) -> Iterator[int]:
    for _, line in changes(record, "sprint"):
        before = sprint_ids(line.get("from"))
        yield from (number for number in sprint_ids(line.get("to")) if number not in before)


def changes(record: Record, word: str) -> Iterator[tuple[Record, Record]]:
    """(entry, line) of the history, of one of the discovered fields."""
    wanted, called = record["fields"][word], record["names"][word]
    for entry in dicts(record["changelog"]):
        for line in dicts(entry.get("items")):
            if is_of_field(line, wanted, called):
                yield entry, line


def is_of_field(line: Record, field_id: str, called: str) -> bool:
    """By id where the history tells it, else by the field's name."""
    told = line.get("fieldId")
    if isinstance(told, str) and told:
        return bool(field_id) and told == field_id
    return bool(called) and line.get("field") == called


def points(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def keys_from(record: Record) -> list[tuple[str, datetime | None]]:
    """(key, until) of every key that the issue has had, the present one first.
    A key that it left and came back to is present."""
    now = text(record, "issue", "key").upper()
    held: dict[str, datetime | None] = {now: None}
    for entry in dicts(record["changelog"]):
        for line in dicts(entry.get("items")):
            old = text(line, "fromString").upper()
            if text(line, "field").lower() == "key" and old != now and NAME.fullmatch(old):
                held[old] = instant(entry.get("created"))
    return list(held.items())


def people_from(record: Record) -> list[Person]:
    """Everybody whom the record names, each once, as they were met last."""
    fields = record["issue"]["fields"]
    met = [fields.get(role) for role in ("creator", "reporter", "assignee")]
    met += [note.get("author") for note in _notes(record)]
    people = (known for one in met if (known := person(one)) is not None)
    return list({one.id: one for one in people}.values())


def _notes(record: Record) -> Iterable[Record]:
    for name in ("changelog", "comments", "worklogs"):
        yield from dicts(record[name])
