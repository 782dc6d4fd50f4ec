"""Values as the rows have them: empty, strange, spread, repeated, out of order."""

import math
import random
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.neptune_archive import limits
from tests.connectors_archive.archives import PROJECT, SCHEMA, START, Writer, losses, row, system
from tests.connectors_archive.reading import read

MILLISECONDS = int(START.timestamp() * 1000)


def series(values: list[float | None], *, path: str = "loss", steps: list | None = None) -> list:
    steps = list(range(len(values))) if steps is None else steps
    return [
        row(path, "float_series", value, step=step, time=START)
        for step, value in zip(steps, values, strict=True)
    ]


def test_rows_without_a_value_are_dropped(tmp_path: Path) -> None:
    empty = [row(f"p/{kind}", kind, None) for kind in ("string", "int", "float", "bool", "file")]
    Writer(tmp_path).part([*system(), *empty, row("p/tags", "string_set", None)])
    found = read(tmp_path)
    assert set(found.run().attributes) == {path["attribute_path"] for path in system()}
    assert found.files() == {}


def test_an_empty_text_and_an_empty_set_are_values(tmp_path: Path) -> None:
    Writer(tmp_path).part([*system(), row("a", "string", ""), row("b", "string_set", [])])
    attributes = read(tmp_path).run().attributes
    assert (attributes["a"].value, attributes["b"].value) == ("", [])


def test_attributes_spread_over_row_groups_and_parts_make_one_record(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.part([row("first", "int", 1)], losses(3), [row("second", "int", 2)])
    writer.part([row("third", "string", "x")], system(), number=1)
    found = read(tmp_path)
    assert found.runs() == ["DOC-1"]
    assert {"first", "second", "third", "sys/id"} <= set(found.run().attributes)


def test_numbers_that_are_none_come_through(tmp_path: Path) -> None:
    odd = [math.nan, math.inf, -math.inf, 5e-324, -0.0]
    Writer(tmp_path).part(
        [*system(), row("nan", "float", math.nan), row("big", "int", -(2**63))], series(odd)
    )
    found = read(tmp_path)
    assert math.isnan(found.run().attributes["nan"].value)
    assert found.run().attributes["big"].value == -(2**63)
    values = [value for _, _, value in found.points("loss")]
    assert repr(values) == repr(odd)


def test_texts_come_through_with_nul_and_great_length(tmp_path: Path) -> None:
    long = "ü" * 100_000
    lines = [row("log", "string_series", text, step=n) for n, text in enumerate([long, "a\0b"])]
    Writer(tmp_path).part([*system(), row("p", "string", long), row("n", "string", "a\0")], lines)
    found = read(tmp_path)
    assert found.run().attributes["p"].value == long
    assert found.run().attributes["n"].value == "a\0"
    assert [value for _, _, value in found.points("log")] == [long, "a\0b"]


def test_long_texts_are_read_a_few_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "TEXT_A_READ", 1_000)
    lines = [row("log", "string_series", f"{n} " + "x" * 50, step=n) for n in range(200)]
    Writer(tmp_path).part(system(), lines)
    found = read(tmp_path)
    assert max(len(record.steps) for record in found.series("log")) <= 65
    assert [value.split()[0] for _, _, value in found.points("log")] == [str(n) for n in range(200)]
    monkeypatch.setattr(limits, "TEXT_A_ROW_GROUP", 1_000)
    assert "more text" in read(tmp_path).why("DOC-1")


def test_text_that_is_no_utf8_comes_through(tmp_path: Path) -> None:
    """Arrow does not check what a writer calls text."""
    writer = Writer(tmp_path)
    rows = [
        *system(),
        row("p", "string", b"half \xed\xa0\xbd"),
        row("q", "string", b"cut \xc3"),
        row("t", "string_set", [b"\xff", b"a"]),
        row("log", "string_series", b"\xff!", step=1),
    ]
    loose = SCHEMA.set(8, pa.field("string_value", pa.binary()))
    loose = loose.set(11, pa.field("string_set_value", pa.list_(pa.binary())))
    for one in rows:
        if isinstance(one.get("string_value"), str):
            one["string_value"] = one["string_value"].encode()
    columns = pa.Table.from_pylist(rows, schema=loose).columns
    views = [
        pa.chunked_array([chunk.view(pa.string()) for chunk in column.chunks])
        if field.name == "string_value"
        else column
        for field, column in zip(loose, columns, strict=True)
    ]
    tags = columns[11].combine_chunks()
    views[11] = pa.ListArray.from_arrays(
        tags.offsets, tags.values.view(pa.string()), mask=tags.is_null()
    )
    path = writer.part([])
    pa.parquet.write_table(pa.Table.from_arrays(views, schema=SCHEMA), path)
    found = read(tmp_path)
    assert found.run().attributes["p"].value == "half \ud83d"
    assert found.run().attributes["q"].value == "cut \ufffd"
    assert found.run().attributes["t"].value == ["a", "\ufffd"]
    assert found.points("log")[0][2] == "\ufffd!"


def test_a_date_outside_the_calendar_is_a_gap(tmp_path: Path) -> None:
    path = Writer(tmp_path).part([])
    rows = [*system(), row("when", "datetime", START)]
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    far = pa.array([None] * len(system()) + [2**62], pa.int64()).cast(table.field(10).type)
    for index, one in enumerate(rows):
        if one["attribute_path"] == "sys/creation_time":
            assert index == 2
    pa.parquet.write_table(table.set_column(10, SCHEMA.field(10), far), path)
    found = read(tmp_path)
    assert "when" not in found.run().attributes
    assert found.why("1 dates", "DOC-1") == "outside the years that can be shown"


def test_points_without_a_step_or_a_value_are_counted_as_gaps(tmp_path: Path) -> None:
    Writer(tmp_path).part(system(), series([1.0, None, 3.0, 4.0], steps=[0, 1, 2, None]))
    found = read(tmp_path)
    assert [(step, value) for step, _, value in found.points("loss")] == [(0.0, 1.0), (2.0, 3.0)]
    assert found.why("2 points of loss in DOC-1").startswith("without a step or a value")


@given(
    points=st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 8), st.floats(allow_nan=False)),
        min_size=1,
        max_size=60,
    ),
    rows_a_read=st.integers(1, 20),
    cuts=st.integers(1, 4),
)
def test_rows_in_any_order_make_the_same_series(
    tmp_path_factory: pytest.TempPathFactory,
    points: list[tuple[str, int, float]],
    rows_a_read: int,
    cuts: int,
) -> None:
    """A step's points stay together whatever batch they fall into."""
    points.sort(key=lambda point: point[1])  # as exporters write: ascending, or interleaved
    root = tmp_path_factory.mktemp("archive")
    rows = [row(path, "float_series", value, step=step, time=START) for path, step, value in points]
    size = -(-len(rows) // cuts)
    Writer(root).part(system(), *[rows[i : i + size] for i in range(0, len(rows), size)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sources.connectors.neptune_archive.parquet.limits.ROWS_A_READ", rows_a_read)
        found = read(root)
    for path in "abc":
        expected = [(step, MILLISECONDS, value) for name, step, value in points if name == path]
        assert found.points(path) == expected
        for record in found.series(path):
            assert list(record.steps) == sorted(record.steps)


def test_shuffled_rows_are_put_in_order(tmp_path: Path) -> None:
    rows = losses(200) + losses(200, path="other")
    random.Random(3).shuffle(rows)
    Writer(tmp_path).part(system(), rows)
    found = read(tmp_path)
    (loss,) = found.series("loss")
    assert list(loss.steps) == list(range(200))
    assert list(loss.values) == [1 / (n + 1) for n in range(200)]


def test_a_single_series_that_runs_backwards_is_put_in_order(tmp_path: Path) -> None:
    Writer(tmp_path).part(system(), losses(50)[::-1])
    (loss,) = read(tmp_path).series("loss")
    assert list(loss.steps) == list(range(50))


def test_series_written_side_by_side_come_as_one_record_each(tmp_path: Path) -> None:
    rows = [one for both in zip(losses(50), losses(50, path="other"), strict=True) for one in both]
    Writer(tmp_path).part(system(), rows)
    found = read(tmp_path)
    assert [len(found.series(path)) for path in ("loss", "other")] == [1, 1]


def test_a_step_that_comes_again_in_a_later_row_group_keeps_all_its_points(tmp_path: Path) -> None:
    Writer(tmp_path).part(
        system(), series([1.0, 2.0], steps=[0, 1]), series([3.0, 4.0], steps=[1, 2])
    )
    assert [(s, v) for s, _, v in read(tmp_path).points("loss")] == [(0, 1), (1, 2), (1, 3), (2, 4)]


def test_a_page_never_has_many_more_points_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "POINTS_A_PAGE", 500)
    monkeypatch.setattr(limits, "ROWS_A_READ", 500)
    Writer(tmp_path).part(system(), losses(5_000), [row("x", "string_series", "y", step=1)])
    found = read(tmp_path)
    sizes = [sum(len(r.steps) for r in p.records if hasattr(r, "steps")) for p in found.pages]
    assert max(sizes) <= 501  # the last point of a batch is repeated when its step goes on
    assert sum(sizes) >= 5_001
    assert len(found.points("loss")) == 5_000


def test_old_exports_with_many_runs_in_a_file_are_read_run_by_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RUNS_AT_ONCE", 2)
    names = [f"DOC-{n}" for n in range(1, 6)]
    attributes = [one for name in names for one in system(name)]
    points = [one for name in names for one in losses(10, run=name)]
    Writer(tmp_path).part(attributes[:15], attributes[15:], points, run="acme_docs", folder="data")
    found = read(tmp_path)
    assert sorted(found.runs()) == names
    for name in names:
        assert len(found.points("loss", name)) == 10
        assert found.run(name).attributes["sys/id"].value == name
    assert read(tmp_path, found.resume).pages == []


def test_a_run_without_any_attribute_still_has_a_record(tmp_path: Path) -> None:
    Writer(tmp_path).part(losses(3))
    found = read(tmp_path)
    assert found.run().project == PROJECT
    assert found.run().attributes == {}
    assert "notebook" in found.why("parameters and tags", "DOC-1")


def test_too_many_attributes_are_cut_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ATTRIBUTES_A_RUN", 10)
    Writer(tmp_path).part([*system(), *[row(f"p/{n}", "int", n) for n in range(14)]])
    found = read(tmp_path)
    assert len(found.run().attributes) == 10
    assert "more than" in found.why("10 attributes", "DOC-1")


def test_a_type_from_the_future_is_said(tmp_path: Path) -> None:
    Writer(tmp_path).part([*system(), row("x", "tensor", None)])
    assert "does not know" in read(tmp_path).why("'tensor'", "DOC-1")


def test_steps_and_times_of_other_types_are_read_too(tmp_path: Path) -> None:
    """A table that somebody has rewritten with another tool."""
    path = Writer(tmp_path).part([])
    table = pa.Table.from_pylist([*system(), *losses(3)], schema=SCHEMA)
    steps = table.column("step").cast(pa.float64())
    times = table.column("timestamp").cast(pa.timestamp("us", tz="UTC"))
    table = table.set_column(4, "step", steps).set_column(5, "timestamp", times)
    pa.parquet.write_table(table, path)
    assert [(s, t) for s, t, _ in read(tmp_path).points("loss")] == [
        (n, MILLISECONDS) for n in range(3)
    ]
