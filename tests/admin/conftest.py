"""One source with a row of each kind, and an administrator who looks at them."""

import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.utils import timezone

from handoff.models import Model
from sources.models import Cursor, Document, Payload, Source, Sync
from tests.accounts.making import person, signed_in
from tracking.models import Artifact, Blob, Metric, Run, TrackerProject


@pytest.fixture(autouse=True)
def no_memory():
    """Sessions seen and attempts counted belong to one test."""
    cache.clear()


@pytest.fixture
def source(db):
    held = Source(
        slug="lab", name="Lab archive", kind="neptune-archive", settings={"paths": ["/a"]}
    )
    held.secret = "very-secret-token"
    held.save()
    held.viewers.set(Group.objects.all())
    return held


def fill(source, *, runs=1):
    """A sync with gaps, a cursor, and runs with a metric, a file and a document each."""
    now = timezone.now()
    Sync.objects.create(
        source=source,
        outcome="partial",
        finished_at=now,
        records=340,
        gaps=[{"what": "DOC-2", "why": "was <forbidden>"}],
        gap_count=28,
        error="28 issues are forbidden.",
    )
    Cursor.objects.create(source=source, stream="runs", position={"at": 5}, finished_at=now)
    project = TrackerProject.objects.create(
        key=uuid.uuid4(), source=source, external_id="p", digest=b"", name="acme/documents"
    )
    blob, _ = Blob.objects.get_or_create(
        sha256="ab" * 32, defaults={"size": 3, "crc32": 1, "media_type": "image/png"}
    )
    for number in range(runs):
        fill_run(source, project, blob, f"DOC-{number}", now)


def fill_run(source, project, blob, handle, now):
    mirrored = {"source": source, "external_id": handle, "digest": b""}
    run = Run.objects.create(
        **mirrored,
        key=uuid.uuid4(),
        project=project,
        handle=handle,
        state="finished",
        started_at=now,
    )
    Artifact.objects.create(
        **mirrored, key=uuid.uuid4(), run=run, path="plots/roc", role="plot:roc", blob=blob, size=3
    )
    Metric.objects.create(source=source, run=run, name="valid/f1", last=0.9, points=10)
    Payload.objects.create(
        key=run.key, source=source, kind="run", digest=b"", body=b"", fetched_at=now
    )
    Document.objects.create(
        key=run.key, source=source, kind="run", name=handle, title="", body="", url="/", at=now
    )


@pytest.fixture
def administrator(db):
    return person("ada", "administrator")


@pytest.fixture
def operator(administrator):
    return signed_in(administrator)


@pytest.fixture
def line(db):
    return Model.objects.create(slug="documents", name="Documents").pk
