"""Runs' tags in MLflow: a run that a person tied to a task names it there, too.

Only of sources that an administrator allows to be written to. Who may tie a run may
tag it; MLflow has no accounts of people, so the source's own login writes.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from sources.connectors.base import Beat, no_beat
from sources.connectors.mlflow.tags import TASKS
from sources.connectors.mlflow.writes import Tagger, TaskTag
from sources.models import Source
from sprints.models.mirrored import Task, TaskKey
from sprints.outbox.models import TAGS, Write, mode
from tracking.models import Run

MAY_TIE = "sprints.add_evidence"


def run_id(run: Run) -> str:
    return f"labledger:run:{run.pk}"


def run_key(write: Write) -> UUID:
    return UUID(write.subject.rpartition(":")[2])


def runs_tagged(runs: Iterable[Run], task: Task, *, by: User) -> list[Write]:
    """A row a run whose source is written to; none where one says it already. Behind
    an untag that was refused there is one: that is not sent again then. The caller
    holds the transaction. Four queries, however many runs."""
    written = _written_to(runs)
    last = _last((run_id(run) for run, _ in written), but=("dropped", "dry"))
    asked = {"key": TASKS, "add": task.name}
    made = [
        _row("tag", run, source, task, asked, by)
        for run, source in written
        if not _is_asked_for(last.get((run_id(run), task.pk)))
    ]
    return Write.objects.bulk_create(made)


def run_untagged(run: Run, task: Task, *, by: User) -> list[Write]:
    """Takes the task out of the tag again, if it was to be put there. Of one that was
    refused, too: then it is not sent again behind this. A dry run took nothing out."""
    last = _last([run_id(run)], but=("dropped",)).get((run_id(run), task.pk))
    if last is None or (last.kind == "untag" and last.state != "dry"):
        return []
    names = TaskKey.objects.filter(task=task.pk).values_list("name", flat=True)
    asked = {"key": TASKS, "remove": sorted({task.name, *names})}
    made = [_row("untag", run, source, task, asked, by) for run, source in _written_to([run])]
    return Write.objects.bulk_create(made)


def _written_to(runs: Iterable[Run]) -> list[tuple[Run, Source]]:
    held = list(runs)
    found = Source.objects.filter(pk__in={run.source_id for run in held}, kind="mlflow")
    sources = {one.pk: one for one in found if mode(one) != "off"}
    return [(run, sources[run.source_id]) for run in held if run.source_id in sources]


def _last(subjects: Iterable[str], *, but: Sequence[str]) -> dict[tuple[str, UUID], Write]:
    """What was asked last of each run and task, but for rows in these states."""
    held = Write.objects.filter(kind__in=TAGS, subject__in=list(subjects))
    rows = held.exclude(state__in=but).order_by("pk").only("subject", "task", "kind", "state")
    return {(one.subject, one.task_id): one for one in rows}


def _is_asked_for(last: Write | None) -> bool:
    return last is not None and last.kind == "tag" and last.state != "refused"


def _row(kind: str, run: Run, source: Source, task: Task, asked: dict[str, Any], by: User) -> Write:
    made = Write(
        source=source,
        task=task,
        kind=kind,
        subject=run_id(run),
        asked={**asked, "run": run.handle, "name": run.name or run.handle},
        cites=[task.source_id],
        by=by,
        state="dry" if mode(source) == "dry" else "pending",
    )
    made.tell("asked", by=by.pk)
    return made


# ── sending ──────────────────────────────────────────────────────────────────


def wish(write: Write) -> TaskTag:
    asked = write.asked
    return TaskTag(asked["run"], asked.get("add", ""), tuple(asked.get("remove", ())))


def tagger(source: Source, *, going: Beat = no_beat, beat: Beat = no_beat) -> Tagger:
    given = source.settings
    return Tagger(
        given["address"],
        user=given.get("user") or "",
        secret=source.secret,
        insecure=bool(given.get("insecure")),
        going=going,
        beat=beat,
    )
