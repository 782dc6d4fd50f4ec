"""A chunk of points as a few bytes, and back, without losing a bit.

Layout: magic, version, count, zstd frame with a checksum. The frame holds how
steps and values are written, then three columns of 8-byte integers, each as
differences with its bytes shuffled (all first bytes, then all second bytes,
...), which is what makes neighbouring numbers compress.
"""

import struct
from dataclasses import dataclass

import numpy as np
import zstandard

from tracking.series.points import (
    FloatColumn,
    Floats,
    IntegerColumn,
    Integers,
    Points,
    points,
    summary,
)

MAGIC = b"LS"
VERSION = 1
HEADER = struct.Struct("<2sBI")
FORMS = struct.Struct("BB")
LEVEL = 3
MOST_POINTS = 1 << 24  # a longer claim is a damaged header, not a chunk
COLUMNS = 3
WIDTH = 8

# Trackers keep steps as whole numbers or with six decimals.
SCALES = {1: 1.0, 2: 1e6}
STEPS_AS_BITS = 0
VALUES_PLAIN, VALUES_AS_DIFFERENCES = 0, 1


@dataclass(frozen=True, slots=True)
class Packed:
    """`min` and its step are None when every value is NaN; so are `max` and its."""

    bytes: bytes
    count: int
    first_step: float
    last_step: float
    last: float
    min: float | None
    min_step: float | None
    max: float | None
    max_step: float | None


def pack(steps: FloatColumn, times: IntegerColumn, values: FloatColumn) -> Packed:
    """Meant for about 1,000 points a call. Lossless, every NaN's bits included.
    Raises ValueError for no points, and for steps that fall."""
    chunk = points(steps, times, values)
    told = summary(chunk.values)
    return Packed(
        bytes=_encoded(chunk),
        count=told.count,
        first_step=float(chunk.steps[0]),
        last_step=float(chunk.steps[-1]),
        last=told.last,
        min=told.min,
        min_step=None if told.min_at is None else float(chunk.steps[told.min_at]),
        max=told.max,
        max_step=None if told.max_at is None else float(chunk.steps[told.max_at]),
    )


def unpack(packed: bytes) -> Points:
    """The points that were packed. Raises ValueError for damaged bytes."""
    count, body = _opened(packed)
    step_form, value_form = FORMS.unpack_from(body)
    written = np.frombuffer(body, dtype=np.uint8, offset=FORMS.size)
    columns = written.reshape(COLUMNS, WIDTH, count)
    return Points(
        _steps_from(_sums(_unshuffled(columns[0])), step_form),
        _sums(_unshuffled(columns[1])),
        _values_from(_unshuffled(columns[2]), value_form),
    )


def unpack_values(packed: bytes) -> Floats:
    """Only the values of what was packed: a third of the work."""
    count, body = _opened(packed)
    written = np.frombuffer(body, dtype=np.uint8, offset=FORMS.size)
    last = written.reshape(COLUMNS, WIDTH, count)[-1]
    return _values_from(_unshuffled(last), FORMS.unpack_from(body)[1])


def _encoded(chunk: Points) -> bytes:
    step_form, steps = _written_steps(chunk.steps)
    front = _shuffled(_differences(steps)) + _shuffled(_differences(chunk.times))
    bits = chunk.values.view(np.int64)
    value_form, back = min(
        (VALUES_PLAIN, _shuffled(bits)),
        (VALUES_AS_DIFFERENCES, _shuffled(_differences(bits))),
        key=lambda written: _busy_bytes(written[1]),
    )
    frame = _compressed(FORMS.pack(step_form, value_form) + front + back)
    return HEADER.pack(MAGIC, VERSION, chunk.steps.size) + frame


def _opened(packed: bytes) -> tuple[int, bytes]:
    if len(packed) < HEADER.size:
        raise ValueError("These bytes are too short for a chunk of a series.")
    magic, version, count = HEADER.unpack_from(packed)
    if magic != MAGIC or version != VERSION or not 0 < count <= MOST_POINTS:
        raise ValueError("These bytes are not a chunk of a series.")
    size = FORMS.size + COLUMNS * WIDTH * count
    frame = packed[HEADER.size :]
    try:
        # Asked first, because the decompressor believes it and makes that much room.
        if zstandard.frame_content_size(frame) != size:
            raise ValueError("This chunk of a series is cut short.")
        body = zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as damage:
        raise ValueError("This chunk of a series is damaged.") from damage
    return count, body


def _compressed(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(body)


def _written_steps(steps: Floats) -> tuple[int, Integers]:
    """Steps as whole numbers where that loses nothing, else their bits."""
    for form, scale in SCALES.items():
        if np.abs(steps).max() >= 2.0**53 / scale:
            continue
        whole = np.rint(steps * scale).astype(np.int64)
        if (_bits(whole / scale) == _bits(steps)).all():
            return form, whole
    return STEPS_AS_BITS, _bits(steps)


def _steps_from(whole: Integers, form: int) -> Floats:
    if form == STEPS_AS_BITS:
        return whole.view(np.float64)
    if form not in SCALES:
        raise ValueError("This chunk's steps are written in an unknown way.")
    return whole / SCALES[form]


def _values_from(bits: Integers, form: int) -> Floats:
    if form not in (VALUES_PLAIN, VALUES_AS_DIFFERENCES):
        raise ValueError("This chunk's values are written in an unknown way.")
    return (_sums(bits) if form == VALUES_AS_DIFFERENCES else bits).view(np.float64)


def _busy_bytes(written: bytes) -> int:
    """How badly these bytes will compress: near enough, and far cheaper than trying."""
    return len(written) - written.count(0)


def _bits(column: Floats) -> Integers:
    return np.ascontiguousarray(column).view(np.int64)


def _differences(column: Integers) -> Integers:
    """Wraps round at 64 bits, and so does the sum that undoes it."""
    return np.diff(column, prepend=np.int64(0))


def _sums(column: Integers) -> Integers:
    return np.cumsum(column, dtype=np.int64)


def _shuffled(column: Integers) -> bytes:
    rows = np.ascontiguousarray(column, dtype="<i8").view(np.uint8).reshape(-1, WIDTH)
    return rows.T.tobytes()


def _unshuffled(planes: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Integers:
    return np.ascontiguousarray(planes.T).view("<i8").reshape(-1).astype(np.int64, copy=False)
