"""What a table row means. Pure: a row in, records and what to read next out."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zlib import crc32

from sources.connectors.base import Attribute, Gap, Kind, RunRecord
from sources.connectors.neptune.table import Entry, Table
from sources.connectors.neptune.times import moment

type Properties = Mapping[str, Any]
type SeriesType = Literal["float", "text", "file"]

SERIES: Mapping[str, SeriesType] = {
    "floatSeries": "float", "stringSeries": "text", "imageSeries": "file",
}  # fmt: skip
FILES = ("file", "fileSet", "artifact")
# What a value of another shape or size than it should have raises when it is read.
UNCLEAR = (ValueError, TypeError, LookupError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Shown:
    """A series, file, file set or artifact as far as the table tells of it."""

    path: str
    type: str
    properties: Properties

    @property
    def last_step(self) -> float | None:
        return finite(self.properties.get("lastStep"))

    @property
    def fingerprint(self) -> int:
        """Changes when the table tells anything else of it than before."""
        told = {key: value for key, value in self.properties.items() if value is not None}
        return crc32(repr(sorted(told.items(), key=str)).encode())


@dataclass(frozen=True, slots=True)
class Row:
    project_id: str
    entry: Entry
    record: RunRecord
    running: bool
    series: list[Shown] = field(default_factory=list)
    files: list[Shown] = field(default_factory=list)

    @property
    def version(self) -> str:
        """What a file's version ends with.

        A table tells a file's name and size, and a better checkpoint has the
        size of the one before. So a file counts as new when its run has
        changed; but not while the run is at work, where that is all the time:
        then when it ends.
        """
        return "running" if self.running else str(self.entry.modified)


def row_of(entry: Entry, project: str, table: Table) -> Row:
    fields = shown_of(entry)
    attributes, unclear = attributes_of(fields)
    record = RunRecord(
        project,
        entry.sys_id,
        attributes,
        kind=table.kind,
        gaps=[*gaps_of(fields, table.kind), *unclear],
        provenance={"tracker": "neptune", "host": table.wire.host, "id": entry.id},
        trashed=entry.value("sys/trashed") is True,
    )
    return Row(
        table.project_id,
        entry,
        record,
        running=table.kind == "run" and entry.value("sys/state") == "running",
        series=[shown for shown in fields if shown.type in SERIES],
        files=[shown for shown in fields if shown.type in FILES],
    )


def shown_of(entry: Entry) -> list[Shown]:
    return [
        Shown(one["name"], one["type"], entry.properties(one))
        for one in entry.fields
        if isinstance(one.get("name"), str) and isinstance(one.get("type"), str)
    ]


def attributes_of(fields: Sequence[Shown]) -> tuple[dict[str, Attribute], list[Gap]]:
    """What the fields mean, and a gap for each whose value cannot be read: one
    wrong date keeps nothing else of its run away."""
    found: dict[str, Attribute] = {}
    unclear: list[Gap] = []
    for shown in fields:
        try:
            value = ATTRIBUTES.get(shown.type, no_attribute)(shown.properties)
        except UNCLEAR:
            unclear.append(Gap(shown.path, f"is no {shown.type} that can be read"))
            continue
        if value is not None:
            found[shown.path] = value
    return found, unclear


def gaps_of(fields: Sequence[Shown], kind: Kind) -> list[Gap]:
    gaps = [
        Gap(shown.path, f"of a type we do not know ({shown.type})")
        for shown in fields
        if shown.type not in ATTRIBUTES
    ]
    references = [shown for shown in fields if shown.type == "gitRef"]
    if kind == "run" and all(git(one.properties) is None for one in references):
        gaps.append(Gap("commit", "was not logged: no git repository where the run began"))
    return gaps


# ── values ───────────────────────────────────────────────────────────────────


def finite(told: Any) -> float | None:
    """None for what is no number, or none that has a place on a line."""
    try:
        value = float(told)
    except UNCLEAR:
        return None
    return value if math.isfinite(value) else None


def atom(kind: str) -> Callable[[Properties], Attribute | None]:
    def meaning(told: Properties) -> Attribute | None:
        value = told.get("value")
        return None if value is None else Attribute(kind, value)

    return meaning


def number(told: Properties) -> Attribute | None:
    """JSON has no 3.0: a whole number may have lost its point on the way."""
    value = told.get("value")
    return None if value is None else Attribute("float", float(value))


def time(told: Properties) -> Attribute | None:
    value = told.get("value")
    return Attribute("datetime", moment(value)) if value else None


def string_set(told: Properties) -> Attribute:
    return Attribute("string_set", sorted(told.get("values") or ()))


def figures(told: Properties) -> Attribute | None:
    """The table knows no count of points."""
    if told.get("last") is None:
        return None
    named = {key: told.get(key) for key in ("last", "min", "max", "average")}
    return Attribute("float_series", named | {"last_step": told.get("lastStep"), "count": None})


def git(told: Properties) -> Attribute | None:
    commit = told.get("commit") or {}
    if not commit.get("commitId"):
        return None
    known = {
        "commit": commit["commitId"],
        "message": commit.get("message"),
        "author": commit.get("authorName"),
        "email": commit.get("authorEmail"),
        "date": commit.get("commitDate"),
        "branch": told.get("currentBranch"),
        "dirty": told.get("repositoryDirty"),
        "remotes": told.get("remotes"),
    }
    return Attribute("git", {key: value for key, value in known.items() if value is not None})


def notebook(told: Properties) -> Attribute:
    known = {
        "notebook": told.get("notebookName"),
        "notebook_id": told.get("notebookId"),
        "checkpoint": told.get("checkpointName"),
        "checkpoint_id": told.get("checkpointId"),
    }
    return Attribute("notebook", {key: value for key, value in known.items() if value})


def no_attribute(_: Properties) -> None:
    """Its points or files come as records of their own."""
    return


ATTRIBUTES: Mapping[str, Callable[[Properties], Attribute | None]] = {
    "string": atom("string"),
    "int": atom("int"),
    "float": number,
    "bool": atom("bool"),
    "datetime": time,
    "experimentState": atom("string"),
    "stringSet": string_set,
    "gitRef": git,
    "notebookRef": notebook,
    "floatSeries": figures,
    **dict.fromkeys(("stringSeries", "imageSeries", *FILES), no_attribute),
}
