"""Lists that are read whole each time: what they no longer have is hidden.

Only a list that was read to its end is believed, and only for the projects or
boards that it covers. An empty one hides nothing, unless a person has said that
they have really gone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sources.connectors.base import Gap, Json, Page
from sources.models import Mirrored, Source
from sources.store import Stored, sweep
from sources.store.gone import UNLISTED
from sprints.streams.words import text

type Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class End:
    """The end of a list: the ids that it had, and how far it may be believed.

    `listed` are the ids of the projects (or boards) whose part of it was told
    to the end; `whole` says that there are no others.
    """

    present: frozenset[str]
    listed: tuple[str, ...]
    whole: bool
    at: datetime


def listed(pages: Iterator[Page[Raw]]) -> Iterator[Page[Raw | End]]:
    """A list's pages, and its End. One that breaks off half-way has no end."""
    began = timezone.now()
    present: set[str] = set()
    ended: Json = None
    for page in pages:
        present.update(text(raw, "id") for raw in page.records)
        ended = page.resume
        yield Page(page.records, None, page.gaps, page.total)
    if isinstance(ended, Mapping):
        yield Page((_end(ended, frozenset(present), began),), None)


def _end(ended: Mapping[str, Any], present: frozenset[str], began: datetime) -> End:
    return End(present, tuple(ended["listed"]), ended["whole"] is True, began)


def rows_of(records: Sequence[Raw | End]) -> list[Raw]:
    return [one for one in records if not isinstance(one, End)]


@dataclass(frozen=True, slots=True)
class Base:
    """What a list goes by: boards and releases by projects, sprints by boards."""

    model: type[Mirrored]
    kind: str
    field: str


def hide(
    source: Source, model: type[Mirrored], records: Sequence[Raw | End], *, by: Base | None = None
) -> tuple[Stored, list[UUID]]:
    """Hide what the list no longer has, where `records` hold its end. The keys
    of what is hidden are given, too."""
    ends = [one for one in records if isinstance(one, End)]
    if not ends:
        return Stored(), []
    end, before = ends[-1], timezone.now()
    held = model._default_manager.filter(source=source.pk, removed_at=None)
    if not end.present and not source.believed:
        return _empty(model, held.count()), []
    within = Q() if end.whole else _covered(source, by, end)
    stored = sweep(source, model, end.present, started_at=end.at, within=within)
    hidden = model._default_manager.filter(source=source.pk, removed_at__gte=before)
    return stored, list(hidden.values_list("key", flat=True))


def _covered(source: Source, by: Base | None, end: End) -> Q:
    """What belongs to those that were listed, or to what is itself hidden."""
    if by is None:
        return Q(pk__in=())
    gone = by.model._default_manager.filter(source=source.pk, removed_at__isnull=False)
    listed = [source.key(by.kind, number) for number in end.listed]
    return Q(**{f"{by.field}__in": listed}) | Q(**{f"{by.field}__in": gone.values("pk")})


def _empty(model: type[Mirrored], held: int) -> Stored:
    """Of nothing at all one cannot tell a team that cleared up from a lost permission."""
    if not held:
        return Stored()
    name = model._meta.verbose_name_plural
    why = f"{UNLISTED}, not one; they stay as they were. Check what the account may see"
    return Stored(gaps=(Gap(f"all {held} {name}", why),))
