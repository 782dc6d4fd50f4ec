"""Hypotheses by outcome, sprint and owner, in pages by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from sources.models import Person
from sources.store import clean
from sprints.hypotheses.reading import Line, read
from sprints.models import VERDICTS, Sprint, Task, TaskQuerySet, Verdict
from tracking.runs import keyset

SIZE = 50
ORDER = "hypotheses, latest changed first"  # other lists' places are not read here
OUTCOMES = ("open", *VERDICTS)


@dataclass(frozen=True, slots=True)
class Asked:
    """Empty words ask for all. `sprint` is a number, or a sprint's key;
    `owner` a name as Jira writes it; `place` what an earlier page gave."""

    outcome: str = ""
    sprint: str = ""
    owner: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """`newer` and `older` are places; empty where there is no such page."""

    lines: list[Line]
    newer: str
    older: str


def read_list(user: Person, asked: Asked, *, size: int = SIZE) -> Listing:
    """The latest changed first: a constant number of queries."""
    held = _of_outcome(_within(user, asked), asked.outcome).select_related("sprint")
    place = keyset.decode(asked.place, ORDER) if asked.place else None
    cut = keyset.take(held, "updated_at", place, descending=True, size=size)
    return Listing(
        lines=read(user, cut.rows),
        newer=_place(cut.rows[:1], back=True) if cut.newer else "",
        older=_place(cut.rows[-1:], back=False) if cut.older else "",
    )


def counts(user: Person, asked: Asked) -> dict[str, int]:
    """How many there are of each outcome, whatever outcome is asked for: one query."""
    rows = _within(user, asked).annotate(said=_last_word()).values("said")
    found = dict(rows.order_by().annotate(number=Count("pk")).values_list("said", "number"))
    return {word: found.get(None if word == "open" else word, 0) for word in OUTCOMES}


def owners(user: Person) -> list[str]:
    held = Task.objects.visible_to(user).hypotheses().exclude(assignee_name="")
    names = held.order_by("assignee_name").values_list("assignee_name", flat=True)
    return list(names.distinct())


def sprints_with_some(user: Person) -> list[Sprint]:
    held = Task.objects.visible_to(user).hypotheses().exclude(sprint=None)
    within = Sprint.objects.visible_to(user).filter(pk__in=held.values("sprint"))
    return list(within.newest_first())


def _within(user: Person, asked: Asked) -> TaskQuerySet:
    held = Task.objects.visible_to(user).hypotheses()
    if asked.owner:
        held = held.filter(assignee_name=clean(asked.owner))
    return held.filter(in_sprint(user, asked.sprint)) if asked.sprint else held


def in_sprint(user: Person, text: str) -> Q:
    """What is no number and no key is in no sprint."""
    sprints = Sprint.objects.visible_to(user)
    if text.isdecimal():
        return Q(sprint__in=sprints.filter(number=min(int(text), 2**31 - 1)).values("pk"))
    try:
        return Q(sprint__in=sprints.filter(pk=UUID(text)).values("pk"))
    except ValueError:
        return Q(pk__in=())


def _of_outcome(held: TaskQuerySet, outcome: str) -> QuerySet[Task]:
    if outcome not in OUTCOMES:
        return held
    if outcome == "open":
        return held.filter(verdicts=None)
    return held.annotate(said=_last_word()).filter(said=outcome)


def _last_word() -> Subquery:
    said = Verdict.objects.filter(task=OuterRef("pk")).order_by("-at", "-id")
    return Subquery(said.values("outcome")[:1])


def _place(edge: Sequence[Task], *, back: bool) -> str:
    return keyset.encode(keyset.Place(edge[0].updated_at, edge[0].pk, back), ORDER) if edge else ""
