"""Tasks in pages by key, the latest changed first."""

from collections.abc import Sequence
from dataclasses import dataclass

from sources.models import Person
from sprints.hypotheses.listing import in_sprint
from sprints.models import Task
from sprints.task import holders
from tracking.runs import keyset

ORDER = "tasks, latest changed first"


@dataclass(frozen=True, slots=True)
class Listing:
    rows: list[Task]
    newer: str = ""
    older: str = ""


def read(user: Person, *, key: str = "", sprint: str = "", place: str = "", size: int) -> Listing:
    """With a key: whoever has, or had, it. `sprint` is a number, or a sprint's key."""
    if key:
        return Listing(holders(user, key))
    held = Task.objects.visible_to(user)
    if sprint:
        held = held.filter(in_sprint(user, sprint))
    found = keyset.decode(place, ORDER) if place else None
    cut = keyset.take(held, "updated_at", found, descending=True, size=size)
    return Listing(
        cut.rows,
        newer=_place(cut.rows[:1], back=True) if cut.newer else "",
        older=_place(cut.rows[-1:], back=False) if cut.older else "",
    )


def _place(edge: Sequence[Task], *, back: bool) -> str:
    if not edge:
        return ""
    return keyset.encode(keyset.Place(edge[0].updated_at, edge[0].pk, back), ORDER)
