"""What one run has logged: the same for the archive and for the live client."""

from dataclasses import dataclass, field
from datetime import datetime

type Atom = str | int | float | bool | datetime
type Point = tuple[float, datetime, float]
type Line = tuple[float, datetime, str]


@dataclass(frozen=True)
class File:
    """Bytes, and the extension they had before an archive lost it."""

    extension: str
    content: bytes


@dataclass
class Logged:
    """By attribute path, as Neptune names things. Pictures are file series.

    `committed` are the source files as their commit has them, which differ
    from `source_code/files` by `source_code/diff`.
    """

    atoms: dict[str, Atom] = field(default_factory=dict)
    series: dict[str, list[Point]] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    file_sets: dict[str, dict[str, bytes]] = field(default_factory=dict)
    pictures: dict[str, list[bytes]] = field(default_factory=dict)
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    committed: dict[str, bytes] = field(default_factory=dict)
    finished: datetime | None = None

    @property
    def size(self) -> int:
        """Bytes on the server; artifacts are only named there."""
        sets = sum(len(content) for held in self.file_sets.values() for content in held.values())
        pictures = sum(len(content) for held in self.pictures.values() for content in held)
        return sets + pictures + sum(len(file.content) for file in self.files.values())
