"""Rows as Postgres' binary COPY takes them: nothing is written as text and read again.

A column at a time, since its values are of one kind; a function call a value is what
writing a row by a row costs.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from sources.store.cleaning import clean, loose_json

type Row = Mapping[str, Any]
type Field = models.Field[Any, Any]
type Packed = Callable[[Sequence[Any]], list[bytes]]

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
NULL = b"\xff\xff\xff\xff"  # a length of -1
ROWS = 500  # written at once
EPOCH, FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1).toordinal()
MICROSECOND = timedelta(microseconds=1)
JSONB = b"\x01"  # the version of its form
TEXT_TYPE, VARCHAR_TYPE, UUID_TYPE = 25, 1043, 2950

length = struct.Struct(">i").pack


def copied(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]
) -> Iterator[bytes]:
    """What COPY … WITH (FORMAT BINARY) is sent, some hundred rows at a time."""
    kinds = {field.column: _kind(field) for field in model._meta.concrete_fields}
    ways = [(column, _way(kinds[column])) for column in columns]
    head = struct.pack(">h", len(columns))
    yield SIGNATURE
    for some in batched(rows, ROWS, strict=False):
        packed = [way([row[column] for row in some]) for column, way in ways]
        yield b"".join([head + b"".join(values) for values in zip(*packed, strict=True)])
    yield TRAILER


def _kind(field: Field) -> Field:
    return field.target_field if isinstance(field, models.ForeignKey) else field


def _way(kind: Field) -> Packed:
    """Django's own types of columns, most particular first."""
    if isinstance(kind, ArrayField):
        return _listed(_kind(kind.base_field))
    found = next((way for of, way in WAYS if isinstance(kind, of)), None)
    if found is None:
        raise TypeError(f"Nobody has said how {type(kind).__name__} is written in binary COPY.")
    return found


def _led(body: bytes) -> bytes:
    return length(len(body)) + body


def text(value: Any) -> bytes:
    """Text that Postgres takes, see `clean`."""
    told = value if isinstance(value, str) else str(value)
    try:
        body = told.encode()
    except UnicodeEncodeError:
        body = clean(told).encode()
    return body if b"\x00" not in body else clean(told).encode()


def _texts(values: Sequence[Any]) -> list[bytes]:
    """Each text once: names of metrics come again with every run."""
    made = {value: NULL if value is None else _led(text(value)) for value in set(values)}
    return [made[value] for value in values]


def _by_turns(pack: Callable[[Any], bytes]) -> Packed:
    """Of values that follow each other unchanged, as keys of one parent do, the first
    is packed."""

    def packed(values: Sequence[Any]) -> list[bytes]:
        last, body = None, NULL
        made = []
        for value in values:
            if value is not last:
                last, body = value, NULL if value is None else pack(value)
            made.append(body)
        return made

    return packed


def _uuid(value: UUID | str) -> bytes:
    return b"\x00\x00\x00\x10" + (value if isinstance(value, UUID) else UUID(value)).bytes


def _moment(value: datetime) -> bytes:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return struct.pack(">iq", 8, (aware - EPOCH) // MICROSECOND)


def _day(value: date) -> bytes:
    return struct.pack(">ii", 4, value.toordinal() - FIRST_DAY)


def _json(value: Any) -> bytes:
    """Bytes are JSON that is made already."""
    return _led(JSONB + (value if isinstance(value, bytes) else loose_json(value)))


def _of_size(size: int, form: str) -> Packed:
    pack = struct.Struct(f">i{form}").pack

    def packed(values: Sequence[Any]) -> list[bytes]:
        return [NULL if value is None else pack(size, value) for value in values]

    return packed


def _listed(kind: Field) -> Packed:
    number, way = (
        (UUID_TYPE, WAY_OF_KEYS)
        if isinstance(kind, models.UUIDField)
        else (VARCHAR_TYPE if isinstance(kind, models.CharField) else TEXT_TYPE, _texts)
    )

    def packed(value: Iterable[Any]) -> bytes:
        inner = way(list(value))
        if not inner:
            return _led(struct.pack(">iii", 0, 0, number))
        head = struct.pack(">iiiii", 1, NULL in inner, number, len(inner), 1)
        return _led(head + b"".join(inner))

    return lambda values: [NULL if value is None else packed(value) for value in values]


WAY_OF_KEYS = _by_turns(_uuid)
WAYS: tuple[tuple[type[Field] | tuple[type[Field], ...], Packed], ...] = (
    ((models.TextField, models.CharField), _texts),
    (models.UUIDField, WAY_OF_KEYS),
    (models.JSONField, _by_turns(_json)),
    (models.DateTimeField, _by_turns(_moment)),
    (models.DateField, _by_turns(_day)),
    (models.BooleanField, _of_size(1, "?")),
    (models.FloatField, _of_size(8, "d")),
    (models.BigIntegerField, _of_size(8, "q")),
    (models.SmallIntegerField, _of_size(2, "h")),
    (models.IntegerField, _of_size(4, "i")),
    (models.BinaryField, lambda values: [NULL if v is None else _led(v) for v in values]),
)
