"""Removing a source takes what came from it, and nothing else."""

import uuid

import pytest
from django.apps import apps
from django.db import connection

from handoff.models import Record, RecordFile
from portal import tasks
from portal.accounts.audit import TrackedSource
from sources import engine, removal
from sources.models import Cursor, Document, Payload, Source, Sync
from sprints.models import Evidence, Hypothesis, Verdict
from tests.admin.conftest import fill
from tracking.models import Artifact, Blob, Metric, Run, TrackerProject

pytestmark = pytest.mark.django_db
CAME = (Sync, Cursor, Payload, Document, TrackerProject, Run, Artifact, Metric)


@pytest.fixture
def other(db):
    held = Source.objects.create(slug="other", name="Other", kind="jira")
    fill(held, runs=2)
    return held


def rows(source):
    return {model: model._default_manager.filter(source=source).count() for model in CAME}


def write_words(person, run):
    task = uuid.uuid4()
    Hypothesis.objects.create(task_id=task, claim="It helps", edited_by=person)
    Verdict.objects.create(task_id=task, outcome="confirmed", run=run, by=person)
    Evidence.objects.create(task_id=task, run=run, added=True, by=person)


def words():
    return Hypothesis.objects.count(), Verdict.objects.count(), Evidence.objects.count()


def test_every_table_with_a_source_is_emptied_and_no_other(source, other, administrator):
    fill(source, runs=3)
    write_words(administrator, Run.objects.filter(source=source).first().pk)
    kept = rows(other)
    counts = removal.remove(source)
    assert counts["tracking_run"] == 3
    assert counts["sources_sync"] == 1
    assert set(rows(source).values()) == {0}
    assert rows(other) == kept
    assert words() == (1, 1, 1)
    assert list(Source.objects.all()) == [other]
    assert Blob.objects.count() == 1


def test_no_table_with_a_source_is_forgotten():
    """Asked of the database itself, not of the models that removal asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'source_id'"
        )
        found = {name for (name,) in cursor.fetchall()}
    ours = {model._meta.db_table for model in removal.tables()}
    history = {
        model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }
    # The viewers go with the source's own row.
    assert found - history - {Source.viewers.through._meta.db_table} == ours


def test_more_rows_than_a_piece_are_all_deleted(source, monkeypatch):
    monkeypatch.setattr(removal, "PIECE", 2)
    fill(source, runs=5)
    assert removal.remove(source)["tracking_metric"] == 5


def test_a_sync_that_runs_meanwhile_writes_nothing_more(source):
    sync = engine.claim(source)
    removal.hold(source)
    assert not source.renew(sync.pk, sync.started_at)
    source.refresh_from_db()
    assert engine.claim(source) is None


def test_an_emptied_source_keeps_its_viewers_and_can_be_read_again(source):
    fill(source)
    viewers = set(source.viewers.all())
    removal.empty(source)
    assert set(rows(source).values()) == {0}
    source.refresh_from_db()
    assert (source.paused, source.secret) == (True, "")
    assert set(source.viewers.all()) == viewers
    assert engine.claim(source) is not None


def test_a_source_that_records_cite_stays_as_an_empty_row(source, administrator, line):
    fill(source)
    blob = Blob.objects.get()
    record = Record.objects.create(
        model_id=line, run=Run.objects.get().pk, sources=[source.pk], created_by=administrator
    )
    RecordFile.objects.create(record=record, path="plots/roc.png", role="plot:roc", blob=blob)
    tasks.remove_source(str(source.pk), administrator.pk)
    assert Source.objects.get().paused
    assert set(rows(source).values()) == {0}
    assert Record.objects.visible_to(administrator).get() == record
    assert record.files.get().blob == blob


def test_a_worker_removes_and_who_asked_is_written_down(source, administrator):
    fill(source)
    tasks.remove_source(str(source.pk), administrator.pk)
    assert not Source.objects.exists()
    event = TrackedSource.pgh_event_models["removed"].objects.get(pgh_label="removed")
    assert event.pgh_context.metadata == {"user": administrator.pk, "command": "remove source"}
    assert event.name == "Lab archive"
    tasks.remove_source(str(source.pk), administrator.pk)  # told twice


def test_the_admin_hands_it_to_a_worker_once_it_is_sure(operator, source, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.remove_source, "delay", lambda *told: asked.append(told))
    told = {"action": "remove", "_selected_action": [source.pk], "sure": "yes"}
    page = operator.post("/admin/sources/source/", told, follow=True).content.decode()
    assert "1 sources are being removed by a worker." in page
    assert [key for key, _ in asked] == [str(source.pk)]
    source.refresh_from_db()
    assert source.paused
