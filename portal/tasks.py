"""The only Celery tasks: each gets, calls, and is done."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from handoff.models import Record
from portal import health
from portal.accounts.audit import changes_by
from portal.celery import app
from portal.streams import KINDS
from sources import engine, removal
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
    """One sync, however often it is delivered. Nothing, when it is gone by now."""
    asked = Sync.objects.filter(pk=UUID(sync), source=UUID(source)).select_related("source").first()
    if asked is None:
        return
    held, kind = asked.source, KINDS[asked.source.kind]
    engine.read(held, asked, lambda: kind.client(held), kind.streams)


def start_removal(source: Source, *, by: int) -> None:
    """From now on nothing is read from it; a worker takes its rows away."""
    removal.hold(source)
    remove_source.delay(str(source.pk), by)


@app.task  # type: ignore[untyped-decorator]
def remove_source(source: str, by: int) -> None:
    """Done twice it does no harm. A source that records cite stays as an empty
    row: its viewers are who may see them."""
    held = Source.objects.filter(pk=UUID(source)).first()
    if held is None:
        return
    cited = Record.objects.filter(sources__contains=[held.pk]).exists()
    with changes_by(user=by, command="remove source"):
        removal.empty(held) if cited else removal.remove(held)
