"""A chunk's values as a picture of a finger's width needs them: some, and roughly."""

import numpy as np
from numpy.typing import NDArray

from tracking.series.points import Floats

POINTS = 40
LARGEST = float(np.finfo(np.float32).max)


def sketch(values: Floats) -> bytes | None:
    """About POINTS of them in four bytes each; None where one is too large for that."""
    few = thinned(values)
    if (np.abs(few[np.isfinite(few)]) > LARGEST).any():
        return None
    return few.astype("<f4").tobytes()


def sketched(written: bytes) -> NDArray[np.float32]:
    return np.frombuffer(written, dtype="<f4")


def thinned(values: Floats) -> Floats:
    """Evenly, the first among them: POINTS, or up to twice as many."""
    return values[:: max(1, values.size // POINTS)]
