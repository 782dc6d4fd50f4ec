"""The only Celery tasks: each gets, calls, and is done."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portal import health
from portal.celery import app
from portal.streams import KINDS
from sources import engine
from sources.models import Source, Sync


@app.task  # type: ignore[untyped-decorator]
def sync_due_sources() -> None:
    """Claim what is due and hand it to the workers. Runs every few seconds."""
    health.beat()
    for source in Source.objects.due(timezone.now()).filter(kind__in=KINDS):
        start_sync(source)


def start_sync(source: Source, *, by: int | None = None) -> Sync | None:
    """A sync on its way to a worker; None when one is under way already."""
    with transaction.atomic():
        sync = engine.claim(source, asked_by=by)
        if sync is not None:
            transaction.on_commit(lambda: read_source.delay(str(source.pk), str(sync.pk)))
    return sync


@app.task  # type: ignore[untyped-decorator]
def read_source(source: str, sync: str) -> None:
    """One sync. A claim that ran out while the task waited is another worker's."""
    held = Source.objects.get(pk=UUID(source))
    if not held.renew(UUID(sync), timezone.now()):
        return
    kind = KINDS[held.kind]
    engine.read(held, Sync.objects.get(pk=UUID(sync)), lambda: kind.client(held), kind.streams)
