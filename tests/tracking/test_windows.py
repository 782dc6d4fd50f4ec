"""A part of a chart: the same points as of the whole, and no chunk beside them."""

from typing import Any

import numpy as np
import pytest

from sources.models import Source
from tests.tracking.making import run, series, store
from tracking import curves
from tracking.models import Metric, Run
from tracking.series import unpack
from tracking.streams.series import held, stored_points


@pytest.fixture
def metric(source: Source) -> Metric:
    """Five chunks and a tail of ten."""
    store(source, run("DOC-1"), series("DOC-1", "loss", [float(n) for n in range(5_000)]))
    store(source, series("DOC-1", "loss", [9.0] * 10, steps=range(5_000, 5_010)))
    return Metric.objects.get(name="loss")


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The first step of each chunk that was unpacked."""
    seen: list[Any] = []

    def counted(packed: bytes) -> Any:
        points = unpack(packed)
        seen.append(float(points.steps[0]))
        return points

    monkeypatch.setattr(held, "unpack", counted)
    return seen


@pytest.mark.parametrize(
    ("start", "end", "chunks"),
    [
        (None, None, [0, 1_000, 2_000, 3_000, 4_000]),
        (2_500, 2_510, [2_000]),
        (1_999, 2_000, [1_000, 2_000]),
        (None, 500, [0]),
        (4_990, None, [4_000]),
        (4_999.5, 4_999.6, []),
        (6_000, 7_000, []),
    ],
)
def test_a_window_reads_only_the_chunks_in_it(
    metric: Metric,
    unpacked: list[float],
    start: float | None,
    end: float | None,
    chunks: list[float],
) -> None:
    (chart,) = curves.charts([metric], start=start, end=end, width=10_000)
    assert unpacked == chunks
    low, high = -1 if start is None else start, 9_999 if end is None else end
    assert chart["series"][0]["x"] == [step for step in range(5_010) if low <= step <= high]


def test_a_window_of_time_reads_all_since_chunks_go_by_steps(
    metric: Metric, unpacked: list[float]
) -> None:
    (chart,) = curves.charts([metric], x="time", start=2_500, end=2_510)
    assert len(unpacked) == 5
    assert chart["series"][0]["x"] == list(range(2_500, 2_511))


def test_a_part_of_the_points_is_whole_chunks(metric: Metric) -> None:
    name = Run.objects.get().pk, "loss"
    found = stored_points([name], start=2_500, end=2_510)[name].steps
    assert np.array_equal(found[:1_000], np.arange(2_000, 3_000))
