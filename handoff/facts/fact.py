"""One thing that is known about a run, and how well."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sources.connectors.base import Json

type Grade = Literal["verified", "imported", "stated", "missing"]


@dataclass(frozen=True, slots=True)
class Fact:
    """`note` is one line for people; for a missing fact it is the reason.

    verified: we read the bytes. imported: a tracker said so, then. stated: a
    person typed it. `concern` says why something known is still no good news.
    """

    section: str
    name: str
    title: str
    grade: Grade
    value: Json = None
    note: str = ""
    concern: str = ""

    @property
    def passed(self) -> bool:
        return self.grade != "missing" and not self.concern

    def as_json(self) -> dict[str, Json]:
        """The words go with the value: who reads an old record sees what was sealed."""
        told: dict[str, Json] = {"title": self.title, "grade": self.grade}
        if self.grade == "missing":
            return told | {"reason": self.note}
        told |= {"value": self.value, "note": self.note}
        return told | {"concern": self.concern} if self.concern else told


def missing(section: str, name: str, title: str, reason: str) -> Fact:
    return Fact(section, name, title, "missing", note=" ".join(reason.split()))


def stated(
    words: Mapping[str, Any], section: str, name: str, title: str, *, lacking: str = "not stated"
) -> Fact:
    """What a person typed under `name`, or that nobody has. The value keeps who and when."""
    said = words.get(name)
    if not said:
        return missing(section, name, title, lacking)
    value = {"text": said["value"], "by": said["by"], "at": said["at"]}
    return Fact(section, name, title, "stated", value, f"{said['value']} ({said['by']})")
