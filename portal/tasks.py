"""The only Celery tasks: each gets, calls, and is done."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from handoff.models import Record, RecordFile
from portal import health
from portal.accounts.audit import changes_by
from portal.celery import app
from portal.streams import KINDS
from sources import claims, engine, history, remap, removal
from sources.connectors.base import Told
from sources.models import Source, Sync
from sources.webhooks.models import Hint
from sprints.outbox import delivery
from tracking import blobs, roles

log = structlog.get_logger(__name__)


@app.task  # type: ignore[untyped-decorator]
def sync_due_sources() -> None:
    """Claim what is due and hand it to the workers. Runs every few seconds."""
    health.beat()
    claims.bury_paused(timezone.now())
    for source in Source.objects.due(timezone.now()).filter(kind__in=KINDS):
        start_sync(source)


def start_sync(source: Source, *, by: int | None = None, hinted: bool = False) -> Sync | None:
    """A sync on its way to a worker; None when one is under way already. `hinted`:
    it reads only what webhooks told of."""
    with transaction.atomic():
        sync = engine.claim(source, asked_by=by, hinted=hinted)
        if sync is not None:
            task = read_hints if hinted else read_source
            transaction.on_commit(lambda: task.delay(str(source.pk), str(sync.pk)))
    return sync


BELIEVED = timedelta(hours=1)


def believe(source: Source, *, by: int | None = None) -> Sync | None:
    """For an hour what it no longer lists is gone, however much it is; a sync looks at
    once. None, and nothing said, when one is under way: it began not knowing."""
    with transaction.atomic():
        sync = start_sync(source, by=by)
        if sync is not None:
            source.believe(timezone.now() + BELIEVED)
    return sync


def start_remap(source: Source, *, by: int | None = None) -> Sync | None:
    """Maps anew what is stored, asking the source for nothing. None when a sync is
    under way: then the next whole one begins with it."""
    with transaction.atomic():
        source.map_stored()
        sync = engine.claim(source, asked_by=by, from_stored=True)
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
    stored = remap.stream(held, kind.stored)
    if asked.from_stored:
        engine.read(held, asked, remap.Nobody, [stored])
        return
    first = [stored] if remap.waits(held) else []
    streams = kind.hints if asked.due_after else [*first, *kind.streams]
    engine.read(held, asked, lambda: kind.client(held), streams)


@app.task  # type: ignore[untyped-decorator]
def read_hints(source: str, sync: str) -> None:
    """One sync that reads only what webhooks told of. One that nobody took up in time
    may be a whole one by now: that is for the workers, who were told of it, too."""
    if Sync.objects.hinted().filter(pk=UUID(sync)).exists():
        read_source(source, sync)


FOLLOWED = 60  # times, a second apart, that a hint waits for a sync under way to end


def follow(source: Source, told: Told) -> None:
    """After a webhook: what it told of is read at once, and after one about a
    list the whole source, that list included however lately it was read."""
    if told.ids:
        follow_soon(source.pk, whole=False)
    if told.lists:
        source.cursors.filter(stream__in=told.lists).update(finished_at=None)
        follow_soon(source.pk, whole=True)


def follow_soon(source: UUID, *, whole: bool, tries: int = FOLLOWED, wait: int = 0) -> None:
    """One message at a time, however many webhooks come."""
    if cache.add(follow_mark(source, whole), 1, timeout=wait + 30):
        transaction.on_commit(
            lambda: follow_hints.apply_async((str(source), whole, tries), countdown=wait)
        )


def follow_mark(source: UUID, whole: bool) -> str:  # noqa: FBT001 -- as it travels in the message
    return f"follow:{source}:{whole}"


@app.task  # type: ignore[untyped-decorator]
def follow_hints(source: str, whole: bool, tries: int) -> None:  # noqa: FBT001
    """A sync that runs reads hints between its pages; what comes behind its last
    one, and lists, wait until it has ended."""
    key = UUID(source)
    cache.delete(follow_mark(key, whole))
    held = Source.objects.filter(pk=key, paused=False, kind__in=KINDS).first()
    if held is None or not (whole or Hint.objects.waiting().filter(source=key).exists()):
        return
    if start_sync(held, hinted=not whole) is None and tries:
        follow_soon(key, whole=whole, tries=tries - 1, wait=1)


@app.task  # type: ignore[untyped-decorator]
def forget_old_syncs() -> None:
    history.forget(timezone.now())


@app.task  # type: ignore[untyped-decorator]
def send_what_is_due() -> None:
    """Hand each source's outbox to a worker. Runs every few seconds."""
    for source in delivery.due_sources(timezone.now()):
        send_outbox.apply_async((str(source),), expires=60)


@app.task  # type: ignore[untyped-decorator]
def send_outbox(source: str) -> None:
    """What may be written to one source now, one after another."""
    held = Source.objects.filter(pk=UUID(source)).first()
    if held is not None:
        delivery.deliver_due(held)


def start_roles() -> None:
    """After a rule has changed: a worker looks at every stored file."""
    transaction.on_commit(lambda: assign_roles.delay(None))


@app.task  # type: ignore[untyped-decorator]
def assign_roles(after: str | None) -> None:
    """A piece, by the rules as they are by then; the next piece is the next task."""
    last = roles.reassign(UUID(after) if after else None)
    if last is not None:
        assign_roles.delay(str(last))


READ_AT_ONCE = 2**31  # bytes, after which another task may have its turn


@app.task  # type: ignore[untyped-decorator]
def read_files_again(left: int | None = None) -> None:
    """A piece of the night's budget: stored bytes against their sha256. What is found
    broken is handed out no more, until it is read anew or restored."""
    if left is None:
        blobs.retry_broken()
        left = settings.READ_AGAIN_A_NIGHT
    done = blobs.read_again(min(left, READ_AT_ONCE))
    for blob in done.broken:
        held = RecordFile.objects.filter(blob=blob).select_related("record")
        records = sorted({str(one.record) for one in held})
        log.error("stored bytes are not those that came in", sha256=blob.sha256, records=records)
    if done.size and left > done.size:
        read_files_again.delay(left - done.size)


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
