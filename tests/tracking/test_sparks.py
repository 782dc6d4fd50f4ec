"""Small pictures of a series: what they show, and how much is read for it."""

import math
from itertools import accumulate
from typing import Any

import pytest

from sources.models import Source
from tests.tracking.making import run, series, store
from tracking import sparks as drawing
from tracking.models import Run, SeriesChunk, SeriesTail
from tracking.series import unpack_values
from tracking.series.sketch import POINTS
from tracking.sparks import sparks


def logged(source: Source, handle: str, points: int) -> Any:
    falling = [1.0 - step / points for step in range(points)]
    store(source, run(handle), series(handle, "loss", falling))
    return Run.objects.get(handle=handle).pk


@pytest.fixture
def unpacked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the chunks that were unpacked."""
    seen: list[Any] = []

    def counted(packed: bytes) -> Any:
        values = unpack_values(packed)
        seen.append(values.size)
        return values

    monkeypatch.setattr(drawing, "unpack_values", counted)
    return seen


@pytest.mark.parametrize("points", [1, 30, 1_000, 4_000, 5_500, 20_000])
def test_a_spark_reads_four_chunks_at_most_and_spans_the_series(
    source: Source, unpacked: list[int], points: int
) -> None:
    key = logged(source, "DOC-1", points)
    shown = sparks([key], "loss")[key]
    assert unpacked == []
    assert min(points, POINTS) <= len(shown) < 2 * POINTS
    assert shown[0] == 1.0
    assert shown[-1] <= 3 / POINTS or points == 1
    assert shown == sorted(shown, reverse=True)
    SeriesChunk.objects.update(sketch=None)
    assert sparks([key], "loss")[key] == pytest.approx(shown, rel=1e-6)
    assert len(unpacked) == min(SeriesChunk.objects.count(), 4)


def test_values_too_large_for_a_sketch_are_read_from_the_points(
    source: Source, unpacked: list[int]
) -> None:
    odd = [1e200, math.nan, math.inf, -1.0]
    store(source, run("DOC-1"), series("DOC-1", "loss", odd))
    key = Run.objects.get(handle="DOC-1").pk
    assert sparks([key], "loss")[key] == pytest.approx(odd, nan_ok=True)
    assert unpacked == [4]


@pytest.mark.parametrize(
    ("pages", "chunks", "waiting"), [([1_000, 80, 80, 40], 1, 200), ([1_000, 1_130], 3, 0)]
)
def test_each_stretch_of_a_series_is_as_wide_as_it_is_long(
    source: Source, pages: list[int], chunks: int, waiting: int
) -> None:
    """A tail, or a short last chunk, takes no more room than its points ask for."""
    store(source, run("DOC-1"))
    for end, points in zip(accumulate(pages), pages, strict=True):
        steps = [float(step) for step in range(end - points, end)]
        store(source, series("DOC-1", "loss", steps, steps=steps))
    assert (SeriesChunk.objects.count(), SeriesTail.objects.count()) == (chunks, waiting)
    shown = sparks([Run.objects.get().pk], "loss").popitem()[1]
    assert POINTS <= len(shown) < 2 * POINTS
    even = [sum(pages) * place / len(shown) for place in range(len(shown))]
    assert shown == pytest.approx(even, abs=sum(pages) / 20)


@pytest.mark.parametrize("runs", [1, 60])
def test_the_sparks_of_a_page_cost_one_query(
    source: Source, runs: int, django_assert_num_queries: Any
) -> None:
    keys = [logged(source, f"DOC-{number}", 10 + number) for number in range(runs)]
    with django_assert_num_queries(1):
        assert len(sparks(keys, "loss")) == runs
