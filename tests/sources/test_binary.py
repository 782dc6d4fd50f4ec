"""What is copied in Postgres' own form comes back as it was given."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import models

from sources.models import Source
from sources.removal import tables
from sources.store import append
from sources.store.binary import copied
from sprints.models import Release, Task
from tracking.models import Metric, Run, SeriesChunk

KEY = "6f2f4a52-7f6a-4d3e-9f2e-0a1b2c3d4e5f"
EAST = timezone(timedelta(hours=5, minutes=45))
MOMENTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 7, 1, 12, 0, 0, 1, tzinfo=EAST),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


def columns(model: type[models.Model]) -> list[str]:
    return [f.column for f in model._meta.concrete_fields if f.column and not f.generated]


@pytest.mark.parametrize("model", tables(), ids=lambda model: model.__name__)
def test_every_kind_of_column_of_what_comes_from_a_source_can_be_written(
    model: type[models.Model],
) -> None:
    assert list(copied(model, columns(model), [])) == [
        b"PGCOPY\n\xff\r\n\0" + bytes(8),
        b"\xff\xff",
    ]


def test_a_column_that_nobody_has_thought_of_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="DurationField"):
        list(copied(Source, ["interval"], [{"interval": timedelta(1)}]))


@pytest.mark.django_db
def test_moments_and_days_come_back(source: Source) -> None:
    rows = [
        {"source_id": source.pk, "run_id": KEY, "name": str(n), "points": 2**40, "last_at": at}
        for n, at in enumerate([*MOMENTS, None, datetime(2026, 1, 1)])  # noqa: DTZ001 -- without a zone it is UTC
    ]
    append(Metric, rows)
    held = list(Metric.objects.order_by("name").values_list("last_at", flat=True))
    assert held == [*MOMENTS, None, datetime(2026, 1, 1, tzinfo=UTC)]
    days = [date(1, 1, 1), date(1999, 12, 31), date(2026, 2, 28), None]
    due = [{**told(Release, source, f"{n}"), "due_on": day} for n, day in enumerate(days)]
    append(Release, due)
    assert list(Release.objects.order_by("external_id").values_list("due_on", flat=True)) == days


def told(model: type[models.Model], source: Source, name: str) -> dict[str, Any]:
    """A row of what must be there."""
    row: dict[str, Any] = {
        "key": source.key("x", name),
        "source_id": source.pk,
        "external_id": name,
        "digest": b"\x00\xff",
    }
    for field in model._meta.concrete_fields:
        if field.column not in row and not field.null:
            row[field.column] = field.get_default() if field.has_default() else blank(field)
    return row


def blank(field: Any) -> Any:
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(kind, models.UUIDField):
        return KEY
    return "" if isinstance(kind, (models.TextField, models.CharField)) else 0


@pytest.mark.django_db
def test_numbers_that_are_none_and_numbers_at_the_edge_come_back(source: Source) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan, None, 3]
    append(
        Metric,
        [
            {"source_id": source.pk, "run_id": KEY, "name": str(n), "last": one, "points": n}
            for n, one in enumerate(values)
        ],
    )
    held = list(Metric.objects.order_by("name").values_list("last", flat=True))
    assert [repr(one) for one in held] == [*map(repr, values[:-1]), "3.0"]
    chunk = {"source_id": source.pk, "run_id": KEY, "name": "a", "seq": 2**31 - 1, "count": 0}
    append(SeriesChunk, [chunk | {"first_step": 0, "last_step": 1, "packed": b"\x00\\x\n"}])
    kept = SeriesChunk.objects.get()
    assert (kept.seq, bytes(kept.packed), kept.sketch) == (2**31 - 1, b"\x00\\x\n", None)


@pytest.mark.django_db
def test_text_lists_and_json_come_back_and_what_postgres_refuses_is_cleaned(
    source: Source,
) -> None:
    odd = "a\tb\\n\n\r\\. ü 猫 😀 nul\x00 half\ud83d"
    clean = odd.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")
    rows = [told(Run, source, "a"), told(Run, source, "b")]
    rows[0] |= {"name": odd, "tags": [odd, "", odd], "parameters": {odd: [odd, math.nan, None]}}
    rows[1] |= {"tags": [], "parameters": b'{"made":1.50}', "trashed": True}
    append(Run, rows)
    first, second = Run.objects.order_by("external_id")
    assert (first.name, first.tags, first.trashed) == (clean, [clean, "", clean], False)
    assert first.parameters == {clean: [clean, "NaN", None]}
    assert (second.tags, second.parameters, second.trashed) == ([], {"made": 1.5}, True)
    assert bytes(first.digest) == b"\x00\xff"


@pytest.mark.django_db
def test_lists_of_keys_come_back(source: Source) -> None:
    keys = [source.key("sprint", n) for n in range(2)]
    rows = [told(Task, source, "a") | {"sprints": keys}, told(Task, source, "b") | {"sprints": []}]
    append(Task, rows)
    held = Task.objects.order_by("external_id").values_list("sprints", flat=True)
    assert list(held) == [keys, []]
