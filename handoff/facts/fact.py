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
        if self.grade == "missing":
            return {"grade": self.grade, "reason": self.note}
        told: dict[str, Json] = {"grade": self.grade, "value": self.value}
        return told | {"concern": self.concern} if self.concern else told


def missing(section: str, name: str, title: str, reason: str) -> Fact:
    return Fact(section, name, title, "missing", note=reason)


def stated(
    words: Mapping[str, Any], section: str, name: str, title: str, *, lacking: str = "not stated"
) -> Fact:
    """What a person typed under `name`, or that nobody has. The value keeps who and when."""
    said = words.get(name)
    if not said:
        return missing(section, name, title, lacking)
    value = {"text": said["value"], "by": said["by"], "at": said["at"]}
    return Fact(section, name, title, "stated", value, f"{said['value']} ({said['by']})")
