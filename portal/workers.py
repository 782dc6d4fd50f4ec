"""/healthz/workers: do they read, do they rest, or is something stuck?

No login, no names, no reason: numbers and a sentence. A worker that waits for a
slow system is busy as long as it is heard of (sources/claims.py: its beats), and
one that sends as long as its write's lease holds.
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
from sprints.outbox import numbers

TAKEN_WITHIN = 60  # seconds: a free worker takes a message at once
TURN = 120  # seconds, and more than sending to one source takes at once
SENT_WITHIN = 300  # seconds, and many may have been asked for at once
LATELY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Workers:
    """`reading` syncs are heard of, `silent` ones are not any more. `waiting`
    messages lie in the queue, the oldest sync among them for `oldest_seconds`.
    `sending` writes are on their way, and one has been due for `unsent_seconds`."""

    state: Literal["busy", "idle", "stuck"]
    words: str
    reading: int
    silent: int
    waiting: int
    oldest_seconds: int
    sending: int
    unsent_seconds: int
    beat_age_seconds: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What is judged. `untaken`: syncs and messages that nobody took up, the oldest sync
    for `oldest` seconds; `unsent`: seconds that a write is due while nobody sends."""

    reading: int
    silent: int
    untaken: int
    oldest: float
    sending: int
    unsent: float
    beat: int | None


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
    """Three queries, four when nobody seems to send, and one look at the queue."""
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
    sending, due = numbers.under_way(now), numbers.due_since(now)
    unsent = (now - min(due.values(), default=now)).total_seconds()
    idle = unsent > SENT_WITHIN and not sending and not numbers.were_sent(now, LATELY)
    seconds = oldest.total_seconds()
    found = Found(reading, silent, untaken, seconds, sending, unsent if idle else 0, beat)
    return Workers(
        *judged(found), reading, silent, waiting, round(seconds), sending, round(unsent), beat
    )


def waiting_messages() -> int:
    """That nobody has taken."""
    with health.queue() as line:
        return int(line.llen(QUEUE)) + int(line.llen(HINTS))


def judged(found: Found) -> tuple[Literal["busy", "idle", "stuck"], str]:
    """While one reads, others may wait for it; a queue is stuck when nobody reads, and
    nobody has taken anything for a minute, or three while somebody sends; the outbox
    when nobody reads, and nobody has sent for minutes what is due."""
    if found.silent:
        return "stuck", f"{_syncs(found.silent)} begun and not heard of for minutes."
    if found.reading:
        return "busy", f"{_syncs(found.reading)} being read, {_wait(found.untaken)}."
    if found.unsent:
        minutes = f"{found.unsent // 60:,.0f} minutes"
        return "stuck", f"Nobody sends: a write has been due for {minutes}."
    if found.untaken and _is_left(found):
        return "stuck", f"Nobody takes from the queue, where {_wait(found.untaken)}."
    if found.sending:
        return "busy", f"{_writes(found.sending)} on the way, {_wait(found.untaken)}."
    if found.beat is None or found.beat > TAKEN_WITHIN:
        return "idle", "Nothing waits; but beat, which starts the syncs, was not heard of."
    return "idle", "Nothing is to be read."


def _is_left(found: Found) -> bool:
    within = TAKEN_WITHIN + (TURN if found.sending else 0)
    return found.oldest > within or (found.beat is not None and found.beat > within)


def _writes(number: int) -> str:
    return "1 write is" if number == 1 else f"{number:,} writes are"


def _syncs(number: int) -> str:
    return "1 sync is" if number == 1 else f"{number:,} syncs are"


def _wait(number: int) -> str:
    return f"{number:,} {'waits' if number == 1 else 'wait'}"
