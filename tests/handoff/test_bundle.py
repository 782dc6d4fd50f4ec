"""The download: known length, any range, the right bytes, and little memory."""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from handoff import bundle
from handoff.draft import start, state
from handoff.seal import seal
from tests.handoff import making
from tracking.blobs import path_of
from tracking.models import Artifact, Blob

ASK = RequestFactory()
LARGE = 2**29


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", source=lab)


@pytest.fixture
def sealed(lab, anna):
    return seal(start(making.whole_run(lab), by=anna), by=anna)


def answer(record, **headers):
    return bundle.serve_bundle(ASK.get("/bundle.zip", headers=headers), record)


def body(response):
    return b"".join(response.streaming_content)


def read(record):
    return zipfile.ZipFile(io.BytesIO(body(answer(record))))


def test_it_holds_every_file_as_it_was_sealed(sealed):
    with read(sealed) as archive:
        assert archive.testzip() is None
        held = {one.filename: archive.read(one) for one in archive.infolist()}
    for file in sealed.files.all():
        content = held[f"digit-reader-v1/{file.path}"]
        assert hashlib.sha256(content).hexdigest() == file.blob_id
    assert held["digit-reader-v1/record.json"] == bytes(sealed.body)
    shipped = Path(bundle.__file__).with_name("verify.py").read_bytes()
    assert held["digit-reader-v1/verify.py"] == shipped


def test_its_length_and_tag_are_known_before_a_byte_is_sent(sealed):
    response = answer(sealed)
    content = body(response)
    assert int(response["Content-Length"]) == len(content) == bundle.of(sealed).size
    assert re.fullmatch(r'"bundle-[0-9a-f]{64}"', response["ETag"])
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == 'attachment; filename="digit-reader-v1.zip"'
    assert answer(sealed, **{"if-none-match": response["ETag"]}).status_code == 304


def test_its_bytes_do_not_depend_on_who_asks_and_where(sealed):
    before, tag = body(answer(sealed)), answer(sealed)["ETag"]
    with timezone.override(ZoneInfo("Pacific/Apia")):
        assert (body(answer(sealed)), answer(sealed)["ETag"]) == (before, tag)


def test_a_bundle_costs_one_query_however_many_files_it_has(lab, anna, django_assert_num_queries):
    for handle, files in (("DOC-1", 1), ("DOC-2", 60)):
        run = making.whole_run(lab, handle)
        for at in range(files):
            making.file(run, f"source_code/files/f{at}.py", b"pass\n", "training-code")
        record = seal(start(run, by=anna), by=anna)
        with django_assert_num_queries(1):
            body(answer(record))


# The fixture's record stays as it is: every example only reads.
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges=st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)))
def test_any_range_equals_the_slice(sealed, whole, edges):
    first, last = sorted(edge % len(whole) for edge in edges)
    part = answer(sealed, range=f"bytes={first}-{last}")
    assert part.status_code == 206
    assert body(part) == whole[first : last + 1]


@pytest.fixture
def whole(sealed):
    return body(answer(sealed))


def test_it_is_resumed_byte_for_byte_and_begun_again_when_it_changed(sealed, whole):
    tag = answer(sealed)["ETag"]
    rest = answer(sealed, **{"range": "bytes=1000-", "if-range": tag})
    assert whole[:1000] + body(rest) == whole
    again = answer(sealed, **{"range": "bytes=1000-", "if-range": '"bundle-of-before"'})
    assert (again.status_code, body(again)) == (200, whole)


@pytest.mark.skipif(not shutil.which("unzip"), reason="no unzip here")
def test_unzip_finds_no_fault(sealed, whole, tmp_path):
    path = tmp_path / "b.zip"
    path.write_bytes(whole)
    done = subprocess.run(["unzip", "-t", path], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum here")
def test_sha256sum_reads_the_manifest(sealed, tmp_path):
    with read(sealed) as archive:
        archive.extractall(tmp_path)
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "manifest-sha256.txt"],
        check=False,
        cwd=tmp_path / "digit-reader-v1",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": OK") == 13


@pytest.mark.parametrize("harm", ["lost", "cut", "marked"])
def test_a_bundle_with_a_broken_file_is_refused_before_it_begins(lab, anna, harm):
    run = making.whole_run(lab, "DOC-7", salt=7.5)
    record = seal(start(run, by=anna), by=anna)
    blob = Artifact.objects.get(run=run, role="checkpoint").blob
    if harm == "lost":
        path_of(blob.sha256).unlink()
    elif harm == "cut":
        path_of(blob.sha256).write_bytes(b"short")
    else:
        Blob.objects.filter(pk=blob.pk).update(corrupt=True)
    response = answer(record)
    assert response.status_code == 410
    assert "model/best.safetensors" in json.loads(response.content)["detail"]
    path_of(blob.sha256).unlink(missing_ok=True)


def test_a_draft_has_no_bundle(lab, anna):
    with pytest.raises(ValueError, match="not sealed"):
        bundle.of(start(making.whole_run(lab), by=anna))


# ── reproduce.sh ─────────────────────────────────────────────────────────────

DOUBLES = b"""import csv, struct, sys
weights, asked, told = sys.argv[1:4]
content = open(weights, "rb").read()
size = struct.unpack("<Q", content[:8])[0]
factor = struct.unpack("<f", content[8 + size + 8 : 8 + size + 12])[0]
with open(told, "w", newline="") as out:
    writer = csv.writer(out, lineterminator="\\n")
    writer.writerow(["y"])
    for row in csv.DictReader(open(asked)):
        writer.writerow([float(row["x"]) * factor])
"""
COMMAND = "python code/inference/infer.py {checkpoint} {input} {output}"


def candidate(lab, anna, command=COMMAND, **more):
    """Its weights are 0, 1, 2, 3, and its code multiplies by the third."""
    run = making.whole_run(lab, "DOC-5")
    Artifact.objects.filter(run=run, role="inference-code").delete()
    making.file(run, "inference/code", DOUBLES, "inference-code", name="infer.py")
    for role, content in more.items():
        held = Artifact.objects.get(run=run, role=role.replace("_", "-"))
        held.blob = making.ingest(io.BytesIO(content)).blob
        held.save()
    record = start(run, by=anna)
    return seal(state(record, {"inference_command": command}, by=anna), by=anna)


def unpacked(record, folder):
    with read(record) as archive:
        archive.extractall(folder)
    return folder / "digit-reader-v1"


def reproduce(folder):
    return subprocess.run(
        ["sh", "reproduce.sh", "--here"],
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )


def test_the_script_answers_the_probe_again(lab, anna, tmp_path):
    folder = unpacked(candidate(lab, anna), tmp_path)
    before = sorted(folder.rglob("*"))
    done = reproduce(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["reproduced"], told["lines"], told["max_abs_diff"]) == (True, 3, 0.0)
    assert sorted(folder.rglob("*")) == before


def test_other_answers_fail_it(lab, anna, tmp_path):
    off = making.table(("y",), (2.0,), (4.001,))
    done = reproduce(unpacked(candidate(lab, anna, probe_expected=off), tmp_path))
    told = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, told["reproduced"]) == (1, False)
    assert 0.0009 < told["max_abs_diff"] < 0.0011


def test_an_answer_at_the_bound_is_within_it(lab, anna, tmp_path):
    """0.000001 off, as decimals; as floats a hair more."""
    at_bound = making.table(("y",), (2.000001,), (3.999999,))
    done = reproduce(unpacked(candidate(lab, anna, probe_expected=at_bound), tmp_path))
    assert done.returncode == 0, done.stdout


def test_other_bytes_fail_it_before_anything_runs(lab, anna, tmp_path):
    folder = unpacked(candidate(lab, anna), tmp_path)
    (folder / "code/inference/infer.py").write_text("raise SystemExit('I ran')")
    done = reproduce(folder)
    assert done.returncode == 1
    assert "code/inference/infer.py: changed" in done.stdout
    assert "I ran" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "",
        "sh code/inference/infer.py {input} {output}",
        "python code/inference/infer.py {checkpoint} {input}",
    ],
)
def test_there_is_no_script_where_the_facts_do_not_allow_one(lab, anna, command):
    assert "reproduce.sh" not in bundle.documents(*parts(candidate(lab, anna, command)))


def parts(record):
    return bundle.read(record), bytes(record.body)


def test_a_command_cannot_become_more_than_its_words(lab, anna, tmp_path):
    hostile = COMMAND + " '$(touch owned)' `touch\\ owned` ';' touch owned"
    folder = unpacked(candidate(lab, anna, hostile), tmp_path)
    assert reproduce(folder).returncode == 0
    assert not list(tmp_path.rglob("owned"))


def test_the_read_me_names_what_is_missing(lab, anna):
    read_me = bundle.documents(*parts(candidate(lab, anna)))["README.md"].decode()
    assert "sh reproduce.sh" in read_me
    assert "- licence: not stated" in read_me
    assert "| model/best.safetensors | checkpoint |" in read_me


# ── size ─────────────────────────────────────────────────────────────────────


def sparse(size):
    """A blob of zeros that takes no room on the disk. Hashing it would take the
    test most of its time, so it goes by an invented name."""
    name = hashlib.sha256(f"{size} zeros".encode()).hexdigest()
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
    return Blob.objects.create(sha256=name, size=size, crc32=0, media_type="x/y")


def memory(kind):
    """Of this process now (VmRSS) or at its highest since `forget` (VmHWM), in MB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{kind}:\s+(\d+) kB", status)[1]) / 1024


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux only")
def test_half_a_gibibyte_takes_no_memory_worth_naming(lab, anna, monkeypatch):
    monkeypatch.setattr("handoff.seal._read_again", lambda *_: None)
    run = making.whole_run(lab, "DOC-3")
    Artifact.objects.filter(run=run, role="checkpoint").update(blob=sparse(LARGE))
    record = seal(start(run, by=anna), by=anna)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    response = answer(record)
    sent = sum(len(piece) for piece in response.streaming_content)
    assert sent == int(response["Content-Length"]) > LARGE
    assert memory("VmHWM") - before < 40
    assert body(answer(record, range="bytes=-22")).startswith(b"PK\x05\x06")
    path_of(Artifact.objects.get(run=run, role="checkpoint").blob_id).unlink()
