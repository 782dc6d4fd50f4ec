"""What is stored of a source, said so that two readings of the same server can be compared.

Every table that comes from a source is compared, whole: rows that point at each
other by keys of their source are said by outside ids.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVectorField
from django.db import models

from sources import removal
from sources.models import Cursor, Mirrored, Payload, Source, Sync
from sources.webhooks.models import Hint, Webhook
from tracking.models import LogChunk, Metric, Run, SeriesChunk, SeriesTail
from tracking.streams.series.held import stored_points
from tracking.streams.texts import read_lines

# How we read, not what we read.
OURS = (Cursor, Sync, Payload, Hint, Webhook)
# Where a series is cut is of no meaning: it is compared point by point.
IN_PIECES = (SeriesChunk, SeriesTail, LogChunk)
# Of no meaning to another reading: our own numbers, and digests of raw records,
# in which volatile words (a "self" with an old key) may differ.
LEFT_OUT = {"source", "key", "id", "digest", "at_noted"}
# The first reading may know more: a project's key of old is in no history, and a
# column that some run had once is still one.
MAY_KNOW_MORE = {"sprints_taskkey", "tracking_column"}

KEY = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")

type Said = dict[str, Counter[tuple[Any, ...]]]


def said(source: Source) -> Said:
    """By table, what its rows say."""
    names = outside_names(source)
    return {
        model._meta.db_table: Counter(rows(model, source, names))
        for model in removal.tables()
        if model not in (*OURS, *IN_PIECES)
    } | {"series": Counter(series(source, names))}


def outside_names(source: Source) -> dict[UUID, str]:
    """What each mirrored row's key stands for."""
    found: dict[UUID, str] = {}
    for model in removal.tables():
        if issubclass(model, Mirrored):
            held = model._default_manager.filter(source=source.pk)
            for key, outside in held.values_list("key", "external_id"):
                found[key] = f"{model._meta.db_table}:{outside}"
    return found


def rows(
    model: type[models.Model], source: Source, names: dict[UUID, str]
) -> Iterator[tuple[Any, ...]]:
    fields = [
        one.attname
        for one in model._meta.concrete_fields
        if one.name not in LEFT_OUT
        and not isinstance(one, (models.GeneratedField, SearchVectorField))
    ]
    held = model._default_manager.filter(source=source.pk)
    hidden = shown_only(model, source)
    for row in held.filter(hidden).values(*fields):
        if row.get("kind") == "points":
            row["kind"] = "other"  # a renamed field's past is told by name only (Data Center)
        yield tuple((name, plain(value, names)) for name, value in sorted(row.items()))


def shown_only(model: type[models.Model], source: Source) -> models.Q:
    """Rows that are hidden, or hang on a hidden task, are no part of what is so."""
    fields = {one.name for one in model._meta.concrete_fields}
    shown = models.Q()
    if "removed_at" in fields:
        shown &= models.Q(removed_at=None)
    elif "run" in fields:
        shown &= models.Q(run__in=Run.objects.filter(source=source.pk, removed_at=None))
    for task in {"task", "other"} & fields:
        shown &= models.Q(**{f"{task}__removed_at": None})
    return shown


def series(source: Source, names: dict[UUID, str]) -> Iterator[tuple[Any, ...]]:
    """Every series of a run that is shown, with all its points and lines."""
    runs = list(Run.objects.filter(source=source.pk, removed_at=None).values_list("key", flat=True))
    curves = Metric.objects.filter(run__in=runs, points__gt=0).values_list("run", "name")
    for (run, name), held in stored_points(list(curves)).items():
        yield names[run], name, *(tuple(column.tolist()) for column in held)
    logs = LogChunk.objects.filter(run__in=runs).values_list("run", "name").distinct()
    for run, name in logs:
        yield names[run], name, *read_lines(run, name)


def plain(value: Any, names: dict[UUID, str]) -> Any:
    if isinstance(value, UUID):
        return names.get(value, "unknown")
    if isinstance(value, (list, tuple)):
        return tuple(plain(one, names) for one in value)
    if isinstance(value, dict):
        return tuple(sorted((str(name), plain(one, names)) for name, one in value.items()))
    if isinstance(value, str):
        return KEY.sub(lambda found: names.get(UUID(found[0]), "unknown"), value)
    return repr(value)


def differences(first: Said, fresh: Said) -> dict[str, int]:
    """Rows too few and too many, by table; empty when both say the same."""
    found: dict[str, int] = {}
    for table, rows_fresh in fresh.items():
        lacking = rows_fresh - first[table]
        extra = Counter() if table in MAY_KNOW_MORE else first[table] - rows_fresh
        if lacking:
            found[f"{table} lacking"] = lacking.total()
        if extra:
            found[f"{table} extra"] = extra.total()
    return found


def examples(first: Said, fresh: Said, most: int = 3) -> list[str]:
    """A few of the rows that differ, to see why."""
    told = []
    for table, rows_fresh in fresh.items():
        for word, rows_there in (
            ("lacking", rows_fresh - first[table]),
            ("extra", first[table] - rows_fresh),
        ):
            told += [f"{table} {word}: {one}"[:1500] for one in list(rows_there)[:most]]
    return told
