"""Which files an archive has, and which of them belong together.

Nothing about a run is taken from a file's name: names are sanitised and
hashed. A name only tells which parts make one whole.
"""

import base64
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sources.connectors.base import Gap, Kind, Unauthorized, Unavailable

PART = re.compile(r"(?P<stem>.+)_part_(?P<number>[0-9]{1,5})\.parquet(?P<left>\.tmp)?")
WHOLE = re.compile(r"(?P<stem>.+)\.parquet(?P<left>\.tmp)?")
KINDS: dict[str, Kind] = {"models": "model", "model_versions": "model_version"}
NAMED = 5  # missing parts that are named one by one


@dataclass(frozen=True, slots=True)
class Part:
    path: Path
    number: int
    size: int
    changed: int  # nanoseconds


@dataclass(slots=True)
class Group:
    """The parts of one run. Exporters before November 2025 wrote a whole
    project into one: then of all its runs."""

    name: str  # below the archive, without the part's number
    kind: Kind
    files: Path  # what the paths in file_value are relative to
    parts: list[Part] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)

    def mark(self, zone: str) -> str:
        """Twelve characters that change when this group must be read again."""
        told = [self.name, zone, str(self.files.is_dir()), *sorted(self.leftovers)]
        told += [f"{p.path.name}:{p.size}:{p.changed}" for p in self.parts]
        digest = hashlib.blake2b("\n".join(told).encode("utf-8", "surrogateescape"), digest_size=9)
        return base64.urlsafe_b64encode(digest.digest()).decode()

    def gaps(self) -> Iterator[Gap]:
        there = {part.number for part in self.parts}
        missing = _missing(there)
        for number in missing[:NAMED]:
            yield Gap(f"{self.name}_part_{number}.parquet", "missing in the archive")
        if len(missing) > NAMED:
            yield Gap(f"{len(missing) - NAMED} more parts of {self.name}", "missing in the archive")
        for name in sorted(self.leftovers):
            yield Gap(name, "left unfinished by the exporter, so it is not read")

    def missing(self) -> int:
        return len(_missing({part.number for part in self.parts}))


def check(root: Path) -> None:
    """Raises a Trouble in words for people when this is no readable archive."""
    try:
        names = {entry.name for entry in root.iterdir()}
    except FileNotFoundError:
        raise Unavailable(
            f"There is no folder {root}. Check the path, and that its disk is mounted."
        ) from None
    except NotADirectoryError:
        raise Unavailable(
            f"{root} is a file. Give the folder in which neptune-exporter put data and files."
        ) from None
    except OSError as error:
        raise _refused(root, error) from error
    if names & {"data", "model_data"}:
        return
    if not names:
        raise Unavailable(f"The folder {root} is empty.")
    raise Unavailable(
        f"{root} is not an export archive: it holds neither a data nor a model_data folder."
        " Give the folder in which neptune-exporter put them."
    )


def groups(root: Path) -> Iterator[Group]:
    """Every group in a fixed order; one folder's names are held at a time."""
    for top, files in (("data", "files"), ("model_data", "model_files")):
        for folder in _folders(root / top):
            yield from _of_folder(root, folder, root / files)


def _of_folder(root: Path, folder: Path, files: Path) -> Iterator[Group]:
    inner = folder.relative_to(root).parts[1:]
    kind = KINDS.get(inner[-1], "run") if len(inner) > 1 else "run"
    base = files / inner[0] if inner else files
    found: dict[str, Group] = {}
    for entry in _entries(folder):
        name = PART.fullmatch(entry.name) or WHOLE.fullmatch(entry.name)
        if name is None or not entry.is_file():
            continue
        stem = name["stem"]
        place = (folder / stem).relative_to(root).as_posix()
        group = found.setdefault(stem, Group(name=place, kind=kind, files=base))
        _add(group, root, entry, name)
    for stem in sorted(found):
        found[stem].parts.sort(key=lambda part: part.number)
        yield found[stem]


def _add(group: Group, root: Path, entry: os.DirEntry[str], name: re.Match[str]) -> None:
    path = Path(entry.path)
    if name["left"]:
        group.leftovers.append(path.relative_to(root).as_posix())
        return
    status = entry.stat()
    number = int(name.groupdict().get("number") or 0)
    group.parts.append(Part(path, number, status.st_size, status.st_mtime_ns))


def _folders(top: Path) -> Iterator[Path]:
    """A folder and those below it, in order. Links are not followed."""
    if not top.is_dir():
        return
    yield top
    below = [entry for entry in _entries(top) if entry.is_dir(follow_symlinks=False)]
    for entry in sorted(below, key=lambda one: one.name):
        yield from _folders(Path(entry.path))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(folder: Path, error: OSError) -> Unauthorized | Unavailable:
    if isinstance(error, PermissionError):
        return Unauthorized(
            f"Labledger may not read {folder}. Give its user the right to read the archive."
        )
    return Unavailable(f"{folder} cannot be read: {error.strerror}.")


def _missing(there: set[int]) -> list[int]:
    """Parts are numbered from 0 without holes. Nothing tells of a last one lost."""
    return sorted(set(range(max(there, default=0))) - there)
