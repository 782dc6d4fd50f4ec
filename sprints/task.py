"""One task as its page reads it: family, notes, history, links, runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, Sum

from sources.models import Person
from sources.store import clean
from sprints import hypotheses, links
from sprints.models import Comment, Sprint, Task, TaskEvent, TaskKey, TaskLink, Worklog
from tracking.models import Run
from tracking.runs.table import HEAVY

RUNS, EVENTS, NOTES = 50, 200, 200  # on one page, newest first


@dataclass(frozen=True, slots=True)
class Related:
    """`words` other: "blocks" DOC-2."""

    words: str
    task: Task


@dataclass(frozen=True, slots=True)
class Linked:
    """A run of the task, and how it came to be one."""

    run: Run
    how: str


@dataclass(frozen=True, slots=True)
class Seen:
    """`more_runs` says how many are not shown; `untied` are runs whose words
    name the task and that a person took away from it; `seconds_logged` counts
    every work log, shown or not."""

    task: Task
    sprint: Sprint | None
    past_sprints: list[Sprint]
    parent: Task | None
    epic: Task | None
    children: list[Task]
    claims: list[hypotheses.Line]
    related: list[Related]
    runs: list[Linked]
    more_runs: int
    untied: list[Run]
    former_keys: list[str]
    comments: list[Comment]
    worklogs: list[Worklog]
    seconds_logged: int
    events: list[TaskEvent]


def read(user: Person, task: Task) -> Seen:
    """A constant number of queries, whatever hangs on the task."""
    children = list(
        Task.objects.visible_to(user).filter(parent=task.pk).order_by("created_at", "name")
    )
    claims = [child for child in children if child.is_hypothesis]
    of_tasks = links.runs_of(user, [task.pk, *(claim.pk for claim in claims)])
    runs = of_tasks[task.pk]
    comments = Comment.objects.visible_to(user).filter(task=task.pk)
    worklogs = Worklog.objects.visible_to(user).filter(task=task.pk)
    family = _family(user, task)
    sprints = _sprints(user, task)
    parent = family.get(task.parent_id) if task.parent_id else None
    return Seen(
        task=task,
        sprint=sprints.get(task.sprint_id) if task.sprint_id else None,
        past_sprints=[
            sprints[key] for key in task.sprints if key in sprints and key != task.sprint_id
        ],
        parent=parent,
        epic=_epic(task, parent, family),
        children=children,
        claims=hypotheses.read(user, claims, runs=of_tasks),
        related=_related(user, task),
        runs=_linked(user, task, runs[:RUNS]),
        more_runs=max(0, len(runs) - RUNS),
        untied=_untied(user, task),
        former_keys=_former_keys(task),
        comments=list(comments.order_by("-at")[:NOTES]),
        worklogs=list(worklogs.order_by("-started_at")[:NOTES]),
        seconds_logged=worklogs.aggregate(total=Sum("seconds"))["total"] or 0,
        events=list(TaskEvent.objects.filter(task=task.pk).order_by("-at", "-key")[:EVENTS]),
    )


def holders(user: Person, name: str) -> list[Task]:
    """The tasks that answer to a key. Within a source whoever has it now goes
    before those that had it once; two sources may each have one."""
    name = clean(name)
    found: dict[UUID, list[Task]] = {}
    for task in Task.objects.visible_to(user).named([name]).order_by("created_at", "key"):
        found.setdefault(task.source_id, []).append(task)
    chosen: list[Task] = []
    for several in found.values():
        present = [task for task in several if task.name.upper() == name.upper()]
        chosen += present or several
    return chosen


def _family(user: Person, task: Task) -> dict[UUID, Task]:
    above = [key for key in (task.parent_id, task.epic_id) if key]
    held = Task.objects.visible_to(user).select_related("epic").in_bulk(above)
    return dict(held)


def _epic(task: Task, parent: Task | None, family: dict[UUID, Task]) -> Task | None:
    """A sub-task's epic is its parent's."""
    if task.epic_id:
        return family.get(task.epic_id)
    above = parent.epic if parent else None
    return above if above and above.removed_at is None else None


def _sprints(user: Person, task: Task) -> dict[UUID, Sprint]:
    keys = {*task.sprints, *([task.sprint_id] if task.sprint_id else [])}
    return dict(Sprint.objects.visible_to(user).in_bulk(keys))


def _related(user: Person, task: Task) -> list[Related]:
    rows = list(TaskLink.objects.filter(Q(task=task.pk) | Q(other=task.pk)).order_by("kind"))
    ends = {end for row in rows for end in (row.task_id, row.other_id)} - {task.pk}
    others = Task.objects.visible_to(user).in_bulk(ends)
    named = (
        (row.kind, row.other_id) if row.task_id == task.pk else (row.inward, row.task_id)
        for row in rows
    )
    return [Related(words, others[end]) for words, end in named if end in others]


def _linked(user: Person, task: Task, keys: Sequence[UUID]) -> list[Linked]:
    runs = Run.objects.visible_to(user).defer(*HEAVY).in_bulk(keys)
    how = {
        key: link.how
        for key, several in links.tasks_of(user, keys).items()
        for link in several
        if link.task.pk == task.pk
    }
    return [Linked(runs[key], how.get(key, "")) for key in keys if key in runs]


def _untied(user: Person, task: Task) -> list[Run]:
    held = Run.objects.visible_to(user).filter(pk__in=links.untied_from(task), trashed=False)
    return list(held.newest_first()[:RUNS])


def _former_keys(task: Task) -> list[str]:
    held = TaskKey.objects.filter(task=task.pk).exclude(until=None).order_by("-until")
    return list(held.values_list("name", flat=True))
