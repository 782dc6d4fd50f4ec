"""Bytes by their sha256: read once on the way in, never loaded whole, stored once.

A blob's file appears under its name only when it is complete and on disk.
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from tracking.models import Blob
from tracking.sniff import sniff

PIECE = 1 << 20
HEAD = 1 << 16  # what recognising a file's kind may look at


@dataclass(frozen=True, slots=True)
class Ingested:
    """A stored blob, and the ending that its bytes suggest (".png", or "")."""

    blob: Blob
    ending: str


def path_of(sha256: str) -> Path:
    return Path(settings.BLOBS) / "sha256" / sha256[:2] / sha256[2:4] / sha256


def ingest(
    stream: BinaryIO, *, path: str = "", name: str = "", beat: Callable[[], None] = lambda: None
) -> Ingested:
    """Store a stream's bytes; storing the same bytes again keeps one copy.

    One pass computes sha256 and crc32 together. `beat` is called after every
    MiB, so that a long copy can keep a claim.
    """
    folder = Path(settings.BLOBS) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    sha, crc, size, head = hashlib.sha256(), 0, 0, b""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        try:
            for piece in _pieces(stream):
                sha.update(piece)
                crc = zlib.crc32(piece, crc)
                size += len(piece)
                head = head or piece[:HEAD]
                kept.write(piece)
                beat()
            kept.flush()
            os.fsync(kept.fileno())
            _publish(Path(kept.name), sha.hexdigest())
        finally:
            with suppress(FileNotFoundError):
                Path(kept.name).unlink()
    seen = sniff(head, path=path, name=name)
    blob, _ = Blob.objects.get_or_create(
        sha256=sha.hexdigest(),
        defaults={"size": size, "crc32": crc, "media_type": seen.media_type},
    )
    return Ingested(blob, seen.ending)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _publish(kept: Path, sha256: str) -> None:
    """Give a complete file its name. One that is there already has the same bytes."""
    target = path_of(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.link(kept, target)


def open_blob(blob: Blob) -> BufferedReader:
    """Raises FileNotFoundError when the store has lost it."""
    return path_of(blob.sha256).open("rb")


def verify(blob: Blob) -> bool:
    """Read the bytes again: are they what we stored? The row remembers."""
    try:
        with open_blob(blob) as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        found = ""
    blob.corrupt = found != blob.sha256
    if not blob.corrupt:
        blob.verified_at = timezone.now()
    blob.save(update_fields=("corrupt", "verified_at"))
    return not blob.corrupt
