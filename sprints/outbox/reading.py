"""The outbox as pages read it: the queue, one row, and how a task's writes stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from sources.connectors.writing import Request
from sources.models import Person, visible_sources
from sprints.outbox import tagging
from sprints.outbox.models import OPEN, TAGS, Write, WriteQuerySet
from sprints.outbox.wishes import figure_words, wish_of

PAGE = 50
# A view of the queue, and the states that are in it.
VIEWS: Mapping[str, Sequence[str]] = {
    "waiting": OPEN,
    "refused": ("refused", "conflict"),
    "done": ("done",),
    "dropped": ("dropped",),
    "dry": ("dry",),
}
HIDDEN = "it tells of a source that you do not see"


@dataclass(frozen=True, slots=True)
class Line:
    """A write in words. `hidden`: what it says is not for this person."""

    write: Write
    what: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """Newest first. `newer` and `older` are the ids to go on from; 0: there are none."""

    lines: list[Line]
    newer: int
    older: int


def queue(
    user: Person, *, view: str = "", source: UUID | None = None, before: int = 0, after: int = 0
) -> Queue:
    """One page of at most fifty, by key: two queries, and one for the sources seen."""
    held = _within(user, view, source).select_related("task", "source", "by", "through")
    if after:
        rows = list(reversed(held.filter(pk__gt=after).order_by("pk")[: PAGE + 1]))
        more = len(rows) > PAGE
        rows = rows[-PAGE:]
        newer, older = (rows[0].pk if more else 0), (rows[-1].pk if rows else 0)
    else:
        rows = list((held.filter(pk__lt=before) if before else held).order_by("-pk")[: PAGE + 1])
        more = len(rows) > PAGE
        rows = rows[:PAGE]
        newer, older = (rows[0].pk if before and rows else 0), (rows[-1].pk if more else 0)
    return Queue([line(user, one) for one in rows], newer, older)


COUNTED = ("waiting", "refused", "dry")  # the others only ever grow


def counts(user: Person, source: UUID | None = None) -> dict[str, int]:
    """How many there are in the views that somebody should look at: one query."""
    of = {name: Count("pk", filter=Q(state__in=VIEWS[name])) for name in COUNTED}
    states = [state for name in COUNTED for state in VIEWS[name]]
    return _within(user, "", source).filter(state__in=states).aggregate(**of)


def refused(user: Person, source: UUID | None, *, most: int = 500) -> list[Write]:
    """The oldest first, as they were asked for. Not what others were quicker with: that
    is looked at one by one."""
    held = _within(user, "refused", source).filter(state="refused")
    return list(held.order_by("pk")[:most])


def _within(user: Person, view: str, source: UUID | None) -> WriteQuerySet:
    held = Write.objects.visible_to(user)
    if source is not None:
        held = held.filter(source=source)
    return held.filter(state__in=VIEWS[view]) if view in VIEWS else held


def newest_of(user: Person, tasks: Iterable[UUID]) -> dict[UUID, list[Line]]:
    """How the writes of each task stand, the newest of each kind: one query."""
    held = Write.objects.visible_to(user).newest_of(tasks).select_related("task", "by", "through")
    found: dict[UUID, list[Line]] = {}
    for one in sorted(held, key=lambda write: -write.pk):
        found.setdefault(one.task_id, []).append(line(user, one))
    return found


def line(user: Person, write: Write) -> Line:
    hidden = not set(write.cites) <= set(visible_sources(user))
    return Line(write, KIND_NAMES[write.kind] if hidden else what(write), hidden)


KIND_NAMES = {
    "link": "a link",
    "unlink": "a link taken away",
    "labels": "labels",
    "move": "a move",
    "subtask": "a sub-task",
    "comment": "the verdict's comment",
    "worklog": "work logged",
    "tag": "a run's tag",
    "untag": "a run's tag taken away",
}


def what(write: Write) -> str:
    """ "move to Done"."""
    asked = write.asked
    match write.kind:
        case "link":
            return f"link to {asked.get('title', '')}"
        case "unlink":
            return "a link taken away"
        case "labels":
            return "labels " + ", ".join(
                [f"+{one}" for one in asked.get("add", ())]
                + [f"−{one}" for one in asked.get("remove", ())]
            )
        case "move":
            return f"move to {asked.get('status', '')}"
        case "subtask":
            return f"sub-task “{asked.get('summary', '')}”"
        case "worklog":
            return f"{span(asked.get('seconds', 0))} of work"
        case "comment":
            return f"comment: verdict {asked.get('outcome', '')}"
    return tag_words(write)


def tag_words(write: Write) -> str:
    asked = write.asked
    if write.kind == "tag":
        return f"tag {asked['key']}={asked['add']} on {asked['name']}"
    return f"{write.task.name} out of the tag {asked['key']} on {asked['name']}"


def span(seconds: int) -> str:
    """1 h 30 min, without the zeros."""
    hours, minutes = divmod(seconds // 60, 60)
    parts = (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "")
    return " ".join(filter(None, parts)) or "0 min"


def said(write: Write) -> str:
    """What it will say over there, in words."""
    asked = write.asked
    parts = (figure_words(asked) if write.kind == "comment" else "", asked.get("text", ""))
    return "\n".join(filter(None, parts))


def request(write: Write, *, held: str, cloud: bool) -> Request:
    """What is sent, or would be: the dry view. Of a tag: where no other task is in it."""
    if write.kind in TAGS:
        return tagging.wish(write).request()
    return wish_of(write, held=held).request(write.task.external_id, cloud=cloud)
