"""Hypotheses as pages read them: claims, figures, verdicts."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sources.models import Person, visible_sources
from sprints import links
from sprints.hypotheses.baselines import baselines
from sprints.hypotheses.measuring import measured
from sprints.hypotheses.verdicts import seen
from sprints.models import Hypothesis, Task, Verdict
from tracking.models import Metric, Run


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed, and whose words they are: "stated" here by a person,
    "imported" from the task's text, or "missing".

    `unseen` is a stated baseline that this person does not see, or that is gone:
    never shown, and kept when the claim is stated anew.
    """

    text: str
    metric: str
    direction: str
    threshold: float | None
    baseline: UUID | None
    grade: str
    unseen: UUID | None = None

    @property
    def sign(self) -> str:
        return "≥" if self.direction == "max" else "≤"

    def met_by(self, value: float | None) -> bool | None:
        """Whether a value reaches the threshold; None when either is missing."""
        if value is None or self.threshold is None:
            return None
        return value >= self.threshold if self.direction == "max" else value <= self.threshold


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
        """Whether the best value reaches the threshold."""
        return claim.met_by(self.best)


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


def read(
    user: Person, tasks: Sequence[Task], *, runs: Mapping[UUID, list[UUID]] | None = None
) -> list[Line]:
    """A line for each task, in their order: a constant number of queries.

    Who has read the tasks' runs already gives them.
    """
    keys = [task.pk for task in tasks]
    words = Hypothesis.objects.in_bulk(keys)
    latest = Verdict.objects.latest_of(keys).select_related("by")
    verdicts = {one.task_id: one for one in seen(user, latest)}
    tested = links.runs_of(user, keys) if runs is None else runs
    named = baselines(user, [task for task in tasks if task.pk not in words])
    shown = _visible(user, words.values())
    claims = {task.pk: claim_of(task, words.get(task.pk), named, shown) for task in tasks}
    values = _values(user, claims.values(), tested)
    return [
        Line(
            task=task,
            claim=claims[task.pk],
            figures=figures_of(claims[task.pk], tested[task.pk], values),
            verdict=verdicts.get(task.pk),
            runs=tested[task.pk],
        )
        for task in tasks
    ]


def of_run(user: Person, run: UUID) -> list[Line]:
    """The hypotheses that a run tests."""
    tasks = [link.task for link in links.tasks_of(user, [run])[run] if link.task.is_hypothesis]
    return read(user, tasks)


def _visible(user: Person, words: Iterable[Hypothesis]) -> set[UUID]:
    """The stated baselines that this person sees."""
    stated = {one.baseline for one in words if one.baseline}
    if not stated:
        return set()
    return set(Run.objects.visible_to(user).filter(pk__in=stated).values_list("pk", flat=True))


def claim_of(
    task: Task, words: Hypothesis | None, named: Mapping[UUID, UUID], shown: Set[UUID]
) -> Claim:
    """A person's words where there are any; else the lines of the task's text.
    Of stated baselines those in `shown` may be seen."""
    if words is not None:
        return Claim(
            text=words.claim or task.summary,
            metric=words.metric,
            direction=words.direction,
            threshold=words.threshold,
            baseline=words.baseline if words.baseline in shown else None,
            grade="stated",
            unseen=words.baseline if words.baseline not in shown else None,
        )
    found: dict[str, Any] = task.claimed
    return Claim(
        text=found.get("claim") or task.summary,
        metric=found.get("metric") or "",
        direction=found.get("direction") or "max",
        threshold=_number(found.get("threshold")),
        baseline=named.get(task.pk),
        grade="imported" if found.get("metric") else "missing",
    )


def _number(stored: Any) -> float | None:
    """A stored text may still hold the name of what is no finite number: no threshold."""
    return stored if isinstance(stored, int | float) else None


type Values = Mapping[tuple[UUID, str], Metric]


def _values(user: Person, claims: Iterable[Claim], runs: Mapping[UUID, Sequence[UUID]]) -> Values:
    wanted = list(claims)
    keys = {run for several in runs.values() for run in several}
    keys |= {claim.baseline for claim in wanted if claim.baseline}
    names = {claim.metric for claim in wanted if claim.metric}
    held = Metric.objects.filter(source__in=visible_sources(user), run__in=keys, name__in=names)
    return {(one.run_id, one.name): one for one in held}


def figures_of(claim: Claim, runs: Sequence[UUID], values: Values) -> Figures:
    """The baseline itself does not count among the runs that test the claim."""
    tested = [run for run in runs if run != claim.baseline]
    found = ((run, *measured(values.get((run, claim.metric)), claim.direction)) for run in tested)
    scored = [(value, run, step) for run, value, step in found if value is not None]
    base = values.get((claim.baseline, claim.metric)) if claim.baseline else None
    baseline, _ = measured(base, claim.direction)
    if not scored:
        return Figures(len(tested), baseline=baseline)
    pick = max if claim.direction == "max" else min
    best, run, step = pick(scored, key=lambda one: one[0])
    return Figures(len(tested), best, run, step, baseline)
