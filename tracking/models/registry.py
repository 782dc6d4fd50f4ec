"""The tracker's registry: models and their versions."""

from typing import Self

from django.db import models

from sources.models import Mirrored, MirroredQuerySet
from tracking.models.runs import Run, TrackerProject

REGISTRY = "registry"  # where a registry beside the projects keeps its models


class RegisteredModel(Mirrored):
    """A model in the tracker's registry."""

    project = models.ForeignKey(
        TrackerProject, models.DO_NOTHING, db_constraint=False, related_name="models"
    )
    handle = models.TextField()
    name = models.TextField(blank=True)
    properties = models.JSONField(default=dict)

    objects = MirroredQuerySet["RegisteredModel"].as_manager()


class ModelVersionQuerySet(MirroredQuerySet["ModelVersion"]):
    def of_run(self, run: Run) -> Self:
        """What came of a run, by its tracker's id: with its models, by name.

        Two projects may use one id. A registry beside the projects has ids that are
        used once.
        """
        places = (run.project_id, run.source.key("project", REGISTRY))
        held = self.filter(
            source=run.source_id,
            run_handle=run.handle,
            model__project__in=places,
            model__removed_at=None,
        )
        return held.exclude(run_handle="").select_related("model").order_by("handle", "key")


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

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        indexes = (models.Index("source", "run_handle", name="versions_of_a_run"),)

    @property
    def aliases(self) -> list[str]:
        """Moving names that lead to it: champion."""
        told = self.properties.get("aliases")
        return [str(alias) for alias in told] if isinstance(told, list) else []
