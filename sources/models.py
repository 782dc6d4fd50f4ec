"""What is read, how far we have read, and how each reading went."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Upper
from django.utils import timezone

import sources.webhooks.models  # noqa: F401 -- makes its tables known
from sources import secrets
from sources.syncs import Cursor, Sync

__all__ = [
    "Cursor",
    "Document",
    "Mirrored",
    "MirroredQuerySet",
    "Payload",
    "Person",
    "Source",
    "Sync",
    "Word",
    "mirrored_from",
    "visible_sources",
]

STORED = "stored records"  # the stream that maps anew what is stored, see sources/remap.py
READING = "_reading"  # among the settings: how often they were changed

type Person = User | AbstractBaseUser | AnonymousUser


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Person) -> Self:
        """The one access rule: a source shows what it mirrors to its viewers' groups."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if getattr(user, "is_superuser", False):
            return self
        return self.filter(viewers__user=user).distinct()

    def due(self, now: datetime) -> Self:
        return self.filter(paused=False, next_sync_at__lte=now).order_by("next_sync_at")

    def with_newest_syncs(self) -> Self:
        """Each with `last_sync`, the id of its last one, and `good_at`, when its last good
        one ended: a step or two along an index for each source, whatever the number of
        syncs. Those that only followed webhooks do not count."""
        whole = Sync.objects.whole().filter(source=OuterRef("pk"))
        last = whole.order_by("-started_at").values("pk")[:1]
        good = whole.good().order_by("-finished_at").values("finished_at")[:1]
        return self.annotate(last_sync=Subquery(last), good_at=Subquery(good))

    def newest_syncs(self) -> dict[uuid.UUID, tuple[uuid.UUID | None, datetime | None]]:
        """The same by source, without the sources: one query."""
        rows = self.with_newest_syncs().values_list("pk", "last_sync", "good_at")
        return {source: (sync, ended) for source, sync, ended in rows}


class Source(models.Model):
    """One outside system that we mirror."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, help_text="A name in portal/streams.py.")
    settings = models.JSONField(default=dict, blank=True, help_text="Address, projects, zone, …")
    sealed_secret = models.BinaryField(null=True, editable=False)
    secret_expires_at = models.DateTimeField(null=True, blank=True)
    secret_end_guessed = models.BooleanField(default=False, db_default=False, editable=False)
    interval = models.DurationField(default=timedelta(minutes=5))
    paused = models.BooleanField(default=False)
    next_sync_at = models.DateTimeField(default=timezone.now, db_index=True)
    claim = models.UUIDField(null=True, editable=False, help_text="The sync that holds it.")
    viewers = models.ManyToManyField(Group, blank=True, related_name="sources")
    moved_at = models.DateTimeField(
        null=True, editable=False, help_text="When a sync last changed anything here."
    )
    believed_until = models.DateTimeField(
        null=True,
        editable=False,
        help_text="Until then all that it no longer lists is gone, however much.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        permissions = (("sync_source", "Can start, pause and test a sync"),)

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        return secrets.unseal(bytes(self.sealed_secret)) if self.sealed_secret else ""

    @secret.setter
    def secret(self, text: str) -> None:
        """Nothing is known of a new one's end."""
        self.sealed_secret = secrets.seal(text) if text else None
        self.secret_expires_at = None
        self.secret_end_guessed = False

    @property
    def reading(self) -> str:
        """Changes with the settings, see `read_anew`."""
        return str(self.settings.get(READING, ""))

    def read_anew(self) -> None:
        """After its settings were changed: everything is read and mapped again.

        A sync that runs now reads by the old ones. It loses its claim, so it
        writes nothing after the page it is at; only then do the cursors go back.
        """
        self._set_aside("The settings were changed while it ran: everything is read anew.")
        Source.objects.filter(pk=self.pk).update(next_sync_at=timezone.now())
        self.refresh_from_db(fields=("next_sync_at",))
        self.cursors.exclude(stream=STORED).update(position=None, finished_at=None)

    @property
    def believed(self) -> bool:
        """Whether a person has said that what it no longer lists has really gone."""
        return self.believed_until is not None and timezone.now() < self.believed_until

    def believe(self, until: datetime) -> None:
        """With every list read to its end anew by the next sync, however lately it was."""
        self.believed_until = until
        self.save(update_fields=("believed_until",))
        self.cursors.exclude(stream=STORED).update(finished_at=None)

    def map_anew(self) -> None:
        """After settings were changed that only say how records are understood:
        those that are stored are mapped again, and the source is asked for nothing.
        Of a sync that runs now, the same as with `read_anew`; it goes on afterwards."""
        self._set_aside("The settings were changed while it ran: it goes on by the new ones.")
        self.map_stored()

    def map_stored(self) -> None:
        """The next sync begins with mapping anew what is stored, from its beginning."""
        begin = {"position": {"done": 0}, "finished_at": None}
        self.cursors.update_or_create(stream=STORED, defaults=begin)

    def _set_aside(self, words: str) -> None:
        now = timezone.now()
        self.settings = {**self.settings, READING: int(self.settings.get(READING, 0)) + 1}
        if self.claim is not None:
            self.claim, self.next_sync_at = None, now
        self.save(update_fields=("settings", "claim", "next_sync_at"))
        self.syncs.begun().update(
            outcome="parked", finished_at=now, error=words, trouble="settings"
        )

    def key(self, kind: str, external_id: object) -> uuid.UUID:
        """The key of a mirrored row, before it is stored and whatever comes first."""
        return uuid.uuid5(self.id, f"{kind}:{external_id}")

    def claim_for(self, sync: uuid.UUID, now: datetime) -> bool:
        """Take this source for one sync; False when a sync holds it, or another
        worker was quicker.

        Compare-and-set on what we read: no lock is held, and a claim that is
        never renewed runs out by itself.
        """
        free = Q(claim=None) | Q(next_sync_at__lte=now)
        won = Source.objects.filter(free, pk=self.pk, next_sync_at=self.next_sync_at).update(
            next_sync_at=now + settings.SYNC_LEASE, claim=sync
        )
        return won == 1

    def renew(self, sync: uuid.UUID, now: datetime) -> bool:
        held = Source.objects.filter(pk=self.pk, claim=sync)
        return held.update(next_sync_at=now + settings.SYNC_LEASE) == 1

    def release(self, sync: uuid.UUID, next_sync_at: datetime) -> bool:
        held = Source.objects.filter(pk=self.pk, claim=sync)
        return held.update(next_sync_at=next_sync_at, claim=None) == 1


def visible_sources(user: Person) -> list[uuid.UUID]:
    """The ids of the sources a person sees: one query a request, kept on the user.

    Passed to queries as a plain list: a sub-select here would turn keyset
    pages of a million rows into sorts.
    """
    found: list[uuid.UUID] | None = getattr(user, "_visible_sources", None)
    if found is None:
        found = list(Source.objects.visible_to(user).values_list("pk", flat=True))
        user._visible_sources = found  # type: ignore[union-attr]
    return found


def mirrored_from(*, null: bool = False, index: bool = True) -> "models.ForeignKey[Any, Any]":
    """The source of a mirrored row: no constraint, no collector.

    A constraint costs a trigger a row in every bulk store; `remove` (removal.py)
    deletes a source and all that came from it, table by table. Rows by the dozen a
    run need no `index`: nobody asks for them but by their run or name.
    """
    return models.ForeignKey(
        Source,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=index,
        related_name="+",
        null=null,
    )


class MirroredQuerySet[Row: "Mirrored"](models.QuerySet[Row]):
    def visible_to(self, user: Person) -> Self:
        return self.filter(source__in=visible_sources(user), removed_at=None)


class Mirrored(models.Model):
    """A row that only a sync writes. People's words live in other tables."""

    key = models.UUIDField(primary_key=True, editable=False)
    source = mirrored_from()
    external_id = models.TextField(help_text="The source's own id.")
    digest = models.BinaryField(help_text="Of the raw record and our mapping's version.")
    removed_at = models.DateTimeField(null=True, help_text="Deleted there, or hidden from us.")

    class Meta:
        abstract = True


class Payload(models.Model):
    """A mirrored row's raw record, zstd-compressed JSON. Lists never read it."""

    key = models.UUIDField(primary_key=True, editable=False)
    source = mirrored_from()
    kind = models.CharField(max_length=40)
    digest = models.BinaryField()
    body = models.BinaryField()
    fetched_at = models.DateTimeField()


class Document(models.Model):
    """What search reads: one row a thing that can be found, of every floor.

    `name` is a thing's own word ("DOC-2698"), matched exactly and by prefix;
    `url` a path within the portal.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    source = mirrored_from(null=True)
    kind = models.CharField(max_length=20)
    name = models.TextField()
    title = models.TextField()
    body = models.TextField()
    url = models.TextField()
    at = models.DateTimeField()
    words = models.GeneratedField(
        expression=SearchVector("name", weight="A", config="simple")
        + SearchVector("title", weight="B", config="english")
        + SearchVector("body", weight="D", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = (
            GinIndex(fields=("words",), name="documents_words"),
            models.Index(Upper("name"), name="documents_name"),
            models.Index(F("at").desc(), F("key"), name="documents_newest"),
        )

    def __str__(self) -> str:
        return self.name


class Word(models.Model):
    """The vocabulary: every word of the documents, for mistyped ones."""

    word = models.TextField(primary_key=True)

    class Meta:
        indexes = (
            GinIndex(fields=("word",), opclasses=("gin_trgm_ops",), name="vocabulary_trigrams"),
        )

    def __str__(self) -> str:
        return self.word
