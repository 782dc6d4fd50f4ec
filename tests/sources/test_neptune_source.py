"""A live Neptune as a source: several projects, and files that fail, through the engine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from demo.neptune import Fault, Practice
from portal.streams import KINDS
from sources import engine
from sources.connectors.neptune import NeptuneClient, reading
from sources.models import Source, Sync
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT
from tracking.models import Artifact, Run

pytestmark = pytest.mark.django_db
EVER = 10_000


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    writing.client()
    with Practice().start() as running:
        running.store.add_project(PROJECT, key="DOC")
        running.store.add_project("acme/hidden", key="HID", members=["boss"])
        content = import_module("neptune.types").File.from_content
        with writing.run(running, tmp_path_factory.mktemp("run")) as run:
            run["weights"].upload(content("w" * 1_000))
            run["note"].upload(content("seen"))
        yield running


@pytest.fixture
def source(practice: Practice) -> Iterator[Source]:
    practice.store.now = datetime.now(UTC) + timedelta(hours=1)  # the run is at rest
    made = Source(slug="n", name="N", kind="neptune", settings={"projects": [PROJECT]})
    made.secret = practice.token("reader")
    made.save()
    yield made
    practice.faults.clear()


def sleepless(client: NeptuneClient) -> NeptuneClient:
    """What it would wait counts as waited."""
    client._wire.sleep = lambda _: None
    return client


def synced(source: Source, *projects: str) -> Sync:
    if projects:
        source.settings = {"projects": list(projects)}
        source.save()
    Source.objects.update(claim=None)
    source.refresh_from_db()
    sync = engine.claim(source)
    assert sync is not None
    kind = KINDS["neptune"]
    engine.read(source, sync, lambda: sleepless(kind.client(source)), kind.streams)
    sync.refresh_from_db()
    return sync


def test_a_project_that_is_not_to_be_seen_is_a_gap_and_the_others_are_read(source: Source) -> None:
    sync = synced(source, "acme/hidden", PROJECT, "acme/none")
    assert sync.outcome == "partial"
    assert [gap["what"] for gap in sync.gaps] == ["project acme/hidden", "project acme/none"]
    assert Run.objects.count() == 1


def test_a_project_that_is_hidden_later_keeps_its_runs(source: Source, practice: Practice) -> None:
    synced(source)
    project = next(one for one in practice.store.projects.values() if one.qualified == PROJECT)
    project.members = ["boss"]
    try:
        source.cursors.update(finished_at=None)
        sync = synced(source, PROJECT, "acme/hidden")
    finally:
        project.members = None
    assert sync.outcome == "refused"
    assert "None of its projects is to be seen: acme/documents, acme/hidden." in sync.error
    assert Run.objects.filter(removed_at=None).count() == 1


def test_a_wrong_token_still_refuses(source: Source, practice: Practice) -> None:
    practice.revoked.add("reader")
    try:
        sync = synced(source, PROJECT, "acme/hidden")
    finally:
        practice.revoked.discard("reader")
    assert sync.outcome == "refused"
    assert "refused the API token" in sync.error


def test_a_file_that_fails_is_missing_with_its_reason_until_it_comes(
    source: Source, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.fault(
        Fault(
            "downloadAttribute",
            status=500,
            times=EVER,
            when=lambda query: query.get("attribute") == "weights",
        )
    )
    assert synced(source).outcome == "partial"
    weights = Artifact.objects.get(path="weights")
    assert weights.blob_id is None
    assert "is not well (500)" in weights.missing
    assert Artifact.objects.get(path="note").blob_id

    practice.faults.clear()
    later = reading.milliseconds_now() + 11 * 60_000
    monkeypatch.setattr(reading, "milliseconds_now", lambda: later)
    assert synced(source).outcome == "done"
    weights.refresh_from_db()
    assert (weights.missing, bool(weights.blob_id)) == ("", True)
