"""What was deleted at a live Neptune is hidden by the next sync."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.neptune import Practice
from demo.neptune.fields import Container
from demo.neptune.store import derived
from demo.neptune.times import milliseconds
from sources.connectors.base import SeriesRecord
from sources.models import Source
from tests.pages.sample import read_source
from tracking.models import Metric
from tracking.streams import store
from tracking.streams.series import stored_points
from tracking.streams.texts import read_lines

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROJECT = "acme/live-contents"


@pytest.fixture
def practice() -> Iterator[Practice]:
    with Practice().start() as running:
        running.store.now = NOW
        yield running


@pytest.fixture
def run(practice: Practice) -> Container:
    project = practice.store.add_project(PROJECT, key="LIVE")
    made = Container(derived(project.id, "LIVE-1"), "run", project.id, "LIVE-1", {})
    made.put("sys/id", "string", "LIVE-1")
    made.put("sys/trashed", "bool", False)
    for moment in ("creation_time", "modification_time", "ping_time"):
        made.put(f"sys/{moment}", "datetime", milliseconds(NOW - timedelta(days=1)))
    for path in ("loss", "f1", "auc"):
        made.put(path, "floatSeries", [[float(step), 1_000 * step, 0.5] for step in range(3)])
    practice.store.admit(made)
    return made


@pytest.fixture
def live(db: None, practice: Practice, tmp_path: Path, settings: Any) -> Source:
    settings.BLOBS = tmp_path
    source = Source(slug="live", name="Live", kind="neptune", settings={"projects": [PROJECT]})
    source.secret = practice.token("reader")
    source.save()
    return source


def shown() -> dict[str, int]:
    key = Source.objects.get().key("run", f"{PROJECT}\nLIVE-1")
    return dict(Metric.objects.filter(run=key).values_list("name", "points"))


def touch(run: Container, minutes: int) -> None:
    run.put("sys/modification_time", "datetime", milliseconds(NOW + timedelta(minutes=minutes)))


def test_a_deleted_series_is_hidden_and_one_that_comes_again_is_shown(
    live: Source, run: Container
) -> None:
    read_source(live)
    assert shown() == {"loss": 3, "f1": 3, "auc": 3}
    run.fields.pop("loss")
    touch(run, 1)
    assert read_source(live).removed == 1
    assert shown() == {"f1": 3, "auc": 3}
    run.put("loss", "floatSeries", [[0.0, 5, 0.25]])
    touch(run, 2)
    assert read_source(live).removed == 0
    assert shown() == {"loss": 1, "f1": 3, "auc": 3}


def test_a_run_that_seems_to_have_lost_everything_keeps_it(live: Source, run: Container) -> None:
    read_source(live)
    for path in ("loss", "f1", "auc"):
        run.fields.pop(path)
    touch(run, 1)
    sync = read_source(live)
    assert (sync.removed, sync.outcome) == (0, "partial")
    assert sync.gaps[0]["what"] == "3 of 3 series and files of LIVE-1"
    assert shown() == {"loss": 3, "f1": 3, "auc": 3}


def rewritten(count: int) -> list[list[Any]]:
    return [[float(step), 9, 7.0] for step in range(count)]


@pytest.mark.parametrize("count", [2, 3, 150])
def test_a_series_that_was_written_anew_holds_nothing_of_the_one_before(
    live: Source, run: Container, count: int
) -> None:
    read_source(live)
    run.put("loss", "floatSeries", rewritten(count))
    touch(run, 1)
    read_source(live)
    key = live.key("run", f"{PROJECT}\nLIVE-1")
    held = stored_points([(key, "loss")])[key, "loss"]
    assert held.values.tolist() == [7.0] * count
    assert shown() == {"loss": count, "f1": 3, "auc": 3}


def test_a_series_that_was_emptied_is_not_shown_until_it_has_points_again(
    live: Source, run: Container
) -> None:
    read_source(live)
    run.put("loss", "floatSeries", [])
    touch(run, 1)
    read_source(live)
    assert shown() == {"f1": 3, "auc": 3}
    run.put("loss", "floatSeries", rewritten(1))
    touch(run, 2)
    read_source(live)
    assert shown() == {"loss": 1, "f1": 3, "auc": 3}


def test_a_log_that_was_written_anew_holds_no_line_of_the_one_before(
    live: Source, run: Container
) -> None:
    run.put("logs", "stringSeries", [[float(step), 1, f"old {step}"] for step in range(3)])
    read_source(live)
    run.put("logs", "stringSeries", [[0.0, 2, "new"]])
    touch(run, 1)
    read_source(live)
    assert read_lines(live.key("run", f"{PROJECT}\nLIVE-1"), "logs") == [(0.0, 2, "new")]


def test_of_a_page_only_what_comes_from_the_new_beginning_counts(live: Source) -> None:
    old = SeriesRecord(PROJECT, "LIVE-1", "loss", "float", [0.0, 1.0], [1, 1], [5.0, 5.0])
    other = replace(old, path="f1")
    new = replace(old, steps=[0.0], times=[2], values=[7.0], anew=True)
    store(live, [old, other, new, replace(new, steps=[1.0], anew=False)])
    assert shown() == {"loss": 2, "f1": 2}
    held = Metric.objects.get(name="loss")
    assert (held.min, held.max) == (7.0, 7.0)
