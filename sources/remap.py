"""Stored raw records, mapped anew: when it has changed how they are understood.

Nothing is asked for, so it also works while the source is away. It is a stream
like others: page by page, by the source's claim, and it goes on from its cursor.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from sources.connectors.base import Beat, Gap, Json, Page
from sources.engine import Stream
from sources.models import STORED, Mirrored, Payload, Source
from sources.store import NOT_UNDERSTOOD, Row, Stored, raw_of

PAGE = 200
LOOKED_FOR = 8.0  # seconds of a dry run: a person waits

type Raws = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Mapped:
    """One kind of stored record and the table of its rows.

    `store` does what storing fresh ones does, but for keeping them. `row_of`
    gives a row without storing it, with the columns that the record decides alone.
    """

    kind: str
    model: type[Mirrored]
    store: Callable[[Source, Raws], Stored]
    row_of: Callable[[Source, Any], Row]


@dataclass(slots=True)
class Nobody:
    """The client of who asks nobody."""

    requests: int = 0
    retries: int = 0

    def use_beat(self, beat: Beat) -> None:
        """Pages follow each other quickly, and each renews the claim."""

    def close(self) -> None:
        """Nothing was opened."""


def waits(source: Source) -> bool:
    """Whether stored records are to be mapped anew, or on."""
    return source.cursors.filter(stream=STORED, position__isnull=False).exists()


def stream(source: Source, mapped: Sequence[Mapped]) -> Stream[Any, Any]:
    stores = {one.kind: one.store for one in mapped}

    def store(source: Source, records: Sequence[tuple[str, Any]]) -> Stored:
        done = Stored()
        for kind in dict.fromkeys(kind for kind, _ in records):
            done += stores[kind](source, [raw for of, raw in records if of == kind])
        return done

    return Stream(STORED, pages=lambda _, since: pages(source, mapped, since), store=store)


def pages(source: Source, mapped: Sequence[Mapped], since: Json) -> Iterator[Page[tuple[str, Any]]]:
    """From a position of `Source.map_stored`, or one of these, on; of no position,
    none. What is hidden stays as it is: it is mapped when it is read again."""
    if not isinstance(since, Mapping):
        return
    total = sum(_shown(source, one).count() for one in mapped)
    done = int(str(since.get("done", 0)))
    for one, after in _left(mapped, since):
        last = after
        while found := _behind(source, one, last):
            last, done = max(found), done + len(found)
            raws, gaps = _raws(one.kind, found)
            place: Json = {"kind": one.kind, "after": str(last), "done": done}
            yield Page([(one.kind, raw) for raw in raws], place, gaps, total, done)
    yield Page((), None, (), total, total)


def _left(
    mapped: Sequence[Mapped], since: Mapping[str, Any]
) -> Iterator[tuple[Mapped, UUID | None]]:
    """Each kind that is not mapped to its end, and the key to go on behind."""
    kinds = [one.kind for one in mapped]
    first = kinds.index(since["kind"]) if since.get("kind") in kinds else 0
    after = UUID(since["after"]) if since.get("after") else None
    for number, one in enumerate(mapped[first:]):
        yield one, None if number else after


def _shown(source: Source, one: Mapped) -> QuerySet[Mirrored]:
    return one.model._default_manager.filter(source=source.pk, removed_at=None)


def _behind(source: Source, one: Mapped, after: UUID | None) -> dict[UUID, str]:
    """The next rows' keys and their external ids."""
    rows = _shown(source, one)
    rows = rows.filter(key__gt=after) if after else rows
    return dict(rows.order_by("key").values_list("key", "external_id")[:PAGE])


def _raws(kind: str, found: Mapping[UUID, str]) -> tuple[list[Any], list[Gap]]:
    held = Payload.objects.in_bulk(list(found))
    why = "was stored without its raw record; it is mapped when it is read again"
    gaps = [Gap(f"{kind} {name}", why) for key, name in found.items() if key not in held]
    return [raw_of(held[key]) for key in found if key in held], gaps


# ── what would change ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Change:
    """A row that would be another, and how: old and new values by column."""

    kind: str
    row: Mirrored
    columns: Mapping[str, tuple[Any, Any]]


@dataclass(slots=True)
class Forecast:
    """What mapping anew would change. `looked` of `total` were looked at."""

    total: int = 0
    looked: int = 0
    changes: list[Change] = field(default_factory=list)
    odd: int = 0  # could not be understood, or have no raw record


def forecast(source: Source, mapped: Sequence[Mapped]) -> Forecast:
    """With the settings that `source` has, saved or not. Stores nothing, and ends
    after eight seconds with what it has seen."""
    found, ends = Forecast(), time.monotonic() + LOOKED_FOR
    found.total = sum(_shown(source, one).count() for one in mapped)
    for one in mapped:
        last: UUID | None = None
        while time.monotonic() < ends and (keys := _behind(source, one, last)):
            last = max(keys)
            _compare(source, one, list(keys), found)
    return found


def _compare(source: Source, one: Mapped, keys: Sequence[UUID], found: Forecast) -> None:
    rows = one.model._default_manager.in_bulk(list(keys))
    raws = Payload.objects.in_bulk(list(keys))
    found.looked += len(keys)
    for key in keys:
        try:
            made = one.row_of(source, raw_of(raws[key]))
        except NOT_UNDERSTOOD:
            found.odd += 1
            continue
        columns = {name: (getattr(rows[key], name), value) for name, value in made.items()}
        columns = {name: ends for name, ends in columns.items() if ends[0] != ends[1]}
        if columns:
            found.changes.append(Change(one.kind, rows[key], columns))
