"""What a server tells that cannot be so costs that one thing, and says which."""

import math
from importlib import import_module
from types import SimpleNamespace
from typing import Any, cast

import pytest

from sources.connectors.base import Gap
from sources.connectors.neptune.rows import Row, row_of
from sources.connectors.neptune.series import placed_at
from sources.connectors.neptune.table import Entry, Table
from tests.connectors_neptune.reading import read
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT


def told(path: str, kind: str, **properties: Any) -> dict[str, Any]:
    return {"name": path, "type": kind, f"{kind}Properties": properties}


STEP, TIME = 0, 1  # of a point, as the practice server keeps it
GOOD = [
    told("sys/id", "string", value="DOC-1"),
    told("acc", "float", value=0.5),
    told("source_code/git", "gitRef", commit={"commitId": "abc"}),
]


def understood(*fields: dict[str, Any]) -> Row:
    table = Table(cast("Any", SimpleNamespace(host="neptune.example")), "p1", "run")
    return row_of(Entry("e1", [*GOOD, *fields]), PROJECT, table)


@pytest.mark.parametrize(
    "field",
    [
        told("at", "datetime", value="the day after"),
        told("at", "datetime", value=12),
        told("at", "datetime", value="0001-01-01T00:00:00+05:00"),
        told("at", "float", value=10**400),
        told("at", "float", value=[]),
        told("at", "stringSet", values=["a", 1]),
        told("at", "gitRef", commit="abc"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_gap_of_its_own(field: dict[str, Any]) -> None:
    row = understood(field)
    assert row.record.gaps == [Gap("at", f"is no {field['type']} that can be read")]
    assert set(row.record.attributes) == {"sys/id", "acc", "source_code/git"}


def test_fields_of_no_known_shape_keep_nothing_else_away() -> None:
    row = understood(
        {"type": "float"},
        {"name": "x"},
        {"name": "y", "type": "float", "floatProperties": None},
        {"name": "z", "type": "float", "floatProperties": 3},
        told("loss", "floatSeries", last=1.0, lastStep="no"),
    )
    assert (row.record.run, row.record.attributes["acc"].value) == ("DOC-1", 0.5)
    assert row.series[0].last_step is None


def test_a_time_of_change_that_cannot_be_read_is_none() -> None:
    assert Entry("e", [told("sys/modification_time", "datetime", value="soon")]).modified == 0


# ── from a server ────────────────────────────────────────────────────────────


@pytest.fixture
def logged(practice, tmp_path):
    with writing.run(practice, tmp_path) as run:
        run["acc"] = 0.5
        run["loss"].extend([1.0, 0.5, 0.25], steps=[0, 1, 2], timestamps=[1e9, 1e9 + 1, 1e9 + 2])
        run["notes"].extend(["a", "b"], steps=[0, 1], timestamps=[1e9, 1e9 + 1])
        run["after"].upload(import_module("neptune.types").File.from_content("seen"))
        return run["sys/id"].fetch()


def fields(practice, run: str) -> dict[str, Any]:
    return practice.store.require(f"{PROJECT}/{run}").fields


def test_a_number_that_no_float_holds_leaves_the_run(practice, logged, neptune):
    fields(practice, logged)["acc"].value = 10**400
    found = read(neptune)
    assert Gap("acc", "is no float that can be read") in found.runs[logged].gaps
    assert found.content(logged, "after") == b"seen"


@pytest.mark.parametrize(
    ("place", "wrong"), [(STEP, "NaN"), (STEP, "-Infinity"), (STEP, "x"), (TIME, 10**30)]
)
def test_a_point_without_a_place_is_a_gap_and_the_others_stay(
    practice, logged, neptune, place, wrong
):
    for path in ("loss", "notes"):
        fields(practice, logged)[path].value[1][place] = wrong
    found = read(neptune)
    assert found.steps(logged, "loss") == [0.0, 2.0]
    assert found.steps(logged, "notes") == [0.0]
    for path in ("loss", "notes"):
        (gap,) = [gap for gap in found.gaps if gap.what == f"{path} of {logged}"]
        assert gap.why.startswith("1 point has no finite step")
    assert found.content(logged, "after") == b"seen"


@pytest.mark.parametrize(
    ("value", "placed"),
    [("NaN", True), (math.inf, True), (0, True), (None, False), ("x", False), (10**400, False)],
)
def test_a_value_may_be_no_number_but_not_nothing(value: Any, placed: bool) -> None:
    point = {"step": 1, "timestampMillis": 5, "value": value}
    assert (placed_at(point, "floatSeries") is not None) is placed


def test_a_series_that_ends_in_nonsense_is_not_read_again_and_again(practice, logged, neptune):
    fields(practice, logged)["loss"].value[2][STEP] = "NaN"
    before = read(neptune)
    assert before.steps(logged, "loss") == [0.0, 1.0]
    assert read(neptune, before.position).steps(logged, "loss") == []


def test_steps_that_fall_come_in_order(practice, logged, neptune):
    points = fields(practice, logged)["loss"].value
    points[0][STEP], points[2][STEP] = 2.0, 0.0
    found = read(neptune)
    assert found.steps(logged, "loss") == [0.0, 1.0, 2.0]
    assert found.values(logged, "loss") == [0.25, 0.5, 1.0]
