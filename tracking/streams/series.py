"""Float series: sealed chunks, a tail for what still grows, and their figures.

Most pages add points after the last step, and then nothing stored is read.
Only a page that reaches back is merged with what is there.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Count, Max, Q

from sources.connectors.base import SeriesRecord
from sources.models import Source
from sources.store import Row, Stored, append, upsert
from tracking.models import Metric, SeriesChunk, SeriesTail
from tracking.series import Points, merge, pack, points, summary, unpack
from tracking.streams.naming import owner_key
from tracking.streams.runs import store_columns

CHUNK = 1_000
FEW = 100  # so few new points of a known series wait in the tail, a row each
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 253_402_300_799_000  # the last millisecond that a timestamp can be

type Name = tuple[UUID, str]


def store(source: Source, records: Sequence[SeriesRecord]) -> Stored:
    """Counts series, not points."""
    incoming = _incoming(source, [one for one in records if one.kind == "run"])
    if not incoming:
        return Stored()
    known = _known(incoming)
    added = {name for name in known if incoming[name].steps[0] > known[name].last_step}
    changed = _merged(known.keys() - added, incoming)
    _append(source, added, incoming)
    _write(source, {name: (0, all_of_it) for name, all_of_it in changed.items()})
    new = incoming.keys() - known.keys()
    _write(source, {name: (0, incoming[name]) for name in new})
    _write_figures(
        source,
        {name: figures(changed.get(name, incoming[name])) for name in new | changed.keys()}
        | {name: extended(known[name], figures(incoming[name])) for name in added},
    )
    unchanged = len(known) - len(added) - len(changed)
    return Stored(len(new), len(added) + len(changed), unchanged)


def _incoming(source: Source, records: Sequence[SeriesRecord]) -> dict[Name, Points]:
    """One block of points a series, whatever the page's order."""
    blocks: dict[Name, Points] = {}
    for one in records:
        if not len(one.steps):
            continue
        name = owner_key(source, one.kind, one.project, one.run), one.path
        times = np.clip(np.asarray(one.times, dtype=np.int64), 0, LATEST)
        new = points(one.steps, times, np.asarray(one.values, dtype=np.float64))
        blocks[name] = merge(blocks[name], new)[0] if name in blocks else new
    return blocks


def _known(incoming: Mapping[Name, Points]) -> dict[Name, Metric]:
    """Figures of the series that are stored already."""
    runs, names = {run for run, _ in incoming}, {name for _, name in incoming}
    held = Metric.objects.filter(run__in=runs, name__in=names, points__gt=0)
    found = {(one.run_id, one.name): one for one in held}
    return {name: one for name, one in found.items() if name in incoming}


def _these(names: Collection[Name]) -> Q:
    return reduce(or_, (Q(run=run, name=name) for run, name in names))


# ── what reaches back ────────────────────────────────────────────────────────


def _merged(names: Collection[Name], incoming: Mapping[Name, Points]) -> dict[Name, Points]:
    """The whole of each series that the page changes in its past; their stored
    points are deleted, to be written anew."""
    if not names:
        return {}
    held = stored_points(names)
    results = {name: merge(held[name], incoming[name]) for name in names}
    changed = {name: merged for name, (merged, differs) in results.items() if differs}
    if changed:
        SeriesChunk.objects.filter(_these(changed)).delete()
        SeriesTail.objects.filter(_these(changed)).delete()
    return changed


def stored_points(names: Collection[Name]) -> dict[Name, Points]:
    """Every point of these series, in order: two queries."""
    parts: dict[Name, list[Points]] = {name: [] for name in names}
    chunks = SeriesChunk.objects.filter(_these(names)).order_by("run", "name", "seq")
    for chunk in chunks.iterator():
        parts[chunk.run_id, chunk.name].append(unpack(bytes(chunk.packed)))
    tails: dict[Name, list[tuple[float, int, float]]] = {}
    rows = SeriesTail.objects.filter(_these(names)).order_by("run", "name", "step", "id")
    for run, name, step, at, value in rows.values_list("run", "name", "step", "at", "value"):
        tails.setdefault((run, name), []).append((step, at, value))
    for of, tail in tails.items():
        parts[of].append(points(*zip(*tail, strict=True)))
    return {name: _joined(some) for name, some in parts.items()}


def _joined(parts: Sequence[Points]) -> Points:
    if not parts:
        return points([], [], [])
    return Points(*(np.concatenate(column) for column in zip(*parts, strict=True)))


# ── what only adds ───────────────────────────────────────────────────────────


def _append(source: Source, names: Collection[Name], incoming: Mapping[Name, Points]) -> None:
    """A few points go to the tail; many, or a full tail, are sealed into chunks."""
    if not names:
        return
    waiting = SeriesTail.objects.filter(_these(names)).values("run", "name")
    tails = {(row["run"], row["name"]): row["n"] for row in waiting.annotate(n=Count("id"))}
    few = {name for name in names if _stays_in_tail(tails.get(name, 0), incoming[name])}
    append(SeriesTail, [row for name in few for row in _tail_rows(source, name, incoming[name])])
    full = set(names) - few
    if full:
        _seal(source, full, incoming, {name for name in full if name in tails})


def _stays_in_tail(waiting: int, new: Points) -> bool:
    return len(new.steps) < FEW and waiting + len(new.steps) < CHUNK


def _seal(
    source: Source,
    names: Collection[Name],
    incoming: Mapping[Name, Points],
    with_tail: Collection[Name],
) -> None:
    chunks = SeriesChunk.objects.filter(_these(names)).values("run", "name")
    following = {
        (row["run"], row["name"]): row["top"] + 1 for row in chunks.annotate(top=Max("seq"))
    }
    tails = _taken_tails(with_tail)
    _write(
        source,
        {
            name: (following.get(name, 0), _joined([*tails.get(name, []), incoming[name]]))
            for name in names
        },
    )


def _taken_tails(names: Collection[Name]) -> dict[Name, list[Points]]:
    """The tails' points, which are deleted: their chunk takes them in."""
    if not names:
        return {}
    rows: dict[Name, list[tuple[float, int, float]]] = {}
    tail = SeriesTail.objects.filter(_these(names))
    for one in tail.order_by("run", "name", "step", "id"):
        rows.setdefault((one.run_id, one.name), []).append((one.step, one.at, one.value))
    tail.delete()
    return {name: [points(*zip(*some, strict=True))] for name, some in rows.items()}


# ── rows ─────────────────────────────────────────────────────────────────────


def _write(source: Source, series: Mapping[Name, tuple[int, Points]]) -> None:
    """Chunks of these points, numbered on from the given number."""
    append(
        SeriesChunk,
        [
            row
            for name, (first, all_of_it) in series.items()
            for row in _chunk_rows(source, name, all_of_it, first)
        ],
    )


def _chunk_rows(source: Source, name: Name, given: Points, first: int) -> list[Row]:
    rows = []
    for seq, start in enumerate(range(0, len(given.steps), CHUNK), start=first):
        end = start + CHUNK
        packed = pack(given.steps[start:end], given.times[start:end], given.values[start:end])
        rows.append(
            {
                "source_id": source.pk,
                "run_id": name[0],
                "name": name[1],
                "seq": seq,
                "first_step": packed.first_step,
                "last_step": packed.last_step,
                "count": packed.count,
                "packed": packed.bytes,
            }
        )
    return rows


def _tail_rows(source: Source, name: Name, new: Points) -> list[Row]:
    return [
        {
            "source_id": source.pk,
            "run_id": name[0],
            "name": name[1],
            "step": float(step),
            "at": int(at),
            "value": float(value),
        }
        for step, at, value in zip(*new, strict=True)
    ]


# ── figures ──────────────────────────────────────────────────────────────────


def figures(given: Points) -> Row:
    told = summary(given.values)
    return {
        "last": told.last,
        "last_step": float(given.steps[-1]),
        "min": told.min,
        "min_step": None if told.min_at is None else float(given.steps[told.min_at]),
        "max": told.max,
        "max_step": None if told.max_at is None else float(given.steps[told.max_at]),
        "points": told.count,
        "first_at": _time(given.times[0]),
        "last_at": _time(given.times[-1]),
    }


def extended(old: Metric, new: Row) -> Row:
    """The figures of an old series with new points after it."""
    better_min = old.min is None or (new["min"] is not None and new["min"] < old.min)
    better_max = old.max is None or (new["max"] is not None and new["max"] > old.max)
    return {
        **new,
        "min": new["min"] if better_min else old.min,
        "min_step": new["min_step"] if better_min else old.min_step,
        "max": new["max"] if better_max else old.max,
        "max_step": new["max_step"] if better_max else old.max_step,
        "points": old.points + new["points"],
        "first_at": old.first_at,
    }


def _time(milliseconds: Any) -> datetime:
    return EPOCH + timedelta(milliseconds=int(milliseconds))


def _write_figures(source: Source, series: Mapping[Name, Row]) -> None:
    rows = [
        {"source_id": source.pk, "run_id": run, "name": name, **row}
        for (run, name), row in series.items()
    ]
    compare = ("last", "last_step", "min", "max", "points", "last_at")
    upsert(Metric, rows, on=("run_id", "name"), compare=compare)
    store_columns(source, "metric", {name for _, name in series})
