"""How old a source's facts are, for the frame and for the sources' pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from portal import shell
from portal.streams import KINDS
from sources.models import Person, Source, Sync, visible_sources
from sprints import links

LATE_AFTER = 3  # intervals without a good sync
INBOX_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """A source with its newest sync and the time of its newest good one.

    state: syncing, paused, ok, late (older than agreed), failing (the last
    sync failed), refused (a person must act), new (never read).
    """

    source: Source
    last: Sync | None
    good_at: datetime | None
    state: Literal["syncing", "paused", "ok", "late", "failing", "refused", "new"]

    @property
    def kind(self) -> str:
        known = KINDS.get(self.source.kind)
        return known.name if known else self.source.kind


def read(user: Person) -> list[Standing]:
    """Every visible source: two queries."""
    held: list[Any] = list(Source.objects.visible_to(user).with_newest_syncs())
    known = {one.pk: (one.last_sync, one.good_at) for one in held}
    return _standings(held, known, timezone.now())


def standings(sources: Sequence[Source], now: datetime) -> list[Standing]:
    """Two queries."""
    known = Source.objects.filter(pk__in=[source.pk for source in sources]).newest_syncs()
    return _standings(sources, known, now)


def _standings(
    sources: Sequence[Source],
    known: Mapping[UUID, tuple[UUID | None, datetime | None]],
    now: datetime,
) -> list[Standing]:
    syncs = Sync.objects.in_bulk([last for last, _ in known.values() if last])
    nothing = (None, None)
    return [
        _standing(one, syncs.get(last), good, now)
        for one in sources
        for last, good in [known.get(one.pk, nothing)]
    ]


def _standing(
    source: Source, last: Sync | None, good_at: datetime | None, now: datetime
) -> Standing:
    return Standing(source, last, good_at, _state(source, last, good_at, now))


def _state(
    source: Source, last: Sync | None, good_at: datetime | None, now: datetime
) -> Literal["syncing", "paused", "ok", "late", "failing", "refused", "new"]:
    if last is not None and not last.outcome:
        return "syncing"
    if source.paused:
        return "paused"
    if last is None:
        return "new"
    if last.outcome == "refused":
        return "refused"
    if last.outcome == "failed":
        return "failing"
    return "ok" if good_at and now - good_at < patience(source) else "late"


ENDING = timedelta(days=14)  # a new token wants asking for in time


def ending(source: Source, now: datetime) -> str:
    """ "token expires in 9 days", from two weeks ahead; empty before."""
    at = source.secret_expires_at
    if at is None or at - now > ENDING:
        return ""
    guess = ", at a guess" if source.secret_end_guessed else ""
    if at <= now:
        return f"token expired {timesince(at, now, depth=1)} ago{guess}"
    days = (at - now).days
    left = f"{days} days" if days > 1 else timesince(now, at, depth=1)
    return f"token expires in {left}{guess}"


def patience(source: Source) -> timedelta:
    return LATE_AFTER * source.interval + timedelta(minutes=1)


# ── the frame ────────────────────────────────────────────────────────────────

SHOWN_AS: dict[str, Literal["ok", "late", "bad"]] = {
    "ok": "ok",
    "syncing": "ok",
    "new": "late",
    "late": "late",
    "paused": "late",
    "failing": "bad",
    "refused": "bad",
}


def facts(request: HttpRequest) -> shell.Facts:
    """What the frame of every page shows: two queries, and two once a minute."""
    return shell.Facts(
        pins=pins(request),
        freshness=tuple(lines(read(request.user), timezone.now())),
        inbox_count=inbox_count(request.user),
        menu=menu(request.user),
    )


def pins(request: HttpRequest) -> tuple[shell.Place, ...]:
    """The views that the asker pinned; read with the asker, so no query."""
    return tuple(shell.Place(one.name, one.url) for one in getattr(request, "pins", ()))


INBOX_KEPT = 60  # seconds


def inbox_count(user: Person) -> int:
    """Counting costs too much for every page; who mends a run sees it at once."""
    counted: int | None = cache.get_or_set(
        _inbox_mark(user),
        lambda: links.count_loose(user, most=INBOX_COUNTED),
        INBOX_KEPT,
    )
    return counted or 0


def forget_inbox(user: Person) -> None:
    cache.delete(_inbox_mark(user))


def _inbox_mark(user: Person) -> str:
    seen = ",".join(sorted(map(str, visible_sources(user))))
    return f"inbox:{sha256(seen.encode()).hexdigest()}"


def menu(person: Person) -> tuple[shell.Place, ...]:
    """One's own places; no query. Administrators are staff (accounts/people.py)."""
    own = (("Settings", "settings"), ("API tokens", "tokens"), ("Jira", "jira_tokens"))
    staff = (("People", "people"), ("Admin", "admin:index"))
    shown = (*own, ("API docs", "api_docs"), *(staff if getattr(person, "is_staff", False) else ()))
    return tuple(shell.Place(name, reverse(address)) for name, address in shown)


def lines(standings: Iterable[Standing], now: datetime) -> Iterable[shell.Freshness]:
    for one in standings:
        yield shell.Freshness(
            name=one.source.name,
            url=reverse("source", args=[one.source.slug]),
            age_text=", ".join(filter(None, (age(one, now), ending(one.source, now)))),
            state=SHOWN_AS[one.state],
        )


def age(one: Standing, now: datetime) -> str:
    """In a few words: "3 minutes ago", "never read", "paused"."""
    if one.good_at is None:
        return {"syncing": "reading for the first time", "paused": "paused, never read"}.get(
            one.state, "never read"
        )
    if now - one.good_at < timedelta(minutes=1):
        return "just now"
    return f"{timesince(one.good_at, now, depth=1)} ago"
