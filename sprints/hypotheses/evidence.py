"""The runs that test a claim, against its baseline; and what they say in a sentence.

The sentence only tells figures. Whether a claim holds is for a person to say.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sources.models import Person
from sprints.hypotheses.measuring import measured
from sprints.hypotheses.reading import Claim, Line
from tracking.models import Metric, Run
from tracking.pictures import short
from tracking.runs.table import HEAVY


@dataclass(frozen=True, slots=True)
class Tested:
    """A run with its best value of the claim's metric, if it has one.
    `delta` is against the baseline; `late` says that it began after the verdict."""

    run: Run
    value: float | None
    step: float | None
    delta: float | None
    meets: bool | None
    best: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """`baseline` is None when the claim names none, or one that nobody may see here."""

    runs: list[Tested]
    baseline: Tested | None
    sentence: str


def evidence(user: Person, line: Line) -> Evidence:
    """Two queries."""
    claim = line.claim
    wanted = [*line.runs, *([claim.baseline] if claim.baseline else [])]
    runs = Run.objects.visible_to(user).defer(*HEAVY).in_bulk(wanted)
    held = Metric.objects.filter(run__in=wanted, name=claim.metric)
    metrics = {one.run_id: one for one in held}
    baseline = None
    if claim.baseline in runs:
        baseline = _tested(runs[claim.baseline], line, metrics)
    tests = [_tested(runs[key], line, metrics) for key in line.runs if key in runs]
    tests = [one for one in tests if baseline is None or one.run.pk != baseline.run.pk]
    return Evidence(tests, baseline, sentence(claim, tests, line.figures.baseline))


def _tested(run: Run, line: Line, metrics: dict[UUID, Metric]) -> Tested:
    claim, figures, held = line.claim, line.figures, metrics.get(run.pk)
    value, step = measured(held, claim.direction)
    began, verdict = run.started_at, line.verdict
    return Tested(
        run=run,
        value=value,
        step=step,
        delta=None if value is None or figures.baseline is None else value - figures.baseline,
        meets=claim.met_by(value),
        best=run.pk == figures.best_run,
        late=bool(verdict and began and began > verdict.at),
    )


def sentence(claim: Claim, tests: Sequence[Tested], baseline: float | None) -> str:
    """ "Best 0.9806, 0.6 pt over the baseline; 3 runs, spread 1.3 pt; 2 of 3 meet ≥ 0.97." """
    if not claim.metric:
        return "The claim names no metric yet, so nothing can be compared."
    if not tests:
        return "No run tests this claim yet."
    values = [one.value for one in tests if one.value is not None and math.isfinite(one.value)]
    if not values:
        return f"{counted(len(tests))}, none with {claim.metric} yet."
    unit = Unit.of([*values, *([baseline] if baseline is not None else [])])
    parts = [
        _best(claim, values, baseline, unit),
        _spread(values, len(tests), unit),
        _met(claim, tests, len(values)),
        _going(tests),
    ]
    return "; ".join(part for part in parts if part) + "."


@dataclass(frozen=True, slots=True)
class Unit:
    """Differences of fractions are said in points (hundredths), others as they are."""

    scale: float
    word: str

    @classmethod
    def of(cls, values: Sequence[float]) -> "Unit":
        fractions = all(0 <= value <= 1 for value in values)
        return cls(100, " pt") if fractions else cls(1, "")

    def __call__(self, difference: float) -> str:
        """Without a sign: words say which way. A small one keeps its first digit."""
        size = abs(difference) * self.scale
        if not self.word:
            return short(size)
        return (f"{size:.1f}" if size >= 0.1 or size == 0 else f"{size:.1g}") + self.word


def _best(claim: Claim, values: Sequence[float], baseline: float | None, unit: Unit) -> str:
    best = min(values) if claim.direction == "min" else max(values)
    if baseline is None:
        return f"Best {short(best)}, without a baseline"
    if best == baseline:
        return f"Best {short(best)}, the same as the baseline"
    place = "over" if best > baseline else "below"
    return f"Best {short(best)}, {unit(best - baseline)} {place} the baseline"


def _spread(values: Sequence[float], tests: int, unit: Unit) -> str:
    without = f", {tests - len(values)} of them without a value" if tests > len(values) else ""
    if len(values) == 1:
        return counted(tests) + without
    return f"{counted(tests)}{without}, spread {unit(max(values) - min(values))}"


def _met(claim: Claim, tests: Sequence[Tested], values: int) -> str:
    if claim.threshold is None:
        return ""
    met = sum(one.meets is True for one in tests)
    return f"{met} of {values} meet {claim.sign} {short(claim.threshold)}"


def _going(tests: Sequence[Tested]) -> str:
    going = sum(one.run.state == "running" for one in tests)
    return f"{going} still going" if going else ""


def counted(runs: int) -> str:
    return "1 run" if runs == 1 else f"{runs} runs"
