"""Files of runs: what the rows say, and what is really on disk."""

import json
import os
import re
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sources.connectors.base import FileRecord, Gap, Json, Kind
from sources.connectors.neptune_archive import limits
from sources.connectors.neptune_archive.filesets import FileSet, is_zip
from sources.connectors.neptune_archive.layout import Group
from sources.connectors.neptune_archive.parquet import Rows, numbers, python
from sources.connectors.neptune_archive.places import Refused, inside, opened, regular, status

COLUMNS = ["file_value", "step"]
TYPES = frozenset({"file", "file_series", "file_set", "artifact"})
ENDING = re.compile(r".*[^/]\.[A-Za-z][A-Za-z0-9]{0,9}", re.DOTALL)
WEIGHT = 200  # points that weigh as much as a file
ONLY_LISTED = "the archive has the list of these files, not their bytes nor the artifact's hash"


class Files:
    """The files of one group. At most one file set stays open for its members."""

    def __init__(self, group: Group, archive: str) -> None:
        self._archive = archive
        self._base = group.files
        self._kind: Kind = group.kind
        self._open: FileSet | None = None

    def records(self, rows: Rows) -> Iterator[FileRecord | Gap]:
        """`rows` may be of any type of file. Rows without a path are dropped."""
        places = rows.column("file_value")
        if places is None:
            return
        runs, run_names = rows.coded("run_id")
        paths, path_names = rows.coded("attribute_path")
        kinds, kind_names = rows.coded("attribute_type")
        steps = _steps(rows)
        for i, place in enumerate(python(places.field("path"))):
            if place is None:
                continue
            one = _One(
                rows.project, run_names[runs[i]], path_names[paths[i]], self._kind, self._archive
            )
            yield from self._of(one, kind_names[kinds[i]], place, steps[i])

    def _of(
        self, one: "_One", kind: str, place: str, step: float | None
    ) -> Iterator[FileRecord | Gap]:
        try:
            if not self._base.is_dir():
                raise Refused("the archive has no folder with the files of its project")
            path = inside(self._base, place)
            if kind == "file_set":
                yield from self._of_set(one, path)
            elif kind == "artifact":
                yield one.record(missing=ONLY_LISTED, listed=_listed(path))
            else:
                yield one.file(path, step=step if kind == "file_series" else None)
        except Refused as reason:
            yield one.record(missing=str(reason), step=step)

    def _of_set(self, one: "_One", path: Path) -> Iterator[FileRecord | Gap]:
        packed = _packed(path)
        if packed is None:
            for name, member in _unpacked(path):
                yield one.below(name).file(member)
            return
        file_set = FileSet(packed)
        found, refused = file_set.members()
        for name, reason in refused:
            yield Gap(f"{name!r} in {one.path} of {one.run}", reason)
        for listed in found:
            yield one.below(listed.filename).record(
                size=listed.file_size,
                open=partial(self._open_member, file_set, listed.filename),
                name=listed.filename.rpartition("/")[2],
                version=f"{listed.CRC:08x}-{listed.file_size}",
            )

    def _open_member(self, file_set: FileSet, name: str) -> Any:
        if self._open is not file_set:
            self.close()
            self._open = file_set
        return file_set.open(name)

    def close(self) -> None:
        """Streams that were given out stay readable."""
        if self._open is not None:
            self._open.close()
            self._open = None


class _One:
    """The file that one row speaks of."""

    def __init__(self, project: str, run: str, path: str, kind: Kind, archive: str) -> None:
        self.project = project
        self.run = run
        self.path = path
        self.kind = kind
        self.archive = archive

    def below(self, name: str) -> "_One":
        return _One(self.project, self.run, f"{self.path}/{name}", self.kind, self.archive)

    def record(self, *, size: int | None = None, open: Any = None, **more: Any) -> FileRecord:  # noqa: A002
        return FileRecord(
            project=self.project,
            run=self.run,
            path=self.path,
            size=size,
            open=open,
            kind=self.kind,
            archive=self.archive,
            **more,
        )

    def file(self, path: Path, *, step: float | None = None) -> FileRecord:
        found = regular(path)
        return self.record(
            size=found.st_size,
            open=partial(opened, path),
            name=self._name(path.name),
            step=step,
            version=f"{found.st_size}-{found.st_mtime_ns}",
        )

    def _name(self, on_disk: str) -> str:
        """2.x exports drop the ending of a file: then only its bytes tell."""
        for name in (on_disk, self.path.rpartition("/")[2]):
            if ENDING.fullmatch(name):
                return name
        return ""


def _steps(rows: Rows) -> list[float | None]:
    column = rows.column("step")
    if column is None:
        return [None] * rows.batch.num_rows
    return [None if step != step else step for step in numbers(column).tolist()]


def _packed(path: Path) -> Path | None:
    """The server's zip. Its name is the server's choice, so its bytes decide."""
    if not stat.S_ISDIR(status(path).st_mode):
        regular(path)
        return path
    inner = _names(path)
    if not inner:
        raise Refused("its folder in the archive is empty")
    only = inside(path, inner[0])
    if len(inner) > 1 or not only.is_file():
        return None
    return only if only.suffix.lower() == ".zip" or is_zip(only) else None


def _unpacked(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files of a set that somebody has unpacked. Links are left out."""
    met = 0
    for top, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(top, name)
            met += 1
            if met > limits.MEMBERS:
                raise Refused(f"its folder holds more than {limits.MEMBERS:,} files")
            if not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        raise Refused("its folder in the archive cannot be read") from None


def _listed(path: Path) -> Json:
    """files_list.json in our words: path, hash, size, type, metadata."""
    if regular(path).st_size > limits.LIST_BYTES:
        raise Refused("the list of its files is too long")
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        raise Refused("the list of its files is damaged") from None
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Refused("the list of its files is damaged")
    return [_file_of_list(one) for one in told]


def _file_of_list(told: dict[str, Any]) -> dict[str, Json]:
    pairs = told.get("metadata")
    metadata = {
        str(pair["key"]): pair.get("value")
        for pair in (pairs if isinstance(pairs, list) else [])
        if isinstance(pair, dict) and "key" in pair
    }
    return {
        "path": told.get("filePath"),
        "hash": told.get("fileHash"),
        "size": told.get("size"),
        "type": told.get("type"),
        "metadata": metadata,
    }
