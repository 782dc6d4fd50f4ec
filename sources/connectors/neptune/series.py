"""Points of a series: only those that are new, a thousand at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from operator import itemgetter
from typing import Any, Literal, cast
from zlib import crc32

from sources.connectors.base import FileRecord, Gap, SeriesRecord
from sources.connectors.neptune.position import Reached
from sources.connectors.neptune.rows import SERIES, UNCLEAR, Row, Shown, finite
from sources.connectors.neptune.troubles import NotThere
from sources.connectors.neptune.wire import Wire

POINTS = 1_000
UNREAD = -1  # no fingerprint
UNTAKEN = 0
LOST_STEPS = "was written anew at its source; pictures of steps that it lost stay here"
OPERATIONS = {
    "floatSeries": "getFloatSeriesValues",
    "stringSeries": "getStringSeriesValues",
    "imageSeries": "getImageSeriesValues",
}

LARGEST_BITS = 63  # of a time, in milliseconds

type Point = Mapping[str, Any]
type Placed = tuple[float, int, float | str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some new points of a series, and how far it is read with them."""

    records: Sequence[SeriesRecord | FileRecord]
    reached: Reached
    gaps: Sequence[Gap] = ()


def new_points(wire: Wire, row: Row, shown: Shown, known: Reached | None) -> Iterator[Stretch]:
    """Goes on where `known` left off. The point before is asked for once more,
    with every page: if it is another one by now, the series was written anew,
    and all is read. Twice in one reading is left to the next one."""
    if known and known.fingerprint == shown.fingerprint:
        return
    reached, anew = known if known and known.count else None, False
    while (found := ask(wire, row, shown, first_of(reached))) is not None:
        if reached and not goes_on(found, reached):
            if anew:
                return
            reached, anew = None, True
            continue
        begins = anew and reached is None
        if not found and not begins:
            return
        stretch = stretched(wire, row, shown, found, reached, anew=begins)
        yield stretch
        reached = stretch.reached
        if at_the_end(found, reached, shown):
            return


def first_of(reached: Reached | None) -> int:
    return reached.count - 1 if reached else 0


def goes_on(found: Sequence[Point], known: Reached) -> bool:
    """The step alone would not do: a series may be written anew with the same ones."""
    if not found or step_of(found[0], known.count - 1) != known.step:
        return False
    return known.last in (UNTAKEN, print_of(found[0]))


def print_of(point: Point) -> int:
    return crc32(json.dumps(point, sort_keys=True).encode())


def stretched(
    wire: Wire,
    row: Row,
    shown: Shown,
    found: Sequence[Point],
    before: Reached | None,
    *,
    anew: bool,
) -> Stretch:
    done = before.count if before else 0
    new = found[1:] if before else found
    reached = reached_with(found, done + len(new), shown)
    if SERIES[shown.type] == "file":
        gaps = [Gap(shown.path, LOST_STEPS)] if anew else []
        return Stretch(pictures(wire, row, shown, new, done), reached, gaps)
    placed = [one for point in new if (one := placed_at(point, shown.type)) is not None]
    return Stretch(points_of(row, shown, placed, anew=anew), reached, lost(shown, new, placed))


def reached_with(points: Sequence[Point], done: int, shown: Shown) -> Reached:
    """The fingerprint is kept with the last point only: who stops before it
    has not read what the table told of."""
    if not points:
        return Reached(0, 0, shown.fingerprint)
    reached = Reached(done, step_of(points[-1], done - 1), UNREAD, print_of(points[-1]))
    at_end = at_the_end(points, reached, shown)
    return replace(reached, fingerprint=shown.fingerprint) if at_end else reached


def at_the_end(points: Sequence[Point], reached: Reached, shown: Shown) -> bool:
    """Of what the table told. What came since is read the next time."""
    return len(points) < POINTS or reached.step == shown.last_step


def ask(wire: Wire, row: Row, shown: Shown, offset: int) -> Sequence[Point] | None:
    """None when it was deleted since the table told of it."""
    try:
        answer = wire.ask_part(
            "leaderboard",
            OPERATIONS[shown.type],
            experimentId=row.entry.id,
            attribute=shown.path,
            limit=POINTS,
            offset=offset,
        )
    except NotThere:
        return None
    return listed(answer, offset)


def listed(answer: Mapping[str, Any], offset: int) -> Sequence[Point]:
    """Pictures may be counted only, where a server does not list them."""
    values = answer.get("values")
    if values is not None:
        return cast("Sequence[Point]", values)
    return [{} for _ in range(offset, min(answer["totalItemCount"], offset + POINTS))]


def step_of(point: Point, index: int) -> float:
    """Its number in the series, where it says none that can be read."""
    step = finite(point.get("step", index))
    return float(index) if step is None else step


def placed_at(point: Point, kind: str) -> Placed | None:
    """Step, time and value; None when one of them is not there or cannot be read.
    A value may be NaN or infinite, a step may not."""
    step, value = finite(point.get("step")), point.get("value")
    if step is None or value is None:
        return None
    try:
        at = int(point["timestampMillis"])
        meant = str(value) if kind == "stringSeries" else float(value)
    except UNCLEAR:
        return None
    return None if at.bit_length() > LARGEST_BITS else (step, at, meant)


def lost(shown: Shown, new: Sequence[Point], placed: Sequence[Placed]) -> list[Gap]:
    missing = len(new) - len(placed)
    which = "1 point has" if missing == 1 else f"{missing:,} points have"
    why = f"{which} no finite step, no time or no value, and cannot be placed"
    return [Gap(shown.path, why)] if missing else []


def points_of(
    row: Row, shown: Shown, placed: Sequence[Placed], *, anew: bool
) -> Sequence[SeriesRecord]:
    if not placed and not anew:
        return ()
    ascending = sorted(placed, key=itemgetter(0))
    return [
        SeriesRecord(
            row.record.project,
            row.record.run,
            shown.path,
            cast("Literal['float', 'text']", SERIES[shown.type]),
            [step for step, _, _ in ascending],
            [at for _, at, _ in ascending],
            cast("list[float] | list[str]", [value for _, _, value in ascending]),
            kind=row.record.kind,
            anew=anew,
        )
    ]


def pictures(
    wire: Wire, row: Row, shown: Shown, new: Sequence[Point], first: int
) -> Sequence[FileRecord]:
    numbered = zip(count(first), new, strict=False)
    return [picture(wire, row, shown, point, index) for index, point in numbered]


def picture(wire: Wire, row: Row, shown: Shown, point: Point, index: int) -> FileRecord:
    experiment, path = row.entry.id, shown.path

    def open_picture() -> Any:
        return wire.download("getImageSeriesValue", experiment, path, index=index)

    return FileRecord(
        row.record.project,
        row.record.run,
        path,
        None,
        open_picture,
        kind=row.record.kind,
        step=step_of(point, index),
        version=f"{index} {point.get('timestampMillis', row.entry.modified)}",
    )
