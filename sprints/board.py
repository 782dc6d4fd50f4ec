"""A sprint as its page reads it: tasks under their parents, hypotheses, progress."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone

from sources.models import Person
from sprints import hypotheses, links
from sprints.models import Sprint, Task, Verdict


@dataclass(frozen=True, slots=True)
class Card:
    """A task with its sub-tasks. One whose parent is elsewhere is a card itself."""

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
    """`carried` are the tasks that were not done when the sprint closed, and
    went on in another; they count as its tasks. `runs` is by task."""

    sprint: Sprint
    cards: list[Card]
    carried: list[Card]
    hypotheses: list[hypotheses.Line]
    runs: dict[UUID, list[UUID]]
    progress: Progress
    days: Days | None
    before: Sprint | None
    after: Sprint | None


def read(user: Person, sprint: Sprint) -> Board:
    """Everything the sprint's page shows: a constant number of queries."""
    ever = Q(sprint=sprint.pk) | Q(sprints__contains=[sprint.pk])
    held = Task.objects.visible_to(user).filter(ever).select_related("sprint")
    tasks = list(held.order_by("created_at", "name"))
    here = [task for task in tasks if task.sprint_id == sprint.pk]
    runs = links.runs_of(user, [task.pk for task in tasks])
    lines = hypotheses.read(user, [task for task in tasks if task.is_hypothesis], runs=runs)
    before, after = _neighbours(user, sprint)
    return Board(
        sprint=sprint,
        cards=cards(here),
        carried=cards([task for task in tasks if task.sprint_id != sprint.pk]),
        hypotheses=lines,
        runs=runs,
        progress=progress(sprint, tasks, lines),
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


def progress(sprint: Sprint, tasks: Iterable[Task], lines: Sequence[hypotheses.Line]) -> Progress:
    """What was carried on into another sprint was not done in this one."""
    own = [task for task in tasks if not task.is_subtask]
    done = [task for task in own if task.category == "done" and task.sprint_id == sprint.pk]
    return Progress(
        tasks=len(own),
        tasks_done=len(done),
        points=sum(task.points or 0 for task in own),
        points_done=sum(task.points or 0 for task in done),
        hypotheses=len(lines),
        decided=sum(
            line.verdict is not None and line.task.sprint_id == sprint.pk for line in lines
        ),
    )


EXTRA = 0.25  # of a day: sprints end some hours before or after they began


def days(sprint: Sprint, now: datetime) -> Days | None:
    """None without dates; before its start a sprint is on day 0. Days are the
    viewer's: the second begins at midnight, not a day after the start."""
    if sprint.starts_at is None or sprint.ends_at is None:
        return None
    length = (sprint.ends_at - sprint.starts_at) / timedelta(days=1)
    whole = max(1, math.ceil(length - EXTRA))
    if now < sprint.starts_at:
        return Days(day=0, of=whole)
    gone = (timezone.localdate(now) - timezone.localdate(sprint.starts_at)).days + 1
    return Days(day=min(gone, whole), of=whole)


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
    """Every sprint, those that go on first, then newest first: four queries."""
    sprints = list(Sprint.objects.visible_to(user).newest_first().select_related("board"))
    sprints.sort(key=lambda one: one.state != "active")
    outcomes = _outcomes(user, [one.pk for one in sprints])
    figures = _figures(user, outcomes)
    return [Listed(one, figures.get(one.pk, NOTHING), outcomes.get(one.pk, {})) for one in sprints]


NOTHING = Progress(0, 0, 0, 0, 0, 0)


def _figures(user: Person, outcomes: Mapping[UUID, Mapping[str, int]]) -> dict[UUID, Progress]:
    """Tasks alike are counted by the database; there are few kinds of them."""
    kinds = ("sprint", "sprints", "category", "is_subtask", "is_hypothesis")
    held = Task.objects.visible_to(user).exclude(sprints=[])
    rows = list(held.values(*kinds).annotate(number=Count("pk"), total=Sum("points")))
    found: dict[UUID, Counter[str]] = {}
    for row in rows:
        for sprint in row["sprints"]:
            found.setdefault(sprint, Counter()).update(_counted(row, sprint))
    return {
        sprint: Progress(**counts, decided=sum(outcomes.get(sprint, {}).values()))
        for sprint, counts in found.items()
    }


def _counted(row: Mapping[str, Any], sprint: UUID) -> dict[str, float]:
    own, number, points = not row["is_subtask"], row["number"], row["total"] or 0
    done = own and row["category"] == "done" and row["sprint"] == sprint
    return {
        "tasks": number * own,
        "tasks_done": number * done,
        "points": points * own,
        "points_done": points * done,
        "hypotheses": number * row["is_hypothesis"],
    }


def _outcomes(user: Person, sprints: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many hypotheses of each sprint ended how; the latest verdict counts."""
    held = Task.objects.visible_to(user).hypotheses().filter(sprint__in=sprints)
    tasks = dict(held.values_list("pk", "sprint"))
    found: dict[UUID, dict[str, int]] = {}
    for verdict in Verdict.objects.latest_of(tasks):
        of = found.setdefault(tasks[verdict.task_id], {})
        of[verdict.outcome] = of.get(verdict.outcome, 0) + 1
    return found
