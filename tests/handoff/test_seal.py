"""Sealing: what goes into the bytes, what refuses it, and that versions have no gaps."""

import hashlib
import json
import threading

import pytest
import rfc8785
from django.contrib.auth.models import User
from django.db import connection

from handoff.canonical import canonical
from handoff.draft import Refused, start, state
from handoff.models import Record
from handoff.seal import SCHEMA, seal
from handoff.sealed import read
from tests.handoff import making
from tracking.blobs import path_of
from tracking.models import Artifact, Blob


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", source=lab)


@pytest.fixture
def record(lab, anna):
    return start(making.whole_run(lab), by=anna)


def flip(path, at=0):
    """One bit of one byte; answers a way to put it right again."""
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[at] ^= 1
    path.write_bytes(changed)
    return lambda: path.write_bytes(whole)


def test_the_bytes_are_canonical_and_the_digest_is_theirs(anna, record):
    sealed = seal(state(record, {"licence": "MIT"}, by=anna), by=anna)
    held = Record.objects.get(pk=sealed.pk)
    body = bytes(held.body)
    assert hashlib.sha256(body).hexdigest() == held.digest
    assert rfc8785.dumps(json.loads(body)) == body
    words = json.loads(body)
    assert (words["schema"], words["id"]) == (SCHEMA, str(record.pk))
    assert (words["version"], words["previous"], words["sealed_by"]) == (1, None, "anna")
    assert words["facts"]["use"]["licence"]["value"]["text"] == "MIT"
    assert words["facts"]["use"]["limitations"] == {
        "title": "Limitations",
        "grade": "missing",
        "reason": "not stated",
    }


def test_every_file_has_its_row_and_its_words(anna, record):
    sealed = seal(record, by=anna)
    words = {one.path: one.sha256 for one in read(sealed).files}
    assert words == dict(sealed.files.values_list("path", "blob_id"))
    assert "model/best.safetensors" in words


def test_a_seal_tells_the_digest_of_the_tensors_also_of_weights_that_came_before_there_was_one(
    anna, record
):
    held = Blob.objects.filter(artifacts__run=record.run, artifacts__role="checkpoint")
    held.update(content_digest="")
    told = read(seal(record, by=anna)).value("checkpoint")
    assert told["content_digest"] == held.get().content_digest
    assert told["content_digest"].startswith("safetensors-v1:")


def test_the_same_facts_make_the_same_bytes_again(anna, record):
    body = bytes(seal(record, by=anna).body)
    assert canonical(json.loads(body)) == body


def test_versions_follow_each_other_and_name_the_one_before(lab, anna):
    first = seal(start(making.whole_run(lab, "DOC-1"), by=anna), by=anna)
    second = seal(start(making.whole_run(lab, "DOC-2"), by=anna), by=anna)
    assert (first.version, second.version) == (1, 2)
    assert read(second).previous == {"version": 1, "digest": f"sha256:{first.digest}"}


def test_sealing_twice_is_refused_in_words(anna, record):
    before = bytes(seal(record, by=anna).body)
    for again in (record, Record.objects.get(pk=record.pk)):
        with pytest.raises(Refused, match="sealed"):
            seal(again, by=anna)
    assert bytes(Record.objects.get(pk=record.pk).body) == before


@pytest.mark.parametrize(
    "role", ["checkpoint", "inference-code", "dataset-frame", "environment-lock"]
)
def test_a_flipped_byte_refuses_the_seal_and_names_the_file(anna, record, role):
    held = Artifact.objects.get(run=record.run, role=role)
    put_right = flip(path_of(held.blob_id))
    try:
        with pytest.raises(Refused, match=held.name.replace(".", r"\.")):
            seal(record, by=anna)
        assert Blob.objects.get(pk=held.blob_id).corrupt
        assert not Record.objects.get(pk=record.pk).sealed
    finally:
        put_right()
    assert seal(record, by=anna).version == 1
    assert not Blob.objects.get(pk=held.blob_id).corrupt


def test_lost_bytes_refuse_it_too(anna, lab):
    record = start(making.whole_run(lab, "DOC-9", salt=9.5), by=anna)
    held = Artifact.objects.get(run=record.run, role="checkpoint")
    path_of(held.blob_id).unlink()
    with pytest.raises(Refused, match=r"best\.safetensors"):
        seal(record, by=anna)


def test_a_run_without_a_checkpoint_is_refused_and_told_why(lab, anna):
    record = start(making.run(lab), by=anna)
    with pytest.raises(Refused, match="hands over a checkpoint, and no file of this run is here"):
        seal(record, by=anna)
    making.file(making.Run.objects.get(pk=record.run), "w.bin", b"\x00\xff", "other")
    with pytest.raises(Refused, match="the rules for roles call none of this run's files one"):
        seal(record, by=anna)
    cut = {"role": "checkpoint", "missing": "not in the archive"}
    making.file(making.Run.objects.get(pk=record.run), "model/best", None, **cut)
    with pytest.raises(Refused, match="bytes of model/best are not here: not in the archive"):
        seal(record, by=anna)


def test_a_draft_whose_run_is_gone_is_refused(lab, anna, record):
    making.Run.objects.filter(pk=record.run).delete()
    with pytest.raises(Refused, match="no longer here"):
        seal(record, by=anna)


def test_files_that_change_during_the_seal_refuse_it(anna, record, monkeypatch):
    """A sync brings another checkpoint between the hashing and the lock."""

    def sync_comes_between(files):
        run = making.Run.objects.get(pk=record.run)
        Artifact.objects.filter(run=run, role="checkpoint").delete()
        making.file(run, "model/checkpoint_best", making.safetensors(9), "checkpoint")

    monkeypatch.setattr("handoff.seal._read_again", sync_comes_between)
    with pytest.raises(Refused, match="changed while it was being sealed"):
        seal(record, by=anna)
    assert not Record.objects.get(pk=record.pk).sealed


def test_numbers_that_json_cannot_say_are_named(lab, anna):
    run = making.whole_run(lab, parameters={"seed": 2**70, "lr": 1e-3})
    making.metric(run, "valid/loss", float("nan"), low=0.1, high=float("inf"), points=3)
    sealed = read(seal(start(run, by=anna), by=anna))
    assert sealed.value("seeds") == {"seed": str(2**70)}
    loss = next(one for one in sealed.metrics() if one["name"] == "valid/loss")
    assert (loss["last"], loss["max"], loss["min"]) == ("NaN", "Infinity", 0.1)


def test_what_happens_to_the_run_later_changes_nothing(anna, record):
    body = bytes(seal(record, by=anna).body)
    making.Run.objects.filter(pk=record.run).update(name="renamed", parameters={})
    Artifact.objects.filter(run=record.run).delete()
    assert bytes(Record.objects.get(pk=record.pk).body) == body
    assert record.files.count() == 10


@pytest.mark.django_db(transaction=True)
def test_seals_at_the_same_moment_leave_no_gap():
    lab = making.source()
    anna = making.person("anna", source=lab)
    records = [start(making.whole_run(lab, f"DOC-{at}"), by=anna) for at in range(6)]
    ready, troubles = threading.Barrier(len(records)), []

    def press(record):
        try:
            ready.wait(20)
            seal(record, by=User.objects.get(pk=anna.pk))
        except Refused as why:
            troubles.append(why)
        finally:
            connection.close()

    pressed = [threading.Thread(target=press, args=(one,)) for one in records]
    for one in pressed:
        one.start()
    for one in pressed:
        one.join(60)
    assert not troubles
    sealed = [read(one) for one in Record.objects.order_by("version")]
    assert [one.version for one in sealed] == [1, 2, 3, 4, 5, 6]
    chain = [(one.previous or {}).get("digest") for one in sealed]
    assert chain == [None, *(f"sha256:{one.digest}" for one in sealed[:-1])]


@pytest.mark.django_db(transaction=True)
def test_one_draft_sealed_from_two_sides_is_sealed_once():
    lab = making.source()
    anna = making.person("anna", source=lab)
    record = start(making.whole_run(lab), by=anna)
    ready, ends = threading.Barrier(2), []

    def press():
        try:
            ready.wait(20)
            ends.append(seal(Record.objects.get(pk=record.pk), by=anna).version)
        except Refused as why:
            ends.append(str(why))
        finally:
            connection.close()

    pressed = [threading.Thread(target=press) for _ in range(2)]
    for one in pressed:
        one.start()
    for one in pressed:
        one.join(60)
    assert len(ends) == 2
    assert 1 in ends
    assert "sealed" in next(str(end) for end in ends if end != 1)
