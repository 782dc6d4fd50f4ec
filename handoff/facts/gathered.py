"""What the database holds about a record's run: a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from handoff.models import Record
from sources.models import Payload, Person, Source
from sprints import hypotheses, links
from sprints.models import Sprint, Task
from tracking.models import Artifact, Metric, Run, TrackerProject


class RunGone(Exception):
    """The run of a draft is no longer here: its source was removed."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """`line` is the hypothesis, when the record's task is one, with figures of
    the record's own sources; `tasks` are all that the run is tied to, for
    whoever wants to choose another."""

    run: Run
    source: Source
    project: TrackerProject | None
    payload: Payload | None
    metrics: Sequence[Metric]
    artifacts: Sequence[Artifact]
    tasks: Sequence[Task]
    task: Task | None
    parent: Task | None
    sprint: Sprint | None
    line: hypotheses.Line | None
    baseline: Run | None
    stated: Mapping[str, Any]
    sources: Sequence[UUID]

    def artifacts_of(self, role: str) -> list[Artifact]:
        """Those with this role; `plot:` means every plot."""
        whole = not role.endswith(":")
        return [
            one
            for one in self.artifacts
            if (one.role == role if whole else one.role.startswith(role))
        ]

    def gap(self, *words: str) -> str:
        """Why the tracker does not have what one of `words` names; empty if it did not say."""
        for gap in self.run.gaps:
            if any(word in str(gap.get("what", "")).lower() for word in words):
                return str(gap.get("why", ""))
        return ""


def gather(record: Record, user: Person) -> Gathered:
    """Raises RunGone. What belongs to work (task, sprint) is read as `user` sees it."""
    run = Run.objects.filter(pk=record.run).first()
    source = Source.objects.filter(pk=run.source_id).first() if run else None
    if run is None or source is None:
        raise RunGone(f"The run of {record} is no longer here.")
    task = Task.objects.visible_to(user).filter(pk=record.task).first() if record.task else None
    line = _line(user, record, task) if task and task.is_hypothesis else None
    baseline = line.claim.baseline if line else None
    around = _around(user, task)
    return Gathered(
        run=run,
        source=source,
        project=TrackerProject.objects.filter(pk=run.project_id).first(),
        payload=Payload.objects.filter(pk=run.pk).first(),
        metrics=list(Metric.objects.filter(run=run.pk).order_by("name")),
        artifacts=list(Artifact.objects.of_run(run.pk).filter(removed_at=None)),
        tasks=[link.task for link in links.tasks_of(user, [run.pk])[run.pk]],
        task=task,
        parent=around.get(task.parent_id) if task and task.parent_id else None,
        sprint=_sprint(user, task),
        line=line,
        baseline=Run.objects.visible_to(user).filter(pk=baseline).first() if baseline else None,
        stated=record.stated,
        sources=record.sources,
    )


def _line(user: Person, record: Record, task: Task) -> hypotheses.Line:
    """The hypothesis with figures of the record's own sources only: whoever
    sees those reads the record, and may not see others."""
    own = Run.objects.visible_to(user).filter(source__in=record.sources)
    runs = links.runs_of(user, [task.pk], sources=record.sources)
    line = hypotheses.read(user, [task], runs=runs)[0]
    base = line.claim.baseline
    if base is None or own.filter(pk=base).exists():
        return line
    claim = replace(line.claim, baseline=None, unseen=base)
    return replace(line, claim=claim, figures=replace(line.figures, baseline=None))


def _around(user: Person, task: Task | None) -> dict[UUID, Task]:
    if task is None or task.parent_id is None:
        return {}
    return Task.objects.visible_to(user).in_bulk([task.parent_id])


def _sprint(user: Person, task: Task | None) -> Sprint | None:
    if task is None or task.sprint_id is None:
        return None
    return Sprint.objects.visible_to(user).filter(pk=task.sprint_id).first()
