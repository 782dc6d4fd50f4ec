"""The zip that is never written: other readers read it, and any part of it is its part."""

import io
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.stored_zip import LIMIT_32, Member, StoredZip, member_of_bytes

AT = datetime(2026, 11, 24, 8, 30, 13, tzinfo=UTC)
FILES = {"a/one.txt": b"one", "a/empty": b"", "b/Ünïcode.bin": os.urandom(3000)}


def made(files=FILES):
    return StoredZip([member_of_bytes(path, content) for path, content in files.items()], AT)


def whole(zipped):
    return b"".join(zipped.pieces(0, zipped.size))


@given(
    st.dictionaries(st.text("abcü/", min_size=1, max_size=8), st.binary(max_size=50), max_size=5)
)
def test_python_reads_what_was_put_in(files):
    zipped = made(files)
    content = whole(zipped)
    assert len(content) == zipped.size
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        assert {one.filename: read.read(one) for one in read.infolist()} == files
        assert read.testzip() is None


@pytest.mark.skipif(not shutil.which("unzip"), reason="no unzip here")
def test_unzip_reads_it_too(tmp_path):
    path = tmp_path / "some.zip"
    path.write_bytes(whole(made()))
    done = subprocess.run(["unzip", "-t", path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "No errors detected" in done.stdout


ZIPPED = made()
CONTENT = whole(ZIPPED)


@given(st.integers(0, len(CONTENT)), st.integers(0, len(CONTENT)))
def test_any_part_equals_that_part_of_the_whole(start, stop):
    assert b"".join(ZIPPED.pieces(start, stop)) == CONTENT[start:stop]


def test_the_same_files_make_the_same_bytes():
    assert whole(made()) == CONTENT
    with zipfile.ZipFile(io.BytesIO(CONTENT)) as read:
        assert read.infolist()[0].date_time == (2026, 11, 24, 8, 30, 12)


def test_a_time_before_zips_is_their_first_day():
    zipped = StoredZip([member_of_bytes("a", b"")], datetime(1971, 1, 2, tzinfo=UTC))
    with zipfile.ZipFile(io.BytesIO(whole(zipped))) as read:
        assert read.infolist()[0].date_time[0] == 1980


def zeros(size):
    def pieces(start, stop):
        for at in range(start, stop, 1 << 20):
            yield bytes(min(1 << 20, stop - at))

    return Member("big/zeros", size, crc_of_zeros(size), pieces)


def crc_of_zeros(size):
    crc, block = 0, bytes(1 << 24)
    while size > 0:
        crc = zlib.crc32(block[: min(size, len(block))], crc)
        size -= len(block)
    return crc


class Window(io.RawIOBase):
    """The zip as a file that is read where it is asked, and held nowhere."""

    def __init__(self, zipped):
        self.zipped, self.place = zipped, 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def seek(self, offset, whence=0):
        self.place = offset + {0: 0, 1: self.place, 2: self.zipped.size}[whence]
        return self.place

    def tell(self):
        return self.place

    def readinto(self, into):
        stop = min(self.place + len(into), self.zipped.size)
        content = b"".join(self.zipped.pieces(self.place, stop)) if stop > self.place else b""
        into[: len(content)] = content
        self.place += len(content)
        return len(content)


@pytest.mark.parametrize("size", [LIMIT_32 - 1, LIMIT_32, LIMIT_32 + 5])
def test_sizes_and_places_round_four_gibibytes_are_read_back(size):
    """Bytes that no test has to make: only headers and the small files are read."""
    big = Member("big/sparse", size, 0, zeros(size).pieces if size < 9 else never)
    zipped = StoredZip([big, member_of_bytes("after.txt", b"after")], AT)
    with zipfile.ZipFile(Window(zipped)) as read:
        first, last = read.infolist()
        assert (first.file_size, first.compress_size) == (size, size)
        assert read.read(last) == b"after"
        assert last.header_offset == zipped.parts[2].start
    local = b"".join(zipped.pieces(0, zipped.parts[1].start))
    is_64 = size >= LIMIT_32
    assert struct.unpack_from("<I", local, 18)[0] == min(size, LIMIT_32)
    assert local.endswith(struct.pack("<HHQQ", 1, 16, size, size)) == is_64


def never(start, stop):
    raise AssertionError("the large file need not be read")


def test_a_large_file_is_made_of_pieces_and_checks_out():
    size = 1 << 27
    zipped = StoredZip([zeros(size), member_of_bytes("after.txt", b"after")], AT)
    longest = total = 0
    for piece in zipped.pieces(0, zipped.size):
        longest, total = max(longest, len(piece)), total + len(piece)
    assert total == zipped.size
    assert longest <= 1 << 20


def test_more_files_than_two_bytes_count_are_all_there():
    empty = [Member(f"f/{at}", 0, 0, never) for at in range(0x10001)]
    with zipfile.ZipFile(Window(StoredZip(empty, AT))) as read:
        assert len(read.infolist()) == 0x10001
