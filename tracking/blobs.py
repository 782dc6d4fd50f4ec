"""Bytes by their sha256: read once on the way in, never loaded whole, stored once.

A blob's file appears under its name only when it is complete and on disk. What
a killed worker left half-way stays in `incoming`, until `clear_incoming`.
"""

import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings
from django.utils import timezone

from tracking import tensors
from tracking.models import Blob
from tracking.sniff import sniff

PIECE = 1 << 20
HEAD = 1 << 16  # what recognising a file's kind may look at
NIGHT = timedelta(hours=20)  # within which nothing is read twice
FEW = 1_000  # blobs that are verified in one go
LEFT_OVER = 24 * 3600  # seconds after which nobody writes an incoming file any more


class Unreadable(Exception):
    """The stream broke off: its side's trouble. That our disk is full is another
    error, and must not pass for a file that cannot be read."""


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
    """Store a stream's bytes; storing the same bytes again keeps one copy, and
    heals one that was found corrupt. Raises Unreadable.

    One pass computes sha256 and crc32 together. `beat` is called after every
    MiB, so that a long copy can keep a claim.
    """
    with _incoming() as kept:
        seen = _copied(stream, kept, beat)
        sniffed = sniff(seen.head, path=path, name=name)
        blob = Blob.objects.filter(pk=seen.sha256).first()
        _publish(Path(kept.name), seen, anew=blob is not None and blob.corrupt)
    return Ingested(_row(blob, seen, sniffed.media_type), sniffed.ending)


@dataclass(frozen=True, slots=True)
class _Seen:
    sha256: str
    crc32: int
    size: int
    head: bytes
    content: str  # the digest of its tensors alone, if it holds some


@contextmanager
def _incoming() -> Iterator[IO[bytes]]:
    folder = incoming()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        try:
            yield kept
        finally:
            with suppress(FileNotFoundError):
                Path(kept.name).unlink()


def incoming() -> Path:
    return Path(settings.BLOBS) / "incoming"


def _copied(stream: BinaryIO, kept: IO[bytes], beat: Callable[[], None]) -> _Seen:
    sha, crc, size, head, content = hashlib.sha256(), 0, 0, b"", tensors.Digest()
    for piece in _pieces(stream):
        sha.update(piece)
        content.update(piece)
        crc = zlib.crc32(piece, crc)
        size += len(piece)
        head += piece[: HEAD - len(head)]
        kept.write(piece)
        beat()
    kept.flush()
    os.fsync(kept.fileno())
    return _Seen(sha.hexdigest(), crc, size, head, content.told())


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    while True:
        try:
            piece = stream.read(PIECE)
        except OSError as error:
            raise Unreadable(error.strerror or type(error).__name__) from error
        if not piece:
            return
        yield piece


def _publish(kept: Path, seen: _Seen, *, anew: bool) -> None:
    """Give a complete file its name. One that is there already has the same
    bytes, unless it is known, or seen by its size, to be damaged."""
    target = path_of(seen.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    if anew or (target.exists() and target.stat().st_size != seen.size):
        kept.replace(target)
    else:
        with suppress(FileExistsError):
            os.link(kept, target)
    _keep_name(target.parent)


def _keep_name(folder: Path) -> None:
    """The name too must outlast a power cut: the row that cites it will."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _row(blob: Blob | None, seen: _Seen, media_type: str) -> Blob:
    if blob is None:
        return Blob.objects.get_or_create(
            sha256=seen.sha256,
            defaults={
                "size": seen.size,
                "crc32": seen.crc32,
                "media_type": media_type,
                "content_digest": seen.content,
            },
        )[0]
    if blob.corrupt:
        blob.corrupt, blob.verified_at = False, timezone.now()
        blob.save(update_fields=("corrupt", "verified_at"))
    return blob


def clear_incoming() -> int:
    """Delete what killed workers left half-way; how many there were."""
    before = time.time() - LEFT_OVER
    left = [one for one in incoming().glob("*") if one.stat().st_mtime < before]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


def open_blob(blob: Blob) -> BufferedReader:
    """Raises FileNotFoundError when the store has lost it."""
    return path_of(blob.sha256).open("rb")


def seems_whole(blob: Blob) -> bool:
    """Not known to be damaged, there, and of its size: told without reading it."""
    try:
        return not blob.corrupt and path_of(blob.sha256).stat().st_size == blob.size
    except FileNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class Reread:
    """Blobs that turned out to be broken, and the bytes that were read: 0 when none
    had rested long enough."""

    size: int
    broken: Sequence[Blob]


def read_again(budget: int) -> Reread:
    """Verify stored bytes, first those that were longest not, until `budget` bytes are
    read; each at most once a night. A blob is read to its end, however large it is."""
    rested = Blob.objects.filter(corrupt=False, verified_at__lt=timezone.now() - NIGHT)
    size, broken = 0, []
    for blob in rested.order_by("verified_at")[:FEW]:
        if size >= budget:
            break
        size += max(blob.size, 1)
        if not verify(blob):
            broken.append(blob)
    return Reread(size, broken)


def retry_broken() -> None:
    """Of the broken, those whose bytes somebody has restored are whole again."""
    for blob in Blob.objects.filter(corrupt=True).order_by("pk")[:FEW]:
        if path_of(blob.sha256).is_file():
            verify(blob)


def verify(blob: Blob) -> bool:
    """Read the bytes again: are they what we stored? The row remembers, and keeps the
    digest of the tensors where it has none yet."""
    content = tensors.Digest()
    try:
        with open_blob(blob) as stream:
            if blob.media_type != tensors.KIND or blob.content_digest:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
            else:
                found = _digested(stream, content)
    except FileNotFoundError:
        found = ""
    blob.corrupt = found != blob.sha256
    if not blob.corrupt:
        blob.verified_at = timezone.now()
        blob.content_digest = blob.content_digest or content.told()
    blob.save(update_fields=("corrupt", "verified_at", "content_digest"))
    return not blob.corrupt


def _digested(stream: BinaryIO, content: tensors.Digest) -> str:
    """The sha256, and on the way what `content` takes of it."""
    sha = hashlib.sha256()
    for piece in _pieces(stream):
        sha.update(piece)
        content.update(piece)
    return sha.hexdigest()
