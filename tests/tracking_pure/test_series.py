"""Packing, merging and downsampling of metric series."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.series import Points, buckets, merge, outline, pack, points, summary, unpack

START = 1_700_000_000_000
ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)
STEPS = st.floats(allow_nan=False, allow_infinity=False)
TIMES = st.integers(-(2**63), 2**63 - 1)


@st.composite
def series(draw: st.DrawFn, smallest: int = 1) -> Points:
    rows = draw(st.lists(st.tuples(STEPS, TIMES, ANY_FLOAT), min_size=smallest, max_size=60))
    rows.sort(key=lambda row: row[0])
    return points([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


@st.composite
def coarse(draw: st.DrawFn) -> Points:
    """Few different steps, so that two of these share some."""
    rows = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), ANY_FLOAT), max_size=12))
    rows.sort(key=lambda row: row[0])
    return points([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


def bits(column: np.ndarray) -> list[int]:
    return column.view(np.int64).tolist()


def rows(given: Points) -> list[tuple[float, int, str]]:
    return [(s, t, repr(v)) for s, t, v in zip(*(c.tolist() for c in given), strict=True)]


@given(series())
def test_a_chunk_comes_back_bit_for_bit(chunk: Points) -> None:
    back = unpack(pack(*chunk).bytes)
    assert [bits(column) for column in back] == [bits(column) for column in chunk]


def test_every_bit_of_a_nan_and_the_sign_of_zero_survive() -> None:
    odd = np.array([0x7FF8000000000001, -0x7FFFFFFFFFFF, -(2**63)], dtype=np.int64)
    back = unpack(pack([-0.0, 0.0, 1.0], [0, 0, 0], odd.view(np.float64)).bytes)
    assert bits(back.values) == odd.tolist()
    assert bits(back.steps) == [-(2**63), 0, bits(np.array([1.0]))[0]]


@given(series())
def test_a_packed_chunk_tells_what_is_in_it(chunk: Points) -> None:
    told = pack(*chunk)
    numbers = [v for v in chunk.values.tolist() if not math.isnan(v)]
    assert (told.count, told.first_step, told.last_step) == (
        chunk.steps.size,
        chunk.steps[0],
        chunk.steps[-1],
    )
    assert bits(np.array([told.last])) == bits(chunk.values[-1:])
    assert told.min == (min(numbers) if numbers else None)
    assert told.max == (max(numbers) if numbers else None)
    if numbers:
        where = chunk.values.tolist().index(told.min)
        assert told.min_step == chunk.steps[where]


@pytest.mark.parametrize("jitter", [0, 40])
def test_noise_takes_at_most_ten_bytes_a_point(jitter: int) -> None:
    random = np.random.default_rng(7)
    times = START + np.arange(1000) * 250 + random.integers(0, jitter + 1, 1000)
    packed = pack(np.arange(1000.0), times, random.normal(size=1000)).bytes
    assert len(packed) / 1000 <= 10


def test_decimal_steps_and_float32_values_pack_smaller_than_noise() -> None:
    random = np.random.default_rng(7)
    times = START + np.arange(1000) * 250
    single = random.normal(size=1000).astype(np.float32).astype(np.float64)
    assert len(pack(np.arange(1000) / 10, times, single).bytes) / 1000 <= 6


@pytest.mark.parametrize(
    ("steps", "times", "values", "wrong"),
    [
        ([], [], [], "empty"),
        ([2.0, 1.0], [0, 0], [1.0, 1.0], "ascend"),
        ([math.nan], [0], [1.0], "finite"),
        ([math.inf], [0], [1.0], "finite"),
        ([1.0, 2.0], [0], [1.0, 1.0], "one length"),
        ([[1.0]], [[0]], [[1.0]], "flat"),
    ],
)
def test_points_that_are_not_a_series_are_refused(
    steps: list[float], times: list[int], values: list[float], wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        pack(steps, times, values)


@given(series(smallest=3), st.integers(min_value=0), st.integers(1, 255))
@settings(max_examples=200)
def test_a_changed_byte_never_comes_back_as_other_points(
    chunk: Points, place: int, change: int
) -> None:
    packed = bytearray(pack(*chunk).bytes)
    packed[place % len(packed)] ^= change
    try:
        back = unpack(bytes(packed))
    except ValueError:
        return
    # One bit of a zstd header means nothing, so flipping it may pass.
    assert [bits(column) for column in back] == [bits(column) for column in chunk]


@given(st.binary(max_size=80))
def test_any_other_bytes_are_refused(noise: bytes) -> None:
    with pytest.raises(ValueError, match="chunk"):
        unpack(noise)


def test_a_frame_with_too_few_points_in_it_is_refused() -> None:
    packed = pack([1.0, 2.0], [1, 2], [1.0, 2.0]).bytes
    more = packed[:3] + (3).to_bytes(4, "little") + packed[7:]
    with pytest.raises(ValueError, match="cut short"):
        unpack(more)


def test_a_frame_that_claims_to_be_enormous_makes_no_room_for_it() -> None:
    packed = pack([1.0, 2.0], [1, 2], [1.0, 2.0]).bytes
    # A frame's header with eight bytes of content size, which says 2**46.
    frame = b"\x28\xb5\x2f\xfd" + b"\xe0" + (2**46).to_bytes(8, "little") + packed[13:]
    with pytest.raises(ValueError, match="cut short"):
        unpack(packed[:7] + frame)


def test_a_chunk_cut_short_is_refused() -> None:
    packed = pack([1.0, 2.0, 3.0], [1, 2, 3], [1.0, 2.0, 3.0]).bytes
    for length in range(len(packed)):
        with pytest.raises(ValueError, match="chunk"):
            unpack(packed[:length])


@given(coarse(), coarse())
def test_merging_replaces_exactly_the_steps_that_are_new(old: Points, new: Points) -> None:
    merged, _ = merge(old, new)
    steps = set(new.steps.tolist())
    expected = [row for row in rows(old) if row[0] not in steps] + rows(new)
    assert rows(merged) == sorted(expected, key=lambda row: row[0])


@given(coarse(), coarse())
def test_merging_says_whether_anything_changed(old: Points, new: Points) -> None:
    merged, changed = merge(old, new)
    assert changed == (rows(merged) != rows(old))
    assert not merge(merged, new)[1]


def test_new_points_may_come_out_of_order() -> None:
    new = Points(np.array([3.0, 1.0]), np.array([30, 10]), np.array([3.0, 1.0]))
    merged, changed = merge(points([2.0], [20], [2.0]), new)
    assert (merged.steps.tolist(), merged.values.tolist(), changed) == ([1, 2, 3], [1, 2, 3], True)


def test_two_points_of_a_step_give_way_to_one() -> None:
    old = points([1.0, 1.0, 2.0], [1, 2, 3], [5.0, 6.0, 7.0])
    merged, changed = merge(old, points([1.0], [9], [8.0]))
    assert (merged.values.tolist(), changed) == ([8.0, 7.0], True)


@given(series(), st.integers(1, 20))
def test_no_bucket_loses_its_outlier(given_series: Points, width: int) -> None:
    found = buckets(given_series.steps, given_series.values, width)
    assert 1 <= found.steps.size <= width
    assert found.counts.sum() == given_series.steps.size
    begin = 0
    for row, count in enumerate(found.counts.tolist()):
        inside = given_series.values[begin : begin + count]
        numbers = [v for v in inside.tolist() if not math.isnan(v)]
        assert found.steps[row] == given_series.steps[begin]
        if numbers:
            assert (found.low[row], found.high[row]) == (min(numbers), max(numbers))
        else:
            assert math.isnan(found.low[row])
            assert math.isnan(found.high[row])
        begin += count


def test_an_infinity_is_an_outlier_and_a_nan_is_not() -> None:
    found = buckets([0.0, 1.0, 2.0], [math.nan, math.inf, math.inf], 1)
    assert (found.low_at.tolist(), found.high_at.tolist()) == ([1], [1])
    assert buckets([0.0, 1.0], [math.nan, math.nan], 1).low_at.tolist() == [0]


def test_a_single_spike_in_a_million_points_is_drawn() -> None:
    values = np.zeros(1_000_000)
    values[123_456] = 1e6
    steps, drawn = outline(np.arange(1_000_000.0), values, 800)
    assert steps.size <= 1602
    assert (steps[drawn == 1e6].tolist(), steps[0], steps[-1]) == ([123_456.0], 0.0, 999_999.0)


def test_a_short_series_is_drawn_as_it_is() -> None:
    steps, drawn = outline([1.0, 2.0, 3.0], [1.0, math.nan, 3.0], 10)
    assert steps.tolist() == [1.0, 2.0, 3.0]
    assert math.isnan(drawn[1])


def test_an_empty_series_has_no_buckets_and_no_summary() -> None:
    assert buckets([], [], 5).steps.size == 0
    with pytest.raises(ValueError, match="empty"):
        summary([])
    with pytest.raises(ValueError, match="at least one"):
        buckets([1.0], [1.0], 0)


def test_a_summary_passes_over_nan_but_keeps_it_as_the_last_value() -> None:
    told = summary([2.0, -math.inf, math.nan, 7.0, 7.0, math.nan])
    assert (told.min, told.min_at, told.max, told.max_at) == (-math.inf, 1, 7.0, 3)
    assert math.isnan(told.last)
