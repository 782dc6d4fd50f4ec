"""The loop that reads a source: streams, pages, cursors, and how it ended."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, Value, When
from django.utils import timezone

from sources.claims import ClaimLost, Heartbeat, Turn, TurnOver, begin, claim
from sources.connectors.base import Beat, Gap, Json, Page, Spent, Unauthorized, Unavailable
from sources.models import Cursor, Source, Sync
from sources.store import Stored, clean, plain
from sources.store.gone import UNLISTED

__all__ = ["ClaimLost", "Client", "Stream", "claim", "read"]

log = structlog.get_logger(__name__)

GAPS_KEPT = 200  # of one sync, in words; the rest are only counted
SHORTEST_PAUSE = timedelta(minutes=1)  # for who asks to wait for no time, again and again
TURN_OVER = "It has read for a while, and others were waiting: it goes on after them."
OURS = "Labledger itself failed here; the worker's log has the details."
REFUSED_PAUSE = timedelta(hours=1)  # a wrong token is not tried every five minutes


class Client(Protocol):
    """A connector's client: `requests` made so far, `retries` among them, and an end.

    It calls the beat that it is told to use before each request, with each MiB
    that comes and about every ten seconds of waiting; what the beat raises, it
    lets through. A client with threads beats in the one that reads its pages.
    """

    @property
    def requests(self) -> int: ...

    @property
    def retries(self) -> int: ...

    def use_beat(self, beat: Beat) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Stream[C: Client, Record]:
    """One kind of thing read from a source.

    `pages` reads on from a position; `store` keeps a page's records and is
    idempotent. With `every`, the stream is read at that slower pace.
    `prepare` does a page's slow work (bytes into the blob store) before the
    transaction opens, and gives the records that `store` gets; it calls its
    last argument often, to keep the claim.
    """

    name: str
    pages: Callable[[C, Json], Iterator[Page[Record]]]
    store: Callable[[Source, Sequence[Any]], Stored]
    every: timedelta | None = None
    prepare: Callable[[Source, Sequence[Record], Beat], Sequence[Any]] | None = None


def read(
    source: Source,
    sync: Sync,
    connect: Callable[[], Client],
    streams: Sequence[Stream[Any, Any]],
) -> None:
    """Read every stream that is due, and write down how it ended. A sync that was
    begun before, or whose claim is another's, is left alone.

    A trouble of the other side ends as words on the sync; what was stored
    stays. Anything else is our own fault: it is raised, and the sync says so.
    """
    if not begin(source, sync):
        return
    heart, turn = Heartbeat(source, sync), Turn(source)
    ending = Ending("failed", OURS, trouble="ours")
    try:
        with closing(connect()) as client:
            client.use_beat(heart)
            for stream in streams:
                _read_stream(Reading(source, sync, client, heart, turn), stream)
        ending = Ending("partial" if sync.gap_count else "done")
    except Unauthorized as trouble:
        ending = Ending(
            "refused", str(trouble), timezone.now() + REFUSED_PAUSE, trouble=trouble.kind
        )
    except Unavailable as trouble:
        ending = _after(trouble)
    except TurnOver:
        ending = Ending("parked", TURN_OVER, timezone.now(), hurried=True, trouble="turn")
    except ClaimLost:
        ending = Ending("failed", "Another worker took this source over.")
        log.warning("claim lost", source=source.slug, sync=str(sync.pk))
    finally:
        _end(source, sync, ending)


@dataclass(frozen=True, slots=True)
class Reading:
    """One sync under way: what is read, by what, the claim kept alive, and how
    long it may go on while others wait."""

    source: Source
    sync: Sync
    client: Client
    heart: Heartbeat
    turn: Turn


@dataclass(frozen=True, slots=True)
class Ending:
    """How a sync ended; `not_before` puts the next one off, and with `hurried` it
    is then, not after the source's interval."""

    outcome: str
    error: str = ""
    not_before: datetime | None = None
    hurried: bool = False
    trouble: str = ""

    def next_sync_at(self, due: datetime) -> datetime:
        if self.not_before is None:
            return due
        return self.not_before if self.hurried else max(due, self.not_before)


def _after(trouble: Unavailable) -> Ending:
    """A time that the other side named is no failure: the sync is parked till then."""
    if trouble.retry_at is None:
        outcome = "parked" if isinstance(trouble, Spent) else "failed"
        return Ending(outcome, str(trouble), trouble=trouble.kind)
    until = f"{trouble.retry_at.astimezone(UTC):%d %B %H:%M} UTC"
    words = f"{str(trouble).rstrip('.')}. It asks to wait until {until}, and so we do."
    soon = timezone.now() + SHORTEST_PAUSE
    not_before = max(trouble.retry_at, soon)
    return Ending("parked", words, not_before, hurried=True, trouble=trouble.kind)


def _end(source: Source, sync: Sync, ending: Ending) -> None:
    now = timezone.now()
    Sync.objects.filter(pk=sync.pk, outcome="").update(
        outcome=ending.outcome,
        error=ending.error,
        trouble=ending.trouble,
        finished_at=now,
        phase="",
    )
    source.release(sync.pk, ending.next_sync_at(sync.due_after or now + source.interval))


def _read_stream(reading: Reading, stream: Stream[Any, Any]) -> None:
    cursor, _ = Cursor.objects.get_or_create(source=reading.source, stream=stream.name)
    if _rests(cursor, stream):
        return
    _say(
        reading.sync.pk,
        phase=stream.name,
        phase_began_at=timezone.now(),
        phase_from=0,
        records=0,
        total=None,
    )
    began_at = cursor.position
    unlisted: list[dict[str, str]] = []
    for page in stream.pages(reading.client, began_at):
        if cursor.position != began_at:  # it can go on from here
            reading.turn.check()
        gaps = _store_page(reading, stream, cursor, page)
        unlisted += [_words(gap) for gap in gaps if gap.why.startswith(UNLISTED)]
    with transaction.atomic():  # cursors that were set back meanwhile stay so
        reading.heart.renew()
        held = Cursor.objects.filter(pk=cursor.pk)
        held.update(finished_at=timezone.now(), unlisted=unlisted)


def _rests(cursor: Cursor, stream: Stream[Any, Any]) -> bool:
    if stream.every is None or cursor.finished_at is None:
        return False
    return timezone.now() - cursor.finished_at < stream.every


def _store_page(
    reading: Reading, stream: Stream[Any, Any], cursor: Cursor, page: Page[Any]
) -> Sequence[Gap]:
    """A page and its cursor commit together: after a crash the next sync
    repeats at most one page, and storing a page twice changes nothing. Gives
    what was missing."""
    records = page.records
    if stream.prepare is not None:
        records = stream.prepare(reading.source, records, reading.heart)
    with transaction.atomic():
        reading.heart.renew()
        stored = stream.store(reading.source, records)
        cursor.advance(plain(page.resume))
        if stored.inserted or stored.updated or stored.removed:
            Source.objects.filter(pk=reading.source.pk).update(moved_at=timezone.now())
        return _count(reading.sync, reading.client, page, stored)


def _count(sync: Sync, client: Client, page: Page[Any], stored: Stored) -> Sequence[Gap]:
    gaps = [*page.gaps, *stored.gaps]
    room = max(0, GAPS_KEPT - sync.gap_count)
    sync.gaps += [_words(gap) for gap in gaps[:room]]
    sync.gap_count += len(gaps)
    _say(
        sync.pk,
        **_how_far(page),
        inserted=F("inserted") + stored.inserted,
        updated=F("updated") + stored.updated,
        unchanged=F("unchanged") + stored.unchanged,
        removed=F("removed") + stored.removed,
        requests=client.requests,
        retries=client.retries,
        gaps=sync.gaps,
        gap_count=sync.gap_count,
    )
    return gaps


def _how_far(page: Page[Any]) -> dict[str, Any]:
    """What earlier syncs have read of a stream counts among its records, and not in
    the pace of this one, which begins with its first page."""
    if page.done is None:
        return {"records": F("records") + len(page.records), "total": page.total}
    earlier = max(0, page.done - len(page.records))
    first = Case(
        When(records=0, then=Value(earlier)),
        default=F("phase_from"),
        output_field=PositiveIntegerField(),
    )
    return {"records": page.done, "total": page.total, "phase_from": first}


def _words(gap: Gap) -> dict[str, str]:
    return {"what": clean(gap.what), "why": clean(gap.why)}


def _say(sync: UUID, **values: Any) -> None:
    Sync.objects.filter(pk=sync).update(heard_at=timezone.now(), **values)
