"""A sealed record read from its own bytes, and from nothing else."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handoff.models import Record


@dataclass(frozen=True, slots=True)
class SealedFile:
    path: str
    role: str
    media_type: str
    size: int
    sha256: str
    source_path: str


@dataclass(frozen=True, slots=True)
class SealedFact:
    """As it stands in record.json: `value` is None for a missing fact, which has a `reason`."""

    section: str
    name: str
    title: str
    grade: str
    value: Any
    note: str
    reason: str
    concern: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """What record.json says. `previous` is {version, digest} or None."""

    id: str
    model: str
    model_name: str
    version: int
    previous: Mapping[str, Any] | None
    sealed_at: datetime
    sealed_by: str
    digest: str
    facts: Sequence[SealedFact]
    files: Sequence[SealedFile]

    def value(self, name: str) -> Any:
        """The value of a fact, or None when it is missing or unknown to this record."""
        return next((one.value for one in self.facts if one.name == name), None)

    def file(self, role: str) -> SealedFile | None:
        """The first file with that role."""
        return next((one for one in self.files if one.role == role), None)

    def metrics(self) -> list[Mapping[str, Any]]:
        return list(self.value("metrics") or [])

    @property
    def checkpoint(self) -> SealedFile | None:
        return self.file("checkpoint")

    @property
    def missing(self) -> list[SealedFact]:
        return [one for one in self.facts if one.grade == "missing"]

    @property
    def concerns(self) -> list[SealedFact]:
        return [one for one in self.facts if one.concern]


def read(record: Record) -> Sealed:
    """No query. Raises ValueError for a draft."""
    if record.body is None:
        raise ValueError(f"{record} is not sealed.")
    words: dict[str, Any] = json.loads(bytes(record.body))
    return Sealed(
        id=words["id"],
        model=words["model"]["slug"],
        model_name=words["model"]["name"],
        version=words["version"],
        previous=words["previous"],
        sealed_at=datetime.fromisoformat(words["sealed_at"]),
        sealed_by=words["sealed_by"],
        digest=record.digest,
        facts=list(_facts(words["facts"])),
        files=[SealedFile(**one) for one in words["files"]],
    )


def _facts(sections: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[SealedFact]:
    for section, several in sections.items():
        for name, told in several.items():
            yield SealedFact(
                section=section,
                name=name,
                title=told["title"],
                grade=told["grade"],
                value=told.get("value"),
                note=told.get("note", ""),
                reason=told.get("reason", ""),
                concern=told.get("concern", ""),
            )
