"""A zip that is never written: its bytes are a pure function of its files.

Nothing is compressed (weights would not get smaller), so each file's place is
known before a byte is read, and any part of the zip can be made alone: a known
length, ranges, resumed downloads. ZIP64 fields only where a number needs them.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

UTF8_NAMES = 0x800
UNIX = 3 << 8
PLAIN_VERSION, ZIP64_VERSION = 20, 45
LIMIT_32, LIMIT_16 = 0xFFFFFFFF, 0xFFFF
READABLE_FILE = 0o100644 << 16
FIRST_YEAR, LAST_YEAR = 1980, 2107  # what a zip's clock can show

type Pieces = Callable[[int, int], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the zip. `pieces(start, stop)` yields that part of its bytes."""

    path: str
    size: int
    crc32: int
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the zip: a header, a file's bytes, or the directory."""

    start: int
    size: int
    pieces: Pieces


class StoredZip:
    """`size` bytes; `pieces(start, stop)` yields any part of them."""

    def __init__(self, members: Sequence[Member], at: datetime) -> None:
        """Every file carries the time `at` (zips know no zone: UTC is written)."""
        self.parts: list[Part] = []
        self.size = 0
        moment = dos_time(at)
        entries: list[bytes] = []
        for member in members:
            entries.append(directory_entry(member, self.size, moment))
            self._add_bytes(local_header(member, moment))
            self._add(member.size, member.pieces)
        start, directory = self.size, b"".join(entries)
        self._add_bytes(directory + ending(len(members), start, len(directory)))
        self._starts = [part.start for part in self.parts]

    def _add(self, size: int, pieces: Pieces) -> None:
        if size:
            self.parts.append(Part(self.size, size, pieces))
            self.size += size

    def _add_bytes(self, content: bytes) -> None:
        self._add(len(content), lambda start, stop: iter((content[start:stop],)))

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        at = max(0, bisect_right(self._starts, start) - 1)
        for part in self.parts[at:]:
            if part.start >= stop:
                return
            first = max(0, start - part.start)
            yield from part.pieces(first, min(part.size, stop - part.start))


def member_of_bytes(path: str, content: bytes) -> Member:
    return Member(
        path,
        len(content),
        zlib.crc32(content),
        lambda start, stop: iter((content[start:stop],)),
    )


def dos_time(at: datetime) -> tuple[int, int]:
    """(time, date) in steps of two seconds, kept within the years that fit."""
    utc = at.astimezone(UTC)
    year = min(max(utc.year, FIRST_YEAR), LAST_YEAR)
    time = utc.hour << 11 | utc.minute << 5 | utc.second // 2
    return time, (year - FIRST_YEAR) << 9 | utc.month << 5 | utc.day


def extra_field(numbers: Sequence[int]) -> bytes:
    """The 64-bit numbers whose places in a header hold only 32."""
    if not numbers:
        return b""
    return struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def local_header(member: Member, moment: tuple[int, int]) -> bytes:
    name = member.path.encode()
    large = member.size >= LIMIT_32
    # The two sizes stand together here, even when only one were too large.
    extra = extra_field([member.size, member.size] if large else [])
    shown = min(member.size, LIMIT_32)
    version = ZIP64_VERSION if large else PLAIN_VERSION
    head = struct.pack(
        "<4sHHHHHIIIHH",
        b"PK\x03\x04",
        version,
        UTF8_NAMES,
        0,
        *moment,
        member.crc32,
        shown,
        shown,
        len(name),
        len(extra),
    )
    return head + name + extra


def directory_entry(member: Member, offset: int, moment: tuple[int, int]) -> bytes:
    name = member.path.encode()
    large, far = member.size >= LIMIT_32, offset >= LIMIT_32
    extra = extra_field([*([member.size] * 2 if large else []), *([offset] if far else [])])
    shown = min(member.size, LIMIT_32)
    version = ZIP64_VERSION if extra else PLAIN_VERSION
    head = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        b"PK\x01\x02",
        UNIX | version,
        version,
        UTF8_NAMES,
        0,
        *moment,
        member.crc32,
        shown,
        shown,
        len(name),
        len(extra),
        0,
        0,
        0,
        READABLE_FILE,
        min(offset, LIMIT_32),
    )
    return head + name + extra


def ending(count: int, start: int, size: int) -> bytes:
    """The end of the directory, with the 64-bit one before it where needed."""
    large = b""
    if count >= LIMIT_16 or start >= LIMIT_32 or size >= LIMIT_32:
        version = UNIX | ZIP64_VERSION
        large = struct.pack(
            "<4sQHHIIQQQQ",
            b"PK\x06\x06",
            44,
            version,
            ZIP64_VERSION,
            0,
            0,
            count,
            count,
            size,
            start,
        ) + struct.pack("<4sIQI", b"PK\x06\x07", 0, start + size, 1)
    few = min(count, LIMIT_16)
    return large + struct.pack(
        "<4sHHHHIIH",
        b"PK\x05\x06",
        0,
        0,
        few,
        few,
        min(size, LIMIT_32),
        min(start, LIMIT_32),
        0,
    )
