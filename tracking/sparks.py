"""A short line a run, of one series, for a column of small pictures."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from tracking.series import sketched, thinned, unpack_values
from tracking.series.points import Integers
from tracking.series.sketch import POINTS

# By run: its first and last chunk and two between, each found along the index, and
# what is not in a chunk yet.
SOME = """
    SELECT chunk.run_id, chunk.seq, chunk.count, chunk.sketch,
        CASE WHEN chunk.sketch IS NULL THEN chunk.packed END, NULL::float8[]
    FROM unnest(%(runs)s::uuid[]) AS run (key)
    CROSS JOIN LATERAL (
        SELECT seq FROM tracking_serieschunk WHERE run_id = run.key AND name = %(name)s
        ORDER BY seq DESC LIMIT 1
    ) AS last
    JOIN tracking_serieschunk AS chunk ON chunk.run_id = run.key AND chunk.name = %(name)s
        AND chunk.seq IN (0, last.seq / 3, last.seq * 2 / 3, last.seq)
    UNION ALL
    SELECT run_id, NULL, count(*), NULL, NULL, array_agg(value ORDER BY step, id)
    FROM tracking_seriestail WHERE run_id = ANY(%(runs)s::uuid[]) AND name = %(name)s
    GROUP BY run_id
    ORDER BY 1, 2
"""


class Part(NamedTuple):
    """Some values of a stretch of a run's series, and how many points it has."""

    run: UUID
    values: NDArray[np.floating]
    points: int


def sparks(runs: Sequence[UUID], name: str) -> dict[UUID, list[float]]:
    """Some 40 values of the series of each run: one query. Of a long series
    four chunks are read, evenly spread, its first and last among them; and of a
    chunk its sketch, or its points where it has none."""
    parts = _parts(runs, name)
    if not parts:
        return {}
    values = np.concatenate([part.values for part in parts], dtype=np.float64)
    found, begin = {}, 0
    for run, several in groupby(parts, key=attrgetter("run")):
        sizes = tuple((part.values.size, part.points) for part in several)
        found[run] = values[_places(sizes) + begin].tolist()
        begin += sum(size for size, _ in sizes)
    return found


def _parts(runs: Sequence[UUID], name: str) -> list[Part]:
    with connection.cursor() as cursor:
        cursor.execute(SOME, {"runs": list(runs), "name": name})
        return [
            Part(run, _values(sketch, packed, waiting), points)
            for run, _, points, sketch, packed, waiting in cursor.fetchall()
        ]


def _values(
    sketch: bytes | None, packed: bytes | None, waiting: list[float] | None
) -> NDArray[np.floating]:
    if sketch is not None:
        return sketched(sketch)
    return np.array(waiting) if packed is None else thinned(unpack_values(bytes(packed)))


@lru_cache(1_000)  # most series on a page are as long
def _places(parts: tuple[tuple[int, int], ...]) -> Integers:
    """Of each part (values, points) as many values as its points ask for, so that it is
    as wide as long: those that are nearest to each so many points."""
    stride = max(1, sum(points for _, points in parts) // POINTS)
    begins = accumulate((size for size, _ in parts), initial=0)
    return np.concatenate(
        [
            np.arange(0, points, stride) * size // points + begin
            for (size, points), begin in zip(parts, begins, strict=False)
        ]
    )
