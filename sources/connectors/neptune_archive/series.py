"""Points of series: columns of numbers, never a Python object a point."""

import json
import math
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sources.connectors.base import Gap, Kind, SeriesRecord
from sources.connectors.neptune_archive import limits
from sources.connectors.neptune_archive.clock import true_times
from sources.connectors.neptune_archive.parquet import (
    Rows,
    absent,
    milliseconds,
    numbers,
    python,
)

COLUMNS = {
    "float_series": "float_value",
    "string_series": "string_value",
    "histogram_series": "histogram_value",
}
TYPES = frozenset(COLUMNS)
TEXT_A_POINT = 320  # characters that weigh as much as a point

type Form = Literal["float", "text"]
type Key = tuple[str, str, str, Form]  # project, run, path


@dataclass(frozen=True, slots=True)
class Columns:
    """Points of several series: `keys` are places in `names`. Values are float64
    or, for text, objects."""

    names: list[tuple[str, str]]  # run, path
    keys: NDArray[np.int64]
    steps: NDArray[np.float64]
    times: NDArray[np.int64]
    values: NDArray[Any]

    def at(self, places: Any) -> "Columns":
        return Columns(
            self.names,
            self.keys[places],
            self.steps[places],
            self.times[places],
            self.values[places],
        )


class Series:
    """The series of a group of files, in the order in which they are read.

    A step's points are replaced as a whole by whoever stores them. So when a
    step goes on in the next batch, its first points are repeated there.
    """

    def __init__(self, kind: Kind, zone: ZoneInfo, archive: str) -> None:
        self._kind = kind
        self._zone = zone
        self._archive = archive
        self._last: dict[Key, Columns] = {}

    def records(self, rows: Rows, attribute_type: str) -> Iterator[SeriesRecord | Gap]:
        """Every row of `rows` must be of that type."""
        column = rows.column(COLUMNS[attribute_type])
        steps = rows.column("step")
        if column is None or steps is None:
            return
        form: Form = "float" if attribute_type == "float_series" else "text"
        values = numbers(column) if form == "float" else _texts(rows, attribute_type)
        found = self._columns(rows, numbers(steps), values)
        empty = absent(column)
        usable = np.isfinite(found.steps) & ~empty
        yield from _lost(found, usable)
        yield from self._split(rows.project, form, _ordered(found.at(usable)))

    def _columns(self, rows: Rows, steps: NDArray[np.float64], values: NDArray[Any]) -> Columns:
        runs, run_names = rows.coded("run_id")
        paths, path_names = rows.coded("attribute_path")
        names = [(run, path) for run in run_names for path in path_names]
        times = rows.column("timestamp")
        local = np.zeros(steps.size, np.int64) if times is None else milliseconds(times)
        return Columns(
            names, runs * len(path_names) + paths, steps, true_times(local, self._zone), values
        )

    def _split(self, project: str, form: Form, found: Columns) -> Iterator[SeriesRecord]:
        bounds = [0, *(np.flatnonzero(np.diff(found.keys)) + 1).tolist(), found.keys.size]
        for begin, end in pairwise(bounds):
            if begin == end:
                continue
            run, path = found.names[found.keys[begin]]
            mine = self._carried((project, run, path, form), found.at(slice(begin, end)))
            yield SeriesRecord(
                project=project,
                run=run,
                path=path,
                type=form,
                steps=array("d", mine.steps.tobytes()),
                times=array("q", mine.times.tobytes()),
                values=_sent(form, mine.values),
                kind=self._kind,
                archive=self._archive,
            )

    def _carried(self, key: Key, mine: Columns) -> Columns:
        before = self._last.get(key)
        if before is not None and before.steps[-1] == mine.steps[0]:
            mine = Columns(
                mine.names,
                np.concatenate([before.keys, mine.keys]),
                np.concatenate([before.steps, mine.steps]),
                np.concatenate([before.times, mine.times]),
                np.concatenate([before.values, mine.values]),
            )
        tail = int(np.searchsorted(mine.steps, mine.steps[-1]))
        kept = mine.at(slice(max(tail, mine.steps.size - limits.SAME_STEP), None))
        # A copy, or the whole batch would stay in memory behind its last point.
        self._last[key] = Columns(
            [], kept.keys.copy(), kept.steps.copy(), kept.times.copy(), kept.values.copy()
        )
        return mine


def weight(record: SeriesRecord) -> int:
    if record.type == "float":
        return len(record.steps)
    texts = cast("list[str]", record.values)
    return len(texts) + sum(map(len, texts)) // TEXT_A_POINT


def _sent(form: Form, values: NDArray[Any]) -> "array[float] | list[str]":
    return array("d", values.tobytes()) if form == "float" else cast("list[str]", values.tolist())


def _texts(rows: Rows, attribute_type: str) -> NDArray[Any]:
    if attribute_type == "histogram_series":
        shown = [_histogram(one) for one in python(rows.column("histogram_value"))]
        return _objects(shown)
    codes, names = rows.coded("string_value")
    return _objects([*names, ""])[codes]


def _objects(texts: list[str]) -> NDArray[Any]:
    # Filled in place: numpy would otherwise make an array of fixed width.
    made = np.empty(len(texts), dtype=object)
    made[:] = texts
    return made


def _histogram(value: Any) -> str:
    """A histogram as JSON. A NaN or an infinity has no place there: null."""
    if not isinstance(value, dict):
        return ""
    shown = {
        name: [one if one is not None and math.isfinite(one) else None for one in part]
        if isinstance(part, list)
        else part
        for name, part in value.items()
    }
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def _ordered(found: Columns) -> Columns:
    """By series, each ascending by step; equal steps keep their order."""
    next_series = found.keys[1:] != found.keys[:-1]
    falls = (found.steps[1:] < found.steps[:-1]) & ~next_series
    firsts = found.keys[:1].tolist() + found.keys[1:][next_series].tolist()
    if not falls.any() and len(set(firsts)) == len(firsts):
        return found
    return found.at(np.lexsort((found.steps, found.keys)))


def _lost(found: Columns, usable: NDArray[np.bool_]) -> Iterator[Gap]:
    keys, counts = np.unique(found.keys[~usable], return_counts=True)
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        run, path = found.names[key]
        yield Gap(f"{count} points of {path} in {run}", "without a step or a value in the archive")
