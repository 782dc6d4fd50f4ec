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

PIECE = 200  # blocks of 8 kB a statement: some ten thousand narrow rows
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
    """Along the table as it lies on disk, so that no table needs an index for this alone;
    and once more whole, for a page that a sync was storing meanwhile."""
    statement = sql.SQL("DELETE FROM {} WHERE source_id = %s").format(
        sql.Identifier(model._meta.db_table)
    )
    piece = statement + sql.SQL(" AND ctid >= %s::tid AND ctid < %s::tid")
    deleted = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass) / 8192", [model._meta.db_table])
        for block in range(0, cursor.fetchone()[0], PIECE):
            cursor.execute(piece, [source.pk, f"({block},0)", f"({block + PIECE},0)"])
            deleted += cursor.rowcount
        cursor.execute(statement, [source.pk])
        return int(deleted + cursor.rowcount)
