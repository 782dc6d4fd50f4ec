"""Runs, the projects they are in, and what their words name."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Upper

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

    def called(self, handles: Iterable[str]) -> Self:
        """Runs with one of these ids of their tracker, in any case: along an index."""
        words = [Upper(Value(handle)) for handle in handles]
        return self.annotate(called=Upper("handle")).filter(called__in=words)

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
        TrackerProject,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # runs_of_project begins with it
        related_name="runs",
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
            models.Index(Upper("handle"), name="runs_by_handle"),
            # What counting runs, or joining them to what a filter found, reads of them.
            models.Index(
                fields=("key",),
                include=("source",),
                name="runs_shown",
                condition=Q(removed_at=None, trashed=False),
            ),
            models.Index("project", "started_at", "key", name="runs_of_project"),
            models.Index("state", "started_at", "key", name="runs_in_state"),
            models.Index(
                "source",
                "owner",
                F("started_at").desc(nulls_last=True),
                "key",
                name="runs_of_an_owner",
                condition=Q(removed_at=None),
            ),
            models.Index(
                "source",
                KT("code__email"),
                F("started_at").desc(nulls_last=True),
                "key",
                name="runs_of_an_author",
                condition=Q(removed_at=None, code__has_key="email"),
            ),
            # Copies that were loaded from another tracker, by what they were called there.
            models.Index(
                KT("provenance__same_as__run"),
                name="runs_that_are_copies",
                condition=Q(removed_at=None, provenance__has_key="same_as"),
            ),
            GinIndex(fields=("parameters",), opclasses=("jsonb_path_ops",), name="runs_parameters"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="runs_name_trigrams"),
        )

    def __str__(self) -> str:
        return self.handle


def of_a_run(called: str) -> "models.ForeignKey[Run, Run]":
    """The run of a row that hangs on it. Each such table has an index that begins with
    it: one of the run alone would be written for nothing."""
    return models.ForeignKey(
        Run, models.DO_NOTHING, db_constraint=False, db_index=False, related_name=called
    )


class Mention(models.Model):
    """What a run's words name, in one canonical form, resolved by nobody here.
    Every tag has a row of its own besides, as it was written."""

    id = models.BigAutoField(primary_key=True)
    source = mirrored_from(index=False)
    run = of_a_run("mentions")
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
