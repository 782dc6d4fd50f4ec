"""Curves over the wire: what part of them is asked for, and when they changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.http import QueryDict

from portal.pages.asking import word, words
from tracking import curves
from tracking.models import Metric, Run

STATE = ("x", "scale", "smooth", "from", "to")


@dataclass(frozen=True, slots=True)
class Drawn:
    """`mark` changes when the charts would; `charts` draws them."""

    mark: str
    charts: Callable[[], dict[str, Any]] = field(repr=False)


def state(asked: QueryDict) -> dict[str, str]:
    """The page's own words about its curves, as its form shows them."""
    return {name: word(asked, name) for name in STATE}


def mark(metrics: Sequence[Metric], *told: object) -> str:
    """Of what the charts are drawn from: points added, points corrected."""
    figures = [
        (one.run_id, one.name, one.points, one.last, one.min, one.max, one.last_at)
        for one in metrics
    ]
    return sha256(repr((figures, told)).encode()).hexdigest()[:32]


def of_run(run: Run, asked: QueryDict) -> Drawn:
    held = Metric.objects.filter(run=run, points__gt=1)
    if only := words(asked, "series"):
        held = held.filter(name__in=only)
    metrics = sorted(held, key=curves.place)
    view = curves.window(asked)
    live = {"live": True} if run.state == "running" else {}
    return Drawn(
        mark(metrics, run.state, sorted(view.items())),
        lambda: {"charts": curves.charts(metrics, **view), **live},
    )


def of_runs(runs: Sequence[Run], asked: QueryDict) -> Drawn:
    held = Metric.objects.filter(run__in=[run.pk for run in runs], points__gt=1)
    if only := words(asked, "series"):
        held = held.filter(name__in=only)
    labels = {run.pk: run.handle for run in runs}
    turn = list(labels)
    metrics = sorted(held, key=lambda one: (*curves.place(one), turn.index(one.run_id)))
    view = curves.window(asked)
    return Drawn(
        mark(metrics, list(labels), sorted(view.items())),
        lambda: {"charts": curves.charts(metrics, labels=labels, **view)},
    )
