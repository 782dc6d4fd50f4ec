"""How far a source has been read, and how each reading went. Seen as sources.models."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sources.connectors.base import Json

GOOD = Q(outcome__in=("done", "partial"))


class Cursor(models.Model):
    """How far a stream has been read; written with the page it follows."""

    source = models.ForeignKey("sources.Source", models.CASCADE, related_name="cursors")
    stream = models.CharField(max_length=40)
    position = models.JSONField(null=True)
    moved_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, help_text="Last read to its end.")
    unlisted = models.JSONField(
        default=list,
        editable=False,
        help_text="Gaps that the last reading to its end told of what is listed no more, and "
        "was not believed: they hold until the next one, whatever syncs come between.",
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "stream"), name="one_cursor_a_stream"),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.stream}"

    def advance(self, position: Json) -> None:
        self.position = position
        self.save(update_fields=("position", "moved_at"))


class SyncQuerySet(models.QuerySet["Sync"]):
    def running(self) -> Self:
        return self.filter(outcome="")

    def queued(self) -> Self:
        """Claimed, and not yet taken up by a worker."""
        return self.filter(outcome="", begun_at=None)

    def begun(self) -> Self:
        """Taken up by a worker, and not ended by it."""
        return self.filter(outcome="", begun_at__isnull=False)

    def whole(self) -> Self:
        """Without those that read only what webhooks told of, or what is stored: they
        make nothing fresh."""
        return self.filter(due_after=None)

    def good(self) -> Self:
        return self.filter(GOOD)

    def hinted(self) -> Self:
        """Those that read only what webhooks told of."""
        return self.filter(due_after__isnull=False, from_stored=False)

    def newest_first(self) -> Self:
        return self.order_by("-started_at")


class Sync(models.Model):
    """One reading of a source. `outcome`: empty while it is queued or runs, then
    done, partial (something was missing, see gaps), parked (stopped on purpose,
    goes on from there by itself), failed (try again), or refused (a person must
    act). `started_at` is when it was asked for, `begun_at` when a worker took it up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey("sources.Source", models.CASCADE, related_name="syncs")
    started_at = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    phase = models.CharField(max_length=40, blank=True)
    phase_began_at = models.DateTimeField(null=True)
    phase_from = models.PositiveIntegerField(
        default=0, help_text="What of the phase's records an earlier sync had read."
    )
    records = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    inserted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=0, help_text="Of the requests.")
    outcome = models.CharField(max_length=10, blank=True)
    error = models.TextField(blank=True)
    trouble = models.CharField(
        max_length=20, blank=True, help_text="The error's kind, see sources/advice.py."
    )
    gaps = models.JSONField(default=list)
    gap_count = models.PositiveIntegerField(default=0)
    due_after = models.DateTimeField(
        null=True,
        help_text="Of one that reads only what webhooks told of, or only what is stored: "
        "when the whole source is due.",
    )
    from_stored = models.BooleanField(
        default=False, help_text="It maps stored records anew, and asks the source for nothing."
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = SyncQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(F("source"), F("started_at").desc(), name="syncs_of_a_source"),
            models.Index(F("source"), condition=Q(outcome=""), name="syncs_under_way"),
            models.Index(
                F("source"),
                F("finished_at").desc(),
                condition=GOOD & Q(due_after=None),
                name="syncs_that_made_fresh",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(outcome="", finished_at=None)
                | (~Q(outcome="") & Q(finished_at__isnull=False)),
                name="an_outcome_has_its_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source_id} {self.started_at:%Y-%m-%d %H:%M}"
