"""Experiments: runs and what they hold.

Rows of a mirror are written only by streams.py. Relations to rows that may
arrive later, or never, carry no database constraint.
"""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils import timezone

from sources.models import Mirrored, MirroredQuerySet, mirrored_from


class TrackerProject(Mirrored):
    """Neptune's project, MLflow's experiment: the folder a run is in."""

    name = models.TextField()

    objects = MirroredQuerySet["TrackerProject"].as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class RunQuerySet(MirroredQuerySet["Run"]):
    def mentioning(self, kind: str, values: Iterable[str]) -> Self:
        """Runs whose words name one of `values` (canonical: DOC-2698, sprint 49).

        Through the link table: an array with a GIN index fell off a cliff at a
        million runs (0.2 ms against 240 to 340).
        """
        named = Mention.objects.filter(kind=kind, value__in=list(values))
        return self.filter(pk__in=named.values("run"))

    def newest_first(self) -> Self:
        return self.order_by(F("started_at").desc(nulls_last=True), "key")


class Run(Mirrored):
    """One execution in an experiment tracker.

    `parameters` is flat: "parameters/optimizer/lr" -> value; tuples arrive as
    lists. `code` holds commit, branch, message, dirty, remotes, where known.
    `gaps` lists what is missing and why. Times are null where the tracker, or
    its archive, did not keep them.
    """

    project = models.ForeignKey(
        TrackerProject, models.DO_NOTHING, db_constraint=False, related_name="runs"
    )
    handle = models.TextField(help_text="The tracker's id for people: DOC-1.")
    name = models.TextField(blank=True)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=12, help_text="running, finished, failed, unknown")
    owner = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True, help_text="Running time, seconds.")
    tags = ArrayField(models.TextField(), default=list)
    parameters = models.JSONField(default=dict)
    properties = models.JSONField(default=dict, help_text="Every other single value.")
    code = models.JSONField(default=dict)
    gaps = models.JSONField(default=list)
    partial = models.BooleanField(default=False)
    trashed = models.BooleanField(default=False)
    provenance = models.JSONField(default=dict)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index("started_at", "key", name="runs_newest"),
            models.Index("project", "started_at", "key", name="runs_of_project"),
            models.Index("state", "started_at", "key", name="runs_in_state"),
            GinIndex(fields=("parameters",), opclasses=("jsonb_path_ops",), name="runs_parameters"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="runs_name_trigrams"),
        )

    def __str__(self) -> str:
        return self.handle


class Mention(models.Model):
    """What a run's words name, in one canonical form, resolved by nobody here.
    Every tag has a row of its own besides, as it was written."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="mentions")
    kind = models.CharField(max_length=8, help_text="key, sprint or tag")
    value = models.TextField(help_text="DOC-2698, or sprint 49")
    place = models.CharField(max_length=12, help_text="tag, name or description")
    started_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index("kind", "value", F("started_at").desc(), "run", name="mentions_by_value"),
        )
        constraints = (
            models.UniqueConstraint(fields=("run", "kind", "value"), name="one_mention_a_word"),
        )


class Metric(models.Model):
    """A named number of a run: the figures of its series, or one value.

    `points` counts the series' points; 0 says that it is a single value.
    `min` and `max` pass over NaN; `last` may be NaN.
    """

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="metrics")
    name = models.TextField()
    last = models.FloatField(null=True)
    last_step = models.FloatField(null=True)
    min = models.FloatField(null=True)
    min_step = models.FloatField(null=True)
    max = models.FloatField(null=True)
    max_step = models.FloatField(null=True)
    points = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "name"), include=("last", "min", "max"), name="one_metric_a_name"
            ),
        )
        indexes = (
            models.Index("name", "last", "run", name="metrics_by_last"),
            models.Index("name", "min", "run", name="metrics_by_min"),
            models.Index("name", "max", "run", name="metrics_by_max"),
        )


class SeriesChunk(models.Model):
    """About a thousand points of one series, packed (tracking/series)."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.TextField()
    seq = models.PositiveIntegerField(help_text="0, 1, 2 in the order of steps.")
    first_step = models.FloatField()
    last_step = models.FloatField()
    count = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "name", "seq"), name="chunks_in_order"),
        )


class SeriesTail(models.Model):
    """Points of a series that is still growing, a row each, until sealed."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.TextField()
    step = models.FloatField()
    at = models.BigIntegerField(help_text="Epoch milliseconds.")
    value = models.FloatField()

    class Meta:
        indexes = (models.Index("run", "name", "step", name="tails_in_order"),)


class LogChunk(models.Model):
    """Lines of a text series, packed: zstd of JSON [step, time, line] rows."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.TextField()
    seq = models.PositiveIntegerField(help_text="0, 1, 2 in the order of steps.")
    first_step = models.FloatField()
    last_step = models.FloatField()
    count = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "name", "seq"), name="logs_in_order"),
        )


class Column(models.Model):
    """Every parameter's and metric's name that a project has had: what the
    column chooser and the filter's completion search."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from()
    kind = models.CharField(max_length=10, help_text="parameter or metric")
    name = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("source", "kind", "name"), name="one_column_a_name"),
        )


class Blob(models.Model):
    """Bytes by their sha256, in the blob store. Shared by whoever has the same bytes."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField()
    crc32 = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
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
    edit them. Patterns are the shell's, in any case of letters; an empty one fits all."""

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


class RegisteredModel(Mirrored):
    """A model in the tracker's registry."""

    project = models.ForeignKey(
        TrackerProject, models.DO_NOTHING, db_constraint=False, related_name="models"
    )
    handle = models.TextField()
    name = models.TextField(blank=True)
    properties = models.JSONField(default=dict)

    objects = MirroredQuerySet["RegisteredModel"].as_manager()


class ModelVersion(Mirrored):
    """A version of a registered model."""

    model = models.ForeignKey(
        RegisteredModel, models.DO_NOTHING, db_constraint=False, related_name="versions"
    )
    handle = models.TextField()
    name = models.TextField(blank=True)
    stage = models.TextField(blank=True)
    run_handle = models.TextField(blank=True, help_text="Where someone logged it.")
    properties = models.JSONField(default=dict)

    objects = MirroredQuerySet["ModelVersion"].as_manager()
