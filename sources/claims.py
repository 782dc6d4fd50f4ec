"""Who reads a source: one claim at a time, begun once, kept while its worker lives."""

import threading
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sources.models import Source, Sync
from sources.syncs import SyncQuerySet

RENEWED_EVERY = 20.0  # seconds; requests are many, and each renewal is a write
TURN = timedelta(minutes=2)  # of reading, while others wait for a worker
WAITED = timedelta(seconds=20)  # a free worker takes up what is due before this


class ClaimLost(Exception):
    """Another worker took the source over: stop, and write nothing more."""


class TurnOver(Exception):
    """Others wait: this sync has read long enough, and goes on after them."""


def claim(
    source: Source,
    *,
    asked_by: int | None = None,
    hinted: bool = False,
    from_stored: bool = False,
) -> Sync | None:
    """A sync that holds the source, or None when another worker was quicker.

    One that was never begun is the same sync again: its message was lost, or no
    worker was free to take it up. However often it is sent, it begins once.
    `hinted`: it reads only what webhooks told of, and the source stays due when it was;
    likewise `from_stored`: it maps stored records anew, and asks for nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        queued = Sync.objects.filter(source=source).queued().first()
        sync = queued or Sync(source=source, asked_by_id=asked_by, started_at=now, heard_at=now)
        due = now if source.claim else source.next_sync_at
        sync.due_after = due if hinted or from_stored else None
        sync.from_stored = from_stored
        if not source.claim_for(sync.pk, now):
            return None
        _bury(source, now)
        sync.save(force_insert=queued is None)
    return sync


def _bury(source: Source, now: datetime) -> None:
    """Close syncs whose worker died: nobody else will."""
    _close(Sync.objects.filter(source=source), now)


def bury_paused(now: datetime) -> None:
    """The same for paused sources, which nobody claims again."""
    _close(Sync.objects.filter(source__paused=True, source__next_sync_at__lte=now), now)


def _close(dead: SyncQuerySet, now: datetime) -> None:
    dead.begun().update(
        outcome="failed",
        finished_at=now,
        error="The worker stopped, or was not heard of for minutes. "
        "The next sync goes on from there.",
        trouble="stopped",
    )


def begin(source: Source, sync: Sync) -> bool:
    """Take up a claimed sync. False when that was done before, since a queue may
    deliver a message twice, or when the claim is another's by now."""
    now = timezone.now()
    with transaction.atomic():
        if not source.renew(sync.pk, now):
            return False
        first = Sync.objects.filter(pk=sync.pk).queued()
        if first.update(begun_at=now, heard_at=now) != 1:
            return False
    source.refresh_from_db()  # its settings may have been changed while this was queued
    return True


class Heartbeat:
    """Keeps a sync's claim. Call it as often as you like: it writes every twenty
    seconds, and raises ClaimLost when the claim is gone.

    Only the thread that reads may write to the database: a call from another
    thread does nothing.
    """

    def __init__(self, source: Source, sync: Sync) -> None:
        self._source = source
        self._sync = sync
        self._thread = threading.get_ident()
        self._renewed = time.monotonic()

    def __call__(self) -> None:
        if threading.get_ident() != self._thread:
            return
        if time.monotonic() - self._renewed >= RENEWED_EVERY:
            self.renew()
            Sync.objects.filter(pk=self._sync.pk).update(heard_at=timezone.now())

    def renew(self) -> None:
        """At once: a page's transaction must not commit without the claim."""
        if not self._source.renew(self._sync.pk, timezone.now()):
            raise ClaimLost(self._source.slug)
        self._renewed = time.monotonic()


class Turn:
    """How long a sync may go on reading while others wait for a worker."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._ends = timezone.now() + TURN

    def check(self) -> None:
        """Raises TurnOver when it is over and somebody waits. Before it is over
        that costs nothing; from then on it is a query or two."""
        now = timezone.now()
        if now >= self._ends and others_wait(self._source, now):
            raise TurnOver


def others_wait(source: Source, now: datetime) -> bool:
    """Whether a source has been due, or a sync been queued, longer than a free
    worker would have let it be."""
    since = now - WAITED
    others = Source.objects.exclude(pk=source.pk)
    queued = Sync.objects.filter(source__in=others, started_at__lte=since).queued()
    return queued.exists() or others.due(since).exists()
