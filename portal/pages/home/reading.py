"""What changed lately, over all floors, newest first; and what is mine."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from portal.accounts.ties import following
from portal.freshness import Standing, age
from portal.freshness import read as standings
from portal.pages.people.addresses import person_url
from sources.models import Person, visible_sources
from sprints import board, hypotheses
from sprints.models import Sprint, Task, TaskEvent, Verdict
from tracking.models import Run

LATELY = timedelta(days=7)
CHANGES = 20
MINE = 20
OWN_RUNS = 6
TOLD = ("created", "status", "sprint", "points")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of what changed. `what` is said after `name`."""

    at: datetime
    who: str
    name: str
    url: str
    what: str
    verdict: str = ""
    who_url: str = ""


@dataclass(frozen=True, slots=True)
class Fresh:
    standing: Standing
    age: str
    url: str


@dataclass(frozen=True, slots=True)
class Active:
    """A sprint that goes on, in a line."""

    sprint: Sprint
    url: str
    days: board.Days | None
    progress: board.Progress


@dataclass(frozen=True, slots=True)
class Page:
    opening: str
    active: list[Active]
    open_claims: list[hypotheses.Line]
    mine: list[Task]
    runs: list[Run]
    changes: list[Change]
    fresh: list[Fresh]
    running: int
    known_person: bool
    tied: bool  # whether an administrator said which accounts are this person's


def read(user: Any) -> Page:
    now = timezone.now()
    sprints = list(Sprint.objects.visible_to(user).active().newest_first()[:3])
    active = _active(user, sprints, now)
    ties = following.ties_of(user, user)
    fresh = [
        Fresh(one, age(one, now), reverse("source", args=[one.source.slug]))
        for one in standings(user)
    ]
    return Page(
        opening=_opening(active),
        active=active,
        open_claims=_open_claims(user, sprints),
        mine=list(following.open_tasks(user, user, ties)[:MINE]),
        runs=following.newest_runs(user, ties, most=OWN_RUNS),
        changes=changes(user, now - LATELY),
        fresh=fresh,
        running=Run.objects.visible_to(user).filter(state="running", trashed=False).count(),
        known_person=bool(ties or user.get_full_name()),
        tied=bool(ties),
    )


def _active(user: Person, sprints: Sequence[Sprint], now: datetime) -> list[Active]:
    """Two queries, whatever the number of sprints; of tasks only what is counted."""
    held = Task.objects.visible_to(user).filter(sprint__in=[one.pk for one in sprints])
    tasks = list(held.only("sprint", "is_subtask", "is_hypothesis", "category", "points"))
    claims = [task.pk for task in tasks if task.is_hypothesis]
    decided = {one.task_id for one in Verdict.objects.latest_of(claims)}
    return [
        Active(
            sprint,
            reverse("sprint_by_id", args=[sprint.pk]),
            board.days(sprint, now),
            _progress([task for task in tasks if task.sprint_id == sprint.pk], decided),
        )
        for sprint in sprints
    ]


def _progress(tasks: Sequence[Task], decided: AbstractSet[UUID]) -> board.Progress:
    claims = [task.pk for task in tasks if task.is_hypothesis]
    own = [task for task in tasks if not task.is_subtask]
    done = [task for task in own if task.category == "done"]
    return board.Progress(
        tasks=len(own),
        tasks_done=len(done),
        points=sum(task.points or 0 for task in own),
        points_done=sum(task.points or 0 for task in done),
        hypotheses=len(claims),
        decided=sum(claim in decided for claim in claims),
    )


def _opening(active: Sequence[Active]) -> str:
    if not active:
        return "No sprint is going on."
    first = active[0]
    day = f", day {first.days.day} of {first.days.of}" if first.days else ""
    goal = f": {first.sprint.goal}" if first.sprint.goal else ""
    return f"{first.sprint.name}{day}{goal}"


def _open_claims(user: Person, sprints: Sequence[Sprint]) -> list[hypotheses.Line]:
    tasks = Task.objects.visible_to(user).hypotheses().filter(sprint__in=sprints, verdicts=None)
    return hypotheses.read(user, list(tasks.order_by("name")[:MINE]))


# ── what changed ─────────────────────────────────────────────────────────────


def changes(user: Person, since: datetime) -> list[Change]:
    """Moves of tasks, verdicts, runs and whose these are: four queries."""
    found = [*_moves(user, since), *_verdicts(user, since), *_runs(user, since)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:CHANGES]


def _moves(user: Person, since: datetime) -> list[Change]:
    """Of tasks that are seen here; only then is the list cut."""
    seen = {"task__source__in": visible_sources(user), "task__removed_at": None}
    rows = TaskEvent.objects.filter(
        source__in=visible_sources(user), at__gte=since, kind__in=TOLD, **seen
    )
    return [_move(row, row.task) for row in rows.select_related("task").order_by("-at")[:CHANGES]]


def _move(row: TaskEvent, task: Task) -> Change:
    words = {
        "created": f"created: {task.summary}",
        "status": f"{row.before or 'nowhere'} → {row.after}: {task.summary}",
        "sprint": f"into {row.after or 'no sprint'}: {task.summary}",
        "points": f"points {row.before or '–'} → {row.after or '–'}: {task.summary}",
    }
    return Change(row.at, row.author_name, task.name, task_url(task), words[row.kind])


def task_url(task: Task) -> str:
    return reverse("hypothesis" if task.is_hypothesis else "task", args=[task.name])


def _verdicts(user: Person, since: datetime) -> list[Change]:
    """On tasks that are seen here; only then is the list cut."""
    seen = {"task__source__in": visible_sources(user), "task__removed_at": None}
    rows = Verdict.objects.filter(at__gte=since, **seen).select_related("by", "task")
    return [
        Change(
            row.at,
            row.by.get_full_name() or row.by.get_username(),
            row.task.name,
            task_url(row.task),
            row.task.summary,
            verdict=row.outcome,
            who_url=reverse("person", args=[row.by_id]),
        )
        for row in rows.order_by("-at")[:CHANGES]
    ]


def _runs(user: Person, since: datetime) -> list[Change]:
    rows = Run.objects.visible_to(user).filter(started_at__gte=since, trashed=False)
    runs = list(rows.order_by("-started_at")[:CHANGES])
    people = following.owners_of(user, runs)
    return [
        Change(
            run.started_at,
            run.owner,
            run.handle,
            reverse("run", args=[run.pk]),
            f"run {run.name or run.handle}, {run.state}",
            who_url=person_url(people.get(run.pk)),
        )
        for run in runs
        if run.started_at
    ]
