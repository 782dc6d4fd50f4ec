"""A hypothesis's page: its claim, the runs that test it, what people decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from portal.pages.plan import task as task_page
from portal.pages.plan.forms import ClaimForm, VerdictForm
from portal.pages.plan.shown import Figure, refused, threshold
from portal.pages.runs import drawn
from portal.pages.runs.drawn import Drawn
from portal.templatetags.shown import four_digits
from sources.models import Person
from sprints import hypotheses
from sprints.models import Task, Verdict
from tracking import curves
from tracking.models import Metric, Run
from tracking.pictures import short

MOST_CURVES = 60
MOST_RUNS = 200  # rows of the table; a sweep may have thousands


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict, with the run that decided it where this person sees it."""

    verdict: Verdict
    by: str
    run: Run | None
    figures: str


@dataclass(frozen=True, slots=True)
class Page:
    line: hypotheses.Line
    about: task_page.Page
    evidence: hypotheses.Evidence
    runs: list[hypotheses.Tested]
    more_runs: int
    threshold: str
    figures: list[Figure]
    verdicts: list[Decided]
    after_verdict: int
    curves_url: str
    curves_state: dict[str, str]
    compare_url: str
    claim_form: ClaimForm
    verdict_form: VerdictForm
    may_not_state: str
    may_not_judge: str

    @property
    def after_words(self) -> str:
        began = "1 run began" if self.after_verdict == 1 else f"{self.after_verdict} runs began"
        return f"{began} after the verdict. It stays as it is until a person gives another."

    @property
    def claim_words(self) -> str:
        """Whose words the claim is in."""
        return {
            "stated": "written here, over what the task's text says",
            "imported": "read from the lines of the task's text in Jira",
            "missing": "",
        }[self.line.claim.grade]

    @property
    def claim_reason(self) -> str:
        missing = self.line.claim.grade == "missing"
        return "neither the task's text nor a person names a metric" if missing else ""

    @property
    def claim_pairs(self) -> list[task_page.Pair]:
        """The claim for who may not change it."""
        claim, base = self.line.claim, self.evidence.baseline
        return [
            task_page.Pair("Metric", claim.metric or "not stated"),
            task_page.Pair("Threshold", self.threshold or "not stated"),
            task_page.Pair("Baseline", base.run.handle if base else "none"),
        ]


def read(
    user: Person,
    task: Task,
    asked: QueryDict,
    *,
    claim: QueryDict | None = None,
    verdict: QueryDict | None = None,
) -> Page:
    """`claim` and `verdict` are what a person just sent, to be shown with its errors."""
    line = hypotheses.read(user, [task])[0]
    evidence = hypotheses.evidence(user, line)
    runs = _shown(evidence.runs)
    return Page(
        line=line,
        about=task_page.read(user, task),
        evidence=evidence,
        runs=runs,
        more_runs=len(evidence.runs) - len(runs),
        threshold=threshold(line.claim),
        figures=_figures(line, evidence),
        verdicts=_verdicts(user, task),
        after_verdict=sum(one.late for one in evidence.runs),
        curves_url=_curves_url(line, evidence),
        curves_state=drawn.state(asked),
        compare_url=_compare_url(evidence),
        claim_form=ClaimForm(user, line, claim),
        verdict_form=VerdictForm(runs, verdict),
        may_not_state=refused(user, "sprints.change_hypothesis", "Stating a claim in numbers"),
        may_not_judge=refused(user, "sprints.add_verdict", "Giving a verdict"),
    )


def _shown(runs: list[hypotheses.Tested]) -> list[hypotheses.Tested]:
    """The newest, and the best wherever it is."""
    return [*runs[:MOST_RUNS], *(one for one in runs[MOST_RUNS:] if one.best)]


def _figures(line: hypotheses.Line, evidence: hypotheses.Evidence) -> list[Figure]:
    figures, claim = line.figures, line.claim
    base = evidence.baseline
    return [
        Figure("Threshold", f"{claim.sign} {short(claim.threshold)}")
        if claim.threshold is not None
        else Figure("Threshold", "not stated"),
        Figure("Baseline", four_digits(figures.baseline), base.run.handle if base else "")
        if figures.baseline is not None
        else Figure("Baseline", "none"),
        _best_figure(line, evidence),
        Figure("Runs", str(figures.runs)),
    ]


def _best_figure(line: hypotheses.Line, evidence: hypotheses.Evidence) -> Figure:
    if line.figures.best is None:
        return Figure("Best", "none yet")
    run = next((one.run.handle for one in evidence.runs if one.best), "")
    return Figure(
        "Best",
        four_digits(line.figures.best),
        run,
        "good" if line.figures.meets(line.claim) else "",
    )


def _verdicts(user: Person, task: Task) -> list[Decided]:
    """Newest first: that one counts."""
    given = Verdict.objects.filter(task=task.pk).select_related("by").order_by("-at", "-id")
    held = hypotheses.seen(user, given)
    keys = {one.run for one in held if one.run}
    runs = Run.objects.visible_to(user).in_bulk(keys)
    return [
        Decided(
            one,
            one.by.get_full_name() or one.by.get_username(),
            runs.get(one.run) if one.run else None,
            _seen_then(one.figures),
        )
        for one in held
    ]


def _seen_then(figures: dict[str, Any]) -> str:
    """The figures on which it was decided."""
    best, baseline, runs = (figures.get(word) for word in ("best", "baseline", "runs"))
    metric = figures.get("metric") or "value"
    parts = [
        f"best {metric} {four_digits(float(best))}" if best is not None else "",
        f"baseline {four_digits(float(baseline))}" if baseline is not None else "",
        hypotheses.counted(runs) if isinstance(runs, int) else "",
    ]
    return ", ".join(part for part in parts if part)


# ── curves ───────────────────────────────────────────────────────────────────


def _curves_url(line: hypotheses.Line, evidence: hypotheses.Evidence) -> str:
    """Empty when there is nothing to draw."""
    if not line.claim.metric or not (evidence.runs or evidence.baseline):
        return ""
    return reverse("hypothesis_curves", args=[line.task.pk])


def _compare_url(evidence: hypotheses.Evidence) -> str:
    tests = [*([evidence.baseline] if evidence.baseline else []), *evidence.runs]
    words = urlencode([("runs", str(one.run.pk)) for one in tests[:12]])
    return f"{reverse('compare')}?{words}" if len(tests) > 1 else ""


def read_curves(user: Person, task: Task, asked: QueryDict) -> Drawn:
    """The claim's metric of every run that tests it, the baseline dashed under them."""
    line = hypotheses.read(user, [task])[0]
    base = line.claim.baseline
    keys = list(dict.fromkeys([*([base] if base else []), *line.runs]))[:MOST_CURVES]
    runs = Run.objects.visible_to(user).in_bulk(keys)
    held = Metric.objects.filter(run__in=list(runs), name=line.claim.metric, points__gt=1)
    metrics = sorted(held, key=lambda one: keys.index(one.run_id))
    labels = {key: _label(runs[key], base) for key in keys if key in runs}
    live = {"live": True} if any(run.state == "running" for run in runs.values()) else {}
    view = curves.window(asked)
    mark = drawn.mark(metrics, labels, bool(live), sorted(view.items()))
    return Drawn(mark, lambda: {"charts": _charts(metrics, labels, base, view), **live})


def _label(run: Run, base: UUID | None) -> str:
    return f"{run.handle} baseline" if run.pk == base else run.handle


def _charts(
    metrics: Sequence[Metric], labels: dict[UUID, str], base: UUID | None, view: dict[str, Any]
) -> list[dict[str, Any]]:
    charts = curves.charts(metrics, labels=labels, **view)
    dashed = labels.get(base) if base else None
    for chart in charts:
        for series in chart["series"]:
            series["dash"] = dashed is not None and series["label"].startswith(dashed)
    return charts
