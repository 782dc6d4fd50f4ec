"""Runs, files and numbers for the operator: to look at, never counted, found by
what has an index. The rules for roles are in portal/admin.py: a worker follows them.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sources.admin import ReadOnly, Words
from sources.models import Document
from tracking.models import Artifact, Blob, Metric, Run, TrackerProject

type Rows = QuerySet[Any]


def named(term: str) -> Rows:
    """Runs by their handle. The search documents have the index for it."""
    return Document.objects.filter(kind="run", name__iexact=term).values("key")


class FoundByRun(ReadOnly):
    """The search field takes a run's handle, whole: anything else reads every row."""

    search_fields = ("run",)
    search_help_text = "A run's id, whole: DOC-1"

    def get_search_results(
        self, request: HttpRequest, queryset: Rows, search_term: str
    ) -> tuple[Rows, bool]:
        term = search_term.strip()
        return (queryset.filter(run__in=named(term)) if term else queryset), False


@admin.register(TrackerProject)
class TrackerProjectAdmin(ReadOnly):
    list_display = ("name", "source", "removed_at")
    list_filter = ("source",)
    list_select_related = ("source",)
    fields = (*list_display, "external_id", "key")


class State(Words):
    title = parameter_name = "state"
    words = {word: word for word in ("running", "finished", "failed", "unknown")}


@admin.register(Run)
class RunAdmin(FoundByRun):
    list_display = ("handle", "name", "project", "source", "state", "owner", "started_at", "gone")
    list_filter = ("source", State)
    list_select_related = ("source", "project")
    ordering = ("started_at", "key")
    fields = (
        ("handle", "name"),
        ("project", "source"),
        ("state", "owner"),
        ("started_at", "finished_at", "modified_at", "seconds"),
        "tags",
        "code",
        "gaps",
        ("partial", "trashed", "removed_at"),
        "provenance",
        "key",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: Rows, search_term: str
    ) -> tuple[Rows, bool]:
        term = search_term.strip()
        return (queryset.filter(pk__in=named(term)) if term else queryset), False

    @admin.display(boolean=True, description="hidden")
    def gone(self, run: Run) -> bool:
        return run.removed_at is not None or run.trashed


@admin.register(Artifact)
class ArtifactAdmin(FoundByRun):
    list_display = ("path", "run", "role", "size", "media_type", "missing")
    list_filter = ("source",)
    list_select_related = ("run", "blob")
    ordering = ("run", "path")
    fields = (
        ("run", "path", "name"),
        "role",
        ("size", "blob"),
        "missing",
        "step",
        "version",
        "listed",
        "key",
    )

    @admin.display(description="kind")
    def media_type(self, artifact: Artifact) -> str:
        return artifact.blob.media_type if artifact.blob else ""


@admin.register(Metric)
class MetricAdmin(FoundByRun):
    list_display = ("run", "name", "last", "min", "max", "points", "last_at")
    list_select_related = ("run",)
    ordering = ("run", "name")
    fields = (
        ("run", "name"),
        ("last", "last_step"),
        ("min", "min_step"),
        ("max", "max_step"),
        ("points", "first_at", "last_at"),
    )


@admin.register(Blob)
class BlobAdmin(ReadOnly):
    list_display = ("sha256", "size", "media_type", "stored_at", "verified_at", "corrupt")
    list_filter = ("corrupt",)
    search_fields = ("sha256__startswith",)
    search_help_text = "The beginning of a sha256"
    ordering = ("sha256",)
    fields = (*list_display, "crc32", "content_digest")
