"""Mirrored rows: kept by the digest of what was read, with the raw record beside."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import zstandard
from django.db import connection
from django.utils import timezone
from psycopg import sql

from sources.connectors.base import Gap
from sources.models import Mirrored, Payload, Source
from sources.store.bulk import Row, Stored, upsert
from sources.store.cleaning import clean, digest, packed_json

# What mapping an odd record may raise: numbers without end and nesting without end, too.
NOT_UNDERSTOOD = (
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    OverflowError,
    RecursionError,
)
LONGEST_REASON = 200  # characters: an error may quote a whole record


@dataclass(frozen=True, slots=True)
class Given[Raw]:
    """A record as it was read: `name` is its external id, `body` its bytes."""

    name: str
    key: UUID
    raw: Raw
    body: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Fresh[Raw]:
    """A record that is `new` or changed: its raw form and the row made of it."""

    key: UUID
    raw: Raw
    row: Row
    new: bool = False


@dataclass(frozen=True, slots=True)
class Mirror[Raw]:
    """`stored` counts the page; `fresh` is what children and documents need."""

    stored: Stored
    fresh: list[Fresh[Raw]] = field(default_factory=list)


def _held(model: type[Mirrored], digests: Mapping[UUID, bytes]) -> dict[UUID, bool]:
    """The keys that have a row, and whether it was made of exactly these bytes and is
    shown."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT stored.key, stored.digest = given.digest AND stored.removed_at IS NULL"
                " FROM {} AS stored JOIN unnest(%s::uuid[], %s::bytea[])"
                " AS given(key, digest) USING (key)"
            ).format(sql.Identifier(model._meta.db_table)),
            [list(digests), list(digests.values())],
        )
        return dict(cursor.fetchall())


def mirror[Raw](
    source: Source,
    model: type[Mirrored],
    kind: str,
    records: Iterable[tuple[object, Raw]],
    row_of: Callable[[Raw], Row],
    *,
    payload: bool = True,
    json_of: Callable[[Any], bytes] = packed_json,
    squeezed_of: Callable[[Any], bytes] | None = None,
) -> Mirror[Raw]:
    """Store (external id, raw record) pairs; map only what is new or changed.

    The digest is taken of the raw record, before it is mapped: a page that
    has not changed costs one look-up. A record that cannot be understood
    becomes a gap, and the others go on. Call it within a transaction. Records
    that came as JSON are compared quicker with `json_of=wire_json`; `squeezed_of` is
    for those whose JSON somebody has `squeezed` already.
    """
    given = _given(source, kind, records, json_of)
    held = _held(model, {one.key: one.digest for one in given})
    wanted = [one for one in given if not held.get(one.key)]
    fresh, gaps = _mapped(source, kind, wanted, row_of, held)
    stored = Stored(unchanged=len(given) - len(wanted), gaps=tuple(gaps))
    for new in (True, False):
        rows = {one.key: one.row for one in fresh if one.new is new}
        compare = ("digest", "removed_at")
        stored += upsert(model, list(rows.values()), on=("key",), compare=compare, new=new)
        if payload:
            kept = [one for one in wanted if one.key in rows]
            _keep_payloads(source, kind, kept, squeezed_of, new=new)
    return Mirror(stored, fresh)


def _given[Raw](
    source: Source,
    kind: str,
    records: Iterable[tuple[object, Raw]],
    json_of: Callable[[Any], bytes],
) -> list[Given[Raw]]:
    """One for each external id: of two records the later."""
    bodies = {str(name): (raw, json_of(raw)) for name, raw in records}
    return [
        Given(name, source.key(kind, name), raw, body, digest(body, reading=source.reading))
        for name, (raw, body) in bodies.items()
    ]


def _mapped[Raw](
    source: Source,
    kind: str,
    given: Iterable[Given[Raw]],
    row_of: Callable[[Raw], Row],
    held: Container[UUID],
) -> tuple[list[Fresh[Raw]], list[Gap]]:
    """Rows, and a gap for each record that is none."""
    fresh: list[Fresh[Raw]] = []
    gaps: list[Gap] = []
    for one in given:
        try:
            row = row_of(one.raw)
        except NOT_UNDERSTOOD as error:
            gaps.append(Gap(f"{kind} {one.name}", f"could not be understood: {in_words(error)}"))
            continue
        row |= {
            "key": one.key,
            "source_id": source.pk,
            "external_id": one.name,
            "digest": one.digest,
            "removed_at": None,
        }
        fresh.append(Fresh(one.key, one.raw, row, new=one.key not in held))
    return fresh, gaps


def in_words(error: Exception) -> str:
    """What is wrong with a record, for people."""
    quoted = clean(str(error.args[0] if error.args else ""))[:LONGEST_REASON]
    match error:
        case RecursionError():
            return "it is nested too deep"
        case OverflowError():
            return "a number in it is too large"
        case KeyError():
            return f"it has no {quoted}"
        case ValueError():
            return f"a value in it cannot be read ({quoted})"
    return "a value in it is of another kind than expected"


def squeezed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(body)


def _keep_payloads(
    source: Source,
    kind: str,
    given: Sequence[Given[Any]],
    squeezed_of: Callable[[Any], bytes] | None,
    *,
    new: bool,
) -> None:
    squeeze = zstandard.ZstdCompressor(level=3).compress
    now = timezone.now()
    rows = [
        {
            "key": one.key,
            "source_id": source.pk,
            "kind": kind,
            "digest": digest(one.body) if source.reading else one.digest,
            "body": squeezed_of(one.raw) if squeezed_of else squeeze(one.body),
            "fetched_at": now,
        }
        for one in given
    ]
    upsert(Payload, rows, on=("key",), compare=("digest", "fetched_at"), new=new)


def raw_of(payload: Payload) -> Any:
    """The record as it was read."""
    return orjson.loads(zstandard.ZstdDecompressor().decompress(bytes(payload.body)))
