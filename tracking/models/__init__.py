"""Experiments: runs and what they hold.

Rows of a mirror are written only by streams. Relations to rows that may arrive
later, or never, carry no database constraint.
"""

from tracking.models.files import Artifact, ArtifactQuerySet, Blob, RoleRule
from tracking.models.registry import ModelVersion, RegisteredModel
from tracking.models.runs import Mention, Run, RunQuerySet, TrackerProject
from tracking.models.series import Column, LogChunk, Metric, SeriesChunk, SeriesTail

__all__ = [
    "Artifact",
    "ArtifactQuerySet",
    "Blob",
    "Column",
    "LogChunk",
    "Mention",
    "Metric",
    "ModelVersion",
    "RegisteredModel",
    "RoleRule",
    "Run",
    "RunQuerySet",
    "SeriesChunk",
    "SeriesTail",
    "TrackerProject",
]
