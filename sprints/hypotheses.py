"""Hypotheses as pages read them, and the verdicts that people give."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sources.models import Person
from sprints import links
from sprints.models import DIRECTIONS, VERDICTS, Hypothesis, Task, Verdict
from tracking.models import Metric, Run


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, and whose words they are: "stated" here by a person,
    "imported" from the task's text, or "missing"."""

    text: str
    metric: str
    direction: str
    threshold: float | None
    baseline: UUID | None
    grade: str

    @property
    def sign(self) -> str:
        return "≥" if self.direction == "max" else "≤"


@dataclass(frozen=True, slots=True)
class Figures:
    """The claim's metric over the runs that test it. None: no run has it."""

    runs: int
    best: float | None = None
    best_run: UUID | None = None
    best_step: float | None = None
    baseline: float | None = None

    @property
    def delta(self) -> float | None:
        if self.best is None or self.baseline is None:
            return None
        return self.best - self.baseline

    def meets(self, claim: Claim) -> bool | None:
        """Whether the best value reaches the threshold; None when either is missing."""
        if self.best is None or claim.threshold is None:
            return None
        if claim.direction == "max":
            return self.best >= claim.threshold
        return self.best <= claim.threshold


@dataclass(frozen=True, slots=True)
class Line:
    """A hypothesis in a list. `outcome` is "open" until a person decides."""

    task: Task
    claim: Claim
    figures: Figures
    verdict: Verdict | None
    runs: list[UUID]

    @property
    def outcome(self) -> str:
        return self.verdict.outcome if self.verdict else "open"


def read(user: Person, tasks: Sequence[Task]) -> list[Line]:
    """A line for each task, in their order: nine queries, whatever their number."""
    keys = [task.pk for task in tasks]
    words = Hypothesis.objects.in_bulk(keys)
    verdicts = {one.task_id: one for one in Verdict.objects.latest_of(keys).select_related("by")}
    runs = links.runs_of(user, keys)
    named = _baselines(user, tasks)
    claims = {task.pk: claim_of(task, words.get(task.pk), named) for task in tasks}
    values = _values(claims.values(), runs)
    return [
        Line(
            task=task,
            claim=claims[task.pk],
            figures=figures_of(claims[task.pk], runs[task.pk], values),
            verdict=verdicts.get(task.pk),
            runs=runs[task.pk],
        )
        for task in tasks
    ]


def claim_of(task: Task, words: Hypothesis | None, named: Mapping[str, UUID]) -> Claim:
    """A person's words where there are any; else the lines of the task's text."""
    if words is not None:
        return Claim(
            text=words.claim or task.summary,
            metric=words.metric,
            direction=words.direction,
            threshold=words.threshold,
            baseline=words.baseline,
            grade="stated",
        )
    found: dict[str, Any] = task.claimed
    return Claim(
        text=found.get("claim") or task.summary,
        metric=found.get("metric") or "",
        direction=found.get("direction") or "max",
        threshold=found.get("threshold"),
        baseline=named.get(found.get("baseline") or ""),
        grade="imported" if found.get("metric") else "missing",
    )


def _baselines(user: Person, tasks: Sequence[Task]) -> dict[str, UUID]:
    """The baseline runs that texts name: a run's handle, or a task's newest run."""
    names = {name for task in tasks if (name := task.claimed.get("baseline"))}
    if not names:
        return {}
    handles = Run.objects.visible_to(user).filter(handle__in=names).order_by("started_at")
    found = dict(handles.values_list("handle", "pk"))
    of_name: dict[str, list[UUID]] = {}
    held = Task.objects.visible_to(user).named(names - found.keys())
    for name, task in held.filter(keys__name__in=names).values_list("keys__name", "pk"):
        of_name.setdefault(name, []).append(task)
    runs = links.runs_of(user, {task for several in of_name.values() for task in several})
    for name, several in of_name.items():
        newest = [run for task in several for run in runs[task]]
        if newest:
            found[name] = newest[0]
    return found


# Best, step of the best, by (run, metric): the side that the direction asks for.
type Values = Mapping[tuple[UUID, str], Metric]


def _values(claims: Iterable[Claim], runs: Mapping[UUID, Sequence[UUID]]) -> Values:
    wanted = list(claims)
    keys = {run for several in runs.values() for run in several}
    keys |= {claim.baseline for claim in wanted if claim.baseline}
    names = {claim.metric for claim in wanted if claim.metric}
    held = Metric.objects.filter(run__in=keys, name__in=names)
    return {(one.run_id, one.name): one for one in held}


def figures_of(claim: Claim, runs: Sequence[UUID], values: Values) -> Figures:
    """The baseline itself does not count among the runs that test the claim."""
    tested = [run for run in runs if run != claim.baseline]
    scored = [
        (value, run, step)
        for run in tested
        if (one := values.get((run, claim.metric)))
        and (value := getattr(one, claim.direction)) is not None
        for step in [getattr(one, f"{claim.direction}_step")]
    ]
    base = values.get((claim.baseline, claim.metric)) if claim.baseline else None
    baseline = getattr(base, claim.direction) if base else None
    if not scored:
        return Figures(len(tested), baseline=baseline)
    pick = max if claim.direction == "max" else min
    best, run, step = pick(scored, key=lambda one: one[0])
    return Figures(len(tested), best, run, step, baseline)


# ── what people say ──────────────────────────────────────────────────────────


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
    if outcome in {"confirmed", "refuted"} and run is None:
        raise Refused("Confirmed and refuted need the run that decided it.")
    return Verdict.objects.create(
        task=task,
        outcome=outcome,
        reason=reason.strip(),
        run=run,
        figures=figures,
        by_id=by,
    )


def of_run(user: Person, run: UUID) -> list[Line]:
    """The hypotheses that a run tests."""
    tasks = [link.task for link in links.tasks_of(user, [run])[run] if link.task.is_hypothesis]
    return read(user, tasks)


def undecided() -> Q:
    """Of tasks: nobody has given a verdict."""
    return Q(verdicts=None)
