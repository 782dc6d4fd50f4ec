"""The lines of a page of runs: what is read of each, and the chosen columns' values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Func, TextField
from django.db.models.functions import Cast

from sources.among import among
from tracking.models import Mention, Metric, Run
from tracking.runs.fields import FIGURES, Field
from tracking.runs.tasks import Named, Names, Tasks
from tracking.runs.values import value_of

OWN = ("key", "handle", "name", "state", "owner", "started_at", "partial", "tags", "project__name")

type Parameters = Mapping[UUID, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `names` are the tasks that it belongs to or names, `sprints` what its words
    name; `cells` are the chosen columns' values, in their order; None where the run has none."""

    key: UUID
    handle: str
    name: str
    state: str
    owner: str
    project: str
    started_at: datetime | None
    partial: bool
    names: Names
    sprints: list[int]
    cells: list[Any]

    @property
    def tasks(self) -> list[str]:
        return self.names.told


def shown(keys: Sequence[UUID], columns: Sequence[Field], *, whole: bool) -> list[Any]:
    """What is shown of these runs, in their order, and of their parameters those that are
    columns; `whole`: all, as text, in `written`. No model is made, and nothing else
    travels: a run may have thousands of parameters. One that went meanwhile is left out."""
    own = [column.name for column in columns if column.kind == "own"]
    chosen = _parameters(columns)
    if whole:
        chosen["written"] = Cast("parameters", TextField())
    held = Run.objects.filter(among("key", keys)).annotate(**chosen)
    rows = held.values_list(*dict.fromkeys((*OWN, *own, *chosen)), named=True)
    found = {run.key: run for run in rows}
    return [found[key] for key in keys if key in found]


def _parameters(columns: Sequence[Field]) -> dict[str, Func]:
    return {
        f"shown_{number}": value_of(column.name)
        for number, column in enumerate(columns)
        if column.kind == "parameter"
    }


def read(
    runs: Sequence[Any], columns: Sequence[Field], parameters: Parameters | None, tasks: Tasks
) -> list[Row]:
    """Two queries, and those of `tasks`. `parameters`: those of each run, where `shown`
    brought all."""
    keys = [run.key for run in runs]
    named = mentioned(keys)
    words = [named.get(key, ()) for key in keys]
    names = tasks.names(dict(zip(keys, words, strict=True)))
    belongs = [names[key] for key in keys]
    metrics = _metrics(keys, columns)
    values = [
        _values(column, number, runs, (words, belongs), metrics, parameters)
        for number, column in enumerate(columns)
    ]
    cells = zip(*values, strict=True) if values else ((),) * len(runs)
    return [_row(*line) for line in zip(runs, words, belongs, cells, strict=True)]


def _row(run: Any, named: Sequence[Named], names: Names, cells: tuple[Any, ...]) -> Row:
    return Row(
        key=run.key,
        handle=run.handle,
        name=run.name or run.handle,
        state=run.state,
        owner=run.owner,
        project=run.project__name,
        started_at=run.started_at,
        partial=run.partial,
        names=names,
        sprints=_sprints(named),
        cells=list(cells),
    )


def _sprints(named: Sequence[Named]) -> list[int]:
    return [int(one.value.split()[-1]) for one in named if one.kind != "key"]


def mentioned(keys: Iterable[UUID]) -> dict[UUID, list[Named]]:
    """What each run's words name, keys and sprints only: one query."""
    found: dict[UUID, list[Named]] = {}
    rows = Mention.objects.filter(among("run", keys), kind__in=("key", "sprint"))
    for run, *named in rows.order_by("id").values_list("run", *Named._fields):
        found.setdefault(run, []).append(Named._make(named))
    return found


# ── cells ────────────────────────────────────────────────────────────────────


def _metrics(
    keys: Sequence[UUID], columns: Sequence[Field]
) -> dict[tuple[UUID, str], dict[str, float | None]]:
    names = {column.name for column in columns if column.kind == "metric"}
    if not names:
        return {}
    held = Metric.objects.filter(among("run", keys), name__in=names)
    rows = held.values_list("run", "name", *FIGURES)
    return {(run, name): dict(zip(FIGURES, found, strict=True)) for run, name, *found in rows}


def _values(
    column: Field,
    number: int,
    runs: Sequence[Any],
    said: tuple[Sequence[Sequence[Named]], Sequence[Names]],
    metrics: Mapping[tuple[UUID, str], Mapping[str, float | None]],
    parameters: Parameters | None,
) -> list[Any]:
    """A column's values, run by run."""
    name, (words, belongs) = column.name, said
    match column.kind:
        case "own":
            return [getattr(run, name) for run in runs]
        case "metric":
            return [metrics.get((run.key, name), {}).get(column.figure) for run in runs]
        case "tag":
            return [", ".join(run.tags) or None for run in runs]
        case "task":
            return [", ".join(names.told) or None for names in belongs]
        case "sprint":
            return [", ".join(map(str, _sprints(named))) or None for named in words]
        case "parameter" if parameters is not None:
            return [parameters.get(run.key, {}).get(name) for run in runs]
        case _:
            return [getattr(run, f"shown_{number}") for run in runs]
