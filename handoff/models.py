"""Records: what leaves the team, and cannot change any more.

A sealed record's `body` is the exact bytes of record.json; they are served,
never written anew. Triggers in Postgres refuse to change a sealed row, so no
admin, shell or bulk update can. What happens to a record later (approvals,
aliases, revocations) is rows beside it.
"""

import uuid
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone

from sources.models import Person, visible_sources
from tracking.models import Blob


class Model(models.Model):
    """A named line of records: version 1, 2, 3, without gaps."""

    slug = models.SlugField(primary_key=True, max_length=80)
    name = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.slug


class RecordQuerySet(models.QuerySet["Record"]):
    def visible_to(self, user: Person) -> Self:
        """A record shows what came from its sources: all of them must be visible."""
        named = self.exclude(sources=[])  # nothing is within everything
        return named.filter(sources__contained_by=visible_sources(user))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "id")


class Record(models.Model):
    """A draft until sealed. `stated` is what people typed into the draft."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    model = models.ForeignKey(Model, models.PROTECT, related_name="records")
    version = models.PositiveIntegerField(null=True, help_text="Given at the seal.")
    run = models.UUIDField(help_text="The run's key.")
    task = models.UUIDField(null=True, help_text="The hypothesis's (or task's) key.")
    task_name = models.TextField(blank=True)
    sources = ArrayField(models.UUIDField(), default=list)
    stated = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True, help_text="sha256 of body")
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    sealed_at = models.DateTimeField(null=True)

    objects = RecordQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("model", "version"), name="one_record_a_version"),
            models.UniqueConstraint(
                fields=("digest",), condition=~Q(digest=""), name="one_record_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(sealed_at=None, version=None, body=None, digest="")
                | Q(sealed_at__isnull=False, version__isnull=False, body__isnull=False)
                & ~Q(digest=""),
                name="a_seal_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(body=None)
                | Q(
                    digest=Func(
                        Func(F("body"), function="sha256"),
                        Value("hex"),
                        function="encode",
                        output_field=models.TextField(),
                    )
                ),
                name="a_digest_is_of_its_body",
            ),
        )
        indexes = (
            models.Index("run", name="records_of_a_run"),
            models.Index("task_name", name="records_of_a_task"),
        )
        permissions = (("seal_record", "Can seal a record"),)
        triggers = (
            pgtrigger.Trigger(
                name="sealed_rows_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__sealed_at__isnull=False),
                func="RAISE EXCEPTION 'record % is sealed', OLD.id USING ERRCODE = '23001';",
            ),
        )

    def __str__(self) -> str:
        return f"{self.model_id} v{self.version}" if self.version else f"{self.model_id} (draft)"

    @property
    def sealed(self) -> bool:
        return self.sealed_at is not None


# Locking the record makes a late insert wait for a seal that is under way.
FILES_STAY = """
SELECT bool_or(held.sealed_at IS NOT NULL) INTO sealed FROM (
    SELECT sealed_at FROM handoff_record
    WHERE id IN (OLD.record_id, NEW.record_id) FOR SHARE
) AS held;
IF sealed THEN
    RAISE EXCEPTION 'the files of a sealed record stay' USING ERRCODE = '23001';
END IF;
RETURN COALESCE(NEW, OLD);
"""


class RecordFile(models.Model):
    """A file of a record, written by its seal. Its blob cannot be deleted while
    this row is."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="files")
    path = models.TextField()
    role = models.CharField(max_length=40)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("record", "path"), name="one_file_a_path"),)
        triggers = (
            pgtrigger.Trigger(
                name="sealed_files_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("sealed", "boolean")],
                func=FILES_STAY,
            ),
        )

    def __str__(self) -> str:
        return self.path
