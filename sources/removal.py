"""A source goes, and with it all that came from it, table by table.

What people wrote (claims, verdicts, evidence, records) has no source and
stays; so do blobs, which records may cite. In pieces that each commit: rows
by the million never hold a lock for long, and a removal that was cut short
goes on where it stopped.
"""

import uuid
from datetime import timedelta

import structlog
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from psycopg import sql

from sources.models import Source

log = structlog.get_logger(__name__)

PIECE = 10_000  # rows a statement
NEVER = timedelta(days=36_500)

type Model = type[models.Model]
type Counts = dict[str, int]


def hold(source: Source) -> None:
    """Nothing is read any more: a sync that runs stops at its next page."""
    Source.objects.filter(pk=source.pk).update(
        paused=True, claim=uuid.uuid4(), next_sync_at=timezone.now() + NEVER
    )


def empty(source: Source) -> Counts:
    """Deletes what came from it, and its credential. The row stays, paused: it
    still says who may see what cites it. Read again, the same rows come back."""
    counts = clear(source)
    Source.objects.filter(pk=source.pk).update(
        claim=None, next_sync_at=timezone.now(), sealed_secret=None, secret_expires_at=None
    )
    return counts


def remove(source: Source) -> Counts:
    """Deletes what came from it, and the source."""
    counts = clear(source)
    Source.objects.filter(pk=source.pk).delete()
    return counts


def clear(source: Source) -> Counts:
    """Rows deleted by table, without the zeros."""
    hold(source)
    counts = {model._meta.db_table: clear_table(model, source) for model in tables()}
    log.info("source cleared", source=source.slug, **counts)
    return {name: count for name, count in counts.items() if count}


def tables() -> list[Model]:
    """Every table whose rows come from a source, of all floors. What is written
    down about a source's changes outlives it."""
    return [model for model in apps.get_models() if comes_from_a_source(model)]


def comes_from_a_source(model: Model) -> bool:
    if model._meta.proxy or hasattr(model, "pgh_tracked_model"):
        return False
    return any(
        field.name == "source" and field.related_model is Source
        for field in model._meta.concrete_fields
    )


def clear_table(model: Model, source: Source) -> int:
    table = sql.Identifier(model._meta.db_table)
    statement = sql.SQL(
        "DELETE FROM {table} WHERE ctid = ANY(ARRAY("
        "SELECT ctid FROM {table} WHERE source_id = %s LIMIT %s FOR UPDATE))"
    ).format(table=table)
    deleted = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, [source.pk, PIECE])
            deleted += cursor.rowcount
            if cursor.rowcount < PIECE:
                return int(deleted)
