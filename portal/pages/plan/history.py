"""Changes of a task as sentences."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sprints.models import TaskEvent


@dataclass(frozen=True, slots=True)
class Happened:
    """ "Jun Kato" "moved it from To Do to In Progress"."""

    at: datetime
    who: str
    what: str


def told(events: Iterable[TaskEvent], ours: Collection[UUID] = ()) -> list[Happened]:
    """`ours` are the events that our own writes made."""
    return [
        Happened(
            event.at,
            event.author_name or "Someone",
            words(event) + (", from here" if event.key in ours else ""),
        )
        for event in events
    ]


def words(event: TaskEvent) -> str:
    before, after = event.before, event.after
    match event.kind:
        case "created":
            return "created it"
        case "status":
            return f"moved it from {before or 'nothing'} to {after or 'nothing'}"
        case "sprint":
            return into_sprints(before, after)
        case "points":
            return (
                f"estimated {number(after)} instead of {number(before)}"
                if before
                else (f"estimated {number(after)}")
            )
        case "assignee":
            return f"gave it to {after}" if after else f"took it from {before}"
        case "key":
            return f"moved it from {before} to {after}"
    return other(event)


def into_sprints(before: str, after: str) -> str:
    """Jira lists all sprints of an issue: what counts is what came and what went."""
    old, new = names(before), names(after)
    came = [name for name in new if name not in old]
    gone = [name for name in old if name not in new]
    parts = []
    if came:
        parts.append(f"put it into {' and '.join(came)}")
    if gone:
        parts.append(f"took it out of {' and '.join(gone)}")
    return ", and ".join(parts) or "changed its sprints"


def names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def number(text: str) -> str:
    return text.removesuffix(".0") or "nothing"


LONG = 60


def other(event: TaskEvent) -> str:
    """A long text's change is only named."""
    if len(event.before) > LONG or len(event.after) > LONG:
        return f"changed the {event.field.lower()}"
    if not event.before:
        return f"set the {event.field.lower()} to {event.after}"
    if not event.after:
        return f"cleared the {event.field.lower()} ({event.before})"
    return f"changed the {event.field.lower()} from {event.before} to {event.after}"
