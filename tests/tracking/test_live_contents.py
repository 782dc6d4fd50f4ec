"""What was deleted at a live Neptune is hidden by the next sync."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.neptune import Practice
from demo.neptune.fields import Container
from demo.neptune.store import derived
from demo.neptune.times import milliseconds
from sources.models import Source
from tests.pages.sample import read_source
from tracking.models import Metric

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
