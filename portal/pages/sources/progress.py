"""A sync in motion: how far it is, when it may end, what to do when it did not end well."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from portal.templatetags.shown import ago_words
from sources.advice import advice
from sources.models import Person, Source, Sync

PACE_AFTER = timedelta(seconds=10)  # of reading; before that a pace is a guess
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True)
class Progress:
    """A sync in motion, or how the last one ended. `mark` changes when it does."""

    source: Source
    sync: Sync | None
    poll_url: str
    retry_url: str
    mark: str

    @property
    def moving(self) -> bool:
        return self.sync is not None and not self.sync.outcome

    @property
    def phase(self) -> str:
        """What it is at; of one that nobody has taken up, or is heard of no more, that."""
        if self.sync is None or not self.moving:
            return ""
        if self.sync.begun_at is None:
            return "waits for a worker"
        silent = timezone.now() - self.sync.heard_at
        if silent > settings.SYNC_LEASE:
            return f"{self.sync.phase}, last heard of {ago_words(silent.total_seconds())}"
        return self.sync.phase

    @property
    def counts(self) -> str:
        """ "12 new, 3 changed, 310 unchanged, 2 missing", without the zeros."""
        if self.sync is None:
            return ""
        parts = (
            (self.sync.inserted, "new"),
            (self.sync.updated, "changed"),
            (self.sync.unchanged, "unchanged"),
            (self.sync.removed, "gone"),
            (self.sync.gap_count, "missing"),
        )
        return ", ".join(f"{number:,} {word}" for number, word in parts if number)

    @property
    def expected(self) -> str:
        return expected_end(self.sync) if self.sync else ""

    @property
    def advice(self) -> str:
        if self.sync is None:
            return ""
        return advice(outcome=self.sync.outcome, trouble=self.sync.trouble)


def read(user: Person, source: Source) -> Progress:
    last = Sync.objects.filter(source=source).newest_first().first()
    return progress(source, last, may_sync=user.has_perm("sources.sync_source"))  # type: ignore[union-attr]


def progress(source: Source, sync: Sync | None, *, may_sync: bool) -> Progress:
    moving = sync is not None and not sync.outcome
    retry = reverse("source_sync", args=[source.slug]) if may_sync and not moving else ""
    return Progress(
        source=source,
        sync=sync,
        poll_url=reverse("source_progress", args=[source.slug]) if moving else "",
        retry_url=retry,
        mark=_mark(sync) if sync else "none",
    )


def _mark(sync: Sync) -> str:
    """Silence becomes words of its own, once."""
    silent = timezone.now() - sync.heard_at > settings.SYNC_LEASE
    return f"{sync.pk}:{sync.heard_at.isoformat()}:{sync.begun_at}:{sync.outcome}:{silent}"


def expected_end(sync: Sync) -> str:
    """ "about 12 minutes more", by the pace of this sync's present phase; empty where
    nobody knows how much there is, or it has hardly begun."""
    if sync.outcome or sync.total is None or sync.phase_began_at is None:
        return ""
    read, left = sync.records - sync.phase_from, sync.total - sync.records
    took = sync.heard_at - sync.phase_began_at
    if read <= 0 or left <= 0 or took < PACE_AFTER:
        return ""
    return f"about {rough(took * left / read)} more"


def rough(span: timedelta) -> str:
    """ "a minute", "12 minutes", "3 hours": as exact as a guess may be."""
    seconds = span.total_seconds()
    size, name = next((unit for unit in UNITS if seconds >= 1.5 * unit[0]), UNITS[-1])
    number = max(1, round(seconds / size))
    return f"{number} {name}s" if number > 1 else f"{'an' if name == 'hour' else 'a'} {name}"
