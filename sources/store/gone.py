"""Rows that their source no longer lists: hidden, never deleted."""

from collections.abc import Iterable, Set
from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils import timezone

from sources.connectors.base import Gap
from sources.models import Mirrored, Payload, Source
from sources.store.bulk import Stored

# Losing more than this share of what we know, in one sweep, is more likely a
# lost permission or an empty answer than a team that deleted its work.
MOST_THAT_CAN_GO = 0.2
# Of a few rows one deletion is a large share: so many may go, but no more than half.
FEW = 20
MOST_OF_FEW = 0.5


def sweep(
    source: Source,
    model: type[Mirrored],
    present: Iterable[str],
    *,
    started_at: datetime,
    within: models.Q | None = None,
) -> Stored:
    """Hide rows that the source no longer lists.

    `within` narrows to what the sweep covered. Rows stored after `started_at`
    are left alone: the listing may be older than they are. A listing that has
    nothing of what is held, or too little of it, is not believed, unless a person
    has said that it is so.
    """
    shown = model._default_manager.filter(source=source.pk, removed_at=None)
    shown = shown.filter(within) if within is not None else shown
    listed = present if isinstance(present, Set) else set(present)
    held, gone = _compared(shown, listed)
    recent = Payload.objects.filter(key__in=gone, fetched_at__gte=started_at)
    gone = list(set(gone) - set(recent.values_list("key", flat=True)))
    if len(gone) > most_that_can_go(held) and not source.believed:
        return Stored(gaps=(_unbelieved(model, len(gone), held),))
    hidden = shown.filter(key__in=gone).update(removed_at=timezone.now())
    return Stored(removed=hidden)


def _compared(shown: models.QuerySet[Mirrored], listed: Set[str]) -> tuple[int, list[UUID]]:
    """How many are held, and the keys of those that are not listed. A few rows at a
    time: of a large source, all of them beside the list would double its memory."""
    held = 0
    gone = []
    for name, key in shown.values_list("external_id", "key").iterator():
        held += 1
        if name not in listed:
            gone.append(key)
    return held, gone


def most_that_can_go(held: int) -> float:
    """Of so many rows, in one sweep, unless a person has said that they have really
    gone. Never all: of nothing at all one cannot tell a team that cleared up from an
    account that sees nothing any more."""
    return max(MOST_THAT_CAN_GO * held, min(FEW, MOST_OF_FEW * held))


UNLISTED = "are no longer listed by the source"


def _unbelieved(model: type[Mirrored], gone: int, held: int) -> Gap:
    name = model._meta.verbose_name_plural
    return Gap(
        f"{gone} of {held} {name}",
        f"{UNLISTED}; that many at once looks like a lost permission, "
        "so they stay as they were. Check what the account may see",
    )
