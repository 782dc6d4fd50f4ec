"""/healthz/workers: do they read, do they rest, or is something stuck?

No login, no names, no reason: numbers and a sentence. A worker that waits for a
slow system is busy as long as it is heard of (sources/claims.py: its beats).
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

import redis
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import health
from portal.processes import HINTS, QUEUE
from sources.models import Sync

TAKEN_WITHIN = 60  # seconds: a free worker takes a message at once


@dataclass(frozen=True, slots=True)
class Workers:
    """`reading` syncs are heard of, `silent` ones are not any more. `waiting`
    messages lie in the queue, the oldest sync among them for `oldest_seconds`."""

    state: Literal["busy", "idle", "stuck"]
    words: str
    reading: int
    silent: int
    waiting: int
    oldest_seconds: int
    beat_age_seconds: int | None


@never_cache
@require_safe
def answer(_request: HttpRequest) -> JsonResponse:
    """503 when something is stuck, or nobody can tell."""
    try:
        found = read()
    except (DatabaseError, redis.RedisError):
        words = "The database or the queue does not answer."
        return JsonResponse(
            {"state": "unknown", "words": words, "beat_age_seconds": None}, status=503
        )
    return JsonResponse(asdict(found), status=503 if found.state == "stuck" else 200)


def read() -> Workers:
    """One query, and one look at the queue."""
    now = timezone.now()
    heard_since = now - settings.SYNC_LEASE
    running = list(Sync.objects.running().values_list("begun_at", "started_at", "heard_at"))
    begun = [heard for begun, _, heard in running if begun]
    reading = sum(heard >= heard_since for heard in begun)
    queued = [started for begun, started, _ in running if not begun]
    oldest = max((now - started for started in queued), default=timedelta())
    waiting, beat = waiting_messages(), health.beat_age()
    silent = len(begun) - reading
    untaken = max(waiting, len(queued))
    state, words = judged(reading, silent, untaken, oldest.total_seconds(), beat)
    return Workers(state, words, reading, silent, waiting, round(oldest.total_seconds()), beat)


def waiting_messages() -> int:
    """That nobody has taken."""
    with health.queue() as line:
        return int(line.llen(QUEUE)) + int(line.llen(HINTS))


def judged(
    reading: int, silent: int, untaken: int, oldest: float, beat: int | None
) -> tuple[Literal["busy", "idle", "stuck"], str]:
    """While one is reading, others may wait for it; a queue is stuck when nobody
    reads, and nobody has taken anything for a minute."""
    if silent:
        return "stuck", f"{_syncs(silent)} begun and not heard of for minutes."
    nothing_taken = beat is None or beat > TAKEN_WITHIN
    if not reading and untaken and (oldest > TAKEN_WITHIN or (nothing_taken and beat is not None)):
        return "stuck", f"Nobody takes from the queue, where {_wait(untaken)}."
    if reading:
        return "busy", f"{_syncs(reading)} being read, {_wait(untaken)}."
    if nothing_taken:
        return "idle", "Nothing waits; but beat, which starts the syncs, was not heard of."
    return "idle", "Nothing is to be read."


def _syncs(number: int) -> str:
    return "1 sync is" if number == 1 else f"{number:,} syncs are"


def _wait(number: int) -> str:
    return f"{number:,} {'waits' if number == 1 else 'wait'}"
