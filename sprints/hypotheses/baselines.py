"""The runs that texts name as baselines: by a task's key, or by a run's handle."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sources.models import Person
from sprints import links
from sprints.hypotheses.measuring import measured
from sprints.models import Task
from tracking.models import Metric, Run


def baselines(user: Person, tasks: Sequence[Task]) -> dict[UUID, UUID]:
    """Hypothesis -> the run that its text compares with: a constant number of
    queries, none when no text names one.

    A key means the best run of that task by the claim's metric, or its newest
    where none has the metric: of the claim's own source, for another Jira may
    use the same key. What is no task's key, or of a task without runs, may be a
    run's handle.
    """
    names = {task.pk: name for task in tasks if (name := task.claimed.get("baseline"))}
    if not names:
        return {}
    runs = _runs_of_keys(user, set(names.values()))
    handles = dict(
        Run.objects.visible_to(user)
        .called(set(names.values()))
        .filter(handle__in=set(names.values()), trashed=False)
        .order_by("started_at")
        .values_list("handle", "pk")
    )
    scores = _scores(tasks, runs)
    chosen = (
        (
            task.pk,
            _best_of(task, runs.get((task.source_id, names[task.pk]), ()), scores)
            or handles.get(names[task.pk]),
        )
        for task in tasks
        if task.pk in names
    )
    return {task: run for task, run in chosen if run is not None}


type Named = dict[tuple[UUID, str], list[UUID]]


def _runs_of_keys(user: Person, names: set[str]) -> Named:
    """The runs of the task that has, or had, each key in each source; newest first."""
    held = Task.objects.visible_to(user).filter(keys__name__in=names)
    tasks = list(held.values_list("source", "keys__name", "pk"))
    runs = links.runs_of(user, {task for _, _, task in tasks})
    found: Named = {}
    for source, name, task in tasks:
        found.setdefault((source, name), []).extend(runs[task])
    return found


type Scores = Mapping[tuple[UUID, str], Metric]


def _scores(tasks: Sequence[Task], runs: Named) -> Scores:
    metrics = {task.claimed.get("metric") or "" for task in tasks}
    keys = {run for several in runs.values() for run in several}
    held = Metric.objects.filter(run__in=keys, name__in=metrics)
    return {(one.run_id, one.name): one for one in held}


def _best_of(task: Task, runs: Sequence[UUID], scores: Scores) -> UUID | None:
    metric, direction = task.claimed.get("metric") or "", task.claimed.get("direction") or "max"
    return _best(runs, metric, direction, scores) or (runs[0] if runs else None)


def _best(runs: Sequence[UUID], metric: str, direction: str, scores: Scores) -> UUID | None:
    found = ((measured(scores.get((run, metric)), direction)[0], run) for run in runs)
    scored = [(value, run) for value, run in found if value is not None]
    if not scored:
        return None
    pick = min if direction == "min" else max
    return pick(scored, key=lambda pair: pair[0])[1]


def best_run(runs: Sequence[UUID], metric: str, direction: str) -> UUID | None:
    """Of these runs the best by a metric; None when none has it."""
    held = Metric.objects.filter(run__in=runs, name=metric)
    return _best(runs, metric, direction, {(one.run_id, one.name): one for one in held})
