"""Lines of text series in real tables, against a plain model of what they must hold."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.connectors.base import SeriesRecord
from sources.models import Source
from sources.store import Stored
from tests.tracking.making import PROJECT, series, store
from tracking.models import LogChunk
from tracking.streams.texts import CHUNK as LINES
from tracking.streams.texts import read_lines, unpacked


def lines(source: Source) -> list[tuple[float, str]]:
    key = source.key("run", f"{PROJECT}\nDOC-1")
    return [(step, text) for step, _, text in read_lines(key, "logs")]


def logged(texts: list[Any], **more: Any) -> SeriesRecord:
    return series("DOC-1", "logs", texts, text=True, **more)


def test_lines_of_text_grow_are_corrected_and_are_read_again_for_nothing(source: Source) -> None:
    assert store(source, logged(["a", "b"])) == Stored(inserted=1)
    assert store(source, logged(["a", "b"])) == Stored(unchanged=1)
    assert store(source, logged(["B", "c"], steps=[1, 2])) == Stored(updated=1)
    assert lines(source) == [(0, "a"), (1, "B"), (2, "c")]


def test_several_lines_of_one_step_stay_in_their_order_and_are_not_doubled(source: Source) -> None:
    store(source, logged(["a", "b", "c"], steps=[0, 0, 1]), logged(["c", "d"], steps=[1, 1]))
    assert lines(source) == [(0, "a"), (0, "b"), (1, "c"), (1, "d")]


def test_a_long_log_grows_by_its_end(source: Source) -> None:
    store(source, logged([f"line {n}" for n in range(3 * LINES + 5)]))
    before = dict(LogChunk.objects.values_list("seq", "id"))
    start = 3 * LINES + 5
    store(source, logged(["more"] * LINES, steps=range(start, start + LINES)))
    after = dict(LogChunk.objects.values_list("seq", "id", "count").values_list("seq", "id"))
    assert {seq for seq in before if before[seq] == after[seq]} == {0, 1, 2}
    assert list(LogChunk.objects.order_by("seq").values_list("count", flat=True)) == [
        LINES, LINES, LINES, LINES, 5,
    ]  # fmt: skip
    key = source.key("run", f"{PROJECT}\nDOC-1")
    assert [text for _, _, text in read_lines(key, "logs", last=LINES + 1)][:2] == [
        f"line {start - 1}", "more",
    ]  # fmt: skip


def sizes() -> list[int]:
    chunks = LogChunk.objects.order_by("seq")
    return [sum(len(text.encode()) for _, _, text in unpacked(chunk)) for chunk in chunks]


def test_long_lines_make_small_chunks_and_a_log_of_them_grows_by_its_end(source: Source) -> None:
    long = [f"{number:03}" + "ü" * 50_000 for number in range(7)]
    store(source, logged([*long, "x" * 600_000]))
    assert sizes() == [200_006, 200_006, 200_006, 100_003, 600_000]
    before = dict(LogChunk.objects.values_list("seq", "id"))
    store(source, logged(["more", "and more"], steps=[8, 9]))
    after = dict(LogChunk.objects.values_list("seq", "id"))
    assert {seq for seq in before if before[seq] == after[seq]} == {0, 1, 2, 3}
    assert [text for _, text in lines(source)] == [*long, "x" * 600_000, "more", "and more"]


def test_odd_signs_in_a_line_are_made_storable(source: Source) -> None:
    store(source, logged(["nul \x00", "half \ud83d", "ü\n\t", ""]))
    assert [text for _, text in lines(source)] == ["nul �", "half �", "ü\n\t", ""]


BLOCKS = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.text("ab", max_size=2)), min_size=1, max_size=7),
    max_size=6,
)


@pytest.mark.parametrize("size", [256_000, 3], ids=["by number", "by size"])
@given(blocks=BLOCKS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_pages_of_lines_hold_what_the_model_holds(
    source: Source, monkeypatch: pytest.MonkeyPatch, size: int, blocks: list[list[tuple[int, str]]]
) -> None:
    monkeypatch.setattr("tracking.streams.texts.CHUNK", 4)
    monkeypatch.setattr("tracking.streams.texts.BYTES", size)
    LogChunk.objects.all().delete()
    told: list[tuple[int, str]] = []
    for block in blocks:
        new = sorted(block, key=lambda line: line[0])
        steps = {step for step, _ in new}
        told = sorted([*(line for line in told if line[0] not in steps), *new], key=lambda t: t[0])
        with transaction.atomic():
            store(source, logged([text for _, text in new], steps=[step for step, _ in new]))
        assert lines(source) == told
        numbers = list(LogChunk.objects.order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(len(numbers)))
