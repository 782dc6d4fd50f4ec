"""What a run is made of: typed fields, by the wire's own type words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

ATOMS = ("float", "int", "bool", "string", "datetime", "experimentState")

type Point = list[Any]  # [step, epoch milliseconds, value]


@dataclass(slots=True)
class Field:
    """One field. The shape of `value` goes by `type`, always plain JSON:

    atoms: the value itself (a datetime as epoch milliseconds);
    stringSet: a sorted list; file: {name, ext, size, sha256};
    fileSet: {member path: {size, sha256, mtime}};
    floatSeries, stringSeries, imageSeries: a list of points;
    gitRef, notebookRef, artifact: the wire's own mapping.
    """

    type: str
    value: Any
    summary: dict[str, Any] | None = field(default=None, compare=False)

    def append(self, points: Sequence[Point]) -> None:
        self.value.extend(points)
        self.summary = None


@dataclass(slots=True)
class Container:
    """A run, a model, a model version, or a project's own metadata."""

    id: str
    kind: str
    project: str
    sys_id: str
    fields: dict[str, Field]
    custom_id: str = ""
    parent: str = ""

    def atom(self, path: str) -> Any:
        found = self.fields.get(path)
        return found.value if found else None

    def put(self, path: str, kind: str, value: Any) -> None:
        self.fields[path] = Field(kind, value)

    @property
    def trashed(self) -> bool:
        return bool(self.atom("sys/trashed"))


@dataclass(slots=True)
class Project:
    id: str
    workspace: str
    name: str
    key: str
    counters: dict[str, int] = field(default_factory=dict)
    members: list[str] | None = None  # None: everyone may see it

    @property
    def qualified(self) -> str:
        return f"{self.workspace}/{self.name}"

    def next_number(self, series: str) -> int:
        self.counters[series] = self.counters.get(series, 0) + 1
        return self.counters[series]
