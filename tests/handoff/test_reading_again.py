"""Stored bytes are read again by night: what changed since is found and handed out no more."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from handoff import listing
from handoff.models import RecordFile
from portal import tasks
from portal.checkup import stores
from tests.handoff.asking import browser
from tracking import blobs
from tracking.blobs import path_of, read_again
from tracking.models import Blob


@pytest.fixture(autouse=True)
def shelf(tmp_path, settings):
    settings.BLOBS = tmp_path


def stored(content, *, days):
    """Bytes that were last read so many days ago."""
    blob = blobs.ingest(io.BytesIO(content)).blob
    Blob.objects.filter(pk=blob.pk).update(verified_at=timezone.now() - timedelta(days=days))
    return blob


def flipped(blob):
    path = path_of(blob.sha256)
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    return content


def test_what_was_longest_not_read_is_read_first_within_the_budget(db):
    young, old, older = (stored(bytes([days]) * 10, days=days) for days in (0, 5, 9))
    flipped(old)
    assert read_again(10) == blobs.Reread(10, [])
    assert Blob.objects.get(pk=older.pk).verified_at > timezone.now() - timedelta(hours=1)
    assert read_again(10) == blobs.Reread(10, [old])
    assert read_again(10) == blobs.Reread(0, [])
    assert Blob.objects.get(pk=young.pk).verified_at > timezone.now() - timedelta(hours=1)
    assert list(Blob.objects.filter(corrupt=True)) == [old]


def test_bytes_that_were_restored_are_whole_again_and_lost_ones_stay_broken(db):
    lost, changed = stored(b"lost", days=1), stored(b"changed", days=1)
    path_of(lost.sha256).unlink()
    content = flipped(changed)
    assert len(read_again(100).broken) == 2
    path_of(changed.sha256).write_bytes(content)
    blobs.retry_broken()
    assert list(Blob.objects.filter(corrupt=True)) == [lost]


def test_a_changed_byte_of_a_sealed_file_is_handed_out_until_the_night_and_then_no_more(
    sealed, anna, monkeypatch
):
    file = RecordFile.objects.select_related("blob").get(record=sealed, role="checkpoint")
    Blob.objects.update(verified_at=timezone.now() - timedelta(days=1))
    flipped(file.blob)
    page, bundle = f"/records/{sealed.pk}/", f"/records/{sealed.pk}/bundle.zip"
    bytes_of = f"/records/{sealed.pk}/files/{file.path}"
    asker = browser(anna)
    assert [asker.get(url).status_code for url in (bytes_of, bundle)] == [200, 200]
    assert ">damaged<" not in asker.get("/records/").content.decode()
    words = []
    monkeypatch.setattr(tasks.log, "error", lambda _, **more: words.append(more))
    tasks.read_files_again()
    assert words == [{"sha256": file.blob_id, "records": [str(sealed)]}]
    assert [asker.get(url).status_code for url in (bytes_of, bundle)] == [410, 410]
    assert ">damaged<" in asker.get("/records/").content.decode()
    assert [line.damaged for line in listing.read(anna, listing.Asked()).lines] == [True]
    shown = asker.get(page).content.decode()
    assert f"The stored bytes of {file.path} are lost or changed since the seal." in shown


def test_the_night_goes_piece_by_piece_until_its_budget_is_spent(db, settings, monkeypatch):
    waiting = []
    monkeypatch.setattr(tasks, "READ_AT_ONCE", 10)
    monkeypatch.setattr(tasks.read_files_again, "delay", waiting.append)
    settings.READ_AGAIN_A_NIGHT = 25
    for days in range(1, 6):
        stored(bytes([days]) * 10, days=days)
    tasks.read_files_again()
    while waiting:
        tasks.read_files_again(waiting.pop())
    rested = Blob.objects.filter(verified_at__lt=timezone.now() - timedelta(hours=1))
    assert rested.count() == 2, "the third began within the budget, and was read to its end"


def test_the_doctor_tells_of_broken_files(db):
    connection.ensure_connection()
    assert list(stores.damaged_files(connection.connection)) == []
    stored(b"x", days=1)
    Blob.objects.update(corrupt=True)
    (told,) = stores.damaged_files(connection.connection)
    assert "1 stored file is lost or not what came in" in told.text
