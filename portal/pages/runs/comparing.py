"""Runs side by side: parameters with the differing first, figures, curves, source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from portal.pages.runs.one import Drawn, window
from sources.models import Person
from tracking import curves, source_text
from tracking.models import Artifact, Metric, Run

MOST = 12
MOST_ROWS = 400
CODE = ("training-code", "augmentation-code", "inference-code", "environment-lock")


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a metric, a value a run; `differs` from run to run."""

    name: str
    values: list[Any]
    differs: bool


@dataclass(frozen=True, slots=True)
class Page:
    runs: list[Run]
    parameters: list[Row]
    metrics: list[Row]
    curves_url: str
    curves_state: dict[str, str]
    diffs: list[tuple[str, str]]
    left_out: int


def read(user: Person, asked: QueryDict) -> Page:
    """Five queries, whatever the number of runs."""
    runs, left_out = chosen(user, asked)
    metrics = Metric.objects.filter(run__in=[run.pk for run in runs])
    words = urlencode([("runs", str(run.pk)) for run in runs])
    return Page(
        runs=runs,
        parameters=parameters(runs),
        metrics=figures(runs, list(metrics)),
        curves_url=f"{reverse('compare_curves')}?{words}",
        curves_state={word: asked.get(word, "") for word in ("x", "scale", "smooth", "from", "to")},
        diffs=_diffs(user, runs),
        left_out=left_out,
    )


def chosen(user: Person, asked: QueryDict) -> tuple[list[Run], int]:
    """The named runs that this person sees, in the asked order."""
    keys = [
        key for text in asked.getlist("runs") for word in text.split(",") if (key := _key(word))
    ]
    keys = list(dict.fromkeys(keys))
    held = Run.objects.visible_to(user).select_related("project").in_bulk(keys[:MOST])
    return [held[key] for key in keys if key in held], max(0, len(keys) - MOST)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def parameters(runs: Sequence[Run]) -> list[Row]:
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    rows = [_row(name, [run.parameters.get(name) for run in runs]) for name in names]
    return sorted(rows, key=lambda row: (not row.differs, row.name))[:MOST_ROWS]


def figures(runs: Sequence[Run], metrics: Sequence[Metric]) -> list[Row]:
    """The good end of each metric, by the usual names of losses."""
    held = {(one.run_id, one.name): one for one in metrics}
    names = sorted({one.name for one in metrics if not one.name.startswith("monitoring/")})
    rows = []
    for name in names[:MOST_ROWS]:
        way = curves.direction(name)
        found = [held.get((run.pk, name)) for run in runs]
        rows.append(_row(name, [getattr(one, way) if one else None for one in found]))
    return rows


def _row(name: str, values: list[Any]) -> Row:
    return Row(name, values, differs=any(value != values[0] for value in values[1:]))


def _diffs(user: Person, runs: Sequence[Run]) -> list[tuple[str, str]]:
    """With two runs: (path, address) of each source file that is not the same."""
    if len(runs) != 2:
        return []
    one, other = (sources_of(user, run) for run in runs)
    changed = sorted(
        path for path in one.keys() | other.keys() if _blob(one, path) != _blob(other, path)
    )
    base = reverse("run_diff", args=[runs[0].pk, runs[1].pk])
    return [(path, f"{base}?{urlencode({'path': path})}") for path in changed]


def _blob(files: dict[str, Artifact], path: str) -> str | None:
    return files[path].blob_id if path in files else None


def sources_of(user: Person, run: Run) -> dict[str, Artifact]:
    """A run's source files by path."""
    files = Artifact.objects.visible_to(user).of_run(run.pk).filter(role__in=CODE)
    return {one.path: one for one in files if source_text.is_text(one)}


def read_curves(user: Person, asked: QueryDict) -> Drawn:
    runs, _ = chosen(user, asked)
    keys = [run.pk for run in runs]
    metrics = list(Metric.objects.filter(run__in=keys, points__gt=1).order_by("name"))
    labels = {run.pk: run.handle for run in runs}
    view = window(asked)
    count = sum(one.points for one in metrics)
    mark = f"{'-'.join(map(str, keys))}:{count}:{sorted(view.items())}"
    return Drawn(mark, lambda: {"charts": curves.charts(metrics, labels=labels, **view)})


# ── source against source ────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Diff:
    run: Run
    other: Run
    path: str
    files: list[tuple[str, str, bool]]
    lines: list[source_text.Line]
    words: str


def read_diff(user: Person, run: Run, other: Run, path: str) -> Diff:
    """One file of two runs; without a path, the first that differs."""
    ours, theirs = sources_of(user, run), sources_of(user, other)
    paths = sorted(ours.keys() | theirs.keys())
    changed = [name for name in paths if _blob(ours, name) != _blob(theirs, name)]
    shown = path if path in paths else next(iter(changed or paths), "")
    old, new = (
        source_text.read(files[shown]).text if shown in files else "" for files in (ours, theirs)
    )
    base = reverse("run_diff", args=[run.pk, other.pk])
    return Diff(
        run=run,
        other=other,
        path=shown,
        files=[(name, f"{base}?{urlencode({'path': name})}", name in changed) for name in paths],
        lines=source_text.diff(old, new),
        words=_diff_words(paths, changed),
    )


def _diff_words(paths: list[str], changed: list[str]) -> str:
    if not paths:
        return "Neither run has source files here."
    if not changed:
        return "The source files are the same, byte for byte."
    return f"{len(changed)} of {len(paths)} source files differ."
