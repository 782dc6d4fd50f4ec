"""What MLflow's words mean, from plain dictionaries."""

from datetime import UTC, datetime
from math import inf, isnan
from typing import Any

import pytest

from sources.connectors.mlflow import exported
from sources.connectors.mlflow.histories import Points, parted
from sources.connectors.mlflow.position import REMEMBERED, Position, Reached
from sources.connectors.mlflow.runs import (
    Experiment,
    fingerprint,
    parameter_path,
    run_of,
    same_but_for_life,
    settings,
)
from sources.connectors.mlflow.tags import words_of
from sources.connectors.mlflow.values import moment, number, spoken

EXPERIMENT = Experiment("7", "acme/documents/first light")


def found(**more: Any) -> dict[str, Any]:
    told = {"run_id": "r1", "experiment_id": "7", "status": "FINISHED"}
    return {"info": told | more.pop("info", {}), "data": more}


def listed(**told: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in told.items()]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("32", 32),
        ("-1", -1),
        ("0012", "0012"),
        ("0.001", 0.001),
        ("1e-3", 0.001),
        ("1e-05", 1e-05),
        ("1.10", "1.10"),
        ("1_000", "1_000"),
        ("١٢", "١٢"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e999", "1e999"),
        ("True", True),
        ("true", "true"),
        ("None", "None"),
        ("", ""),
        (" 5", " 5"),
        ("2024e", "2024e"),
    ],
)
def test_a_parameter_is_a_number_only_where_python_would_have_written_it_so(
    told: str, meant: object
) -> None:
    value = spoken(told)
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize(
    ("told", "meant"),
    [("Infinity", inf), (-1.7976931348623157e308, -inf), ("1.5", 1.5), (None, 0.0)],
)
def test_a_metric_has_infinities_again(told: object, meant: float) -> None:
    assert number(told) == meant
    assert isnan(number("NaN"))


def test_times_are_milliseconds_as_numbers_or_text_and_none_where_impossible() -> None:
    assert moment("1790000000123") == datetime.fromtimestamp(1790000000.123, UTC)
    assert [moment(one) for one in (None, 0, -5, 10**18)] == [None] * 4


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"sprint": "49"}, {"sprint 49", "sprint=49"}),
        ({"jira": "DOC-1, doc-2"}, {"DOC-1", "doc-2", "jira=DOC-1, doc-2"}),
        (
            {"labels": '["sprint 49","DOC-3"]'},
            {"sprint 49", "DOC-3", 'labels=["sprint 49","DOC-3"]'},
        ),
        ({"labledger.task": "DOC-1, doc-2"}, {"DOC-1", "doc-2"}),
        ({"best": "true", "seen": ""}, {"best", "seen"}),
        ({"mlflow.user": "DOC-9"}, set()),
        ({"note": "x" * 900}, set()),
    ],
)
def test_tags_give_the_words_that_a_team_means(tags: dict[str, str], words: set[str]) -> None:
    assert set(words_of(tags)) == words


def test_a_run_without_anything_is_still_a_run_and_says_what_it_lacks() -> None:
    run = run_of(found(), EXPERIMENT, "here")
    assert run.record.project == "7"
    assert [gap.what for gap in run.record.gaps] == ["commit"]
    assert "sys/creation_time" not in run.record.attributes


@pytest.mark.parametrize(
    ("status", "state", "failed"),
    [("RUNNING", "Active", False), ("FAILED", "Inactive", True), ("KILLED", "Inactive", True)],
)
def test_a_status_is_a_state(status: str, state: str, failed: bool) -> None:
    told = run_of(found(info={"status": status}), EXPERIMENT, "here").record.attributes
    assert (told["sys/state"].value, told["sys/failed"].value) == (state, failed)
    assert told["mlflow/status"].value == status


def test_a_fingerprint_minds_every_value_and_no_order() -> None:
    one = found(params=listed(a="1", b="2"), tags=listed(t="x"))
    other = found(params=listed(b="2", a="1"), tags=listed(t="x"))
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint(found(params=listed(a="1", b="3"), tags=listed(t="x")))


def test_a_deleted_run_differs_in_its_life_only() -> None:
    alive = run_of(found(info={"lifecycle_stage": "active"}), EXPERIMENT, "here")
    dead = run_of(found(info={"lifecycle_stage": "deleted"}), EXPERIMENT, "here")
    assert dead.record.trashed
    assert alive.seen != dead.seen
    assert same_but_for_life(alive.seen, dead.seen)


def test_datasets_of_one_name_stay_apart() -> None:
    given = {"dataset": {"name": "pages", "digest": "d"}, "tags": []}
    run = run_of(found() | {"inputs": {"dataset_inputs": [given, given]}}, EXPERIMENT, "here")
    assert [path for path, _ in run.datasets] == ["dataset/input/pages", "dataset/input/pages+"]


# ── what Neptune's exporter loaded ───────────────────────────────────────────

LOADED = {
    "sys/id": "DOC-12",
    "sys/name": "first light",
    "sys/tags": "DOC-2698,sprint 49",
    "sys/owner": "ada",
    "sys/creation_time": "2026-03-01 10:00:00+01:00",
    "parameters/lr": "0.5",
}


def test_a_loaded_run_is_recognised_and_has_its_own_words_again() -> None:
    told = found(info={"run_name": "DOC-12", "start_time": 1}, params=listed(**LOADED))
    record = run_of(told, EXPERIMENT, "here").record
    assert record.provenance["same_as"] == {
        "tracker": "neptune", "project": "acme/documents", "run": "DOC-12",
    }  # fmt: skip
    words = {path: one.value for path, one in record.attributes.items()}
    assert words["sys/name"] == "first light"
    assert words["sys/tags"] == ["DOC-2698", "sprint 49"]
    assert words["sys/creation_time"] == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert words["parameters/lr"] == 0.5


@pytest.mark.parametrize(
    ("experiment", "name", "project"),
    [
        ("acme/documents/first light", "first light", "acme/documents"),
        ("old/acme/documents/a/b", "a/b", "acme/documents"),
        ("acme/documents/another run's", "", "acme/documents"),
        ("renamed", "first light", ""),
    ],
)
def test_its_project_is_read_from_the_experiment(experiment: str, name: str, project: str) -> None:
    assert exported.project_of(experiment, name) == project


def test_a_run_that_only_looks_alike_is_its_own() -> None:
    told = found(info={"run_name": "another"}, params=listed(**LOADED))
    assert "same_as" not in run_of(told, EXPERIMENT, "here").record.provenance


# ── points and positions ─────────────────────────────────────────────────────


def test_points_are_put_in_order_of_steps_and_keep_their_order_within_one() -> None:
    points = Points()
    told = [(5, 1, 1.0), (-2, 2, 2.0), (5, 3, 3.0)]
    points.add({"step": str(s), "timestamp": t, "value": v} for s, t, v in told)
    ordered = points.by_step()
    assert list(ordered.steps) == [-2, 5, 5]
    assert list(ordered.values) == [2.0, 1.0, 3.0]


def test_a_step_beyond_what_a_number_can_say_is_the_last_that_it_can() -> None:
    points = Points()
    points.add([{"step": "9223372036854775807", "timestamp": "1", "value": "NaN"}])
    assert list(points.steps) == [2**53]


def test_a_bulk_answer_is_parted_by_run() -> None:
    told = [{"run_id": run, "step": 1, "timestamp": 1, "value": 1} for run in ("a", "b", "a")]
    assert {run: len(points) for run, points in parted(told).items()} == {"a": 2, "b": 1}


def test_a_position_survives_json_and_forgets_the_oldest_runs_at_work() -> None:
    position = Position(at=5, first={"1": 3}, read={"2": "active"}, begun={"r": "2"})
    for count in range(REMEMBERED + 1):
        position.remember(f"run {count}", {"loss": Reached("token", 9, "last")})
    again = Position.from_json(position.to_json())
    assert again == position
    assert "run 0" not in again.series
    assert again.series[f"run {REMEMBERED}"]["loss"] == Reached("token", 9, "last")


@pytest.mark.parametrize(
    "params",
    [
        {"lr": "0.1", "seed": "7", "note": "x" * 50},
        {"lr": "0.1", "parameters/lr": "0.2", "seed": "7"},
        {"lr": "0.1", "sys/other": "0.2", "seed": "7"},
        {},
    ],
)
def test_parameters_are_the_same_whether_their_names_are_remembered_or_not(
    params: dict[str, str],
) -> None:
    slow = {
        parameter_path(name): spoken(value)
        for name, value in params.items()
        if not name.startswith("sys/")
    }
    for _ in range(2):
        assert [(path, one.value) for path, one in settings(params).items()] == list(slow.items())


def test_a_value_that_no_text_can_be_has_a_fingerprint_too() -> None:
    odd = [fingerprint(found(params=listed(lr=value))) for value in ("\ud83d", "\ud83e")]
    large = [fingerprint(found(metrics=[{"key": "a", "value": 2**n}])) for n in (70, 71)]
    assert len({*odd, *large}) == 4
