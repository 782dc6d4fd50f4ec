"""The best value so far of the metric that most of a sprint's hypotheses are about."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sprints import hypotheses
from sprints.hypotheses import Claim, Line
from sprints.models import Sprint
from tracking.models import Metric

FRACTION = re.compile(r"(?<![\d.,])0[.,]\d+(?![\d.,]*\d)")


@dataclass(frozen=True, slots=True)
class Reached:
    """A run's best value, when it was there, and for which hypothesis."""

    at: datetime
    value: float
    name: str
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Best:
    """`reached` holds every run's best, oldest first, after the baseline; the
    baseline is where the sprint began, none of its results. `target` is the
    goal's number, else the hardest threshold."""

    metric: str
    direction: str
    reached: list[Reached]
    target: float | None
    target_of: Literal["goal", "threshold", ""]

    @property
    def value(self) -> float | None:
        own = [one.value for one in self.reached if not one.is_baseline]
        return _better(own, self.direction) if own else None

    @property
    def met(self) -> bool | None:
        """None while there is nothing to compare."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.direction == "max" else self.value <= self.target


def read(sprint: Sprint, lines: Sequence[Line]) -> Best | None:
    """None when no hypothesis names a metric. One query.

    Runs from before the sprint count from its start, as its baseline does.
    """
    chosen = _chosen(lines)
    if not chosen:
        return None
    metric, direction = chosen
    about = [line for line in lines if _is_about(line.claim, metric, direction)]
    reached = sorted(_reached(sprint, about, metric, direction), key=lambda one: one.at)
    target, target_of = _target(sprint, about, [one.value for one in reached])
    return Best(metric, direction, reached, target, target_of)


def _chosen(lines: Sequence[Line]) -> tuple[str, str] | None:
    """The most common; of several, the one with the most runs."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line.claim.metric:
            counts[line.claim.metric, line.claim.direction] += 1_000 + len(line.runs)
    return counts.most_common(1)[0][0] if counts else None


def _is_about(claim: Claim, metric: str, direction: str) -> bool:
    return (claim.metric, claim.direction) == (metric, direction)


def _reached(sprint: Sprint, lines: Sequence[Line], metric: str, direction: str) -> list[Reached]:
    names = {run: line.task.name for line in reversed(lines) for run in line.runs}
    held = Metric.objects.filter(run__in=names, name=metric).select_related("run")
    found = []
    for one in held.defer("run__parameters", "run__properties", "run__provenance"):
        value, _ = hypotheses.measured(one, direction)
        at = one.run.finished_at or one.last_at or one.run.started_at
        if value is not None and at is not None:
            found.append(Reached(max(at, sprint.starts_at or at), value, names[one.run_id]))
    return [*_baseline(sprint, lines, names, direction), *found]


def _baseline(
    sprint: Sprint, lines: Sequence[Line], own: Container[UUID], direction: str
) -> list[Reached]:
    """What the sprint began with: the best baseline that is none of its own runs."""
    values = [
        line.figures.baseline
        for line in lines
        if line.figures.baseline is not None and line.claim.baseline not in own
    ]
    if not values or sprint.starts_at is None:
        return []
    return [Reached(sprint.starts_at, _better(values, direction), "baseline", is_baseline=True)]


def _target(
    sprint: Sprint, lines: Sequence[Line], values: Sequence[float]
) -> tuple[float | None, Literal["goal", "threshold", ""]]:
    """A goal's fraction counts where the metric is one: "Reach macro F1 0.96"."""
    said = FRACTION.search(sprint.goal)
    if said and values and all(0 <= value <= 1 for value in values):
        return float(said[0].replace(",", ".")), "goal"
    thresholds = [line.claim.threshold for line in lines if line.claim.threshold is not None]
    if not thresholds:
        return None, ""
    return _better(thresholds, lines[0].claim.direction), "threshold"


def _better(values: Iterable[float], direction: str) -> float:
    return min(values) if direction == "min" else max(values)
