"""Files of runs, their bytes, and the rules for what they are for."""

from typing import Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from sources.models import Mirrored, MirroredQuerySet
from tracking.models.runs import Run


class Blob(models.Model):
    """Bytes by their sha256, in the blob store. Shared by whoever has the same bytes."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField()
    crc32 = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    content_digest = models.CharField(
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="Of the tensors alone, whatever is around them; empty for other files.",
    )
    stored_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(default=timezone.now)
    corrupt = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.sha256


class ArtifactQuerySet(MirroredQuerySet["Artifact"]):
    def of_run(self, run: UUID) -> Self:
        return self.filter(run=run).order_by("path").select_related("blob")


class Artifact(Mirrored):
    """A file of a run. `missing` says why there are no bytes, if there are none."""

    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="artifacts")
    path = models.TextField()
    name = models.TextField(blank=True, help_text="With its ending, known or recognised.")
    role = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField(null=True)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, related_name="artifacts")
    missing = models.TextField(blank=True)
    step = models.FloatField(null=True)
    version = models.TextField(blank=True)
    listed = models.JSONField(null=True, help_text="What the tracker tells of bytes elsewhere.")

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        indexes = (models.Index("run", "path", name="artifacts_of_a_run"),)

    def __str__(self) -> str:
        return self.path


class RoleRule(models.Model):
    """Which role a file has: the first rule all of whose patterns fit. Administrators
    edit them. Patterns are the shell's, in any case of letters; an empty one fits all.
    A bar parts several, of which an empty one fits what has no such word (no bytes, no
    kind); < and > are the edges of a word."""

    order = models.PositiveIntegerField(unique=True, help_text="The first rule that fits counts.")
    path = models.CharField(
        max_length=200, blank=True, help_text="Where the run has it: plots/*, *checkpoint*."
    )
    name = models.CharField(
        max_length=200, blank=True, help_text="What the file itself is called: *.ckpt, best.*"
    )
    media_type = models.CharField(
        "kind of bytes",
        max_length=100,
        blank=True,
        help_text="As its bytes tell, whatever it is called: image/*, application/x-onnx.",
    )
    role = models.CharField(max_length=40)

    class Meta:
        ordering = ("order",)

    def __str__(self) -> str:
        patterns = (self.path, self.name and f"named {self.name}", self.media_type)
        return f"{' '.join(one for one in patterns if one) or '*'} → {self.role}"

    def clean(self) -> None:
        if not (self.path or self.name or self.media_type):
            raise ValidationError(
                "Give a path, a name or a kind of bytes: what fits all hides every rule behind it."
            )
