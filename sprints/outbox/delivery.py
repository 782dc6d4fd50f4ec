"""Rows of the outbox on their way: one claim a row, one effect over there.

Before a request that would have its effect twice is sent, the row says so and
that is committed; whoever takes the row up later looks whether it arrived. So a
worker may die anywhere, and an answer may be lost.
"""

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.writing import Busy, Conflict, Effect
from sources.models import Source
from sprints.outbox import tagging
from sprints.outbox.hands import Hand, hand_for
from sprints.outbox.models import NEWEST_COUNTS, SETTLE, TAGS, Write, WriteQuerySet
from sprints.outbox.seen import known
from sprints.outbox.turns import Turn, alone
from sprints.outbox.wishes import wish_of

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=3)  # longer than any one request, which renews it
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
LONGEST_TRY = 60.0  # seconds after which a try makes no other request


class LeaseLost(Exception):
    """Another worker has the row by now: stop, and send nothing more."""


def due_sources(now: datetime) -> list[uuid.UUID]:
    """Sources with a write that may be tried now."""
    held = sendable().due(now).order_by("source").values_list("source", flat=True).distinct()
    return list(held)


def sendable() -> WriteQuerySet:
    """Of sources that are written to, and neither paused nor on their way out."""
    return Write.objects.filter(source__settings__writes="on", source__paused=False)


def deliver_due(source: Source, *, most: int = 100) -> int:
    """One write after another until none may be tried now, the other side does not
    answer, or the turn is over; how many were tried. None where another worker is at it."""
    with alone(source.pk) as mine:
        return _sent(source, most) if mine else 0


def _sent(source: Source, most: int) -> int:
    turn, tried = Turn(), 0
    while tried < most and (write := claim(source)) is not None:
        trouble = deliver(write)
        tried += 1
        if not turn.goes_on(write, trouble):
            break
    return tried


def claim(source: Source) -> Write | None:
    """The next write that may be tried, for this worker alone; None: there is none.
    One whose issue went with its source is dropped, for nobody sees it any more."""
    while (taken := _taken(source)) is not None:
        whole = Write.objects.select_related("source", "task", "by").filter(pk=taken.pk).first()
        if whole is not None:
            return whole
        _drop(taken, "its issue is gone")
    return None


def _taken(source: Source) -> Write | None:
    now = timezone.now()
    with transaction.atomic():
        due = sendable().filter(source=source).due(now)
        write = due.select_for_update(skip_locked=True, of=("self",)).first()
        if write is None:
            return None
        write.state, write.claim, write.lease_until = "sending", uuid.uuid4(), now + LEASE
        write.tries += 1
        write.save(update_fields=("state", "claim", "lease_until", "tries"))
    return write


def _drop(write: Write, words: str) -> None:
    write.tell("dropped", words)
    Write.objects.filter(pk=write.pk, claim=write.claim).update(
        state="dropped", claim=None, lease_until=None, error="", told=write.told
    )


def deliver(write: Write) -> Unavailable | None:
    """One try of a claimed write, and why there must be another. Trouble of the other
    side ends as words on the row; anything else is our own fault: it is raised, and
    the row is tried again when its lease has run out."""
    try:
        return _try(Try(write))
    except LeaseLost:
        log.warning("lease lost", write=write.pk)
        return None


class Try:
    """One try under way. `went`: a request was sent that has its effect once."""

    def __init__(self, write: Write) -> None:
        self.write = write
        self.since = write.sent_at
        self.went = False
        self._ends = time.monotonic() + LONGEST_TRY

    def beat(self) -> None:
        """Before every request: only who still has the row may send, and not for ever."""
        if time.monotonic() > self._ends:
            name = self.write.source.name
            raise Unavailable(f"{name} took longer than {LONGEST_TRY:g} s for it.", kind="slow")
        self.keep(lease_until=timezone.now() + LEASE)

    def going(self) -> None:
        """Committed before the request leaves: from here on nobody knows, until
        the answer is kept."""
        self.went = True
        self.keep(sent_at=timezone.now(), lease_until=timezone.now() + LEASE)

    def keep(self, **values: Any) -> None:
        held = Write.objects.filter(pk=self.write.pk, claim=self.write.claim, state="sending")
        if held.update(**values) != 1:
            raise LeaseLost(self.write.pk)

    def end(self, state: str, words: str = "", **values: Any) -> None:
        self.write.tell(state, words)
        self.keep(
            state=state,
            claim=None,
            lease_until=None,
            error="" if state in ("done", "dropped") else words,
            told=self.write.told,
            **values,
        )


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it: as a person of ours, and as the account is called there."""

    through: int | None
    account_id: str
    account: str

    def as_values(self) -> dict[str, Any]:
        return {
            "through_id": self.through,
            "account_id": self.account_id,
            "account": self.account,
        }


def _try(one: Try) -> Unavailable | None:
    write = one.write
    if _may_be_skipped(write) and _is_stale(write):
        one.end("dropped", "a newer one was asked for since")
        return None
    try:
        effect, author = _written(one)
    except Conflict as trouble:
        one.end("conflict", str(trouble), seen=trouble.seen, **_definite(one))
    except Unauthorized as trouble:
        one.end("refused", str(trouble), **_definite(one))
    except Unavailable as trouble:
        _put_off(one, trouble)
        return trouble
    else:
        _done(one, effect, author)
    return None


def _written(one: Try) -> tuple[Effect, Author]:
    if one.write.kind in TAGS:
        return _tagged(one)
    held = living(one.write)
    hand: Hand = hand_for(one.write, held)
    number = held.result_id if held else ""
    wish = wish_of(one.write, held=number, known=known(one.write, held))
    with hand.pen(going=one.going, beat=one.beat) as pen:
        author = Author(hand.through, *pen.who())
        return wish.apply(pen, one.write.task.external_id, one.since), author


def _tagged(one: Try) -> tuple[Effect, Author]:
    with tagging.tagger(one.write.source, going=one.going, beat=one.beat) as tagger:
        return tagging.wish(one.write).apply(tagger), Author(None, "", tagger.who())


def living(write: Write) -> Write | None:
    """The write that made or edited the hypothesis's one comment last. None, where
    a person said that a new one is to be made."""
    if write.kind != "comment" or write.asked.get("anew"):
        return None
    made = Write.objects.filter(task=write.task_id, kind="comment", state="done")
    return made.exclude(result_id="").order_by("-done_at", "-pk").first()


def _may_be_skipped(write: Write) -> bool:
    """A newer one says it all. What may have been sent is looked for first, but for a
    tag: the newer one reads it before it writes."""
    return write.kind in TAGS or (write.kind in NEWEST_COUNTS and write.sent_at is None)


def _is_stale(write: Write) -> bool:
    kinds = TAGS if write.kind in TAGS else (write.kind,)
    newer = Write.objects.filter(
        task=write.task_id, kind__in=kinds, subject=write.subject, pk__gt=write.pk
    )
    return newer.exclude(state__in=("dropped", "refused", "conflict", "dry")).exists()


def _definite(one: Try) -> dict[str, Any]:
    """An answer to what was sent just now says that it had no effect."""
    return {"sent_at": None} if one.went else {}


def _done(one: Try, effect: Effect, author: Author) -> None:
    one.end(
        "done",
        "it was there already" if effect.found else "",
        result_id=effect.id,
        result_key=effect.key,
        seen=effect.seen,
        done_at=timezone.now(),
        **author.as_values(),
    )


def _put_off(one: Try, trouble: Unavailable) -> None:
    """Not before the other side said. Else later, and later still; what may be on its
    way gets time to arrive."""
    if isinstance(trouble, Busy):
        one.end("parked", str(trouble), not_before=trouble.until, **_definite(one))
        return
    pause = min(FIRST_PAUSE * 2 ** min(one.write.tries - 1, 10), LONGEST_PAUSE)
    if one.went:
        pause = max(pause, SETTLE)
    at = max(timezone.now() + pause, trouble.retry_at or timezone.now())
    one.end("pending", str(trouble), not_before=at)
