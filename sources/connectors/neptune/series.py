"""Points of a series: only those that are new, a thousand at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, cast

from sources.connectors.base import FileRecord, Gap, SeriesRecord
from sources.connectors.neptune.position import Reached
from sources.connectors.neptune.rows import SERIES, Row, Shown
from sources.connectors.neptune.troubles import NotThere
from sources.connectors.neptune.wire import Wire

POINTS = 1_000
UNREAD = -1  # no fingerprint
OPERATIONS = {
    "floatSeries": "getFloatSeriesValues",
    "stringSeries": "getStringSeriesValues",
    "imageSeries": "getImageSeriesValues",
}

type Point = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some new points of a series, and how far it is read with them."""

    records: Sequence[SeriesRecord | FileRecord]
    reached: Reached
    gaps: Sequence[Gap] = ()


def new_points(wire: Wire, row: Row, shown: Shown, known: Reached | None) -> Iterator[Stretch]:
    """Goes on where `known` left off. The point before is asked for once more:
    if it is another one by now, the series was written anew, and all is read."""
    if known and known.fingerprint == shown.fingerprint:
        return
    gaps: list[Gap] = []
    first = known.count - 1 if known else 0
    found = ask(wire, row, shown, first)
    if known and not goes_on(found, known):
        gaps.append(Gap(shown.path, "was written anew at its source; steps it lost stay here"))
        known, first, found = None, 0, ask(wire, row, shown, 0)
    done = known.count if known else 0
    for points in paged(wire, row, shown, first, found):
        new = points[done - first :]
        first += len(points)
        done = first
        reached = reached_with(points, done, shown)
        yield Stretch(records(wire, row, shown, new, done - len(new)), reached, gaps)
        gaps = []


def reached_with(points: Sequence[Point], done: int, shown: Shown) -> Reached:
    """The fingerprint is kept with the last point only: who stops before it
    has not read what the table told of."""
    fingerprint = shown.fingerprint if at_the_end(points, done, shown) else UNREAD
    return Reached(done, step_of(points[-1], done - 1), fingerprint)


def at_the_end(points: Sequence[Point], done: int, shown: Shown) -> bool:
    """Of what the table told. What came since is read the next time."""
    return len(points) < POINTS or step_of(points[-1], done - 1) == shown.last_step


def ask(wire: Wire, row: Row, shown: Shown, offset: int) -> Sequence[Point]:
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
        return ()  # deleted since the table told of it
    return listed(answer, offset)


def listed(answer: Mapping[str, Any], offset: int) -> Sequence[Point]:
    """Pictures may be counted only, where a server does not list them."""
    values = answer.get("values")
    if values is not None:
        return cast("Sequence[Point]", values)
    return [{} for _ in range(offset, min(answer["totalItemCount"], offset + POINTS))]


def paged(
    wire: Wire, row: Row, shown: Shown, first: int, found: Sequence[Point]
) -> Iterator[Sequence[Point]]:
    while found:
        yield found
        first += len(found)
        if at_the_end(found, first, shown):
            return
        found = ask(wire, row, shown, first)


def goes_on(found: Sequence[Point], known: Reached) -> bool:
    return bool(found) and step_of(found[0], known.count - 1) == known.step


def step_of(point: Point, index: int) -> float:
    return float(point.get("step", index))


def records(
    wire: Wire, row: Row, shown: Shown, new: Sequence[Point], first: int
) -> Sequence[SeriesRecord | FileRecord]:
    if not new:
        return ()
    if SERIES[shown.type] == "file":
        numbered = zip(count(first), new, strict=False)
        return [picture(wire, row, shown, point, index) for index, point in numbered]
    values = [point["value"] for point in new]
    return [
        SeriesRecord(
            row.record.project,
            row.record.run,
            shown.path,
            cast("Literal['float', 'text']", SERIES[shown.type]),
            [float(point["step"]) for point in new],
            [int(point["timestampMillis"]) for point in new],
            values if shown.type == "stringSeries" else [float(value) for value in values],
            kind=row.record.kind,
        )
    ]


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
