"""Runs that are gone from their tracker: hidden, with what hung on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sources import documents
from sources.among import among
from sources.connectors.base import Kind, Removal
from sources.models import Mirrored, Source
from sources.store import Stored, sweep
from tracking.models import Artifact, ModelVersion, RegisteredModel, Run
from tracking.streams.files import write_documents
from tracking.streams.naming import owner_id, owner_key

# A run stored this recently may be younger than the listing.
STORED_SINCE = timedelta(minutes=10)

TABLES: dict[Kind, type[Mirrored]] = {
    "run": Run,
    "model": RegisteredModel,
    "model_version": ModelVersion,
}
WITHIN: dict[Kind, str] = {
    "run": "project",
    "model": "project",
    "model_version": "model__project",
}


def store(source: Source, records: Sequence[Removal]) -> Stored:
    """What people wrote about a run, and records made of it, stay."""
    now, removed = timezone.now(), 0
    for kind, model in TABLES.items():
        keys = [
            owner_key(source, one.kind, one.project, one.run) for one in records if one.kind == kind
        ]
        if keys:
            shown = model._default_manager.filter(key__in=keys, removed_at=None)
            removed += shown.update(removed_at=now)
            hide_what_hangs_on(keys)
    return Stored(removed=removed)


def hide_what_hangs_on(keys: Sequence[UUID]) -> None:
    """Files of removed runs, and what search knows of both."""
    files = Artifact.objects.filter(run__in=keys)
    documents.forget([*keys, *files.values_list("key", flat=True)])
    files.filter(removed_at=None).update(removed_at=timezone.now())


def hidden_among(keys: Sequence[UUID]) -> list[UUID]:
    """Those of these runs that are hidden now. Asked before a page is stored."""
    return list(
        Run.objects.filter(among("key", keys))
        .exclude(removed_at=None)
        .values_list("key", flat=True)
    )


def show_again(source: Source, keys: Sequence[UUID]) -> None:
    """The files of runs that came back: a tracker does not tell of them again."""
    files = Artifact.objects.filter(run__in=keys).exclude(removed_at=None)
    rows = [
        (key, {"run_id": run, "name": name, "path": path})
        for key, run, name, path in files.values_list("key", "run", "name", "path")
    ]
    files.update(removed_at=None)
    write_documents(source, rows)


@dataclass(frozen=True, slots=True)
class Listing:
    """Every id that a tracker project has now, by kind."""

    project: str
    present: Mapping[Kind, frozenset[str]]


def store_listing(source: Source, listings: Sequence[Listing]) -> Stored:
    """Hide what is listed no more, of the kinds that the listing has. Too much
    at once is not believed."""
    total = Stored()
    for listing in listings:
        for kind in listing.present:
            total += _hide(source, listing, kind)
    return total


def _hide(source: Source, listing: Listing, kind: Kind) -> Stored:
    before = timezone.now()
    model, within = TABLES[kind], Q(**{WITHIN[kind]: source.key("project", listing.project)})
    names = [owner_id(listing.project, one) for one in listing.present[kind]]
    started_at = before - STORED_SINCE
    stored = sweep(source, model, names, started_at=started_at, within=within)
    if stored.removed:
        hidden = model._default_manager.filter(within, source=source.pk, removed_at__gte=before)
        hide_what_hangs_on(list(hidden.values_list("key", flat=True)))
    return stored
