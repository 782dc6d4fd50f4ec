"""Starting a record, and what people add to it before it is sealed."""

import math
import re
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from handoff.models import Model, Record
from sources.connectors.base import Json
from sources.store import clean
from sprints import links
from sprints.models import DIRECTIONS, Task
from tracking.models import Artifact, Metric, Run

LONGEST = 10_000
COMMIT = re.compile(r"[0-9a-f]{7,64}")
UNNAMED = "model"


class Refused(ValueError):
    """What a person asked for cannot be done. The message says why."""


# ── starting ─────────────────────────────────────────────────────────────────


@transaction.atomic
def start(run: Run, *, by: User, model: str = "") -> Record:
    """A draft for this run; the one that is there already, when there is one.

    It belongs to the hypothesis that the run tests, else to its task, and to a
    model called after the tracker's project; both can be changed until the seal.
    """
    Run.objects.select_for_update().get(pk=run.pk)  # two clicks make one draft
    drafts = Record.objects.visible_to(by).filter(run=run.pk, sealed_at=None)
    if found := drafts.order_by("created_at").first():
        return found
    task = _task_of(run, by)
    record = Record(
        model=model_called(model or run.project.name.rpartition("/")[2]),
        run=run.pk,
        created_by=by,
    )
    _belong(record, run, task)
    record.save()
    return record


def _task_of(run: Run, by: User) -> Task | None:
    """A hypothesis before other tasks, then the one that moved last."""
    tied = [link.task for link in links.tasks_of(by, [run.pk])[run.pk]]
    return max(
        tied,
        key=lambda task: (task.is_hypothesis, task.updated_at or timezone.now(), task.name),
        default=None,
    )


def _belong(record: Record, run: Run, task: Task | None) -> None:
    record.task = task.pk if task else None
    record.task_name = task.name if task else ""
    record.sources = sorted({run.source_id, *([task.source_id] if task else [])}, key=str)


def model_called(name: str) -> Model:
    """The model of that name, new or not. Names that slugify alike are one model."""
    slug = slugify(name)[:80].strip("-") or UNNAMED
    return Model.objects.get_or_create(slug=slug, defaults={"name": name.strip() or slug})[0]


# ── stating ──────────────────────────────────────────────────────────────────


@transaction.atomic
def state(record: Record, words: Mapping[str, Any], *, by: User) -> Record:
    """Add what a person knows, each under its name in STATED, or `model`, `task`.

    An empty value takes a statement back. Who said it, and when, is kept; saying
    the same again changes nothing. Raises Refused, and then nothing is kept.
    """
    held = locked(record)
    for name, value in words.items():
        if name == "model":
            held.model = model_called(_text(held, value) or held.model_id)
        elif name == "task":
            _move(held, value, by)
        elif name in STATED:
            _say(held, name, STATED[name](held, value), by)
        else:
            raise Refused(f"Nothing is called {name} in a record.")
    held.save()
    return held


def locked(record: Record) -> Record:
    """The record as it is now, held until the transaction ends. Refuses a sealed one."""
    held = Record.objects.select_for_update().get(pk=record.pk)
    if held.sealed:
        raise Refused(f"{held} is sealed: nothing in it can change. Start a new record.")
    return held


def _say(record: Record, name: str, value: Json, by: User) -> None:
    if not value:
        record.stated.pop(name, None)
        return
    before = record.stated.get(name)
    if before and before["value"] == value:
        return
    at = timezone.now().replace(microsecond=0).isoformat().replace("+00:00", "Z")
    record.stated[name] = {"value": value, "by": by.get_username(), "at": at}


def _move(record: Record, value: Any, by: User) -> None:
    """To another task that the run is tied to."""
    run = Run.objects.get(pk=record.run)
    tied = {str(link.task.pk): link.task for link in links.tasks_of(by, [run.pk])[run.pk]}
    if value and str(value) not in tied:
        raise Refused("The run is not tied to that task. Tie it on the run's page first.")
    _belong(record, run, tied.get(str(value)))


def _text(_: Record, value: Any) -> str:
    text = clean(str(value or "")).replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Refused(f"That is longer than {LONGEST:,} characters.")
    return text


def _commit(record: Record, value: Any) -> str:
    text = _text(record, value).lower()
    if text and not COMMIT.fullmatch(text):
        raise Refused("A commit is 7 to 64 hexadecimal digits.")
    return text


def _command(record: Record, value: Any) -> str:
    text = _text(record, value)
    try:
        words = shlex.split(text)
    except ValueError:
        raise Refused("A quotation mark of the command is not closed.") from None
    if any("\n" in word for word in words):
        raise Refused("The command is one line.")
    return text


def _decision(record: Record, value: Any) -> Json:
    """{name, direction, threshold or None}; the metric must be one of the run's."""
    if not isinstance(value, Mapping) or not value.get("name"):
        return None
    name, direction = _text(record, value["name"]), value.get("direction") or "max"
    if direction not in DIRECTIONS:
        raise Refused("The direction is max or min.")
    if not Metric.objects.filter(run=record.run, name=name).exists():
        raise Refused(f"The run has no metric {name}.")
    return {"name": name, "direction": direction, "threshold": _number(value.get("threshold"))}


def _number(value: Any) -> float | None:
    if value in {None, ""}:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise Refused("The threshold is a number.")
    return number


def _checkpoint(record: Record, value: Any) -> str:
    path = _text(record, value)
    if path and not _held(record.run, [path], role="checkpoint"):
        raise Refused(f"The run holds no checkpoint {path}.")
    return path


def _files(record: Record, value: Any) -> Json:
    paths = sorted({_text(record, path) for path in value or []})
    if lost := set(paths) - _held(record.run, paths):
        raise Refused(f"The run holds no file {min(lost)}.")
    return paths


def _held(run: UUID, paths: list[str], *, role: str = "") -> set[str]:
    held = Artifact.objects.filter(run=run, path__in=paths, blob__isnull=False, removed_at=None)
    if role:
        held = held.filter(role=role)
    return set(held.values_list("path", flat=True))


STATED: dict[str, Callable[[Record, Any], Json]] = {
    "commit": _commit,
    "licence": _text,
    "intended_use": _text,
    "limitations": _text,
    "inference_command": _command,
    "decision_metric": _decision,
    "checkpoint": _checkpoint,
    "files": _files,
}
