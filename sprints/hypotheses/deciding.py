"""What people say of a hypothesis: its claim in numbers, and their verdict."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sources.store import plain
from sprints.hypotheses.reading import Line
from sprints.hypotheses.verdicts import SOURCES
from sprints.models import DIRECTIONS, VERDICTS, Hypothesis, Task, Verdict
from sprints.outbox import asking
from tracking.models import Run

NEED_A_RUN = {"confirmed", "refuted"}


class Refused(ValueError):
    """What a person asked for cannot be done. The message says why."""


def state(
    task: Task,
    *,
    claim: str,
    metric: str,
    direction: str,
    threshold: float | None,
    baseline: UUID | None,
    by: int,
) -> Hypothesis:
    """Write down what a hypothesis claims, over what its text says."""
    if not task.is_hypothesis:
        raise Refused(f"{task.name} is not a hypothesis.")
    if direction not in DIRECTIONS:
        raise Refused("The direction is max or min.")
    words, _ = Hypothesis.objects.update_or_create(
        task=task,
        defaults={
            "claim": claim.strip(),
            "metric": metric.strip(),
            "direction": direction,
            "threshold": threshold,
            "baseline": baseline,
            "edited_by_id": by,
            "edited_at": timezone.now(),
        },
    )
    return words


@transaction.atomic
def decide(
    task: Task, *, outcome: str, reason: str, run: UUID | None, figures: dict[str, Any], by: int
) -> Verdict:
    """A person's verdict. An earlier one stays on file; the newest counts."""
    if outcome not in VERDICTS:
        raise Refused(f"A verdict is one of {', '.join(VERDICTS)}.")
    if not task.is_hypothesis:
        raise Refused(f"{task.name} is not a hypothesis.")
    if outcome in NEED_A_RUN and run is None:
        raise Refused("Confirmed and refuted need the run that decided it.")
    verdict = Verdict.objects.create(
        task=task,
        outcome=outcome,
        reason=reason.strip(),
        run=run,
        figures=figures,
        by_id=by,
    )
    asking.verdict_given(verdict)
    return verdict


def judge(line: Line, *, outcome: str, reason: str, run: UUID | None, by: int) -> Verdict:
    """Decide with the evidence as it stands now; the run is one that tests the claim."""
    if run is not None and run not in line.runs:
        raise Refused(f"That run does not belong to {line.task.name}. Tie it first.")
    return decide(line.task, outcome=outcome, reason=reason, run=run, figures=as_seen(line), by=by)


def as_seen(line: Line) -> dict[str, Any]:
    """The figures on which a person decides, kept with the verdict: one query.

    What JSON has no number for becomes its name, which `float` reads again.
    """
    claim, figures = line.claim, line.figures
    seen = {
        "metric": claim.metric,
        "direction": claim.direction,
        "threshold": claim.threshold,
        "runs": figures.runs,
        "best": figures.best,
        "best_run": str(figures.best_run) if figures.best_run else None,
        "baseline": figures.baseline,
        SOURCES: _sources(line),
    }
    return {name: plain(value) for name, value in seen.items()}


def _sources(line: Line) -> list[str]:
    """What the figures were taken of, so that nobody else reads them later."""
    runs = {*line.runs, *([line.claim.baseline] if line.claim.baseline else [])}
    held = Run.objects.filter(pk__in=runs).order_by("source").values_list("source", flat=True)
    return [str(source) for source in held.distinct()]
