"""A sprint as its page reads it: tasks under their parents, hypotheses, progress."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone

from sources.models import Person
from sprints import hypotheses
from sprints.models import Sprint, Task, Verdict


@dataclass(frozen=True, slots=True)
class Card:
    """A task with its sub-tasks. `loose` is set when the parent is elsewhere."""

    task: Task
    children: list[Task] = field(default_factory=list)

    @property
    def done_children(self) -> int:
        return sum(child.category == "done" for child in self.children)


@dataclass(frozen=True, slots=True)
class Progress:
    """Three figures that are never mixed. Points are of tasks, not sub-tasks."""

    tasks: int
    tasks_done: int
    points: float
    points_done: float
    hypotheses: int
    decided: int


@dataclass(frozen=True, slots=True)
class Days:
    """`day` counts from 1, within the sprint; `of` is its length."""

    day: int
    of: int


@dataclass(frozen=True, slots=True)
class Board:
    sprint: Sprint
    cards: list[Card]
    hypotheses: list[hypotheses.Line]
    progress: Progress
    days: Days | None
    before: Sprint | None
    after: Sprint | None


def read(user: Person, sprint: Sprint) -> Board:
    """Everything the sprint's page shows: a constant number of queries."""
    tasks = list(Task.objects.visible_to(user).in_sprint(sprint).order_by("created_at", "name"))
    lines = hypotheses.read(user, [task for task in tasks if task.is_hypothesis])
    before, after = _neighbours(user, sprint)
    return Board(
        sprint=sprint,
        cards=cards(tasks),
        hypotheses=lines,
        progress=progress(tasks, lines),
        days=days(sprint, timezone.now()),
        before=before,
        after=after,
    )


def cards(tasks: Sequence[Task]) -> list[Card]:
    """Sub-tasks under their parents; one whose parent is not here stands alone.
    Hypotheses have a table of their own, but are counted under their parents."""
    found = {task.pk: Card(task) for task in tasks if not task.is_subtask}
    alone = []
    for task in tasks:
        if not task.is_subtask:
            continue
        card = found.get(task.parent_id) if task.parent_id else None
        if card is None:
            alone.append(Card(task))
        else:
            card.children.append(task)
    return [*found.values(), *alone]


def progress(tasks: Iterable[Task], lines: Sequence[hypotheses.Line]) -> Progress:
    own = [task for task in tasks if not task.is_subtask]
    done = [task for task in own if task.category == "done"]
    return Progress(
        tasks=len(own),
        tasks_done=len(done),
        points=sum(task.points or 0 for task in own),
        points_done=sum(task.points or 0 for task in done),
        hypotheses=len(lines),
        decided=sum(line.verdict is not None for line in lines),
    )


def days(sprint: Sprint, now: datetime) -> Days | None:
    """None without dates; before its start a sprint is on day 0."""
    if sprint.starts_at is None or sprint.ends_at is None:
        return None
    length = max(1, round((sprint.ends_at - sprint.starts_at) / timedelta(days=1)))
    gone = (min(now, sprint.ends_at) - sprint.starts_at) // timedelta(days=1) + 1
    return Days(day=max(0, min(gone, length)), of=length)


def _neighbours(user: Person, sprint: Sprint) -> tuple[Sprint | None, Sprint | None]:
    if sprint.starts_at is None:
        return None, None
    same = Sprint.objects.visible_to(user).filter(board=sprint.board_id).exclude(pk=sprint.pk)
    before = same.filter(starts_at__lt=sprint.starts_at).order_by("-starts_at").first()
    after = same.filter(starts_at__gt=sprint.starts_at).order_by("starts_at").first()
    return before, after


# ── the list of sprints ──────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Listed:
    sprint: Sprint
    progress: Progress
    outcomes: dict[str, int]


def read_list(user: Person) -> list[Listed]:
    """Every sprint, newest first, with its figures: three queries."""
    sprints = list(Sprint.objects.visible_to(user).newest_first().select_related("board"))
    figures = {row["sprint"]: row for row in _figures(user, [one.pk for one in sprints])}
    outcomes = _outcomes(user, [one.pk for one in sprints])
    return [
        Listed(
            one, _progress(figures.get(one.pk), outcomes.get(one.pk, {})), outcomes.get(one.pk, {})
        )
        for one in sprints
    ]


def _figures(user: Person, sprints: Sequence[UUID]) -> Iterable[Mapping[str, Any]]:
    own, done = Q(is_subtask=False), Q(is_subtask=False, category="done")
    return (
        Task.objects.visible_to(user)
        .filter(sprint__in=sprints)
        .values("sprint")
        .annotate(
            tasks=Count("pk", filter=own),
            tasks_done=Count("pk", filter=done),
            total=Sum("points", filter=own),
            total_done=Sum("points", filter=done),
            claims=Count("pk", filter=Q(is_hypothesis=True)),
        )
    )


def _progress(row: Mapping[str, Any] | None, outcomes: dict[str, int]) -> Progress:
    if row is None:
        return Progress(0, 0, 0, 0, 0, 0)
    return Progress(
        tasks=int(row["tasks"] or 0),
        tasks_done=int(row["tasks_done"] or 0),
        points=row["total"] or 0,
        points_done=row["total_done"] or 0,
        hypotheses=int(row["claims"] or 0),
        decided=sum(outcomes.values()),
    )


def _outcomes(user: Person, sprints: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many hypotheses of each sprint ended how; the latest verdict counts."""
    tasks = dict(
        Task.objects.visible_to(user)
        .hypotheses()
        .filter(sprint__in=sprints)
        .values_list("pk", "sprint")
    )
    found: dict[UUID, dict[str, int]] = {}
    for verdict in Verdict.objects.latest_of(tasks):
        of = found.setdefault(tasks[verdict.task_id], {})
        of[verdict.outcome] = of.get(verdict.outcome, 0) + 1
    return found
