"""A folder as one .tar.xz, the same bytes each time, and back."""

import tarfile
from pathlib import Path


def pack(folder: Path, target: Path) -> None:
    """Files in the order of their paths, without owners and dates."""
    with tarfile.open(target, "w:xz", preset=9) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                add(packed, path, path.relative_to(folder).as_posix())


def add(packed: tarfile.TarFile, path: Path, name: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = path.stat().st_size
    member.mode = 0o644
    with path.open("rb") as content:
        packed.addfile(member, content)


def unpack(packed: Path, folder: Path) -> None:
    """As a stream: seeking in xz would read it twice."""
    with tarfile.open(packed, "r|xz") as members:
        for member in members:
            members.extract(member, folder, set_attrs=False, filter="data")
