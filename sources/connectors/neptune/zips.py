"""A file set comes as a zip that someone else made: opened with care.

A member that turns out to be damaged raises OSError when it is opened or read.
"""

import errno
import stat
import struct
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Buffer, Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from sources.connectors.base import Gap

MEGABYTE = 1 << 20
PIECE = 1 << 16
LONGEST_REASON = 120
ENCRYPTED = 0x1
CONTROL = frozenset(map(chr, range(32)))
PACKINGS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,  # NotImplementedError, of a packing or a version, is one
    ValueError,
    KeyError,
)


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """Of one file set. `packed` and `unpacked` in bytes; `swell` is how many
    times its packed size a member may become (text does 20, a bomb 1,000)."""

    members: int = 10_000
    packed: int = 2048 * MEGABYTE
    unpacked: int = 8192 * MEGABYTE
    swell: int = 200
    small: int = MEGABYTE  # a member below this may swell as it likes


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    size: int
    version: str


class TooBig(Exception):
    """The zip itself is more than we take."""


class Kept:
    """A downloaded zip on disk; gone when nothing refers to it any more."""

    def __init__(self, content: BinaryIO, limits: ZipLimits) -> None:
        with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as target:
            self.path = Path(target.name)
            weakref.finalize(self, self.path.unlink, missing_ok=True)
            size = 0
            while block := content.read(MEGABYTE):
                size += len(block)
                if size > limits.packed:
                    raise TooBig
                target.write(block)

    def open(self, name: str) -> BinaryIO:
        """A fresh stream of a member. It needs neither this nor the archive's
        object to stay: an open file outlives its name."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                stream = archive.open(name)
        except DAMAGE as error:
            raise damaged(error) from error
        return cast("BinaryIO", BufferedReader(Opened(stream), PIECE))

    def members(self, limits: ZipLimits) -> Iterator[Member | Gap]:
        """Each member that is safe to open, a gap for each that is not.

        Sizes are the archive's own words; reading stops there whatever is
        packed, so that a member can never be more than it says.
        """
        try:
            with zipfile.ZipFile(self.path) as archive:
                listed = [one for one in archive.infolist() if not one.is_dir()]
        except DAMAGE:
            yield Gap("", "its zip is broken")
            return
        if len(listed) > limits.members:
            why = f"the rest of its {len(listed):,} files: only {limits.members:,} are read"
            yield Gap("", why)
        seen, left = set[str](), limits.unpacked
        for one in listed[: limits.members]:
            refusal = objection(one, seen, left, limits)
            if refusal:
                yield Gap(one.filename, refusal)
                continue
            seen.add(one.filename)
            left -= one.file_size
            yield Member(one.filename, one.file_size, f"{one.CRC:08x} {one.file_size}")


class Opened(RawIOBase):
    """A member's bytes, with every kind of damage as OSError."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, target: Buffer) -> int:
        view = memoryview(target).cast("B")
        try:
            block = self._stream.read(len(view))
        except DAMAGE as error:
            raise damaged(error) from error
        view[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._stream.close()
        super().close()


def damaged(error: Exception) -> OSError:
    return OSError(errno.EIO, f"it is damaged in its zip ({str(error)[:LONGEST_REASON]})")


def objection(one: zipfile.ZipInfo, seen: set[str], left: int, limits: ZipLimits) -> str:
    """Why this member is left out; empty if it is fine."""
    if not stays_inside(one.filename):
        return "its name leads out of the file set"
    if one.filename in seen:
        return "its name is there twice"
    if stat.S_ISLNK(one.external_attr >> 16):
        return "is a link, not a file"
    if one.flag_bits & ENCRYPTED:
        return "is encrypted"
    if one.compress_type not in PACKINGS:
        return "is packed in a way that is not known"
    if one.file_size > limits.small and one.file_size > limits.swell * one.compress_size:
        return f"would swell to {one.file_size:,} bytes out of {one.compress_size:,}"
    if one.file_size > left:
        return "would make the file set larger than is read"
    return ""


def stays_inside(name: str) -> bool:
    if not name or CONTROL & set(name) or "\\" in name or ":" in name.partition("/")[0]:
        return False
    parts = PurePosixPath(name).parts
    return not name.startswith("/") and ".." not in parts
