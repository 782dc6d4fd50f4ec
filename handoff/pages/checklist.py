"""Facts as a checklist: by section, each with its sign, its words and its grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from handoff.facts import SECTIONS, Fact
from handoff.sealed import Sealed

TITLES = {"use": "Use and limits"}
# As the draft lists them. RFC 8785 sorts by name: who is known here goes first.
ORDER = (
    *("sprint", "task", "hypothesis", "verdict"),
    *("run", "snapshot"),
    *("commit", "dirty", "entry_point", "sources"),
    *("parameters", "seeds"),
    *("decision_metric", "metrics", "splits"),
    *("frame", "classes", "lock"),
    *("checkpoint", "inference", "inference_command", "augmentation"),
    *("roc", "confusion_matrix", "input", "expected", "tolerance"),
    *("licence", "intended_use", "limitations"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """`words` is empty for a missing fact: its `reason` is the news."""

    title: str
    words: str
    grade: str
    reason: str
    concern: str

    @property
    def passed(self) -> bool:
        return self.grade != "missing" and not self.concern


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    checks: Sequence[Check]


@dataclass(frozen=True, slots=True)
class Checklist:
    sections: Sequence[Section]
    known: int
    total: int

    @property
    def lacking(self) -> list[Check]:
        return [one for part in self.sections for one in part.checks if not one.passed]

    @property
    def note(self) -> str:
        return f"{self.known} of {self.total} known"


def checklist(facts: Sequence[Fact]) -> Checklist:
    sections = [
        Section(TITLES.get(name, name.capitalize()), [_check(one) for one in several])
        for name, several in groupby(in_order(facts), key=lambda one: one.section)
    ]
    known = sum(1 for one in facts if one.grade != "missing")
    return Checklist(sections, known, len(facts))


def _check(fact: Fact) -> Check:
    gone = fact.grade == "missing"
    return Check(
        title=fact.title,
        words="" if gone or fact.note == fact.concern else fact.note,
        grade=fact.grade,
        reason=fact.note if gone else "",
        concern=fact.concern,
    )


def facts_of(sealed: Sealed) -> list[Fact]:
    """A sealed record's facts in the order of a draft's."""
    found = [
        Fact(
            section=one.section,
            name=one.name,
            title=one.title,
            grade=one.grade,  # type: ignore[arg-type]
            value=one.value,
            note=one.reason if one.grade == "missing" else one.note,
            concern=one.concern,
        )
        for one in sealed.facts
    ]
    return in_order(found)


def in_order(told: Sequence[Fact]) -> list[Fact]:
    """By section, then as above; what is not known any more comes last."""
    return sorted(
        told,
        key=lambda one: (_place(SECTIONS, one.section), one.section, _place(ORDER, one.name)),
    )


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)
