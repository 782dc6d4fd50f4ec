"""A dataset's frame, streamed: rows, columns, and how many of each class and split."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from handoff.facts.readings import Reading

MOST_BYTES = 256 * 2**20
MOST_COLUMNS = 500
MOST_CLASSES = 1_000
LONGEST_LINE = 1 << 20
CLASS_COLUMNS = ("label", "class", "target", "category", "y", "labels", "class_name", "label_name")
SPLIT_COLUMNS = ("split", "subset", "fold", "partition", "set")


class Unreadable(ValueError):
    """It is no table. The text says why."""


class Counting:
    """Values of one column, until there are too many to be classes."""

    def __init__(self, columns: Sequence[str], names: Sequence[str]) -> None:
        lowered = [column.strip().lower() for column in columns]
        self.at = next((lowered.index(name) for name in names if name in lowered), None)
        self.column = columns[self.at] if self.at is not None else ""
        self.counts: Counter[str] = Counter()

    def add(self, row: Sequence[str]) -> None:
        if self.at is not None and self.at < len(row):
            self.counts[row[self.at]] += 1
            if len(self.counts) > MOST_CLASSES:
                self.at = None

    def told(self) -> Reading | None:
        if self.at is None:
            return None
        return {"column": self.column, "counts": dict(sorted(self.counts.items()))}


def read(stream: BinaryIO, size: int) -> Reading:
    """{rows, columns, classes, splits, whole}, or {trouble}. A row that has more
    or fewer cells than the head is counted among `uneven`."""
    try:
        return _read(stream, size)
    except (Unreadable, csv.Error, UnicodeDecodeError) as error:
        return {"trouble": f"it cannot be read as a table: {error}"}


def _read(stream: BinaryIO, size: int) -> Reading:
    rows = csv.reader(_lines(stream))
    columns = next(rows, [])
    if not columns or len(columns) > MOST_COLUMNS:
        raise Unreadable(f"its head has {len(columns)} columns")
    classes, splits = Counting(columns, CLASS_COLUMNS), Counting(columns, SPLIT_COLUMNS)
    count = uneven = 0
    for row in rows:
        count += 1
        uneven += len(row) != len(columns)
        classes.add(row)
        splits.add(row)
    return {
        "rows": count,
        "columns": columns,
        "classes": classes.told(),
        "splits": splits.told(),
        "uneven": uneven,
        "whole": size <= MOST_BYTES,
    }


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Lines of the first MOST_BYTES; a last line that is cut there is left out."""
    left = MOST_BYTES
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        while line := text.readline(LONGEST_LINE):
            left -= len(line)
            if left < 0:
                return
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                raise Unreadable(f"a line is longer than {LONGEST_LINE:,} characters")
            yield line
