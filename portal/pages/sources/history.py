"""A source's syncs: newest first, by pages, and only those one asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from sources.models import Source, Sync

PAGE = 30
CHANGED = Q(inserted__gt=0) | Q(updated__gt=0) | Q(removed__gt=0)
NAMES = {
    "whole": "Whole",
    "changed": "Changed something",
    "failed": "Failed",
    "webhooks": "Webhooks",
}

type Syncs = QuerySet[Sync]

# Syncs that webhooks caused are many and small: they are in lists of their own.
CHOSEN: dict[str, Callable[[Syncs], Syncs]] = {
    "whole": lambda syncs: syncs.filter(Q(due_after=None) | Q(from_stored=True)),
    "changed": lambda syncs: syncs.filter(CHANGED),
    "failed": lambda syncs: syncs.filter(outcome__in=("failed", "refused")),
    "webhooks": lambda syncs: syncs.filter(due_after__isnull=False, from_stored=False),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A line of parts/tabs.html."""

    name: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    sync: Sync

    @property
    def why(self) -> str:
        """What it read, when that was not the whole source."""
        if self.sync.from_stored:
            return "stored records"
        return "webhook" if self.sync.due_after else ""

    @property
    def took(self) -> timedelta | None:
        """From a worker's taking it up to its end, or to when it was last heard of."""
        if self.sync.begun_at is None:
            return None
        until = self.sync.finished_at or self.sync.heard_at
        return max(until - self.sync.begun_at, timedelta())


@dataclass(frozen=True, slots=True)
class History:
    """`clear_url` leads from a filter that found nothing to all."""

    lines: list[Line]
    tabs: list[Tab]
    first_url: str
    older_url: str
    clear_url: str
    words: str


def read(source: Source, asked: QueryDict) -> History:
    """One query, along the index of a source's syncs."""
    which = asked.get("syncs", "")
    which = which if which in CHOSEN else "whole"
    behind = _place(asked.get("before", ""))
    syncs = CHOSEN[which](Sync.objects.filter(source=source))
    if behind:
        at, key = behind
        syncs = syncs.filter(Q(started_at=at, pk__lt=key) | Q(started_at__lt=at))
    found = list(syncs.defer("gaps").order_by("-started_at", "-pk")[: PAGE + 1])
    shown, more = found[:PAGE], len(found) > PAGE
    return History(
        lines=[Line(sync) for sync in shown],
        tabs=[Tab(name, _url(source, word), word == which) for word, name in NAMES.items()],
        first_url=_url(source, which) if behind else "",
        older_url=_url(source, which, shown[-1]) if more else "",
        clear_url=_url(source, "whole") if which != "whole" or behind else "",
        words="older ones" if behind else "",
    )


def _url(source: Source, which: str, behind: Sync | None = None) -> str:
    place = {"before": f"{behind.started_at.isoformat()}~{behind.pk}"} if behind else {}
    query = urlencode(({} if which == "whole" else {"syncs": which}) | place)
    page = reverse("source", args=[source.slug])
    return f"{page}{'?' if query else ''}{query}#history"


def _place(text: str) -> tuple[datetime, UUID] | None:
    """None of what is no place: the first page then."""
    moment, _, key = text.partition("~")
    try:
        at, found = datetime.fromisoformat(moment), UUID(key)
    except ValueError:
        return None
    return (at, found) if at.tzinfo else None
