"""A page of points into the tables.

Most pages add points after the last step, and then nothing stored is read but
what is not yet sealed. A page that reaches back is merged with what is there
from its first step on; what lies before stays untouched.

Only the last chunk of a series may have less than CHUNK points.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import numpy as np
from django.db.models import Count, Q

from sources.connectors.base import Gap, SeriesRecord
from sources.models import Source
from sources.store import Row, Stored, append, clean
from tracking.models import Metric, SeriesChunk, SeriesTail
from tracking.series import Points, filled, merge, pack, points, sketch
from tracking.streams.naming import LONGEST_SHOWN, TOO_LONG, is_too_long, owner_key
from tracking.streams.runs import store_columns
from tracking.streams.series.figures import extended, figures, of_metric, rewritten, write_figures
from tracking.streams.series.held import End, Name, ends, stored_points, these, unfilled
from tracking.streams.series.held import joined as one_after_another

CHUNK = 1_000
FEW = 100  # so few new points of a known series wait in the tail, a row each
LATEST = 253_402_300_799_000  # the last millisecond that a timestamp can be


def store(
    source: Source, records: Sequence[SeriesRecord], *, behind: Collection[UUID] = ()
) -> Stored:
    """Counts series, not points. Of the runs in `behind` only steps are taken
    that the tables do not have."""
    usable = [one for one in records if not is_too_long(one.path)]
    gaps = tuple(
        Gap(f"{one.path[:LONGEST_SHOWN]} of {one.run}", TOO_LONG)
        for one in records
        if is_too_long(one.path)
    )
    incoming = _incoming(source, usable)
    if not incoming:
        return Stored(gaps=gaps)
    known = _known(incoming)
    added = {name for name in known if incoming[name].steps[0] > known[name].last_step}
    new = incoming.keys() - known.keys()
    changed = _merge(source, known.keys() - added, incoming, known, behind)
    _add(source, added, incoming)
    _write(source, {name: (0, incoming[name]) for name in new})
    told = {name: figures(incoming[name]) for name in new | added}
    told |= {name: extended(of_metric(known[name]), told[name]) for name in added}
    write_figures(source, told | changed)
    store_columns(source, "metric", {name for _, name in incoming})
    unchanged = len(known) - len(added) - len(changed)
    return Stored(len(new), len(added) + len(changed), unchanged, gaps=gaps)


def _incoming(source: Source, records: Sequence[SeriesRecord]) -> dict[Name, Points]:
    """One block of points a series, whatever the page's order."""
    blocks: dict[Name, Points] = {}
    for one in records:
        if not len(one.steps):
            continue
        name = owner_key(source, one.kind, one.project, one.run), clean(one.path)
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


# ── what reaches back ────────────────────────────────────────────────────────


def _merge(
    source: Source,
    names: Collection[Name],
    incoming: Mapping[Name, Points],
    known: Mapping[Name, Metric],
    behind: Collection[UUID],
) -> dict[Name, Row]:
    """The new figures of each series that is different afterwards."""
    if not names:
        return {}
    held = ends({name: float(incoming[name].steps[0]) for name in names})
    merge_one = {name: filled if name[0] in behind else merge for name in names}
    merged = {name: merge_one[name](held[name].points, incoming[name]) for name in names}
    anew = {name: all_of_it for name, (all_of_it, differs) in merged.items() if differs}
    if not anew:
        return {}
    _replace(source, {name: held[name] for name in anew}, anew)
    told = {
        name: rewritten(of_metric(known[name]), held[name].points, end)
        for name, end in anew.items()
    }
    whole = stored_points([name for name, row in told.items() if row is None])
    return {name: row or figures(whole[name]) for name, row in told.items()}


def _replace(source: Source, old: Mapping[Name, End], anew: Mapping[Name, Points]) -> None:
    """These ends of series are others now. Few points that waited go on waiting."""
    _delete(old)
    waiting = {name for name in anew if not old[name].sealed}
    few = {name for name in waiting if anew[name].steps.size < CHUNK}
    _wait(source, few, anew)
    _seal(source, waiting - few, anew)
    _write(source, {name: (old[name].seq, anew[name]) for name in anew.keys() - waiting})


def _delete(ended: Mapping[Name, End]) -> None:
    SeriesTail.objects.filter(these(ended)).delete()
    sealed = {name: end.seq for name, end in ended.items() if end.sealed}
    if sealed:
        from_here = (Q(run=run, name=name, seq__gte=seq) for (run, name), seq in sealed.items())
        SeriesChunk.objects.filter(Q(*from_here, _connector=Q.OR)).delete()


# ── what only adds ───────────────────────────────────────────────────────────


def _add(source: Source, names: Collection[Name], incoming: Mapping[Name, Points]) -> None:
    """A few points go to the tail; many, or a full tail, are sealed into chunks."""
    if not names:
        return
    waiting = SeriesTail.objects.filter(these(names)).values("run", "name")
    tails = {(row["run"], row["name"]): row["n"] for row in waiting.annotate(n=Count("id"))}
    few = {name for name in names if _stays_in_tail(tails.get(name, 0), incoming[name])}
    _wait(source, few, incoming)
    _seal(source, set(names) - few, incoming)


def _seal(source: Source, names: Collection[Name], later: Mapping[Name, Points]) -> None:
    """Chunks of what waits and these points after it; a last chunk with room is filled."""
    if not names:
        return
    held = unfilled(names, CHUNK)
    _delete(held)
    _write(
        source,
        {
            name: (end.seq, one_after_another([end.points, later[name]]))
            for name, end in held.items()
        },
    )


def _stays_in_tail(waiting: int, new: Points) -> bool:
    return new.steps.size < FEW and waiting + new.steps.size < CHUNK


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
    for seq, start in enumerate(range(0, given.steps.size, CHUNK), start=first):
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
                "sketch": sketch(given.values[start:end]),
            }
        )
    return rows


def _wait(source: Source, names: Collection[Name], series: Mapping[Name, Points]) -> None:
    """Points as rows of the tail."""
    rows: list[Row] = [
        {
            "source_id": source.pk,
            "run_id": name[0],
            "name": name[1],
            "step": float(step),
            "at": int(at),
            "value": float(value),
        }
        for name in names
        for step, at, value in zip(*series[name], strict=True)
    ]
    append(SeriesTail, rows)
