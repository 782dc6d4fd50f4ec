"""One parquet file, read a few rows at a time and only where it matters.

A damaged file raises `Damaged` and nothing else, wherever the damage is met.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sources.connectors.neptune_archive import limits

NAMES = ("project_id", "run_id", "attribute_path", "attribute_type")
TEXT = "string_value"

type Codes = NDArray[np.int64]
type Pair = tuple[str, str]  # run id, attribute type


class Damaged(Exception):
    """This file cannot be read (on). The text says why, in a clause."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one row group, all of wanted types and runs."""

    batch: Any  # a pyarrow RecordBatch
    project: str

    def coded(self, name: str) -> tuple[Codes, list[str]]:
        return coded(self.batch, name)

    def column(self, name: str) -> Any:
        return self.batch.column(name) if name in self.batch.schema.names else None


class PartFile:
    """An open part. `groups` is the number of its row groups."""

    def __init__(self, path: Path) -> None:
        with damage():
            self._metadata: Any = pq.read_metadata(path)
            self._columns = set(self._metadata.schema.to_arrow_schema().names)
            if missing := [name for name in NAMES if name not in self._columns]:
                raise Damaged(f"it is not of an export: it has no column {missing[0]}")
            self._long_text = self._most_text() > limits.TEXT_A_READ
            # Few different names, so they are kept as codes: neither memory nor
            # time is spent on one text twice. Codes of long texts cost both.
            coded_too = {TEXT} & self._columns if not self._long_text else set()
            self._file: Any = pq.ParquetFile(
                path,
                metadata=self._metadata,
                read_dictionary=[*NAMES, *coded_too],
                buffer_size=2**20,
            )
        self.groups = int(self._metadata.num_row_groups)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def pairs(self, group: int) -> frozenset[Pair]:
        """Which types of attribute this row group has of which run. Mostly known
        from its statistics, without reading a row."""
        with damage():
            run, kind = self._only(group, "run_id"), self._only(group, "attribute_type")
            if run is not None and kind is not None:
                return frozenset({(run, kind)})
            return self._read_pairs(group)

    def project_of(self, group: int, run: str) -> str | None:
        """The project that a row of this run names."""
        with damage():
            for batch in self._file.iter_batches(
                batch_size=limits.ROWS_A_READ, row_groups=[group], columns=["project_id", "run_id"]
            ):
                mine = batch.filter(pa.array(_one_of(batch, "run_id", frozenset({run}))))
                _, names = coded(mine, "project_id")
                if names:
                    return names[0]
        return None

    def span(self, group: int) -> tuple[datetime, datetime] | None:
        """First and last time in this row group, if its statistics tell."""
        with damage():
            statistics = self._statistics(group, "timestamp")
            if statistics is None or not statistics.has_min_max:
                return None
            first, last = statistics.min, statistics.max
        if not isinstance(first, datetime) or not isinstance(last, datetime):
            return None
        return (first, last) if first.tzinfo and last.tzinfo else None

    def rows(
        self, group: int, types: frozenset[str], runs: frozenset[str], columns: list[str]
    ) -> Iterator[Rows]:
        with damage():
            batches = self._file.iter_batches(
                batch_size=self._rows_a_read(group, columns),
                row_groups=[group],
                columns=[name for name in (*NAMES, *columns) if name in self._columns],
                use_threads=False,  # for batches this small, threads cost more than they bring
            )
            while (batch := next(batches, None)) is not None:
                yield from _of_projects(_wanted(batch, types, runs))

    def _rows_a_read(self, group: int, columns: list[str]) -> int:
        """A long text that is repeated is in the file once: the file's size says
        nothing about such rows, so a few are read at a time."""
        if self._long_text and TEXT in columns:
            return limits.ROWS_OF_LONG_TEXT
        row_group = self._metadata.row_group(group)
        a_row = self._bytes(group, columns) // max(1, row_group.num_rows)
        return int(min(limits.ROWS_A_READ, max(64, limits.TEXT_A_READ // max(1, a_row))))

    def _bytes(self, group: int, columns: list[str]) -> int:
        """Of these columns in this row group, unpacked."""
        row_group = self._metadata.row_group(group)
        chunks = map(row_group.column, range(row_group.num_columns))
        return sum(
            int(chunk.total_uncompressed_size)
            for chunk in chunks
            if chunk.path_in_schema.split(".")[0] in columns
        )

    def _most_text(self) -> int:
        groups = range(self._metadata.num_row_groups)
        most = max((self._bytes(group, [TEXT]) for group in groups), default=0)
        if most > limits.TEXT_A_ROW_GROUP:
            raise Damaged("one of its row groups has more text than can be held at once")
        return most

    def _read_pairs(self, group: int) -> frozenset[Pair]:
        found: set[Pair] = set()
        columns = ["run_id", "attribute_type"]
        for batch in self._file.iter_batches(
            batch_size=limits.ROWS_A_READ, row_groups=[group], columns=columns
        ):
            runs, run_names = coded(batch, "run_id")
            kinds, kind_names = coded(batch, "attribute_type")
            there = (runs >= 0) & (kinds >= 0)
            both = np.unique(runs[there] * len(kind_names) + kinds[there])
            for code in both.tolist():
                run, kind = divmod(code, len(kind_names))
                found.add((run_names[run], kind_names[kind]))
        return frozenset(found)

    def _only(self, group: int, name: str) -> str | None:
        """The one value that a column has in this row group, if it has one."""
        found = self._statistics(group, name)
        if found is None or not found.has_min_max or found.null_count != 0:
            return None
        return found.min if isinstance(found.min, str) and found.min == found.max else None

    def _statistics(self, group: int, name: str) -> Any:
        row_group = self._metadata.row_group(group)
        for index in range(row_group.num_columns):
            if row_group.column(index).path_in_schema == name:
                return row_group.column(index).statistics
        return None


@contextmanager
def damage() -> Iterator[None]:
    """Turns what pyarrow raises over a broken file into `Damaged`."""
    try:
        yield
    except PermissionError:
        raise Damaged("Labledger may not read it") from None
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise Damaged(f"it is damaged ({lines[0][:200]})") from error


def coded(batch: Any, name: str) -> tuple[Codes, list[str]]:
    """A text column as codes and what they stand for; -1 is null. The texts are
    only those that occur in this batch."""
    column = batch.column(name)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    used, places = np.unique(codes, return_inverse=True)
    absent = int(used.size > 0 and used[0] < 0)
    names = python(column.dictionary.take(pa.array(used[absent:])))
    return places - absent, [str(one) for one in names]


def numbers(column: Any) -> NDArray[np.float64]:
    """Null becomes NaN; ask `absent` where that matters."""
    wide = column.cast(pa.float64(), safe=False)
    return np.asarray(wide.to_numpy(zero_copy_only=False), dtype=np.float64)


def milliseconds(column: Any) -> NDArray[np.int64]:
    """Epoch milliseconds; null becomes 0."""
    if pa.types.is_timestamp(column.type) and column.type.unit != "ms":
        column = column.cast(pa.timestamp("ms", tz=column.type.tz), safe=False)
    whole = column.cast(pa.int64()).fill_null(0)
    return np.asarray(whole.to_numpy(zero_copy_only=False), dtype=np.int64)


def absent(column: Any) -> NDArray[np.bool_]:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)


def python(column: Any) -> list[Any]:
    """Python's values. Text that is no valid UTF-8 (a lone surrogate, cut
    bytes) comes through as far as it can."""
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError:
        nested = pa.types.is_list(column.type)
        raw = column.cast(pa.list_(pa.binary()) if nested else pa.binary())
        return [_text(value) for value in raw.to_pylist()]


def _text(raw: Any) -> Any:
    if isinstance(raw, list):
        return [_text(value) for value in raw]
    if not isinstance(raw, bytes):
        return raw
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def _wanted(batch: Any, types: frozenset[str], runs: frozenset[str]) -> Any:
    keep = _one_of(batch, "attribute_type", types) & _one_of(batch, "run_id", runs)
    keep &= ~absent(batch.column("attribute_path")) & ~absent(batch.column("project_id"))
    return batch if keep.all() else batch.filter(pa.array(keep))


def _one_of(batch: Any, name: str, wanted: frozenset[str]) -> NDArray[np.bool_]:
    codes, names = coded(batch, name)
    # The last one is for the code -1, null.
    chosen = np.array([*(name in wanted for name in names), False])
    return np.asarray(chosen[codes], dtype=np.bool_)


def _of_projects(batch: Any) -> Iterator[Rows]:
    """Nearly always one project a file; the column decides."""
    codes, names = coded(batch, "project_id")
    for code, name in enumerate(names):
        mine = codes == code
        yield Rows(batch if mine.all() else batch.filter(pa.array(mine)), name)
