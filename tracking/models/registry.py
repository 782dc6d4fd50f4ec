"""The tracker's registry: models and their versions."""

from django.db import models

from sources.models import Mirrored, MirroredQuerySet
from tracking.models.runs import TrackerProject


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
