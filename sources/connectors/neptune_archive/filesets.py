"""The zip in which a tracker keeps a set of files: looked into, never unpacked.

A member that turns out to be damaged raises OSError when it is opened or read.
"""

import errno
import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Buffer, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, BinaryIO, cast

from sources.connectors.neptune_archive import limits
from sources.connectors.neptune_archive.places import Refused

END = struct.Struct("<4s4H2LH")
END_MARK = b"PK\x05\x06"
LOCATOR = struct.Struct("<4sLQL")
LOCATOR_MARK = b"PK\x06\x07"
END64 = struct.Struct("<4sQ2H2L4Q")
END64_MARK = b"PK\x06\x06"
COMMENT = 2**16
ENCRYPTED = 1
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)
PACKINGS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)


class FileSet:
    """Members are opened through one `zipfile.ZipFile`, made at the first need."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip: zipfile.ZipFile | None = None

    def members(self) -> tuple[list[zipfile.ZipInfo], list[tuple[str, str]]]:
        """The files in it, and those that are refused: name and reason."""
        found, refused = [], []
        for member, reason in _judged(self._listed()):
            if reason:
                refused.append((member.filename, reason))
            else:
                found.append(member)
        return found, refused

    def open(self, name: str) -> BinaryIO:
        try:
            if self._zip is None:
                self._zip = zipfile.ZipFile(self._path)
            stream = self._zip.open(name)
        except (*DAMAGE, KeyError, NotImplementedError) as error:
            raise OSError(errno.EIO, f"it cannot be taken out of its zip ({error})") from error
        return cast("BinaryIO", io.BufferedReader(_Member(stream), 2**16))

    def close(self) -> None:
        if self._zip is not None:
            self._zip.close()
            self._zip = None

    def _listed(self) -> list[zipfile.ZipInfo]:
        try:
            if _directory_bytes(self._path) > limits.DIRECTORY_BYTES:
                raise Refused("its zip has too many members")
            with zipfile.ZipFile(self._path) as listed:
                members = [one for one in listed.infolist() if not one.is_dir()]
        except (*DAMAGE, NotImplementedError) as error:
            raise Refused(f"its zip is damaged ({error})") from error
        if len(members) > limits.MEMBERS:
            raise Refused(f"its zip has more than {limits.MEMBERS:,} members")
        if sum(one.file_size for one in members) > limits.SET_BYTES:
            raise Refused("its zip would be too large unpacked")
        return members


class _Member(io.RawIOBase):
    """A member's bytes, with every kind of damage as OSError."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        try:
            got = self._stream.read(len(view))
        except (*DAMAGE, NotImplementedError) as error:
            raise OSError(errno.EIO, f"it is damaged in its zip ({error})") from error
        view[: len(got)] = got
        return len(got)

    def close(self) -> None:
        self._stream.close()
        super().close()


def is_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def _judged(members: list[zipfile.ZipInfo]) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    times = Counter(one.filename for one in members)
    said: set[str] = set()
    for member in members:
        if times[member.filename] == 1:
            yield member, _reason(member)
        elif member.filename not in said:
            said.add(member.filename)
            yield member, "it is in the zip more than once"


def _reason(member: zipfile.ZipInfo) -> str:
    """Why a member is not taken, or nothing."""
    if _climbs(member):
        return "its name leads out of the file set"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link"
    if member.flag_bits & ENCRYPTED:
        return "it is encrypted"
    if member.compress_type not in PACKINGS:
        return "it is packed in a way that is not known"
    if member.file_size > max(limits.RATIO_FROM, limits.RATIO * member.compress_size):
        return "it unpacks to far more than it was"
    return ""


def _climbs(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    windows = PureWindowsPath(name)
    # zipfile cuts a name at its first NUL; the whole one is in orig_filename.
    whole = member.orig_filename.rstrip("/") == name.rstrip("/")
    pieces = {*PurePosixPath(name).parts, *windows.parts}
    return not (pieces and whole) or bool(windows.anchor) or name[0] in "/\\" or ".." in pieces


def _directory_bytes(path: Path) -> int:
    """The size of a zip's list of members, which zipfile would read whole."""
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - COMMENT - END.size - LOCATOR.size))
        tail = stream.read()
        place = tail.rfind(END_MARK)
        if place < 0 or place + END.size > len(tail):
            raise zipfile.BadZipFile("no list of members")
        told = int(END.unpack_from(tail, place)[5])
        before = tail[max(0, place - LOCATOR.size) : place]
        if len(before) < LOCATOR.size or not before.startswith(LOCATOR_MARK):
            return told
        stream.seek(LOCATOR.unpack(before)[2])
        return max(told, _directory_bytes64(stream.read(END64.size)))


def _directory_bytes64(end: bytes) -> int:
    if len(end) < END64.size or not end.startswith(END64_MARK):
        return 0
    return int(END64.unpack(end)[8])
