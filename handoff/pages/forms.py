"""What people may say of a draft: only what no tracker and no file says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms

from handoff.facts import Known
from handoff.facts.files import checkpoint, optional
from handoff.models import Record
from tracking.models import Artifact

MOST_FILES = 200
DIRECTIONS = (("max", "at least"), ("min", "at most"))


class StateForm(forms.Form):
    """A field left empty takes back what was said in it."""

    model = forms.CharField(
        label="Model", max_length=80, help_text="Versions are counted within a model."
    )
    task = forms.ChoiceField(label="Task or hypothesis", required=False)
    checkpoint = forms.ChoiceField(label="Checkpoint")
    commit = forms.CharField(
        label="Commit", required=False, max_length=64, help_text="The run kept none."
    )
    inference_command = forms.CharField(
        label="Inference command",
        required=False,
        help_text="One line. {checkpoint}, {input} and {output} stand for files.",
        widget=forms.TextInput(
            attrs={"placeholder": "python code/inference.py {checkpoint} {input} {output}"}
        ),
    )
    decision = forms.ChoiceField(label="Decision metric", required=False)
    direction = forms.ChoiceField(label="Must be", choices=DIRECTIONS, required=False)
    threshold = forms.FloatField(label="Threshold", required=False)
    licence = forms.CharField(
        label="Licence",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Apache-2.0"}),
    )
    intended_use = forms.CharField(
        label="Intended use", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    limitations = forms.CharField(
        label="Limitations", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    more_files = forms.MultipleChoiceField(
        label="More files of the run", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, record: Record, known: Known, posted: Any = None) -> None:
        super().__init__(posted, initial=initial(record, known))
        gathered = known.gathered
        kept = {
            "task": [(str(one.pk), f"{one.name} {one.summary}") for one in gathered.tasks],
            "checkpoint": [(one.path, one.path) for one in _checkpoints(known)],
            "decision": [(one.name, one.name) for one in gathered.metrics],
            "more_files": _by_path(optional(gathered)),
        }
        for name, choices in kept.items():
            self.offer(name, choices)
        if gathered.run.code.get("commit"):
            del self.fields["commit"]

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """A choice of one thing is no question."""
        field: Any = self.fields[name]
        nothing = [] if name in {"checkpoint", "more_files"} else [("", "none")]
        field.choices = [*nothing, *choices]
        if len(field.choices) < (1 if name == "more_files" else 2):
            del self.fields[name]

    def words(self) -> dict[str, Any]:
        """As `draft.state` takes them: only what was sent, for what is left out is
        not taken back. No ticked file at all is sent as nothing."""
        given = {
            name: value
            for name, value in self.cleaned_data.items()
            if name in self.data or name == "more_files"
        }
        direction, threshold = given.pop("direction", None), given.pop("threshold", None)
        if "decision" in given:
            name = given.pop("decision")
            chosen = {"name": name, "direction": direction or "max", "threshold": threshold}
            given["decision_metric"] = chosen if name else None
        if "more_files" in given:
            given["files"] = given.pop("more_files")
        return given

    def simple(self) -> Iterator[forms.BoundField]:
        """All but the three fields that make one line, and the files."""
        apart = {"decision", "direction", "threshold", "more_files"}
        return (self[name] for name in self.fields if name not in apart)


def _by_path(artifacts: Sequence[Artifact]) -> list[tuple[str, str]]:
    """A path may hold a file a step: they are taken together."""
    counts = Counter(one.path for one in artifacts)
    shown = {
        path: path if count == 1 else f"{path}, {count} files" for path, count in counts.items()
    }
    return sorted(shown.items())[:MOST_FILES]


def _checkpoints(known: Known) -> list[Any]:
    return [one for one in known.gathered.artifacts_of("checkpoint") if one.blob_id]


def initial(record: Record, known: Known) -> dict[str, Any]:
    said = {name: told["value"] for name, told in record.stated.items()}
    decision = said.pop("decision_metric", None) or {"name": "", "direction": "max"}
    best = checkpoint(known.gathered)
    return said | {
        "model": record.model.name,
        "task": str(record.task or ""),
        "checkpoint": best.path if best else "",
        "decision": decision["name"],
        "direction": decision["direction"],
        "threshold": decision.get("threshold"),
        "more_files": said.get("files", []),
    }
