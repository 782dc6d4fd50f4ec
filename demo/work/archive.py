"""Writes runs and models as Neptune's exporter writes them (its 2.x flavour).

    data/S(project)/S(run)_part_0.parquet       one row a value, 14 columns
    files/S(project)/<project>/<run>/<path>     files without their extensions
    model_data/, model_files/                   the model registry
    neptune_exporter_errors.jsonl               what the exporter could not read

S(x) is x with odd letters replaced, a dash and a short blake2b of x.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from demo.work.logged import Atom, Logged

type Row = dict[str, Any]

INSTANT = pa.timestamp("ms", tz="UTC")
NUMBERS = pa.list_(pa.float64())
HISTOGRAM = pa.struct([("type", pa.string()), ("edges", NUMBERS), ("values", NUMBERS)])
SCHEMA = pa.schema(
    [
        ("project_id", pa.string()),
        ("run_id", pa.string()),
        ("attribute_path", pa.string()),
        ("attribute_type", pa.string()),
        ("step", pa.decimal128(18, 6)),
        ("timestamp", INSTANT),
        ("int_value", pa.int64()),
        ("float_value", pa.float64()),
        ("string_value", pa.string()),
        ("bool_value", pa.bool_()),
        ("datetime_value", INSTANT),
        ("string_set_value", pa.list_(pa.string())),
        ("file_value", pa.struct([("path", pa.string())])),
        ("histogram_value", HISTOGRAM),
    ]
)
ERRORS = "neptune_exporter_errors.jsonl"
# What the exporter says of every run that was started from a notebook.
NOTEBOOK_ERROR = "AttributeError: 'NotebookRefAttributeDTO' object has no attribute 'value'"

type Gap = Literal["", "partial", "notebook"]


@dataclass(frozen=True)
class Container:
    """A run, a model or a model version, and what the server knows of it."""

    id: str
    owner: str
    created: datetime
    logged: Logged
    tags: tuple[str, ...] = ()
    name: str = ""
    failed: bool = False
    gap: Gap = ""
    model_id: str = ""
    stage: str = ""


def safe(name: str) -> str:
    """The exporter's S(x). Ids cannot be read back from it."""
    kept = "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in name)
    return f"{kept}-{hashlib.blake2b(name.encode(), digest_size=8).hexdigest()}"


class Archive:
    """One project's archive in a folder."""

    def __init__(self, folder: Path, project: str) -> None:
        self.folder, self.project = folder, project

    def write_runs(self, runs: Iterable[Container]) -> None:
        below = f"{self.project}/"
        for run in runs:
            self._write(run, self.folder / "data" / safe(self.project), "files", below)
            if run.gap == "notebook":
                self._complain(run)

    def write_models(self, models: Iterable[Container], kind: str) -> None:
        """`kind` is `models` or `model_versions`."""
        target = self.folder / "model_data" / safe(self.project) / kind
        for model in models:
            self._write(model, target, "model_files", f"{kind}/")

    def _write(self, held: Container, target: Path, files: str, below: str) -> None:
        root = self.folder / files / safe(self.project)
        groups = self._groups(held, root, f"{below}{held.id}/")
        target.mkdir(parents=True, exist_ok=True)
        tables = [table(group) for group in groups if group]
        part = target / f"{safe(held.id)}_part_0.parquet"
        with parquet.ParquetWriter(part, tables[0].schema) as out:
            for each in tables:
                out.write_table(each)

    def _groups(self, held: Container, root: Path, below: str) -> list[list[Row]]:
        """One row group for each kind of attribute, less what a gap lost: an
        export that was stopped has the first group only, that of a run from a
        notebook all but the first."""
        if held.gap == "partial":
            return [self._atoms(held)]
        rest = [self._series(held), self._lines(held), self._files(held, root, below)]
        return rest if held.gap == "notebook" else [self._atoms(held), *rest]

    def _row(self, held: Container, path: str, kind: str, **values: Any) -> Row:
        told = {"project_id": self.project, "run_id": held.id}
        return told | {"attribute_path": path, "attribute_type": kind} | values

    def _atoms(self, held: Container) -> list[Row]:
        rows = [
            self._row(held, path, kind_of(value), **{f"{kind_of(value)}_value": value})
            for path, value in (held.logged.atoms | system(held)).items()
        ]
        if held.tags:
            rows.append(self._row(held, "sys/tags", "string_set", string_set_value=list(held.tags)))
        return sorted(rows, key=lambda row: str(row["attribute_path"]))

    def _series(self, held: Container) -> list[Row]:
        return [
            self._row(held, path, "float_series", step=six(step), timestamp=at, float_value=value)
            for path, points in sorted(held.logged.series.items())
            for step, at, value in points
        ]

    def _lines(self, held: Container) -> list[Row]:
        return [
            self._row(held, path, "string_series", step=six(step), timestamp=at, string_value=text)
            for path, points in sorted(held.logged.lines.items())
            for step, at, text in points
        ]

    def _files(self, held: Container, root: Path, below: str) -> list[Row]:
        """The files' rows; their bytes are written on the way. Threads fetched
        them, so the rows come in no order: here in that of a hash."""
        rows = []
        for path, kind, step, name, content in fetched(held.logged):
            target = root / below / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            told = f"{below}{path}" if kind == "file_set" else f"{below}{name}"
            rows.append(self._row(held, path, kind, step=step, file_value={"path": told}))
        return sorted(rows, key=lambda row: hashlib.blake2b(repr(row).encode()).digest())

    def _complain(self, held: Container) -> None:
        line = {"project_id": self.project, "run_id": held.id, "attribute_path": None}
        line |= {"attribute_type": None, "exception": NOTEBOOK_ERROR}
        with (self.folder / ERRORS).open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")


def table(rows: list[Row]) -> pa.Table:
    """Through pandas, as the exporter does: so the file has its metadata, and a
    value that is not a number becomes null."""
    columns = {
        name: pd.Series([row.get(name) for row in rows], dtype=dtype(name)) for name in SCHEMA.names
    }
    return pa.Table.from_pandas(pd.DataFrame(columns), schema=SCHEMA, preserve_index=False)


def dtype(name: str) -> str:
    """pandas gives the four columns that are always full its own text type."""
    return "str" if name in SCHEMA.names[:4] else "object"


def six(step: float) -> Decimal:
    return Decimal(step).quantize(Decimal("0.000001"))


def kind_of(value: Atom) -> str:
    kinds = {bool: "bool", int: "int", float: "float", str: "string", datetime: "datetime"}
    return kinds[type(value)]


def system(held: Container) -> dict[str, Atom]:
    """The `sys` attributes that a 2.x export has."""
    ended = held.logged.finished or held.created
    ran = (ended - held.created) / timedelta(seconds=1)
    told: dict[str, Atom] = {
        "sys/creation_time": held.created,
        "sys/id": held.id,
        "sys/modification_time": ended,
        "sys/monitoring_time": int(ran),
        "sys/owner": held.owner,
        "sys/ping_time": ended,
        "sys/running_time": ran,
        "sys/size": float(held.logged.size),
        "sys/trashed": False,
    }
    if held.model_id:
        return told | {"sys/model_id": held.model_id, "sys/stage": held.stage}
    if held.name:
        told["sys/name"] = held.name
    return told if held.stage == "model" else told | {"sys/failed": held.failed}


def fetched(logged: Logged) -> Iterator[tuple[str, str, Decimal | None, str, bytes]]:
    """(attribute, type, step, path on disk, bytes) of everything with bytes."""
    for path, file in logged.files.items():
        yield path, "file", None, path, file.content
    for path, members in logged.file_sets.items():
        yield path, "file_set", None, f"{path}/files.zip", zipped(members)
    for path, pictures in logged.pictures.items():
        for at, content in enumerate(pictures):
            yield path, "file_series", six(at), f"{path}/{at}.png", content
    for path, members in logged.artifacts.items():
        yield path, "artifact", None, f"{path}/files_list.json", listed(members)


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def listed(members: Mapping[str, bytes]) -> bytes:
    """An artifact's files by name and hash; an archive never has their bytes."""
    told = [
        {
            "filePath": name,
            "fileHash": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
            "type": "Local",
            "size": len(content),
            "metadata": [{"key": "file_path", "value": f"file:///home/lab/forms/{name}"}],
        }
        for name, content in sorted(members.items())
    ]
    return json.dumps(told).encode()
