"""Who reads a source: one claim at a time, kept alive while its worker lives."""

import threading
import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from sources.models import Source, Sync

RENEWED_EVERY = 20.0  # seconds; requests are many, and each renewal is a write


class ClaimLost(Exception):
    """Another worker took the source over: stop, and write nothing more."""


def claim(source: Source, *, asked_by: int | None = None) -> Sync | None:
    """A new sync that holds the source, or None when another worker was quicker."""
    now = timezone.now()
    sync = Sync(source=source, asked_by_id=asked_by, started_at=now, heard_at=now)
    with transaction.atomic():
        if not source.claim_for(sync.pk, now):
            return None
        _bury(source, now)
        sync.save(force_insert=True)
    return sync


def _bury(source: Source, now: datetime) -> None:
    """Close syncs whose worker died: nobody else will."""
    Sync.objects.running().filter(source=source).update(
        outcome="failed",
        finished_at=now,
        error="The worker stopped before the sync was finished. The next sync goes on from there.",
    )


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

    def renew(self) -> None:
        """At once: a page's transaction must not commit without the claim."""
        if not self._source.renew(self._sync.pk, timezone.now()):
            raise ClaimLost(self._source.slug)
        self._renewed = time.monotonic()
