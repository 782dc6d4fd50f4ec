"""The small values of runs, gathered from all their row groups."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sources.connectors.base import Attribute, Gap, RunRecord
from sources.connectors.neptune_archive import limits
from sources.connectors.neptune_archive.clock import instant
from sources.connectors.neptune_archive.parquet import Rows, absent, milliseconds, python

COLUMNS = {
    "string": "string_value",
    "int": "int_value",
    "float": "float_value",
    "bool": "bool_value",
    "datetime": "datetime_value",
    "string_set": "string_set_value",
}
TYPES = frozenset(COLUMNS)
WEIGHT = 20  # points of a series that weigh as much as an attribute
TEXT_A_POINT = 320  # and characters


@dataclass(slots=True)
class Gathered:
    """What is known of one run before its series and files are read."""

    project: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)  # all its rows', series and files too
    unreadable: int = 0
    left_out: int = 0
    text: int = 0

    def add(self, path: str, kind: str, value: object) -> None:
        if value is None:
            self.unreadable += 1
            return
        size = len(value) if isinstance(value, str | list) else 0
        full = len(self.attributes) >= limits.ATTRIBUTES_A_RUN
        if full or self.text + size > limits.TEXT_A_RUN:
            self.left_out += 1
            return
        self.text += size
        self.attributes[path] = Attribute(kind, value)

    def text_of(self, path: str) -> str:
        value = self.value_of(path)
        return value if isinstance(value, str) else ""

    def moment_of(self, path: str) -> datetime | None:
        value = self.value_of(path)
        return value if isinstance(value, datetime) else None

    def value_of(self, path: str) -> object:
        found = self.attributes.get(path)
        return found.value if found else None

    def gaps(self) -> Iterator[Gap]:
        if self.left_out:
            yield Gap(f"{self.left_out} attributes", "more than Labledger keeps of one run")
        if self.unreadable:
            yield Gap(f"{self.unreadable} dates", "outside the years that can be shown")


def gather(rows: Rows, into: dict[str, Gathered]) -> None:
    """Rows without a value (a wide table melted into a long one leaves them, for
    attributes that a run does not have) are dropped."""
    paths, path_names = rows.coded("attribute_path")
    runs, run_names = rows.coded("run_id")
    kinds, kind_names = rows.coded("attribute_type")
    for code, kind in enumerate(kind_names):
        column = rows.column(COLUMNS[kind])
        if column is None:
            continue
        places = ((kinds == code) & ~absent(column)).nonzero()[0]
        for place, value in zip(places.tolist(), _values(column, kind, places), strict=True):
            run = into.setdefault(run_names[runs[place]], Gathered(rows.project))
            run.add(path_names[paths[place]], kind, value)


def _values(column: Any, kind: str, places: Any) -> list[object]:
    chosen = column.take(places)
    if kind == "datetime":
        return [instant(moment) for moment in milliseconds(chosen).tolist()]
    if kind == "string":
        return python(chosen.dictionary_decode() if hasattr(chosen, "indices") else chosen)
    if kind == "string_set":
        return [sorted({one for one in tags if one is not None}) for tags in python(chosen)]
    return python(chosen)


def weight(run: RunRecord) -> int:
    values = (attribute.value for attribute in run.attributes.values())
    text = sum(len(value) for value in values if isinstance(value, str | list))
    return WEIGHT * (1 + len(run.attributes)) + text // TEXT_A_POINT
