"""Issues into the tables: tasks first, then all that hangs on those that changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sources import documents
from sources.connectors.base import Gap
from sources.connectors.jira import richtext
from sources.models import Mirrored, Source
from sources.store import Fresh, Row, Stored, append, mirror, upsert, wire_json
from sprints.models import Comment, Member, Task, TaskEvent, TaskKey, TaskLink, Worklog
from sprints.streams.events import events_from
from sprints.streams.gone import hide
from sprints.streams.notes import comment_from, links_from, worklog_from
from sprints.streams.odd import gap, understood
from sprints.streams.plan import member_from
from sprints.streams.restricted import readable
from sprints.streams.tasks import issue_id, keys_from, people_from, task_from
from sprints.streams.words import COMMENT, MEMBER, TASK, WORKLOG, Record, Rule, dicts, needed, text

type Raw = dict[str, Any]
type Changed = Sequence[Fresh[Raw]]

EVENT_WORDS = ("author_name", "before", "after")
INHERIT = """
UPDATE sprints_task AS child
   SET sprint_id = parent.sprint_id, sprints = parent.sprints
  FROM sprints_task AS parent
 WHERE child.parent_id = parent.key AND child.is_subtask
   AND (child.key = ANY(%(keys)s) OR child.parent_id = ANY(%(keys)s))
   AND (child.sprint_id, child.sprints) IS DISTINCT FROM (parent.sprint_id, parent.sprints)
"""


def store(source: Source, records: Sequence[dict[str, Any]], *, remember: bool = True) -> Stored:
    """Store whole issue records. One that is unchanged costs a look-up. What is
    not to be remembered lies among the raw records already. Of what only some may
    read nothing is stored, and an issue that came to be such a one is hidden."""
    if not records:
        return Stored()
    open_to_all = readable(records, source.settings)
    stored = _store(source, open_to_all.records, remember=remember)
    if open_to_all.closed:
        stored += hide(source, open_to_all.closed)
    return stored + Stored(gaps=tuple(open_to_all.gaps))


def _store(source: Source, records: Sequence[Raw], *, remember: bool) -> Stored:
    rule = Rule.of(source.settings)
    named = [(number, record) for record in records if (number := issue_id(record))]
    nameless = [record for record in records if not issue_id(record)]
    gaps = [gap(f"issue {text(record, 'issue', 'key')}", "has no id") for record in nameless]
    kept = mirror(
        source,
        Task,
        TASK,
        named,
        lambda record: task_from(record, source.key, rule),
        payload=remember,
        json_of=wire_json,
    )
    if kept.fresh:
        gaps += _store_children(source, kept.fresh)
    return kept.stored + Stored(gaps=tuple(gaps))


def _store_children(source: Source, changed: Changed) -> list[Gap]:
    """What hangs on the issues. What is odd among it is a gap, the rest is stored."""
    gaps: list[Gap] = []
    _store_keys(source, changed, gaps)
    _store_events(source, changed, gaps)
    _store_links(source, changed, gaps)
    _store_members(source, changed, gaps)
    _store_notes(source, Comment, COMMENT, "comments", changed, gaps)
    _store_notes(source, Worklog, WORKLOG, "worklogs", changed, gaps)
    inherit_sprints([one.key for one in changed])
    _store_documents(source, changed, gaps)
    return gaps


def _of_each[Made](
    what: str, make: Callable[[Fresh[Raw]], Iterable[Made]], changed: Changed, gaps: list[Gap]
) -> list[Made]:
    """What is made of each issue; of one that is too odd for it, nothing."""
    found: list[Made] = []
    for one in changed:
        with understood(f"{what} of {one.row['name']}", gaps):
            found += make(one)
    return found


def inherit_sprints(keys: Iterable[UUID]) -> None:
    """Sub-tasks are in their parent's sprints, of whichever of the two is given."""
    with connection.cursor() as cursor:
        cursor.execute(INHERIT, {"keys": list(keys)})


def _store_keys(source: Source, changed: Changed, gaps: list[Gap]) -> None:
    """Add keys, end those that are no longer the present one. A key that only
    an earlier record knew (its project was renamed) stays as a former one."""
    rows = [
        {"source_id": source.pk, "task_id": task, "name": name, "until": until}
        for task, name, until in _of_each("keys", _keys, changed, gaps)
    ]
    present = Q()
    for row in rows:
        if row["until"] is None:
            present |= Q(task=row["task_id"], name=row["name"])
    held = TaskKey.objects.filter(task__in=[one.key for one in changed], until=None)
    held.exclude(present).update(until=timezone.now())
    upsert(TaskKey, rows, on=("task_id", "name"), compare=("until",))


def _keys(one: Fresh[Raw]) -> list[tuple[UUID, str, datetime | None]]:
    return [(one.key, name, until) for name, until in keys_from(one.raw)]


def _store_events(source: Source, changed: Changed, gaps: list[Gap]) -> None:
    """Events are only ever added; of one that is known the words follow, where an account
    has another name now."""
    made = _of_each("history", lambda one: events_from(one.raw, source.key, gaps), changed, gaps)
    rows = _single(row | {"source_id": source.pk} for row in made)
    held = TaskEvent.objects.filter(task__in=[one.key for one in changed])
    known = {key: said for key, *said in held.values_list("key", *EVENT_WORDS)}
    append(TaskEvent, [row for row in rows if row["key"] not in known])
    other = [row for row in rows if known.get(row["key"]) not in (None, _said(row))]
    upsert(TaskEvent, other, on=("key",), compare=EVENT_WORDS)


def _said(event: Row) -> list[object]:
    return [event[name] for name in EVENT_WORDS]


def _store_links(source: Source, changed: Changed, gaps: list[Gap]) -> None:
    """The links of these tasks are exactly those that the records tell."""
    made = _of_each("links", lambda one: links_from(one.raw, source.key), changed, gaps)
    rows = _single(row | {"source_id": source.pk} for row in made)
    ends = [one.key for one in changed]
    gone = TaskLink.objects.filter(Q(task__in=ends) | Q(other__in=ends))
    gone.exclude(key__in=[row["key"] for row in rows]).delete()
    upsert(TaskLink, rows, on=("key",), compare=("task_id", "other_id", "kind", "inward"))


def _single(rows: Iterable[Row]) -> list[Row]:
    return list({row["key"]: row for row in rows}.values())


def _store_members(source: Source, changed: Changed, gaps: list[Gap]) -> None:
    met = _of_each("people", lambda one: people_from(one.raw), changed, gaps)
    people = {person.id: person for person in met}
    raws = ((number, member_from(person)) for number, person in people.items())
    gaps += mirror(source, Member, MEMBER, raws, dict, payload=False).stored.gaps


def _store_notes(
    source: Source,
    model: type[Mirrored],
    kind: str,
    name: str,
    changed: Changed,
    gaps: list[Gap],
) -> None:
    """Comments or worklogs. The records hold all of them: the rest is removed."""
    noted = []
    for one in changed:
        for note in one.raw[name]:
            with understood(f"{kind} of {one.row['name']}", gaps):
                noted.append((needed(note, "id"), {"issue": issue_id(one.raw), "note": note}))
    make = comment_from if model is Comment else worklog_from

    def row(raw: Mapping[str, Any]) -> Row:
        return make(source.key(TASK, raw["issue"]), raw["note"])

    gaps += mirror(source, model, kind, noted, row, payload=False).stored.gaps
    of_these = Q(task__in=[one.key for one in changed])
    held = model._default_manager.filter(of_these, removed_at=None)
    held.exclude(external_id__in=[number for number, _ in noted]).update(removed_at=timezone.now())


def _store_documents(source: Source, changed: Changed, gaps: list[Gap]) -> None:
    made = _of_each("words", lambda one: [document(one.key, one.raw, one.row)], changed, gaps)
    documents.write(source, made)


def document(key: UUID, record: Record, row: Row) -> documents.Found:
    """What search reads of a task: its words, its labels, what was said about it."""
    said = (richtext.text(note.get("body")) for note in dicts(record["comments"]))
    words = richtext.text(record["issue"]["fields"].get("description"))
    body = [words, *row["labels"], *row["versions"], row["assignee_name"], row["status"], *said]
    return documents.Found(
        key=key,
        kind="hypothesis" if row["is_hypothesis"] else "task",
        name=row["name"],
        title=row["summary"],
        body="\n".join(filter(None, body)),
        url=f"/{'h' if row['is_hypothesis'] else 't'}/{row['name']}/",
        at=row["updated_at"] or timezone.now(),
    )
