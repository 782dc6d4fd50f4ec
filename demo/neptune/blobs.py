"""Bytes by sha256: in memory, or still in the folder they were loaded from."""

import hashlib
from pathlib import Path


class Blobs:
    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}
        self._folder: Path | None = None

    def keep(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self._held[digest] = content
        return digest

    def read(self, digest: str) -> bytes:
        if digest in self._held:
            return self._held[digest]
        if self._folder is None:
            raise KeyError(digest)
        return (self._folder / digest).read_bytes()

    def write_to(self, folder: Path, digests: set[str]) -> None:
        """Writes these blobs and takes away those that nothing names any more."""
        folder.mkdir(parents=True, exist_ok=True)
        for digest in digests:
            content = self.read(digest)
            (folder / digest).write_bytes(content)
        for stale in {path.name for path in folder.iterdir()} - digests:
            (folder / stale).unlink()

    def read_from(self, folder: Path) -> None:
        self._folder = folder
