"""Runs that are gone from their tracker: hidden, with what hung on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from sources import documents
from sources.connectors.base import Kind, Removal
from sources.models import Source
from sources.store import Stored, sweep
from tracking.models import Artifact, ModelVersion, RegisteredModel, Run
from tracking.streams.naming import owner_id, owner_key

# A run stored this recently may be younger than the listing.
STORED_SINCE = timedelta(minutes=10)

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


@dataclass(frozen=True, slots=True)
class Listing:
    """Every id that a tracker project has now, by kind."""

    project: str
    present: Mapping[Kind, frozenset[str]]


def store_listing(source: Source, listings: Sequence[Listing]) -> Stored:
    """Hide runs that are listed no more. Too many at once are not believed."""
    total = Stored()
    for listing in listings:
        started_at = timezone.now() - STORED_SINCE
        names = [owner_id(listing.project, run) for run in listing.present.get("run", ())]
        within = Q(project=source.key("project", listing.project))
        total += sweep(source, Run, names, started_at=started_at, within=within)
    return total
