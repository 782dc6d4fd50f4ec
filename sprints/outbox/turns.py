"""Whose turn it is to send to a source, how long one lasts, and how long all rest
when the other side does not answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Max, Min, Q
from django.utils import timezone

from sources.connectors.base import Unavailable
from sources.connectors.writing import Busy
from sprints.outbox.models import OPEN, Write

LONGEST = 30.0  # seconds after which a turn begins no other write
SHORTEST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=10)
# Of the way to the server, not of what was asked: all other writes would meet it, too.
NO_ANSWER = ("away", "slow", "certificate")
FAULTS = 3  # answers that are none, in one turn: an error about one issue is not the server's


def lock_of(source: UUID) -> int:
    return source.int >> 65  # Postgres takes 63 bits, and a sign


@contextmanager
def alone(source: UUID) -> Iterator[bool]:
    """Whether this is the source's only sender until the end of the block. Postgres
    lets go when the connection ends, so a worker that dies leaves nothing behind."""
    key = [lock_of(source)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", key)
        (got,) = cursor.fetchone()
        try:
            yield got
        finally:
            if got:
                cursor.execute("SELECT pg_advisory_unlock(%s)", key)


class Turn:
    """How one sender fares: told of each try, it says whether there is another."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + LONGEST
        self._faults = 0

    def goes_on(self, write: Write, trouble: Unavailable | None) -> bool:
        if trouble is not None and self._is_the_servers(trouble):
            rest(write, trouble)
            return False
        return time.monotonic() < self._ends

    def _is_the_servers(self, trouble: Unavailable) -> bool:
        if isinstance(trouble, Busy):
            return trouble.whole
        self._faults += bool(trouble.kind)  # without one it is about this write
        return trouble.retry_at is not None or trouble.kind in NO_ANSWER or self._faults >= FAULTS


def rest(write: Write, trouble: Unavailable) -> None:
    """All of the source's writes wait as well: not before the other side said, or
    longer the longer it has done nothing. One that fails for reasons of its own, while
    others go through, stops them for half a minute each time."""
    if isinstance(trouble, Busy):
        state, until = "parked", trouble.until
    else:
        now = timezone.now()
        quiet = (now - _since(write.source_id)) / 2
        pause = min(max(quiet, SHORTEST_REST), LONGEST_REST)
        state, until = "pending", max(now + pause, trouble.retry_at or now)
    others = Write.objects.filter(source=write.source_id, state__in=("pending", "parked"))
    others = others.exclude(pk=write.pk).filter(not_before__lt=until)
    others.update(state=state, not_before=until, error=str(trouble))


def _since(source: UUID) -> datetime:
    """Since when nothing went through: the last that did, or the first that did not."""
    tried = Min("made_at", filter=Q(state__in=OPEN, tries__gt=0))
    found = Write.objects.filter(source=source).aggregate(done=Max("done_at"), tried=tried)
    return max((one for one in found.values() if one is not None), default=timezone.now())
