"""What the database itself refuses, whoever asks."""

import threading

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction

from handoff.draft import start
from handoff.models import Record, RecordFile
from handoff.seal import seal
from tests.handoff import making
from tracking.models import Artifact, Blob


@pytest.fixture
def lab(db):
    return making.source()


@pytest.fixture
def anna(lab):
    return making.person("anna", source=lab)


@pytest.fixture
def sealed(lab, anna):
    return seal(start(making.whole_run(lab), by=anna), by=anna)


@pytest.fixture
def draft(lab, anna):
    return start(making.whole_run(lab, "DOC-2"), by=anna)


def refused(words="is sealed|files of a sealed record stay"):
    """The database's own error, raised within a savepoint."""
    return Refusal(words)


class Refusal:
    def __init__(self, words):
        self.expected = pytest.raises(IntegrityError, match=words)
        self.savepoint = transaction.atomic()

    def __enter__(self):
        self.expected.__enter__()
        self.savepoint.__enter__()

    def __exit__(self, *error):
        self.savepoint.__exit__(*error)
        return self.expected.__exit__(*error)


@pytest.mark.parametrize(
    "change",
    [
        {"digest": "0" * 64},
        {"body": b"{}"},
        {"stated": {}},
        {"version": 9},
        {"sources": []},
        {"sealed_at": None, "sealed_by": None, "body": None, "digest": "", "version": None},
    ],
)
def test_no_update_changes_a_sealed_row(sealed, change):
    before = Record.objects.filter(pk=sealed.pk).values().get()
    with refused():
        Record.objects.filter(pk=sealed.pk).update(**change)
    assert Record.objects.filter(pk=sealed.pk).values().get() == before


def test_neither_does_save_nor_a_bulk_update(sealed):
    sealed.task_name = "OTHER-1"
    with refused():
        sealed.save()
    with refused():
        Record.objects.bulk_update([sealed], ["task_name"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE handoff_record SET body = '\\x7b7d' WHERE id = %s",
        "UPDATE handoff_record SET stated = '{}' WHERE id = %s",
        "DELETE FROM handoff_record WHERE id = %s",
        "UPDATE handoff_recordfile SET path = 'x' || path WHERE record_id = %s",
        "DELETE FROM handoff_recordfile WHERE record_id = %s",
    ],
)
def test_neither_does_plain_sql(sealed, statement):
    with refused(), connection.cursor() as cursor:
        cursor.execute(statement, [sealed.pk])


def test_neither_does_the_admin_s_own_way(sealed, rf, admin_user):
    """What the admin calls when its permissions are turned off."""
    page = admin.site._registry[Record]
    request = rf.post("/admin/handoff/record/")
    request.user = admin_user
    with refused():
        page.delete_queryset(request, Record.objects.filter(pk=sealed.pk))
    sealed.task_name = "OTHER-1"
    with refused():
        page.save_model(request, sealed, form=None, change=True)
    assert not page.has_change_permission(request, sealed)
    assert not page.has_delete_permission(request, sealed)


def test_a_sealed_record_cannot_be_deleted(sealed):
    with refused():
        sealed.delete()
    with refused():
        Record.objects.all().delete()


def test_its_files_can_neither_grow_nor_move(sealed, draft):
    blob = sealed.files.first().blob
    with refused():
        RecordFile.objects.create(record=sealed, path="late.txt", role="other", blob=blob)
    stray = RecordFile.objects.create(record=draft, path="late.txt", role="other", blob=blob)
    with refused():
        RecordFile.objects.filter(pk=stray.pk).update(record=sealed)
    with refused():
        RecordFile.objects.filter(record=sealed).update(record=draft)


def test_the_bytes_it_cites_cannot_be_dropped(sealed):
    Artifact.objects.filter(run=sealed.run).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Blob.objects.filter(pk=sealed.files.first().blob_id).delete()
    with refused("foreign key"), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM tracking_blob WHERE sha256 = %s", [sealed.files.first().blob_id]
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_draft_can_be_changed_and_taken_away(draft):
    RecordFile.objects.create(
        record=draft, path="a", role="other", blob=Blob.objects.order_by("pk").first()
    )
    Record.objects.filter(pk=draft.pk).update(task_name="OTHER-1")
    draft.delete()
    assert not Record.objects.filter(pk=draft.pk).exists()


def test_a_digest_that_is_not_of_the_body_is_refused(draft, anna):
    with refused("a_digest_is_of_its_body"):
        Record.objects.filter(pk=draft.pk).update(
            version=1, body=b"{}", digest="0" * 64, sealed_at=making.AT, sealed_by=anna
        )


@pytest.mark.django_db(transaction=True)
def test_a_file_that_comes_late_waits_for_the_seal_and_is_refused():
    """Another connection adds a file while the seal's transaction is open."""
    lab = making.source()
    anna = making.person("anna", source=lab)
    record = start(making.whole_run(lab), by=anna)
    blob = Blob.objects.order_by("pk").first()
    begun, ends = threading.Event(), []

    def come_late():
        try:
            begun.wait(20)
            RecordFile.objects.create(record=record, path="late.txt", role="other", blob=blob)
            ends.append("stored")
        except IntegrityError as why:
            ends.append(str(why))
        finally:
            connection.close()

    late = threading.Thread(target=come_late)
    late.start()
    with transaction.atomic():
        Record.objects.select_for_update().get(pk=record.pk)
        begun.set()
        late.join(0.5)
        assert late.is_alive(), "the late file did not wait"
        seal(record, by=anna)
    late.join(20)
    assert "sealed record stay" in ends[0]
