"""Runs side by side: parameters with the differing first, figures, curves, source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from portal.pages.asking import words
from portal.pages.runs import drawn
from portal.pages.runs.files import Beside, beside, changed, diff_url, sources_of
from sources.models import Person
from tracking import curves, notebooks, source_text
from tracking.models import Artifact, Metric, Run

MOST = 12
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a metric, a value a run; `differs` from run to run. `best`
    is the good end of the values."""

    name: str
    values: list[Any]
    differs: bool
    best: Any = None


@dataclass(frozen=True, slots=True)
class Page:
    runs: list[Run]
    opening: str
    plots: list[Beside]
    parameters: list[Row]
    metrics: list[Row]
    curves_url: str
    curves_state: dict[str, str]
    diffs: list[tuple[str, str]]
    left_out: int
    summary: str


def read(user: Person, asked: QueryDict) -> Page:
    """Six queries, whatever the number of runs, and two more for the source of two."""
    runs, left_out = chosen(user, asked)
    keys = [run.pk for run in runs]
    metrics = list(Metric.objects.filter(run__in=keys))
    settings, numbers = parameters(runs), figures(runs, metrics)
    query = urlencode([("runs", str(run.pk)) for run in runs])
    return Page(
        runs=runs,
        opening=_opening(runs, settings, numbers),
        plots=beside(user, runs) if runs else [],
        parameters=settings,
        metrics=numbers,
        curves_url=f"{reverse('compare_curves')}?{query}",
        curves_state=drawn.state(asked),
        diffs=_diffs(user, runs),
        left_out=left_out,
        summary=_summary([one.name for one in metrics if one.points > 1]),
    )


def _opening(runs: Sequence[Run], settings: Sequence[Row], numbers: Sequence[Row]) -> str:
    """The sentence that answers: what was done otherwise, and which was better?"""
    if len(runs) < 2:
        return ""
    differing = sum(row.differs for row in settings)
    judged = [row for row in numbers if row.best is not None]
    wins = [sum(row.values[at] == row.best for row in judged) for at in range(len(runs))]
    first = max(wins, default=0)
    best = [run.handle for run, won in zip(runs, wins, strict=True) if won == first]
    who = best[0] if len(best) == 1 else f"{', '.join(best[:-1])} and {best[-1]} each"
    better = f" {who} did best in {first} of {len(judged)} figures." if first else ""
    verb = "differs" if differing == 1 else "differ"
    return f"{differing} of {len(settings)} parameters {verb}.{better}"


def chosen(user: Person, asked: QueryDict) -> tuple[list[Run], int]:
    """The named runs that this person sees, in the asked order."""
    texts = (part for text in words(asked, "runs") for part in text.split(","))
    keys = list(dict.fromkeys(key for text in texts if (key := _key(text))))
    held = Run.objects.visible_to(user).select_related("project").in_bulk(keys[:MOST])
    return [held[key] for key in keys if key in held], max(0, len(keys) - MOST)


def _key(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _summary(names: Sequence[str]) -> str:
    shown, there = len(set(curves.drawn(sorted(names)))), len(set(names))
    return "" if shown == there else f"{shown} of {there} series are drawn."


def parameters(runs: Sequence[Run]) -> list[Row]:
    names = dict.fromkeys(name for run in runs for name in run.parameters)
    rows = [_row(name, [run.parameters.get(name) for run in runs]) for name in names]
    return sorted(rows, key=lambda row: (not row.differs, row.name))[:MOST_ROWS]


def figures(runs: Sequence[Run], metrics: Sequence[Metric]) -> list[Row]:
    """The good end of each metric, by the usual names of losses."""
    held = {(one.run_id, one.name): one for one in metrics}
    names = sorted({one.name for one in metrics if not one.name.startswith(curves.MACHINE)})
    rows = []
    for name in names[:MOST_ROWS]:
        way = curves.direction(name)
        found = [held.get((run.pk, name)) for run in runs]
        values = [getattr(one, way) if one else None for one in found]
        rows.append(_row(name, values, best=_best(values, way)))
    return rows


def _best(values: Sequence[float | None], way: str) -> float | None:
    there = [value for value in values if value is not None]
    if len(there) < 2:
        return None
    return min(there) if way == "min" else max(there)


def _row(name: str, values: list[Any], *, best: Any = None) -> Row:
    differs = any(repr(value) != repr(values[0]) for value in values[1:])
    return Row(name, values, differs=differs, best=best if differs else None)


def _diffs(user: Person, runs: Sequence[Run]) -> list[tuple[str, str]]:
    """With two runs: (path, address) of each source file that is not the same."""
    if len(runs) != 2:
        return []
    ours, theirs = (sources_of(user, run.pk) for run in runs)
    one, other = runs
    return [(path, diff_url(one.pk, other.pk, path)) for path in changed(ours, theirs)]


# ── source against source ────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Diff:
    run: Run
    other: Run
    path: str
    files: list[tuple[str, str, bool]]
    lines: list[source_text.Line]
    words: str
    lost: str
    same: str


def read_diff(user: Person, run: Run, other: Run, path: str) -> Diff:
    """One file of two runs; without a path, the first that differs."""
    ours, theirs = sources_of(user, run.pk), sources_of(user, other.pk)
    paths = sorted(ours.keys() | theirs.keys())
    differing = changed(ours, theirs)
    shown = path if path in paths else next(iter(differing or paths), "")
    old, new = _text(ours.get(shown)), _text(theirs.get(shown))
    return Diff(
        run=run,
        other=other,
        path=shown,
        files=[(name, diff_url(run.pk, other.pk, name), name in differing) for name in paths],
        lines=[] if old is None or new is None else source_text.diff(old, new),
        words=_words(paths, differing),
        same=_same(ours.get(shown), differing=shown in differing),
        lost="" if old is not None and new is not None else "Its bytes are no longer here.",
    )


def _same(file: Artifact | None, *, differing: bool) -> str:
    """In words, where no line differs."""
    if not differing:
        return "The same in both."
    if file is not None and file.blob is not None and file.blob.media_type == notebooks.KIND:
        return "The same cells in both; only what they put out is not the same."
    return "The same lines in both; only their ends, or what is behind the shown part, are not."


def _text(file: Artifact | None) -> str | None:
    """Empty for a file that a run does not have, None for one whose bytes are lost."""
    if file is None:
        return ""
    try:
        return source_text.read(file).text
    except FileNotFoundError:
        return None


def _words(paths: list[str], differing: list[str]) -> str:
    if not paths:
        return "Neither run has source files here."
    if not differing:
        return "The source files are the same, byte for byte."
    return f"{len(differing)} of {len(paths)} source files differ."
