"""Files of runs: where they may lie, what a zip may hold, what is only listed."""

import io
import json
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from sources.connectors.neptune_archive import limits
from sources.connectors.neptune_archive.filesets import FileSet
from sources.connectors.neptune_archive.places import Refused
from tests.connectors_archive.archives import Writer, row, system
from tests.connectors_archive.reading import Read, content, read


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(tmp_path / "archive")


def of(writer: Writer, path: str, place: str | None, kind: str = "file", **more: object) -> Read:
    """The archive whose one run has one row of a file."""
    writer.part(system(), [row(path, kind, place, **more)])
    return read(writer.root)


def zipped(
    *members: tuple[str | zipfile.ZipInfo, bytes], packing: int = zipfile.ZIP_DEFLATED
) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as out:
        for name, member in members:
            out.writestr(name, member)
    return made.getvalue()


def of_set(writer: Writer, packed: bytes) -> Read:
    writer.file("acme/code/files.zip", packed)
    return of(writer, "code", "acme/code", "file_set")


# ── single files ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "place",
    [
        "../secret",
        "a/../../secret",
        "acme/..",
        "acme/../inside",
        "/etc/passwd",
        "\\\\server\\share",
        "link-out",
        "folder-out/secret",
        "",
        "a\0b",
        "loop",
        "x" * 5_000,
    ],
)
def test_a_path_that_leads_out_of_the_archive_is_refused(writer: Writer, place: str) -> None:
    secret = writer.root.parent / "secret"
    secret.write_bytes(b"secret")
    (writer.files.parent / "secret").write_bytes(b"secret")
    writer.file("inside", b"inside")
    (writer.files / "link-out").symlink_to(secret)
    (writer.files / "folder-out").symlink_to(secret.parent, target_is_directory=True)
    (writer.files / "loop").symlink_to(writer.files / "loop")
    for kind in ("file", "file_set", "artifact", "file_series"):
        found = of(writer, "p", place, kind, step=0)
        (record,) = found.files().values()
        assert record.open is None
        assert record.listed is None
        assert "archive" in record.missing


def test_a_link_that_stays_inside_is_followed(writer: Writer) -> None:
    writer.file("real", b"bytes")
    (writer.files / "link").symlink_to(writer.files / "real")
    assert content(of(writer, "p", "link").files()["p"]) == b"bytes"


def test_a_missing_file_is_a_record_that_says_so(writer: Writer) -> None:
    found = of(writer, "plots/roc", "acme/plots/roc")
    assert found.files()["plots/roc"].missing == "its file is not in the archive"
    assert found.gaps == []


def test_an_archive_without_its_files_folder_says_so(writer: Writer) -> None:
    writer.files.rmdir()
    record = of(writer, "p", "acme/p").files()["p"]
    assert record.missing == "the archive has no folder with the files of its project"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_not_opened(writer: Writer, kind: str) -> None:
    place = writer.files / "p"
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.mkdir()
    assert "is not a file" in of(writer, "p", "p").files()["p"].missing
    if kind == "pipe":
        assert "is not a file" in of(writer, "p", "p", "file_set").files()["p"].missing


def test_a_file_that_goes_before_it_is_opened_says_so(writer: Writer) -> None:
    place = writer.file("p", b"x")
    record = of(writer, "p", "p").files()["p"]
    place.unlink()
    assert record.open is not None
    with pytest.raises(OSError, match="its file is not in the archive"):
        record.open()


def test_every_open_gives_a_fresh_stream(writer: Writer) -> None:
    writer.file("p", b"bytes")
    record = of(writer, "p", "p").files()["p"]
    assert content(record) == content(record) == b"bytes"


@pytest.mark.parametrize(
    ("path", "place", "name"),
    [
        ("plots/roc", "acme/plots/roc", ""),
        ("plots/roc.png", "acme/plots/roc.png", "roc.png"),
        ("plots/roc", "run/plots/roc.png", "roc.png"),
        ("plots/roc.auc", "run/plots/roc_auc.png", "roc_auc.png"),
        ("notes.md", "acme/notes", "notes.md"),
        ("model/v1.2", "acme/model/v1.2", ""),
    ],
)
def test_the_ending_is_kept_where_it_is_known(
    writer: Writer, path: str, place: str, name: str
) -> None:
    writer.file(place, b"x")
    assert of(writer, path, place).files()[path].name == name


def test_the_version_changes_with_the_bytes(writer: Writer) -> None:
    place = writer.file("p", b"one")
    before = of(writer, "p", "p").files()["p"].version
    assert of(writer, "p", "p").files()["p"].version == before
    place.write_bytes(b"other")
    assert of(writer, "p", "p").files()["p"].version != before


def test_file_series_keep_their_order_as_step(writer: Writer) -> None:
    rows = [row("s", "file_series", f"acme/s/{n}.png", step=n) for n in (2, 0, 1)]
    for n in range(3):
        writer.file(f"acme/s/{n}.png", b"%d" % n)
    writer.part(system(), rows)
    files = read(writer.root).files()
    assert {name: content(record) for name, record in files.items()} == {
        "s@0": b"0",
        "s@1": b"1",
        "s@2": b"2",
    }


# ── file sets ────────────────────────────────────────────────────────────────


def test_each_member_of_a_zip_is_a_file(writer: Writer) -> None:
    found = of_set(writer, zipped(("a.py", b"a"), ("sub/b.py", b"bb"), ("sub/", b"")))
    files = found.files()
    assert sorted(files) == ["code/a.py", "code/sub/b.py"]
    assert [content(files[name]) for name in sorted(files)] == [b"a", b"bb"]
    assert files["code/sub/b.py"].size == 2
    assert files["code/sub/b.py"].name == "b.py"
    assert found.gaps == []


def test_members_of_two_zips_may_be_read_in_turns(writer: Writer) -> None:
    writer.file("x/files.zip", zipped(("f", b"x" * 100_000)))
    writer.file("y/files.zip", zipped(("f", b"y" * 100_000)))
    writer.part(system(), [row(name, "file_set", name) for name in "xy"])
    files = read(writer.root).files()
    with files["x/f"].open() as x, files["y/f"].open() as y:
        assert x.read(10) == b"x" * 10
        assert y.read() == b"y" * 100_000
        assert x.read() == b"x" * 99_990


@pytest.mark.parametrize("name", ["archive.bin", "code.ZIP", "noending"])
def test_the_zip_is_known_by_its_bytes_whatever_the_server_called_it(
    writer: Writer, name: str
) -> None:
    writer.file(f"acme/code/{name}", zipped(("a", b"a")))
    assert list(of(writer, "code", "acme/code", "file_set").files()) == ["code/a"]


def test_a_zip_in_place_of_the_folder_is_opened_too(writer: Writer) -> None:
    writer.file("acme/code", zipped(("a", b"a")))
    assert list(of(writer, "code", "acme/code", "file_set").files()) == ["code/a"]


def test_a_set_that_somebody_unpacked_is_read_as_it_lies(writer: Writer) -> None:
    writer.file("acme/code/src/a.py", b"a")
    writer.file("acme/code/b.zip", zipped(("x", b"x")))
    (writer.files / "acme/code/out").symlink_to("/etc/passwd")
    files = of(writer, "code", "acme/code", "file_set").files()
    assert sorted(files) == ["code/b.zip", "code/src/a.py"]


def test_a_set_with_one_folder_in_it_is_unpacked_too(writer: Writer) -> None:
    writer.file("acme/code/src/a.py", b"a")
    assert list(of(writer, "code", "acme/code", "file_set").files()) == ["code/src/a.py"]


def test_an_empty_set_says_so(writer: Writer) -> None:
    (writer.files / "code").mkdir()
    assert "is empty" in of(writer, "code", "code", "file_set").files()["code"].missing


@pytest.mark.parametrize(
    "name",
    ["../a", "x/../../a", "/a", "\\a", "..\\a", "C:\\a", "C:a", "x\\..\\a", ".", "./.."],
)
def test_members_that_climb_are_gaps_and_the_others_come(writer: Writer, name: str) -> None:
    found = of_set(writer, zipped((name, b"evil"), ("good", b"good")))
    assert list(found.files()) == ["code/good"]
    assert found.why("in code of DOC-1") == "its name leads out of the file set"


def test_a_name_with_a_nul_in_it_is_a_gap(writer: Writer) -> None:
    packed = zipped(("good", b""), ("a.pyXevil", b"x")).replace(b"a.pyXevil", b"a.py\0evil")
    assert list(of_set(writer, packed).files()) == ["code/good"]


def test_links_in_a_zip_are_gaps(writer: Writer) -> None:
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    found = of_set(writer, zipped((link, b"/etc/passwd"), ("good", b"")))
    assert list(found.files()) == ["code/good"]
    assert found.why("'link'") == "it is a link"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_refused(writer: Writer) -> None:
    found = of_set(writer, zipped(("a", b"1"), ("a", b"2"), ("b", b"3")))
    assert list(found.files()) == ["code/b"]
    assert found.why("'a'") == "it is in the zip more than once"


def test_an_encrypted_member_is_a_gap(writer: Writer) -> None:
    packed = bytearray(zipped(("a", b"secret")))
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        packed[packed.index(mark) + place] |= 1
    assert of_set(writer, bytes(packed)).why("'a'") == "it is encrypted"


def test_a_bomb_is_a_gap_and_never_unpacked(writer: Writer) -> None:
    bomb = zipped(("bomb", b"\0" * (limits.RATIO_FROM + 1)), ("good", b""))
    assert len(bomb) < 30_000
    found = of_set(writer, bomb)
    assert list(found.files()) == ["code/good"]
    assert "far more" in found.why("'bomb'")


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [
        ("MEMBERS", 2, "more than 2 members"),
        ("SET_BYTES", 2, "too large"),
        ("DIRECTORY_BYTES", 100, "too many"),
    ],
)
def test_a_set_beyond_its_limits_is_missing_and_says_which(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(limits, limit, value)
    files = of_set(writer, zipped(("a", b"1"), ("b", b"2"), ("c", b"3"))).files()
    assert list(files) == ["code"]
    assert words in files["code"].missing


def test_a_list_of_members_that_hides_behind_zip64_is_measured_too(tmp_path: Path) -> None:
    packed = zipped(*((f"member-{n}", b"") for n in range(200)))
    place = packed.rindex(b"PK\x05\x06")
    end = struct.unpack("<4s4H2LH", packed[place : place + 22])
    size, offset = end[5], end[6]
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 200, 200, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    small = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 10, offset, 0)
    path = tmp_path / "hidden.zip"
    path.write_bytes(packed[:place] + end64 + locator + small)
    assert len(zipfile.ZipFile(path).namelist()) == 200
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "DIRECTORY_BYTES", size - 1)
        with pytest.raises(Refused, match="too many"):
            FileSet(path).members()
        patch.setattr(limits, "DIRECTORY_BYTES", size)
        assert len(FileSet(path).members()[0]) == 200


def test_a_damaged_zip_is_missing_and_says_so(writer: Writer) -> None:
    whole = zipped(("a", b"1" * 1000))
    for cut in (0, 10, len(whole) // 2, len(whole) - 5):
        assert "damaged" in of_set(writer, whole[:cut]).files()["code"].missing


def test_a_damaged_member_says_so_when_it_is_read(writer: Writer) -> None:
    packed = bytearray(zipped(("a", os.urandom(5_000)), ("b", b"fine"), packing=zipfile.ZIP_STORED))
    packed[2_000] ^= 0xFF
    files = of_set(writer, bytes(packed)).files()
    with pytest.raises(OSError, match="it is damaged in its zip"):
        content(files["code/a"])
    assert content(files["code/b"]) == b"fine"


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_said(writer: Writer) -> None:
    packed = bytearray(zipped(("a", b"x" * 100_000)))
    place = packed.index(b"PK\x01\x02") + 24
    packed[place : place + 4] = struct.pack("<L", 10)
    record = of_set(writer, bytes(packed)).files()["code/a"]
    assert record.size == 10
    with pytest.raises(OSError, match="damaged"):
        content(record)


# ── artifacts ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", "[1]", "null", "[" * 100_000, '[{"filePath": 1, "metadata": [3, {"x": 1}]}]'],
)
def test_a_list_of_files_is_read_or_said_to_be_damaged(writer: Writer, text: str) -> None:
    writer.file("v/files_list.json", text.encode())
    record = of(writer, "v", "v/files_list.json", "artifact").files()["v"]
    assert record.open is None
    if text.startswith("[{"):
        empty = {"path": 1, "hash": None, "size": None, "type": None, "metadata": {}}
        assert record.listed == [empty]
    else:
        assert record.missing == "the list of its files is damaged"


def test_a_list_of_files_that_is_too_long_is_not_loaded(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LIST_BYTES", 10)
    writer.file("v/files_list.json", json.dumps([{"filePath": "a"}]).encode())
    record = of(writer, "v", "v/files_list.json", "artifact").files()["v"]
    assert record.missing == "the list of its files is too long"
