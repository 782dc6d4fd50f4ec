"""Issues into the tables: tasks first, then all that hangs on those that changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sources import documents
from sources.connectors.jira import richtext
from sources.models import Mirrored, Source
from sources.store import Fresh, Row, Stored, append, mirror, upsert, wire_json
from sprints.models import Comment, Member, Task, TaskEvent, TaskKey, TaskLink, Worklog
from sprints.streams.events import events_from
from sprints.streams.notes import comment_from, links_from, worklog_from
from sprints.streams.plan import member_from
from sprints.streams.tasks import issue_id, keys_from, people_from, task_from
from sprints.streams.words import COMMENT, MEMBER, TASK, WORKLOG, Record, Rule

type Changed = Sequence[Fresh[dict[str, Any]]]

INHERIT = """
UPDATE sprints_task AS child
   SET sprint_id = parent.sprint_id, sprints = parent.sprints
  FROM sprints_task AS parent
 WHERE child.parent_id = parent.key AND child.is_subtask
   AND (child.key = ANY(%(keys)s) OR child.parent_id = ANY(%(keys)s))
   AND (child.sprint_id, child.sprints) IS DISTINCT FROM (parent.sprint_id, parent.sprints)
"""


def store(source: Source, records: Sequence[dict[str, Any]]) -> Stored:
    """Store whole issue records. One that is unchanged costs a look-up."""
    if not records:
        return Stored()
    rule = Rule.of(source.settings)
    named = ((issue_id(record), record) for record in records)
    kept = mirror(
        source,
        Task,
        TASK,
        named,
        lambda record: task_from(record, source.key, rule),
        json_of=wire_json,
    )
    if not kept.fresh:
        return kept.stored
    return kept.stored + _store_children(source, kept.fresh)


def _store_children(source: Source, changed: Changed) -> Stored:
    _store_keys(source, changed)
    _store_events(source, changed)
    _store_links(source, changed)
    stored = _store_members(source, changed)
    stored += _store_notes(source, Comment, COMMENT, "comments", changed)
    stored += _store_notes(source, Worklog, WORKLOG, "worklogs", changed)
    inherit_sprints([one.key for one in changed])
    documents.write(source, [document(one.key, one.raw, one.row) for one in changed])
    return Stored(gaps=stored.gaps)


def inherit_sprints(keys: Iterable[UUID]) -> None:
    """Sub-tasks are in their parent's sprints, of whichever of the two is given."""
    with connection.cursor() as cursor:
        cursor.execute(INHERIT, {"keys": list(keys)})


def _store_keys(source: Source, changed: Changed) -> None:
    """Add keys, end those that are no longer the present one. A key that only
    an earlier record knew (its project was renamed) stays as a former one."""
    rows = [
        {"source_id": source.pk, "task_id": one.key, "name": name, "until": until}
        for one in changed
        for name, until in keys_from(one.raw)
    ]
    present = Q()
    for row in rows:
        if row["until"] is None:
            present |= Q(task=row["task_id"], name=row["name"])
    held = TaskKey.objects.filter(task__in=[one.key for one in changed], until=None)
    held.exclude(present).update(until=timezone.now())
    upsert(TaskKey, rows, on=("task_id", "name"), compare=("until",))


def _store_events(source: Source, changed: Changed) -> None:
    """What is known already is left alone: events are only ever added."""
    rows = [
        row | {"source_id": source.pk}
        for one in changed
        for row in events_from(one.raw, source.key)
    ]
    held = TaskEvent.objects.filter(task__in=[one.key for one in changed])
    known = set(held.values_list("key", flat=True))
    append(TaskEvent, _single(row for row in rows if row["key"] not in known))


def _store_links(source: Source, changed: Changed) -> None:
    """The links of these tasks are exactly those that the records tell."""
    rows = _single(
        row | {"source_id": source.pk} for one in changed for row in links_from(one.raw, source.key)
    )
    ends = [one.key for one in changed]
    gone = TaskLink.objects.filter(Q(task__in=ends) | Q(other__in=ends))
    gone.exclude(key__in=[row["key"] for row in rows]).delete()
    upsert(TaskLink, rows, on=("key",), compare=("task_id", "other_id", "kind", "inward"))


def _single(rows: Iterable[Row]) -> list[Row]:
    return list({row["key"]: row for row in rows}.values())


def _store_members(source: Source, changed: Changed) -> Stored:
    people = {person.id: person for one in changed for person in people_from(one.raw)}
    raws = ((number, member_from(person)) for number, person in people.items())
    kept = mirror(source, Member, MEMBER, raws, dict, payload=False)
    return kept.stored


def _store_notes(
    source: Source, model: type[Mirrored], kind: str, name: str, changed: Changed
) -> Stored:
    """Comments or worklogs. The records hold all of them: the rest is removed."""
    noted = [
        (str(note["id"]), {"issue": issue_id(one.raw), "note": note})
        for one in changed
        for note in one.raw[name]
    ]
    make = comment_from if model is Comment else worklog_from

    def row(raw: Mapping[str, Any]) -> Row:
        return make(source.key(TASK, raw["issue"]), raw["note"])

    kept = mirror(source, model, kind, noted, row, payload=False)
    of_these = Q(task__in=[one.key for one in changed])
    held = model._default_manager.filter(of_these, removed_at=None)
    held.exclude(external_id__in=[number for number, _ in noted]).update(removed_at=timezone.now())
    return kept.stored


def document(key: UUID, record: Record, row: Row) -> documents.Found:
    """What search reads of a task: its words, its labels, what was said about it."""
    said = (richtext.text(note.get("body")) for note in record["comments"])
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
