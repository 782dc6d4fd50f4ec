"""What is known about a run, for a record: every fact with its grade.

Pure reading. work.py: sprint, task, hypothesis. origin.py: run, code,
parameters. metrics.py: numbers by split. contents.py: what the files say.
use.py: what only people know. files.py: which files a record takes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from handoff.facts import contents, metrics, origin, use, work
from handoff.facts.fact import Fact, Grade
from handoff.facts.files import File, files, no_checkpoint, optional
from handoff.facts.gathered import Gathered, RunGone, gather
from handoff.models import Record
from sources.connectors.base import Json
from sources.models import Person

__all__ = [
    "Fact",
    "File",
    "Gathered",
    "Grade",
    "Known",
    "RunGone",
    "no_checkpoint",
    "optional",
    "read",
]

SECTIONS = (
    "work",
    "run",
    "code",
    "parameters",
    "metrics",
    "dataset",
    "environment",
    "model",
    "plots",
    "probe",
    "use",
)


@dataclass(frozen=True, slots=True)
class Known:
    """All facts, by section in the order above, and the files of the bundle."""

    facts: Sequence[Fact]
    files: Sequence[File]
    gathered: Gathered

    def fact(self, name: str) -> Fact:
        return next(one for one in self.facts if one.name == name)

    def counts(self) -> Counter[str]:
        return Counter(one.grade for one in self.facts)

    def as_json(self) -> dict[str, Json]:
        """{section: {name: {grade, value | reason}}}"""
        return {
            section: {one.name: one.as_json() for one in several}
            for section, several in groupby(self.facts, key=lambda one: one.section)
        }


def read(record: Record, user: Person, *, fresh: bool = False) -> Known:
    """Raises RunGone. A fixed number of queries; files are read once for each
    content, unless `fresh`."""
    known = gather(record, user)
    chosen = files(known)
    held = contents.Held(known, chosen, fresh)
    found = [
        *work.facts(known),
        *origin.facts(known),
        *metrics.facts(known),
        *contents.facts(held),
        *use.facts(known),
    ]
    found.sort(key=lambda one: SECTIONS.index(one.section))
    return Known(found, chosen, known)
