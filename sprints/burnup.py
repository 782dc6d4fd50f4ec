"""The scope of a sprint and what is done of it, day by day, from its tasks' histories."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sources.models import Person
from sprints.models import Sprint, Task, TaskEvent

type Counted = Literal["points", "tasks"]
LONGEST = 120  # days; a sprint that nobody closes is drawn no further


@dataclass(frozen=True, slots=True)
class BurnUp:
    """One value of `scope` and `done` for each day that has begun: how things
    stood as the day began, and on the last of them as they stand now (or stood
    at the close). `days` is the whole sprint."""

    days: list[date]
    scope: list[float]
    done: list[float]
    today: date | None
    unit: Counted


def read(
    user: Person, sprint: Sprint, now: datetime, *, unit: Counted | None = None
) -> BurnUp | None:
    """None for a sprint that has no dates or has not begun: two queries.

    Points where any task has some, else tasks. Sub-tasks are not counted:
    their parents are.
    """
    if sprint.starts_at is None or sprint.ends_at is None or sprint.starts_at > now:
        return None
    tasks = list(Task.objects.visible_to(user).filter(_ever_in(sprint), is_subtask=False))
    events = _events(tasks)
    counted: Counted = unit or ("points" if any(task.points for task in tasks) else "tasks")
    days = _days(sprint, now)
    moments = _moments(sprint, days, now)
    is_done = {task.status: task.category == "done" for task in tasks}
    states = [
        list(_states(task, events.get(task.pk, []), moments, sprint, is_done)) for task in tasks
    ]
    inside = [[one for one in several if one.inside] for several in zip(*states, strict=True)]
    inside = inside or [[] for _ in moments]
    return BurnUp(
        days=days,
        scope=[sum(one.worth(counted) for one in several) for several in inside],
        done=[sum(one.worth(counted) for one in several if one.done) for several in inside],
        today=timezone.localdate(now) if sprint.state != "closed" else None,
        unit=counted,
    )


def _ever_in(sprint: Sprint) -> Q:
    """Now in it, carried out of it at its end, or taken out of it on the way:
    of the last only the history knows."""
    left = TaskEvent.objects.filter(
        source=sprint.source_id,
        kind="sprint",
        at__gte=sprint.starts_at,
        before_id__regex=rf"(^|[^0-9]){re.escape(sprint.external_id)}([^0-9]|$)",
    )
    return Q(sprint=sprint.pk) | Q(sprints__contains=[sprint.pk]) | Q(pk__in=left.values("task"))


def _events(tasks: Sequence[Task]) -> Mapping[UUID, list[TaskEvent]]:
    """What happened to each task, oldest first."""
    kinds = ("status", "sprint", "points")
    held = TaskEvent.objects.filter(task__in=[task.pk for task in tasks], kind__in=kinds)
    found: dict[UUID, list[TaskEvent]] = {}
    for event in held.order_by("at", "key"):
        found.setdefault(event.task_id, []).append(event)
    return found


def _days(sprint: Sprint, now: datetime) -> list[date]:
    """From its first day to its last; a sprint that overruns goes on."""
    assert sprint.starts_at is not None
    assert sprint.ends_at is not None
    first = timezone.localdate(sprint.starts_at)
    over = sprint.completed_at or (now if sprint.state == "active" else sprint.ends_at)
    last = timezone.localdate(max(sprint.ends_at, over))
    return [first + timedelta(days=at) for at in range(min((last - first).days + 1, LONGEST))]


def _moments(sprint: Sprint, days: Sequence[date], now: datetime) -> list[datetime]:
    """The beginning of each day that has begun, the last moved to the end of what is known."""
    assert sprint.starts_at is not None
    assert sprint.ends_at is not None
    stop = sprint.completed_at or (now if sprint.state == "active" else min(now, sprint.ends_at))
    zone = timezone.get_current_timezone()
    begins = [max(datetime.combine(day, time(), zone), sprint.starts_at) for day in days]
    begun = [moment for moment in begins if moment <= stop]
    return [*begun[:-1], stop] if len(begun) > 1 else begun


@dataclass(frozen=True, slots=True)
class _State:
    inside: bool
    points: float
    done: bool

    def worth(self, unit: Counted) -> float:
        return self.points if unit == "points" else 1


OUTSIDE = _State(inside=False, points=0, done=False)


@dataclass(slots=True)
class _Undone:
    """A task as it is now, with its events taken back one by one."""

    state: _State
    events: list[TaskEvent]
    sprint: str
    is_done: Mapping[str, bool]
    ids: re.Pattern[str] = field(default=re.compile(r"\d+"))

    def back_to(self, moment: datetime) -> _State:
        while self.events and self.events[-1].at > moment:
            self._undo(self.events.pop())
        return self.state

    def _undo(self, event: TaskEvent) -> None:
        if event.kind == "sprint":
            inside = self.sprint in self.ids.findall(event.before_id)
            self.state = replace(self.state, inside=inside)
        elif event.kind == "points":
            self.state = replace(self.state, points=_number(event.before))
        else:
            self.state = replace(self.state, done=self.is_done.get(event.before, False))


def _states(
    task: Task,
    events: Iterable[TaskEvent],
    moments: Sequence[datetime],
    sprint: Sprint,
    is_done: Mapping[str, bool],
) -> Iterator[_State]:
    """How the task stood at each moment. A status that no task of the sprint
    is in now counts as not done: its category is told nowhere."""
    now = _State(sprint.pk in task.sprints, task.points or 0, task.category == "done")
    undone = _Undone(now, list(events), sprint.external_id, is_done)
    backwards = [
        undone.back_to(moment) if _was_there(task, moment) else OUTSIDE
        for moment in reversed(moments)
    ]
    yield from reversed(backwards)


def _was_there(task: Task, moment: datetime) -> bool:
    return task.created_at is None or task.created_at <= moment


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0
