"""Facts as a checklist: by section, each with its sign, its words and its grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from handoff.facts import Fact
from handoff.sealed import Sealed

TITLES = {"use": "Use and limits", "work": "Where it came from"}


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
    """`facts` lie together by section."""
    sections = [
        Section(TITLES.get(name, name.capitalize()), [_check(one) for one in several])
        for name, several in groupby(facts, key=lambda one: one.section)
    ]
    known = sum(1 for one in facts if one.grade != "missing")
    return Checklist(sections, known, len(facts))


def _check(fact: Fact) -> Check:
    gone = fact.grade == "missing"
    return Check(
        title=fact.title,
        words="" if gone else fact.note,
        grade=fact.grade,
        reason=fact.note if gone else "",
        concern=fact.concern,
    )


def facts_of(sealed: Sealed, order: Sequence[str]) -> list[Fact]:
    """A sealed record's facts, sections in the order of a draft's: RFC 8785 sorted
    them by their names. A section that is not known any more comes last."""
    places = {name: at for at, name in enumerate(order)}
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
    return sorted(found, key=lambda one: (places.get(one.section, len(places)), one.section))
