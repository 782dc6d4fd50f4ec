"""Points that are stored already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db.models import Max, Min, Q, QuerySet

from tracking.models import SeriesChunk, SeriesTail
from tracking.series import Points, points, unpack

type Name = tuple[UUID, str]
type Tail = tuple[float, int, float]


@dataclass(frozen=True, slots=True)
class End:
    """The last part of a series: its points, the number of its first chunk (or
    of the series' next one), and whether it has a chunk at all."""

    seq: int
    points: Points
    sealed: bool


def these(names: Collection[Name]) -> Q:
    """Rows of these series. Put together at once: a thousand names one by one
    would be copied half a million times."""
    return Q(*(Q(run=run, name=name) for run, name in names), _connector=Q.OR)


def joined(parts: Sequence[Points]) -> Points:
    if not parts:
        return points([], [], [])
    return Points(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def stored_points(
    names: Collection[Name], *, start: float | None = None, end: float | None = None
) -> dict[Name, Points]:
    """Every point of these series, in order: two queries. With a `start` or an
    `end` chunks without a step between them are not read; what is read of the
    others is whole, and may lie outside."""
    if not names:
        return {}
    chunks = these(names)
    if start is not None:
        chunks &= Q(last_step__gte=start)
    if end is not None:
        chunks &= Q(first_step__lte=end)
    found = _ends(chunks, names, dict.fromkeys(names, 0))
    return {name: end.points for name, end in found.items()}


def ends(starts: Mapping[Name, float]) -> dict[Name, End]:
    """Of each series the chunks that reach to the given step or beyond it, and
    the tail: three queries."""
    reaching = Q(
        *(Q(run=run, name=name, last_step__gte=step) for (run, name), step in starts.items()),
        _connector=Q.OR,
    )
    return _ends(reaching, starts, next_numbers(starts))


def unfilled(names: Collection[Name], size: int) -> dict[Name, End]:
    """Of each series its last chunk, if that has room, and the tail: four queries.

    Should a chunk in the middle have room, then all from there on: an end never
    has a hole that its chunks' numbers could run over."""
    short = SeriesChunk.objects.filter(these(names), count__lt=size).values_list("run", "name")
    first = short.annotate(first=Min("seq"))
    room = Q(
        *(Q(run=run, name=name, seq__gte=seq) for run, name, seq in first),
        _connector=Q.OR,
    )
    return _ends(room or Q(pk__in=[]), names, next_numbers(names))


def _ends(chunks: Q, names: Collection[Name], following: Mapping[Name, int]) -> dict[Name, End]:
    parts: dict[Name, list[Points]] = {name: [] for name in names}
    first: dict[Name, int] = {}
    rows = SeriesChunk.objects.filter(chunks).order_by("run", "name", "seq")
    for run, name, seq, packed in rows.values_list("run", "name", "seq", "packed").iterator():
        first.setdefault((run, name), seq)
        parts[run, name].append(unpack(bytes(packed)))
    for of, tail in tails(SeriesTail.objects.filter(these(names))).items():
        parts[of].append(tail)
    return {
        name: End(first.get(name, following[name]), joined(some), name in first)
        for name, some in parts.items()
    }


def tails(rows: QuerySet[SeriesTail]) -> dict[Name, Points]:
    """The waiting points of each series among these rows: one query."""
    found: dict[Name, list[Tail]] = {}
    ordered = rows.order_by("run", "name", "step", "id")
    for run, name, step, at, value in ordered.values_list("run", "name", "step", "at", "value"):
        found.setdefault((run, name), []).append((step, at, value))
    return {name: points(*zip(*tail, strict=True)) for name, tail in found.items()}


def next_numbers(names: Collection[Name]) -> dict[Name, int]:
    """The number that each series' next chunk has."""
    chunks = SeriesChunk.objects.filter(these(names)).values("run", "name")
    top = {(row["run"], row["name"]): row["top"] for row in chunks.annotate(top=Max("seq"))}
    return {name: top.get(name, -1) + 1 for name in names}
