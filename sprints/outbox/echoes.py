"""Our own writes as they come back with a sync: known again, so that a page can say
so, and told nobody a second time. A sync makes no writes, so nothing goes round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sprints.models import Task, TaskEvent
from sprints.outbox.models import Write

SPENT = {"timespent", "timeestimate", "worklogid"}  # what a worklog changes besides
SKEW = timedelta(minutes=5)  # Jira's clock and ours


@dataclass(frozen=True, slots=True)
class Echoes:
    """Jira's ids of comments and worklogs, and keys of events, that were made here."""

    comments: frozenset[str]
    worklogs: frozenset[str]
    events: frozenset[UUID]


def echoes(task: Task, events: Iterable[TaskEvent]) -> Echoes:
    """One query. Notes are known by Jira's ids, changes by account, value and time."""
    done = Write.objects.filter(source=task.source_id, state="done")
    held = list(done.filter(task=task.pk) | done.filter(kind="subtask", result_id=task.external_id))
    ids = {
        kind: frozenset(one.result_id for one in held if one.kind == kind)
        for kind in ("comment", "worklog")
    }
    return Echoes(ids["comment"], ids["worklog"], _events(held, events))


def _events(held: Sequence[Write], events: Iterable[TaskEvent]) -> frozenset[UUID]:
    return frozenset(event.key for event in events if any(_is_echo(event, write) for write in held))


def _is_echo(event: TaskEvent, write: Write) -> bool:
    if write.done_at is None or event.author_name != write.account:
        return False
    began = write.sent_at or write.done_at
    if not began - SKEW <= event.at <= write.done_at + SKEW:
        return False
    match write.kind:
        case "move":
            return event.kind == "status" and event.after.casefold() == _status(write)
        case "labels":
            return event.field.casefold() == "labels"
        case "worklog":
            return event.field.casefold() in SPENT
        case "subtask":
            return event.kind == "created"
    return False


def _status(write: Write) -> str:
    return str(write.asked.get("status", "")).casefold()
