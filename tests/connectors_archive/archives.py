"""Writes archives in the exporter's schema, as small and as broken as a test needs."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        ("project_id", pa.string()),
        ("run_id", pa.string()),
        ("attribute_path", pa.string()),
        ("attribute_type", pa.string()),
        ("step", pa.decimal128(18, 6)),
        ("timestamp", pa.timestamp("ms", tz="UTC")),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("string_value", pa.string()),
        ("bool_value", pa.bool_()),
        ("datetime_value", pa.timestamp("ms", tz="UTC")),
        ("string_set_value", pa.list_(pa.string())),
        ("file_value", pa.struct([("path", pa.string())])),
        (
            "histogram_value",
            pa.struct(
                [
                    ("type", pa.string()),
                    ("edges", pa.list_(pa.float64())),
                    ("values", pa.list_(pa.float64())),
                ]
            ),
        ),
    ]
)
COLUMN = {
    "string": "string_value",
    "int": "int_value",
    "float": "float_value",
    "bool": "bool_value",
    "datetime": "datetime_value",
    "string_set": "string_set_value",
    "float_series": "float_value",
    "string_series": "string_value",
    "histogram_series": "histogram_value",
}
FILES = {"file", "file_series", "file_set", "artifact"}
PROJECT = "acme/docs"
FOLDER = "acme_docs-0123456789abcdef"
START = datetime(2025, 6, 1, 12, tzinfo=UTC)

type Row = dict[str, Any]


def row(path: str, kind: str, value: Any, *, run: str = "DOC-1", **more: Any) -> Row:
    """One row. `step` may be a number; `time` is a datetime."""
    made: Row = {
        "project_id": PROJECT,
        "run_id": run,
        "attribute_path": path,
        "attribute_type": kind,
    }
    if kind in FILES:
        made["file_value"] = None if value is None else {"path": value}
    elif kind in COLUMN:
        made[COLUMN[kind]] = value
    if "step" in more:
        made["step"] = None if more["step"] is None else Decimal(str(more.pop("step")))
    if "time" in more:
        made["timestamp"] = more.pop("time")
    return made | {key: value for key, value in more.items() if key != "step"}


def system(run: str = "DOC-1", **values: Any) -> list[Row]:
    """What a 2.x run always has."""
    told = {
        "sys/id": ("string", run),
        "sys/name": ("string", "baseline"),
        "sys/creation_time": ("datetime", START),
        "sys/modification_time": ("datetime", START.replace(hour=13)),
        "sys/size": ("float", 0.0),
        "sys/trashed": ("bool", False),
    }
    told |= {f"sys/{name}": value for name, value in values.items()}
    return [row(path, kind, value, run=run) for path, (kind, value) in told.items()]


def losses(count: int, *, run: str = "DOC-1", path: str = "loss", first: int = 0) -> list[Row]:
    return [
        row(path, "float_series", 1 / (n + 1), run=run, step=n, time=START)
        for n in range(first, first + count)
    ]


class Writer:
    """An archive below `root`. Each list of rows becomes a row group."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = root / "files" / FOLDER
        self.files.mkdir(parents=True)

    def part(
        self,
        *row_groups: Sequence[Row],
        run: str = "DOC-1",
        number: int = 0,
        folder: str = f"data/{FOLDER}",
        schema: pa.Schema = SCHEMA,
    ) -> Path:
        name = f"{run}-{hashlib.blake2b(run.encode(), digest_size=8).hexdigest()}"
        path = self.root / folder / f"{name}_part_{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(path, schema, compression="snappy") as writer:
            for rows in row_groups:
                writer.write_table(table(rows, schema), row_group_size=max(1, len(rows)))
        return path

    def file(self, path: str, content: bytes) -> Path:
        place = self.files / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return place


def table(rows: Iterable[Row], schema: pa.Schema = SCHEMA) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema)
