"""A long series for a narrow chart, with its outliers still in it."""

from typing import NamedTuple

import numpy as np

from tracking.series.points import FloatColumn, Floats, Integers


class Buckets(NamedTuple):
    """One row a bucket that holds points; empty ones are left out.

    `steps` are the first step of each bucket. `low` and `high` pass over NaN
    and are NaN where a bucket has nothing else; `low_at` and `high_at` are the
    positions of those points in the series (of the bucket's first point, then).
    """

    steps: Floats
    counts: Integers
    low: Floats
    low_at: Integers
    high: Floats
    high_at: Integers


def buckets(steps: FloatColumn, values: FloatColumn, width: int) -> Buckets:
    """At most `width` buckets, equally wide in steps. `steps` must ascend."""
    if width < 1:
        raise ValueError("A chart needs at least one bucket.")
    where = np.asarray(steps, dtype=np.float64)
    column = np.asarray(values, dtype=np.float64)
    starts = _starts(where, width)
    low_at = _extremes(column, starts, np.minimum, np.inf)
    high_at = _extremes(column, starts, np.maximum, -np.inf)
    counts = np.diff(starts, append=where.size)
    return Buckets(where[starts], counts, column[low_at], low_at, column[high_at], high_at)


def outline(steps: FloatColumn, values: FloatColumn, width: int) -> tuple[Floats, Floats]:
    """The points to draw: first and last, and each bucket's lowest and highest,
    in order of steps. At most 2 * width + 2 of them; all, when there are fewer."""
    where = np.asarray(steps, dtype=np.float64)
    column = np.asarray(values, dtype=np.float64)
    if where.size <= 2 * width + 2:
        return where, column
    found = buckets(where, column, width)
    ends = np.array([0, where.size - 1])
    chosen = np.unique(np.concatenate([ends, found.low_at, found.high_at]))
    return where[chosen], column[chosen]


def _starts(steps: Floats, width: int) -> Integers:
    """The position of each bucket's first point."""
    if steps.size == 0:
        return np.zeros(0, dtype=np.int64)
    # Halves, because the distance of two large steps may exceed a float.
    first, span = steps[0] / 2, steps[-1] / 2 - steps[0] / 2
    share = (steps / 2 - first) / span if span > 0 else np.zeros(steps.size)
    bucket = np.minimum((share * width).astype(np.int64), width - 1)
    return np.flatnonzero(np.diff(bucket, prepend=-1))


def _extremes(column: Floats, starts: Integers, pick: np.ufunc, neutral: float) -> Integers:
    """The position of the first lowest (or highest) value of each bucket."""
    if starts.size == 0:
        return starts
    absent = np.isnan(column)
    filled = np.where(absent, neutral, column)
    sizes = np.diff(starts, append=column.size)
    best = np.repeat(pick.reduceat(filled, starts), sizes)
    # Not merely equal: an infinity counts, a NaN that stands for one does not.
    hits = np.flatnonzero((filled == best) & ~absent)
    found = starts.copy()
    # Of several assignments to one place the last holds: backwards, the first hit.
    found[np.repeat(np.arange(starts.size), sizes)[hits][::-1]] = hits[::-1]
    return found
