"""A file set's zip was made by someone else: nothing in it is taken on trust."""

import io
import stat
import zipfile

import pytest

from sources.connectors.base import FileRecord, Gap
from sources.connectors.neptune import NeptuneClient, ZipLimits, files
from sources.connectors.neptune.zips import Kept, Member, TooBig
from sources.models import Source
from tests.connectors_neptune.reading import read
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT
from tests.tracking.making import run, store
from tracking.models import Artifact


def zipped(*members) -> io.BytesIO:
    """Members are (name or ZipInfo, content)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    target.seek(0)
    return target


def opened(*members, **limits) -> dict[str, str]:
    """Each name with its gap, empty where there is none."""
    allowed = ZipLimits(**limits)
    found = Kept(zipped(*members), allowed).members(allowed)
    return {
        one.what if isinstance(one, Gap) else one.name: one.why if isinstance(one, Gap) else ""
        for one in found
    }


def test_a_good_member_is_read_again_and_again():
    kept = Kept(zipped(("src/a.py", b"A = 1\n")), ZipLimits())
    (member,) = kept.members(ZipLimits())
    assert isinstance(member, Member)
    for _ in range(2):
        with kept.open(member.name) as stream:
            assert stream.read() == b"A = 1\n"


def test_a_stream_outlives_the_zip_and_the_zip_leaves_no_file_behind():
    kept = Kept(zipped(("a", b"content")), ZipLimits())
    path, stream = kept.path, kept.open("a")
    assert path.exists()
    del kept
    assert not path.exists()
    with stream:
        assert stream.read() == b"content"


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "C:/evil", "..\\evil", "a\\b", "new\nline"],
)
def test_a_name_that_leads_out_is_a_gap(name):
    found = opened((name, b"x"), ("good", b"y"))
    assert found == {name: "its name leads out of the file set", "good": ""}


def test_a_link_is_a_gap():
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert opened((link, b"/etc/passwd")) == {"link": "is a link, not a file"}


def test_a_bomb_is_a_gap():
    found = opened(("bomb", b"\0" * 5_000_000), ("small", b"\0" * 1_000), ("log", b"ab" * 400))
    assert "would swell to 5,000,000 bytes" in found["bomb"]
    assert found["small"] == found["log"] == ""


def test_a_set_larger_than_is_read_ends_in_gaps():
    found = opened(*((f"{n}", bytes(range(200))) for n in range(5)), unpacked=650)
    assert list(found.values()) == [
        "",
        "",
        "",
        *["would make the file set larger than is read"] * 2,
    ]


def test_too_many_members_are_a_gap_and_the_first_are_read():
    found = opened(*((f"{n}", b"x") for n in range(7)), members=5)
    assert found[""] == "the rest of its 7 files: only 5 are read"
    assert list(found)[1:] == ["0", "1", "2", "3", "4"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_read_once():
    allowed = ZipLimits()
    first, second = Kept(zipped(("a", b"1"), ("a", b"2")), allowed).members(allowed)
    assert isinstance(first, Member)
    assert second == Gap("a", "its name is there twice")


def test_what_is_no_zip_is_a_gap():
    (gap,) = Kept(io.BytesIO(b"<html>no</html>"), ZipLimits()).members(ZipLimits())
    assert gap == Gap("", "its zip is broken")


def test_a_zip_that_is_too_large_is_not_written_to_the_end():
    with pytest.raises(TooBig):
        Kept(io.BytesIO(b"x" * 3_000_000), ZipLimits(packed=2_000_000))


def test_a_member_is_never_more_than_it_says():
    """The directory says 10 bytes; 5,000 are packed."""
    content = zipped(("liar", b"a" * 5_000)).getvalue()
    lied = content.replace((5_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    kept = Kept(io.BytesIO(lied), ZipLimits())
    (member,) = kept.members(ZipLimits())
    assert member.size == 10
    with pytest.raises(OSError, match="damaged in its zip"), kept.open("liar") as stream:
        stream.read()


# ── damage ───────────────────────────────────────────────────────────────────


def flipped(body: bytearray) -> None:
    body[50] ^= 0xFF


def beheaded(body: bytearray) -> None:
    body[0:4] = b"XXXX"


def misnamed(body: bytearray) -> None:
    body[30:35] = b"z.txt"


def packed_by(method: int):
    """Both places say so: the member's own head, and the list at the end."""

    def change(body: bytearray) -> None:
        listed = body.find(b"PK\x01\x02")
        body[8] = body[listed + 10] = method

    return change


def harmed(damage) -> Kept:
    body = bytearray(zipped(("a.txt", b"hello world " * 1_000), ("b.txt", b"good")).getvalue())
    damage(body)
    return Kept(io.BytesIO(body), ZipLimits())


@pytest.mark.parametrize("damage", [flipped, beheaded, misnamed, packed_by(zipfile.ZIP_LZMA)])
def test_a_damaged_member_is_a_reason_and_the_others_are_read(damage):
    kept = harmed(damage)
    assert [one.name for one in kept.members(ZipLimits())] == ["a.txt", "b.txt"]
    with pytest.raises(OSError, match="damaged in its zip"), kept.open("a.txt") as stream:
        stream.read()
    with kept.open("b.txt") as stream:
        assert stream.read() == b"good"


def test_a_packing_that_nobody_knows_is_a_gap():
    first, second = harmed(packed_by(99)).members(ZipLimits())
    assert first == Gap("a.txt", "is packed in a way that is not known")
    assert isinstance(second, Member)


def test_a_zip_whose_list_is_damaged_is_a_gap():
    def damage(body: bytearray) -> None:
        body[body.find(b"PK\x01\x02") + 6] = 99  # a version of zip that is not yet

    assert list(harmed(damage).members(ZipLimits())) == [Gap("", "its zip is broken")]


# ── from a server ────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def logged(practice, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zips")
    (folder / "a.py").write_text("A = 1\n")
    with writing.run(practice, folder) as run:
        run["code"].upload_files(str(folder / "a.py"))
        number = run["sys/id"].fetch()
    evil = practice.store.require(f"{PROJECT}/{number}").fields["code"].value
    evil["../../evil.py"] = dict(evil["a.py"])
    return number


def test_a_climbing_member_from_a_server_is_a_gap_with_its_place(logged, neptune):
    found = read(neptune)
    assert found.content(logged, "code/a.py") == b"A = 1\n"
    (gap,) = found.gaps
    assert gap.what == f"code/../../evil.py of {logged}"
    assert found.contents[logged].files == {"code/a.py", "code/../../evil.py"}, "it is there"


def test_a_zip_that_takes_a_while_is_waited_for(practice, logged, neptune):
    practice.zip_polls = 3
    assert read(neptune).content(logged, "code/a.py") == b"A = 1\n"
    assert neptune.slept == [0.5, 1.0, 2.0]


def test_a_zip_that_is_never_ready_is_a_gap(practice, logged, neptune, monkeypatch):
    monkeypatch.setattr(files, "ZIP_PATIENCE", 3.0)
    practice.zip_polls = 1_000
    found = read(neptune)
    assert [gap.what for gap in found.gaps] == [f"code of {logged}"]
    assert "did not get ready" in found.gaps[0].why
    assert logged in found.runs


def test_a_zip_larger_than_is_read_is_a_gap(practice, logged):
    client = NeptuneClient(practice.token("reader"), limits=ZipLimits(packed=10))
    (gap,) = read(client).gaps
    assert gap.what == f"code of {logged}"
    assert "larger than the 10 bytes" in gap.why
    client.close()


def test_a_server_without_datasets_is_told_as_a_gap(practice, logged, neptune, tmp_path):
    with writing.run(practice, tmp_path) as run:
        number = run["sys/id"].fetch()
        (tmp_path / "train.csv").write_text("x")
        run["dataset"].track_files(str(tmp_path / "train.csv"))
    neptune.projects()
    neptune._wire.session.services.pop("artifacts")
    gaps = {gap.what: gap.why for gap in read(neptune).gaps}
    assert "does not tell which files" in gaps[f"dataset of {number}"]


@pytest.mark.parametrize("damage", [flipped, beheaded])
@pytest.mark.django_db
def test_a_damaged_member_is_stored_as_a_gap_and_the_rest_of_its_page_is_there(
    damage, tmp_path, settings
):
    settings.BLOBS = tmp_path / "blobs"
    kept, source = harmed(damage), Source.objects.create(slug="lab", name="Lab", kind="neptune")
    members = [one for one in kept.members(ZipLimits()) if isinstance(one, Member)]
    stored = store(
        source,
        run("DOC-1"),
        *(
            FileRecord(PROJECT, "DOC-1", one.name, one.size, files.opener(kept, one.name))
            for one in members
        ),
    )
    (gap,) = stored.gaps
    assert gap.what == "a.txt of DOC-1"
    assert "damaged in its zip" in gap.why
    assert dict(Artifact.objects.values_list("path", "size")) == {"a.txt": 12_000, "b.txt": 4}
    assert Artifact.objects.get(path="b.txt").blob_id
