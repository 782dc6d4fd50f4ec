"""Runs that are gone from their tracker: hidden, with what hung on them."""

from collections.abc import Sequence

from django.utils import timezone

from sources import documents
from sources.connectors.base import Removal
from sources.models import Source
from sources.store import Stored
from tracking.models import Artifact, ModelVersion, RegisteredModel, Run
from tracking.streams.naming import owner_key

TABLES = {"run": Run, "model": RegisteredModel, "model_version": ModelVersion}


def store(source: Source, records: Sequence[Removal]) -> Stored:
    """What people wrote about a run, and records made of it, stay."""
    now, removed = timezone.now(), 0
    for kind, model in TABLES.items():
        keys = [
            owner_key(source, one.kind, one.project, one.run) for one in records if one.kind == kind
        ]
        if not keys:
            continue
        removed += model._default_manager.filter(key__in=keys, removed_at=None).update(
            removed_at=now
        )
        Artifact.objects.filter(run__in=keys, removed_at=None).update(removed_at=now)
        documents.forget(keys)
    return Stored(removed=removed)
