"""What a series is made of: three columns of one length, ascending by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]
type FloatColumn = Floats | Sequence[float]
type IntegerColumn = Integers | Sequence[int]


class Points(NamedTuple):
    """`times` are epoch milliseconds, UTC. A step may occur more than once."""

    steps: Floats
    times: Integers
    values: Floats


@dataclass(frozen=True, slots=True)
class Summary:
    """`min` and `max` pass over NaN and are None when nothing else is there;
    `last` is the last value even when it is NaN. `min_at` and `max_at` are
    positions of the first such value."""

    count: int
    last: float
    min: float | None
    min_at: int | None
    max: float | None
    max_at: int | None


def points(steps: FloatColumn, times: IntegerColumn, values: FloatColumn) -> Points:
    """The three columns as arrays, checked: one length, finite steps that never
    fall. An array of the right type is not copied. Raises ValueError."""
    made = Points(
        np.asarray(steps, dtype=np.float64),
        np.asarray(times, dtype=np.int64),
        np.asarray(values, dtype=np.float64),
    )
    if {column.shape for column in made} != {(made.steps.size,)}:
        raise ValueError("Steps, times and values must be flat and of one length.")
    if not np.isfinite(made.steps).all():
        raise ValueError("A step must be a finite number.")
    if (made.steps[1:] < made.steps[:-1]).any():
        raise ValueError("Steps must ascend.")
    return made


def summary(values: FloatColumn) -> Summary:
    """Raises ValueError when there is no value at all."""
    column = np.asarray(values, dtype=np.float64)
    if column.size == 0:
        raise ValueError("An empty series has no summary.")
    last = float(column[-1])
    if np.isnan(column).all():
        return Summary(column.size, last, None, None, None, None)
    low, high = int(np.nanargmin(column)), int(np.nanargmax(column))
    return Summary(column.size, last, float(column[low]), low, float(column[high]), high)
