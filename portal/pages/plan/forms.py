"""What people enter about hypotheses and links."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from portal.templatetags.shown import four_digits
from sources.models import Person
from sources.store import clean
from sprints import hypotheses, links
from sprints.models import Task
from sprints.task import holders
from tracking.models import Run

WAYS = (("max", "more is better: at least the threshold"), ("min", "less is better: at most it"))
OUTCOMES = (
    ("confirmed", "confirmed"),
    ("refuted", "refuted"),
    ("inconclusive", "inconclusive"),
    ("dropped", "dropped, without a result"),
)


class ClaimForm(forms.Form):
    """A claim in numbers. `baseline` is a run's id or key, or a task's key."""

    claim = forms.CharField(
        label="Claim", required=False, max_length=2_000, help_text="Empty: the task's summary."
    )
    metric = forms.CharField(
        label="Metric", max_length=500, help_text="As the runs call it, for example valid/f1."
    )
    direction = forms.ChoiceField(label="Direction", choices=WAYS)
    threshold = forms.FloatField(label="Threshold", required=False)
    baseline = forms.CharField(
        label="Baseline",
        required=False,
        max_length=200,
        help_text="A run's id, or a task's key for its best run.",
    )

    def __init__(self, user: Person, line: hypotheses.Line, given: QueryDict | None = None) -> None:
        self.user, self.unseen = user, line.claim.unseen
        super().__init__(given, initial=_initial(user, line.claim), prefix="claim")

    def clean_baseline(self) -> UUID | None:
        """Nothing keeps a baseline that this person does not see: who cannot read
        it cannot mean to take it away."""
        text: str = self.cleaned_data["baseline"].strip()
        return self._baseline(text) if text else self.unseen

    def _baseline(self, text: str) -> UUID:
        runs = runs_called(self.user, text)
        if len(runs) == 1:
            return runs[0].pk
        if len(runs) > 1:
            raise ValidationError("Several runs are called so: paste the key of the one meant.")
        tasks = holders(self.user, text)
        if not tasks:
            raise ValidationError(f"No run and no task is called “{text}”.")
        if len(tasks) > 1:
            raise ValidationError(f"Several tasks have the key “{text}”: name the run itself.")
        return self._best_of(tasks[0])

    def _best_of(self, task: Task) -> UUID:
        """By the metric of this form, which was cleaned before."""
        found = links.runs_of(self.user, [task.pk])[task.pk]
        if not found:
            raise ValidationError(f"No run belongs to {task.name}.")
        metric = self.cleaned_data.get("metric", "")
        way = self.cleaned_data.get("direction", "max")
        return hypotheses.best_run(found, metric, way) or found[0]


def runs_called(user: Person, text: str) -> list[Run]:
    """By key, or by the tracker's id in any case."""
    held = Run.objects.visible_to(user).filter(trashed=False)
    try:
        return list(held.filter(pk=UUID(text)))
    except ValueError:
        return list(held.called([clean(text)])[:2])


def _initial(user: Person, claim: hypotheses.Claim) -> dict[str, Any]:
    held = (
        Run.objects.visible_to(user).filter(pk=claim.baseline).first() if claim.baseline else None
    )
    several = held is not None and len(runs_called(user, held.handle)) > 1
    return {
        "claim": claim.text,
        "metric": claim.metric,
        "direction": claim.direction,
        "threshold": claim.threshold,
        "baseline": (str(held.pk) if several else held.handle) if held else "",
    }


class VerdictForm(forms.Form):
    """A person's judgement, with the run that decided it."""

    outcome = forms.ChoiceField(label="Verdict", choices=OUTCOMES, widget=forms.RadioSelect)
    run = forms.TypedChoiceField(
        label="Deciding run", required=False, coerce=UUID, empty_value=None
    )
    reason = forms.CharField(
        label="Reason", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, runs: Sequence[hypotheses.Tested], given: QueryDict | None = None) -> None:
        super().__init__(given, prefix="verdict")
        best = next((one for one in runs if one.best), None)
        choices = [(str(one.run.pk), _run_words(one)) for one in runs]
        self.fields["run"].choices = [("", "none"), *choices]  # type: ignore[attr-defined]
        self.fields["run"].initial = str(best.run.pk) if best else ""

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        outcome = self.cleaned_data.get("outcome")
        if outcome in {"confirmed", "refuted"} and not self.cleaned_data.get("run"):
            self.add_error("run", "Confirmed and refuted need the run that decided it.")
        return found


def _run_words(tested: hypotheses.Tested) -> str:
    value = f", {four_digits(tested.value)}" if tested.value is not None else ""
    return f"{tested.run.handle}{value}, {tested.run.state}"
