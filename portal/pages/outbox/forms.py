"""What people enter of a write, and of a task that is written to."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from sources.models import Source
from sources.store import clean
from sprints.models import Task
from sprints.outbox.asking import SHORT
from sprints.outbox.mending import FIELDS
from sprints.outbox.models import Write

LONG = {"text"}
SPAN = re.compile(r"(\d+(?:[.,]\d+)?)\s*(h|min|m)\b", re.IGNORECASE)
SECONDS = {"h": 3600, "min": 60, "m": 60}
LONGEST = 31 * 24 * 3600


class Words(forms.CharField):
    def clean(self, value: Any) -> str:
        return clean(str(super().clean(value))).strip()


class MendForm(forms.Form):
    """The words of a write that a person may change."""

    def __init__(self, write: Write, given: QueryDict | None = None) -> None:
        super().__init__(given, prefix="mend")
        for name, label in FIELDS[write.kind].items():
            if name == "anew":
                self.fields[name] = forms.BooleanField(label=label, required=False)
                continue
            area = forms.Textarea(attrs={"rows": 4}) if name in LONG else forms.TextInput()
            self.fields[name] = Words(
                label=label,
                initial=write.asked.get(name, ""),
                required=name in ("summary", "status", "title", "kind"),
                max_length=5_000 if name in LONG else SHORT,
                widget=area,
            )


class HypothesisForm(forms.Form):
    """A new sub-task with its claim in numbers."""

    summary = Words(label="Claim, in one sentence", max_length=SHORT)
    metric = Words(label="Metric", max_length=200, required=False, help_text="valid/f1")
    direction = forms.ChoiceField(
        label="Holds when it is", choices=(("max", "at least"), ("min", "at most")), initial="max"
    )
    threshold = forms.FloatField(label="Threshold", required=False)
    baseline = Words(
        label="Baseline", max_length=200, required=False, help_text="A task's key or a run's id."
    )
    text = Words(
        label="Why", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        if self.cleaned_data.get("threshold") is not None and not self.cleaned_data.get("metric"):
            self.add_error("metric", "A threshold needs its metric.")
        return found


RECENT = 500  # tasks whose statuses are offered


class MoveForm(forms.Form):
    """To a status that some task of the project, of those changed last, has."""

    status = forms.ChoiceField(label="Status")

    def __init__(self, task: Task, given: QueryDict | None = None) -> None:
        super().__init__(given, prefix="move")
        held = Task.objects.filter(project=task.project_id).order_by("-updated_at")
        names = sorted({*held.values_list("status", flat=True)[:RECENT]} - {task.status})
        self.fields["status"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


class LabelsForm(forms.Form):
    add = Words(label="Add", required=False, max_length=500, help_text="Separated by spaces.")
    remove = Words(label="Remove", required=False, max_length=500)

    def clean_add(self) -> list[str]:
        return str(self.cleaned_data["add"]).replace(",", " ").split()

    def clean_remove(self) -> list[str]:
        return str(self.cleaned_data["remove"]).replace(",", " ").split()

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        if not self.cleaned_data.get("add") and not self.cleaned_data.get("remove"):
            raise ValidationError("Name a label to add or to remove.")
        return found


class WorkForm(forms.Form):
    spent = Words(label="Time spent", max_length=40, help_text="1 h 30 min")
    text = Words(
        label="What was done", required=False, max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean_spent(self) -> int:
        text = str(self.cleaned_data["spent"])
        parts = SPAN.findall(text)
        if not parts or SPAN.sub("", text).strip():
            raise ValidationError("Write it as 1 h 30 min.")
        seconds = sum(float(one.replace(",", ".")) * SECONDS[unit.lower()] for one, unit in parts)
        if not 60 <= seconds <= LONGEST:
            raise ValidationError("Between a minute and a month.")
        return round(seconds)

    def work(self) -> dict[str, Any]:
        """It ended just now."""
        seconds = self.cleaned_data["spent"]
        began = timezone.now() - timedelta(seconds=seconds)
        return {"seconds": seconds, "started": began, "text": self.cleaned_data["text"]}


class TokenForm(forms.Form):
    """A person's own token for one Jira."""

    email = forms.EmailField(label="Your account's e-mail there", max_length=254)
    secret = forms.CharField(
        label="Your API token",
        max_length=4_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, source: Source, given: QueryDict | None = None, **initial: Any) -> None:
        super().__init__(given, prefix=source.slug, initial=initial)
        if source.settings.get("mode") == "dc":
            del self.fields["email"]
            self.fields["secret"].label = "Your personal access token"
