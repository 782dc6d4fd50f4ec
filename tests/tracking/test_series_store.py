"""Series in real tables, against a plain model of what they must hold."""

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sources.connectors.base import SeriesRecord
from sources.models import Source
from sources.store import Stored
from tests.tracking.making import PROJECT, run, series, store
from tracking.models import LogChunk, Metric, SeriesChunk, SeriesTail
from tracking.series import Points, points, unpack
from tracking.streams.series import figures, stored_points, storing

type Told = list[tuple[float, int, float]]

VALUES = st.floats(width=32) | st.sampled_from([math.nan, math.inf, -math.inf, 0.0, 1.0, 2.0])
POINTS = st.tuples(st.integers(0, 12).map(float), st.integers(0, 9), VALUES)
BLOCK = st.lists(POINTS, min_size=1, max_size=12).map(lambda told: sorted(told, key=lambda t: t[0]))
FORWARD = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), VALUES), min_size=1, max_size=9)
PAGES = st.lists(st.tuples(st.sampled_from(["loss", "f1"]), BLOCK | FORWARD), max_size=9)
# Whole numbers that tell apart which page a point came with.
FIGURES = st.integers(0, 3).map(float)
GROWS = st.tuples(st.just("grows"), st.integers(1, 14), FIGURES)
AGAIN = st.tuples(st.just("again"), st.integers(4, 14), FIGURES)
OVERLAPS = st.tuples(st.just("overlaps"), st.integers(1, 14), FIGURES)
HISTORY = st.lists(GROWS | AGAIN | OVERLAPS, min_size=2, max_size=7)

type Act = tuple[str, int, float]


class Model:
    """What the contract says: a step's points are replaced, others stay."""

    def __init__(self) -> None:
        self.told: dict[str, Told] = {}

    def take(self, name: str, block: Told) -> None:
        steps = {step for step, _, _ in block}
        kept = [point for point in self.told.get(name, []) if point[0] not in steps]
        self.told[name] = sorted([*kept, *block], key=lambda point: point[0])

    def onwards(self, name: str, moves: Told) -> Told:
        """Moves as points that go on after the last step."""
        last = self.told[name][-1][0] if self.told.get(name) else -1.0
        steps = itertools.accumulate((move[0] for move in moves), initial=last)
        return [
            (step, at, value) for step, (_, at, value) in zip(list(steps)[1:], moves, strict=True)
        ]


def same(one: Points, other: Told) -> bool:
    held = list(zip(*(column.tolist() for column in one), strict=True))
    return repr(held) == repr([(float(s), at, float(value)) for s, at, value in other])


def as_record(name: str, block: Told) -> SeriesRecord:
    steps, times, values = zip(*block, strict=True)
    return SeriesRecord(PROJECT, "DOC-1", name, "float", steps, times, values)


def row_of(metric: Metric) -> dict[str, Any]:
    return {name: getattr(metric, name) for name in figures(points([0.0], [0], [0.0]))}


def check_tables(source: Source, model: Model) -> None:
    key = source.key("run", f"{PROJECT}\nDOC-1")
    for name, told in model.told.items():
        held = stored_points([(key, name)])[key, name]
        assert same(held, told), (name, held, told)
        metric = Metric.objects.get(run=key, name=name)
        assert repr(row_of(metric)) == repr(figures(held))
        check_layout(key, name)


def check_layout(key: Any, name: str) -> None:
    """Chunks are full but for the last, numbered on, and the tail lies after them."""
    chunks = list(SeriesChunk.objects.filter(run=key, name=name).order_by("seq"))
    tail = list(SeriesTail.objects.filter(run=key, name=name).values_list("step", flat=True))
    assert [chunk.seq for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.count == storing.CHUNK for chunk in chunks[:-1])
    assert len(tail) < storing.CHUNK
    for chunk in chunks:
        held = unpack(bytes(chunk.packed))
        assert (chunk.first_step, chunk.last_step, chunk.count) == (
            held.steps[0], held.steps[-1], held.steps.size,
        )  # fmt: skip
        assert all(step >= chunk.last_step for step in tail)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of five points and tails of less than three at once: all edges, soon."""
    monkeypatch.setattr(storing, "CHUNK", 5)
    monkeypatch.setattr(storing, "FEW", 3)


@given(pages=PAGES, forward=st.lists(st.booleans(), min_size=9, max_size=9))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(pages=[("f1", [(1, 1, 1.0)] * 3), ("f1", [(1, 1, 0.5)] * 9)], forward=[True] * 9)
def test_any_pages_hold_what_the_model_holds(
    source: Source, small: None, pages: list[tuple[str, Told]], forward: list[bool]
) -> None:
    Metric.objects.all().delete()
    SeriesChunk.objects.all().delete()
    SeriesTail.objects.all().delete()
    model = Model()
    for (name, block), goes_on in zip(pages, forward, strict=False):
        told = model.onwards(name, block) if goes_on else sorted(block, key=lambda point: point[0])
        model.take(name, told)
        assert store(source, as_record(name, told)).unchanged in {0, 1}
        check_tables(source, model)
        assert store(source, as_record(name, told)) == Stored(unchanged=1)
        check_tables(source, model)
    whole = [as_record(name, told) for name, told in model.told.items()]
    assert store(source, *whole) == Stored(unchanged=len(whole))


def pages_of(model: Model, act: Act) -> list[Told]:
    """What a tracker sends: a page that goes on, the series from its start in
    pages of so many points (and a page of new ones), or a page that begins
    before the end with other values."""
    kind, size, value = act
    told = model.told.get("loss", [])
    following = told[-1][0] + 1 if told else 0.0
    new = [(following + n, 7, value) for n in range(size)]
    if kind == "grows":
        return [new]
    if kind == "overlaps":
        return [[(step, 9, value) for step, _, _ in told[-size:]] + new[: size // 2]] * bool(told)
    whole = [*told, *new]
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def clear() -> None:
    for model in (Metric, SeriesChunk, SeriesTail):
        model.objects.all().delete()


@given(history=HISTORY)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(history=[("grows", 4, 1.0), ("grows", 2, 1.0), ("again", 5, 1.0)])
@example(history=[("grows", 4, 1.0), ("grows", 2, 1.0), ("grows", 2, 1.0), ("again", 3, 2.0)])
@example(history=[("grows", 9, 1.0), ("grows", 2, 1.0), ("overlaps", 1, 2.0), ("again", 4, 1.0)])
def test_a_series_may_be_read_again_from_anywhere_at_any_time(
    source: Source, small: None, history: list[Act]
) -> None:
    clear()
    model = Model()
    for act in history:
        for page in pages_of(model, act):
            model.take("loss", page)
            store(source, as_record("loss", page))
            check_tables(source, model)


def test_a_series_with_a_short_chunk_before_its_tail_is_read_again_whole(source: Source) -> None:
    def page(first: int, last: int) -> SeriesRecord:
        return series("DOC-1", "loss", [0.5] * (last - first), steps=range(first, last))

    for bounds in ((0, 950), (950, 1010), (0, 1000), (1000, 2000), (2000, 2500)):
        store(source, page(*bounds))
    key = source.key("run", f"{PROJECT}\nDOC-1")
    assert stored_points([(key, "loss")])[key, "loss"].steps.tolist() == list(range(2500))
    assert Metric.objects.get().points == 2500
    check_layout(key, "loss")


@pytest.mark.parametrize("bounds", [(16, 25), (14, 16), (13, 14), (3, 17), (0, 2)])
def test_short_chunks_in_the_middle_of_old_tables_lose_nothing(
    source: Source, small: None, bounds: tuple[int, int]
) -> None:
    model, key = Model(), source.key("run", f"{PROJECT}\nDOC-1")
    whole = [(float(n), 7, 1.0) for n in range(14)]
    model.take("loss", whole)
    store(source, as_record("loss", whole))
    SeriesChunk.objects.all().delete()
    for seq, (first, last) in enumerate([(0, 4), (4, 9), (9, 11), (11, 14)]):
        storing._write(
            source, {(key, "loss"): (seq, points(*zip(*whole[first:last], strict=True)))}
        )
    told = [(float(n), 8, 2.0) for n in range(*bounds)]
    model.take("loss", told)
    store(source, as_record("loss", told))
    held = stored_points([(key, "loss")])[key, "loss"]
    assert same(held, model.told["loss"])
    assert Metric.objects.get().points == len(model.told["loss"])


@given(pages=PAGES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_page_with_many_records_is_the_same_as_many_pages(
    source: Source, small: None, pages: list[tuple[str, Told]]
) -> None:
    Metric.objects.all().delete()
    SeriesChunk.objects.all().delete()
    SeriesTail.objects.all().delete()
    model = Model()
    records = []
    for name, block in pages:
        told = sorted(block, key=lambda point: point[0])
        model.take(name, told)
        records.append(as_record(name, told))
    store(source, *records)
    check_tables(source, model)


def counts(name: str = "loss") -> tuple[int, int]:
    chunks = SeriesChunk.objects.filter(name=name).count()
    return chunks, SeriesTail.objects.filter(name=name).count()


def test_a_growing_series_waits_in_the_tail_and_is_sealed_by_the_thousand(source: Source) -> None:
    store(source, series("DOC-1", "loss", [0.5] * 1000))
    assert counts() == (1, 0)
    for start in range(1000, 1990, 90):
        store(source, series("DOC-1", "loss", [0.4] * 90, steps=range(start, start + 90)))
    assert counts() == (1, 990)
    store(source, series("DOC-1", "loss", [0.3] * 90, steps=range(1990, 2080)))
    assert counts() == (3, 0)
    assert list(SeriesChunk.objects.order_by("seq").values_list("count", flat=True)) == [
        1000, 1000, 80,
    ]  # fmt: skip
    store(source, series("DOC-1", "loss", [0.2] * 200, steps=range(2080, 2280)))
    assert counts() == (3, 0), "the last chunk still had room"
    assert Metric.objects.get().points == 2280


def test_points_that_only_add_read_no_sealed_chunk(
    source: Source, django_assert_num_queries: Any
) -> None:
    store(source, series("DOC-1", "loss", [0.5] * 5000))
    with django_assert_num_queries(8) as queries:
        store(source, series("DOC-1", "loss", [0.4] * 3, steps=range(5000, 5003)))
    assert not any('"packed"' in one["sql"] for one in queries if "SELECT" in one["sql"])


def test_a_page_that_reaches_back_rewrites_only_the_end(source: Source) -> None:
    store(source, series("DOC-1", "loss", [5.0 - n / 1000 for n in range(3500)]))
    before = dict(SeriesChunk.objects.values_list("seq", "id"))
    store(source, series("DOC-1", "loss", [1.0, 0.5], steps=[3200, 4000]))
    after = dict(SeriesChunk.objects.values_list("seq", "id"))
    assert {seq for seq in before if before[seq] == after[seq]} == {0, 1, 2}
    metric = Metric.objects.get()
    assert (metric.points, metric.min, metric.min_step, metric.max_step) == (3501, 0.5, 4000, 0)


def test_a_best_point_that_is_taken_back_is_found_anew(source: Source) -> None:
    store(source, series("DOC-1", "f1", [0.5, 0.9, *[0.1] * 2000, 0.99]))
    store(source, series("DOC-1", "f1", [0.2], steps=[2002]))
    metric = Metric.objects.get()
    assert (metric.max, metric.max_step, metric.points) == (0.9, 1, 2003)


def test_a_correction_of_nothing_but_a_step_is_kept(source: Source) -> None:
    store(source, series("DOC-1", "f1", [0.9, 0.1, 0.2]))
    store(source, series("DOC-1", "f1", [0.1, 0.9], steps=[0, 1]))
    metric = Metric.objects.get()
    assert (metric.max, metric.max_step, metric.min_step) == (0.9, 1, 0)


def test_a_series_that_was_once_a_single_number_and_back_loses_no_point(source: Source) -> None:
    store(source, run("DOC-1", numbers={"f1": 0.5}))
    assert Metric.objects.get().points == 0
    store(source, series("DOC-1", "f1", [0.1, 0.2]))
    store(source, run("DOC-1", numbers={"f1": 0.7}))
    metric = Metric.objects.get()
    assert (metric.points, metric.last) == (2, 0.2)
    store(source, series("DOC-1", "f1", [0.3], steps=[2]))
    assert Metric.objects.get().points == 3


def test_a_number_that_a_run_has_no_longer_is_gone(source: Source) -> None:
    store(source, run("DOC-1", numbers={"f1": 0.5, "auc": math.nan}))
    metric = Metric.objects.get(name="auc")
    assert math.isnan(metric.last or 0)
    assert (metric.min, metric.max) == (None, None)
    store(source, run("DOC-1", numbers={"f1": 0.6}))
    assert list(Metric.objects.values_list("name", "last")) == [("f1", 0.6)]


def test_times_beyond_the_calendar_are_brought_to_its_edge(source: Source) -> None:
    store(source, series("DOC-1", "loss", [1.0, 2.0], times=[-5, 2**62]))
    metric = Metric.objects.get()
    assert metric.first_at is not None
    assert metric.last_at is not None
    assert (metric.first_at.year, metric.last_at.year) == (1970, 9999)


def test_a_path_that_no_index_takes_is_a_gap_and_the_rest_is_stored(source: Source) -> None:
    endless = "".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000))
    stored = store(
        source,
        run("DOC-1", numbers={endless: 1.0, "f1": 0.5}, parameters={endless: 1, "lr": 1}),
        series("DOC-1", endless, [1.0]),
        series("DOC-1", "loss", [1.0]),
    )
    assert [gap.why for gap in stored.gaps] == ["its path is longer than 2,000 bytes"]
    assert set(Metric.objects.values_list("name", flat=True)) == {"f1", "loss"}


def test_series_of_a_model_are_a_gap(source: Source) -> None:
    told = [series("DOC-CLS", "loss", [1.0]), series("DOC-CLS", "log", ["a"], text=True)]
    stored = store(source, *(replace(one, kind="model") for one in told))
    assert [gap.what for gap in stored.gaps] == ["loss of DOC-CLS", "log of DOC-CLS"]
    assert not SeriesChunk.objects.exists()
    assert not LogChunk.objects.exists()


def test_a_page_costs_the_same_for_one_series_and_for_sixty(source: Source) -> None:
    """New; a few points more; many more; the same again; one that reaches back."""
    pages = [(0, 200), (200, 5), (205, 900), (205, 900), (1100, 7)]

    def cost(names: int, start: int, count: int) -> int:
        steps = range(start, start + count)
        page = [series("DOC-1", f"{names}-{n}", [0.1] * count, steps=steps) for n in range(names)]
        with CaptureQueriesContext(connection) as queries:
            store(source, *page)
        return len(queries)

    alone, many = ([cost(names, *page) for page in pages] for names in (1, 60))
    assert alone == many
    assert max(alone) <= 20
