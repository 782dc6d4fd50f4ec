"""The verifier that ships in every bundle: it names what is changed, missing or extra."""

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from handoff import bundle, verify
from handoff.draft import start
from handoff.seal import seal
from tests.handoff import making

FILES = 14
pytestmark = pytest.mark.django_db  # of no test but of `packed`: no mark, no database is made


def runs(python):
    """Not merely a name on the path that says where one could be installed."""
    found = shutil.which(python)
    return (
        found and not subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode
    )


OLDER = [name for name in ("python3.9", "python3.10", "python3.11", "python3.12") if runs(name)]


@pytest.fixture(scope="module")
def packed(django_db_setup, django_db_blocker, tmp_path_factory):
    """A bundle's zip; what it was made of is rolled back at once."""
    from django.db import transaction  # noqa: PLC0415 -- beside its one use

    with django_db_blocker.unblock(), transaction.atomic():
        lab = making.source()
        anna = making.person("anna", source=lab)
        record = seal(start(making.whole_run(lab), by=anna), by=anna)
        answer = bundle.serve_bundle(RequestFactory().get("/"), record)
        path = tmp_path_factory.mktemp("packed") / "b.zip"
        path.write_bytes(b"".join(answer.streaming_content))
        transaction.set_rollback(True)
    return path, record.digest


@pytest.fixture
def folder(packed, tmp_path):
    with zipfile.ZipFile(packed[0]) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "digit-reader-v1"


def told(capsys, *arguments):
    status = verify.main([str(one) for one in arguments])
    return status, capsys.readouterr().out


def test_what_was_sealed_is_verified(packed, folder, capsys):
    for place in (folder, packed[0]):
        status, words = told(capsys, place, "--digest", f"sha256:{packed[1]}")
        assert status == 0, words
        assert words.startswith(f"VERIFIED {FILES} files of digit-reader version 1\n")
        assert packed[1] in words


def names_in(folder):
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


def accused(words):
    """The files that are named, without the digests below each and the advice at the end."""
    lines = words.removesuffix(verify.TO_DO + "\n").splitlines()[1:]
    return {line.partition(":")[0] for line in lines if not line.startswith("  ")}


@pytest.mark.parametrize("at", [0, 0.5, 1])
def test_a_flipped_byte_is_found_in_every_file(folder, capsys, at):
    names = names_in(folder)
    assert len(names) == FILES
    for name in names:
        path = folder / name
        whole = path.read_bytes()
        changed = bytearray(whole)
        changed[round(at * (len(whole) - 1))] ^= 0x20
        path.write_bytes(changed)
        status, words = told(capsys, folder)
        assert status == 1, name
        assert f"{name}: changed" in words.splitlines(), words
        assert accused(words) == {name}, words
        path.write_bytes(whole)
    assert told(capsys, folder)[0] == 0


def test_a_flipped_byte_is_found_within_the_zip(packed, tmp_path, capsys):
    with zipfile.ZipFile(packed[0]) as archive:
        members = archive.infolist()
    whole = packed[0].read_bytes()
    for one in members:
        place = one.header_offset + 30 + len(one.filename.encode()) + one.file_size // 2
        changed = bytearray(whole)
        changed[place] ^= 1
        path = tmp_path / "changed.zip"
        path.write_bytes(changed)
        status, words = told(capsys, path)
        assert status == 1
        assert one.filename.partition("/")[2] in words


@hypothesis_settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_no_harm_to_a_zip_goes_unseen_or_ends_in_a_traceback(packed, tmp_path, part, bit, cut):
    """A bit in a zip's date or padding changes no file; then it stays verified."""
    whole = packed[0].read_bytes()
    place = int(part * len(whole))
    harmed = bytearray(whole)
    harmed[place] ^= 1 << bit
    path = tmp_path / "harmed.zip"
    path.write_bytes(whole[:place] if cut else harmed)
    if verify.main([str(path)]) == 0:
        assert contents(path) == contents(packed[0])


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {one.filename: archive.read(one) for one in archive.infolist()}


def test_missing_and_extra_files_are_named(folder, capsys):
    (folder / "model/best.safetensors").unlink()
    (folder / "model/.hidden").write_text("x")
    (folder / "evil").symlink_to("/etc")
    status, words = told(capsys, folder)
    assert status == 1
    assert words == (
        "NOT VERIFIED\nmodel/best.safetensors: missing\nevil: extra\nmodel/.hidden: extra\n"
        f"{verify.TO_DO}\n"
    )


def test_what_was_sealed_and_what_is_here_are_told_with_what_to_do(folder, capsys):
    path = folder / "model/best.safetensors"
    sealed = making.sha256(path.read_bytes())
    path.write_bytes(b"other weights")
    here = making.sha256(b"other weights")
    below = told(capsys, folder)[1].partition("model/best.safetensors: changed\n")[2]
    assert below == f"  sealed  sha256:{sealed}\n  here    sha256:{here}\n{verify.TO_DO}\n"


def test_a_link_in_the_place_of_a_file_is_not_that_file(folder, capsys, tmp_path):
    target = folder / "model/best.safetensors"
    (tmp_path / "same").write_bytes(target.read_bytes())
    target.unlink()
    target.symlink_to(tmp_path / "same")
    status, words = told(capsys, folder)
    assert (status, "model/best.safetensors: changed" in words) == (1, True)


def test_a_whole_bundle_of_another_record_is_not_the_one_asked_for(folder, capsys):
    status, words = told(capsys, folder, "--digest", "sha256:" + "0" * 64)
    assert status == 1
    assert "record.json: another record than sha256:000" in words


def forge(folder, name, content):
    """Change a file and put the manifest right, as an attacker would."""
    (folder / name).write_bytes(content)
    sums = {
        one: making.sha256((folder / one).read_bytes())
        for one in names_in(folder)
        if one != verify.MANIFEST
    }
    (folder / verify.MANIFEST).write_bytes(bundle.manifest(sums))


def test_a_forged_manifest_does_not_agree_with_the_record(folder, capsys):
    forge(folder, "model/best.safetensors", b"other weights")
    status, words = told(capsys, folder)
    assert status == 1
    assert "disagrees with record.json about model/best.safetensors" in words


def test_a_forged_record_is_told_by_its_digest(packed, folder, capsys):
    record = (folder / "record.json").read_bytes()
    forge(folder, "record.json", record.replace(b'"anna"', b'"anne"'))
    assert told(capsys, folder)[0] == 0
    assert told(capsys, folder, "--digest", f"sha256:{packed[1]}")[0] == 1


@pytest.mark.parametrize("name", ["record.json", "manifest-sha256.txt"])
def test_without_its_papers_a_bundle_is_not_verified(folder, capsys, name):
    (folder / name).unlink()
    status, words = told(capsys, folder)
    assert status == 1
    assert f"{name}: missing" in words


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_bundle_is_said(tmp_path, capsys, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    status, words = told(capsys, path)
    assert (status, words.splitlines()[0]) == (1, "NOT VERIFIED")
    assert told(capsys, tmp_path / "nowhere.zip")[0] == 1


def test_files_beside_the_folder_or_there_twice_are_named(packed, tmp_path, capsys):
    path = tmp_path / "more.zip"
    shutil.copy(packed[0], path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("beside.txt", "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("digit-reader-v1/README.md", "other words")
    status, words = told(capsys, path)
    assert status == 1
    assert "beside.txt: extra" in words
    assert "README.md: there twice" in words


def test_a_zip_that_was_packed_again_is_still_the_record(packed, folder, tmp_path, capsys):
    """By whoever likes their files compressed."""
    path = tmp_path / "again.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names_in(folder):
            archive.write(folder / name, f"renamed/{name}")
    status, words = told(capsys, path, "--digest", packed[1])
    assert status == 0, words


@pytest.mark.parametrize("python", [sys.executable, *OLDER])
def test_the_shipped_file_runs_alone(packed, folder, python, tmp_path):
    """No import of ours, no site packages, no network; from a pipe as well."""
    done = subprocess.run(
        [python, "-I", "-S", folder / "verify.py"], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    piped = subprocess.run(
        [python, "-I", "-S", "-", packed[0]],
        check=False,
        input=(folder / "verify.py").read_text(),
        capture_output=True,
        text=True,
    )
    assert (piped.returncode, piped.stdout) == (0, done.stdout)
    (folder / "README.md").write_text("x")
    again = subprocess.run([python, "-I", folder / "verify.py"], check=False, capture_output=True)
    assert again.returncode == 1


def test_the_verifier_needs_the_standard_library_only():
    source = Path(verify.__file__).read_text()
    names = {
        line.split()[1].partition(".")[0]
        for line in source.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert names <= sys.stdlib_module_names


def test_what_is_read_is_never_the_whole_file(folder, monkeypatch):
    longest = []

    class Watched(io.BytesIO):
        def read(self, size=-1):
            longest.append(size)
            return super().read(size)

    monkeypatch.setattr(
        verify.Folder, "open", lambda self, path: Watched(self.places[path].read_bytes())
    )
    assert verify.main([str(folder)]) == 0
    assert max(longest) <= verify.LARGEST_LIST
    assert min(longest) > 0
