"""Moving the whole story in time, by whole days, so that it is about today.

Only times move. No file that a run logged changes, so each sha256 is the same
on every machine and every day.
"""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from demo.neptune.store import Store
from demo.neptune.times import moment
from demo.work.growing import Rest, begun_at

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TIMES = ("timestamp", "datetime_value")
SYSTEM_TIMES = ("sys/creation_time", "sys/modification_time", "sys/ping_time")


def days_to(now: datetime, told_at: datetime) -> timedelta:
    """Whole days, and never into the future: before the story's hour of the day
    it is still the story's yesterday."""
    return timedelta(days=(now.astimezone(UTC) - told_at) // timedelta(days=1))


def shift_json(told: Any, by: timedelta) -> Any:
    """Every text that is a time or a day, and nothing else."""
    if isinstance(told, dict):
        return {name: shift_json(value, by) for name, value in told.items()}
    if isinstance(told, list):
        return [shift_json(value, by) for value in told]
    if not isinstance(told, str):
        return told
    if INSTANT.fullmatch(told):
        return (datetime.fromisoformat(told) + by).isoformat().replace("+00:00", "Z")
    return (date.fromisoformat(told) + by).isoformat() if DAY.fullmatch(told) else told


def shift_json_file(path: Path, by: timedelta, target: Path) -> None:
    told = shift_json(json.loads(path.read_text(encoding="utf-8")), by)
    target.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def shift_archive(folder: Path, by: timedelta) -> None:
    """Every part in place, row group by row group, with its metadata."""
    for path in sorted(folder.glob("*data/**/*.parquet")):
        shift_part(path, by)


def shift_part(path: Path, by: timedelta) -> None:
    read = parquet.ParquetFile(path)
    groups = [read.read_row_group(at) for at in range(read.num_row_groups)]
    with parquet.ParquetWriter(path, groups[0].schema) as out:
        for group in groups:
            out.write_table(moved(group, by))


def moved(group: pa.Table, by: timedelta) -> pa.Table:
    for name in TIMES:
        at = group.schema.get_field_index(name)
        field = group.schema.field(at)
        chunks = [later(chunk, by) for chunk in group.column(at).chunks]
        group = group.set_column(at, field, pa.chunked_array(chunks, field.type))
    return group


def later(times: pa.Array, by: timedelta) -> pa.Array:
    """On the buffers themselves: pyarrow's own arithmetic, and its way through
    numpy, import a second's worth of modules."""
    valid, values = times.buffers()
    added = np.frombuffer(values, np.int64) + milliseconds_of(by)
    buffers = [valid, pa.py_buffer(added)]
    return pa.Array.from_buffers(times.type, len(times), buffers, offset=times.offset)


def shift_snapshot(folder: Path, by: timedelta) -> None:
    store = Store.load(folder)
    for project in store.projects.values():
        for run in store.of_project(project):
            if run.kind == "project":
                continue
            store.redate(
                f"{project.qualified}/{run.sys_id}", moment(run.atom("sys/creation_time")) + by
            )
            for path, field in run.fields.items():
                if field.type == "datetime" and path not in SYSTEM_TIMES:
                    field.value += milliseconds_of(by)
    store.dump(folder)


def milliseconds_of(by: timedelta) -> int:
    return by // timedelta(milliseconds=1)


def begin_growing(folder: Path, rest: Rest, now: datetime) -> None:
    """The run that is going has logged its last epoch just now."""
    store = Store.load(folder)
    store.redate(f"{rest['project']}/{rest['run']}", begun_at(rest, now))
    store.now = now
    store.dump(folder)
