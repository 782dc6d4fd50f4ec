"""The sample moved to the day of the first start, and the run that still grows."""

import hashlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from demo.neptune import Store
from demo.neptune.times import milliseconds, moment
from demo.work import Paths, prepared
from demo.work.growing import Growing
from tests.demo_work.reading import LIVE, parts

LATER = datetime(2027, 2, 3, 15, 20, tzinfo=UTC)
GROWING_RUN = f"{LIVE}/FRM-16"


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return prepared(tmp_path_factory.mktemp("moved"), LATER)


def digests(folder: Path, pattern: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob(pattern)
        if path.is_file()
    }


def test_the_first_start_is_on_day_nine_of_sprint_49(moved: Paths) -> None:
    seed = json.loads(moved.jira.read_text(encoding="utf-8"))
    (sprint,) = [sprint for sprint in seed["sprints"] if sprint["state"] == "active"]
    began = datetime.fromisoformat(sprint["start"])
    assert (LATER.date() - began.date()).days + 1 == 9
    assert seed["asOf"] == LATER.date().isoformat()


def test_before_the_hour_of_the_story_it_is_still_its_yesterday(tmp_path: Path) -> None:
    early = prepared(tmp_path, datetime(2027, 2, 3, 5, tzinfo=UTC))
    assert json.loads(early.jira.read_text(encoding="utf-8"))["asOf"] == "2027-02-02"


def test_everything_moves_by_the_same_whole_days(sample: Paths, moved: Paths) -> None:
    by = timedelta(days=(LATER.date() - date(2026, 11, 24)).days)
    for before, after in zip(parts(sample), parts(moved), strict=True):
        old, new = parquet.read_table(before), parquet.read_table(after)
        assert new.schema.equals(old.schema, check_metadata=True)
        for name in old.schema.names:
            pair = zip(old.column(name).to_pylist(), new.column(name).to_pylist(), strict=True)
            shift = by if name in ("timestamp", "datetime_value") else None
            if shift:
                assert all(new == (old + shift if old else None) for old, new in pair)
            elif name != "float_value":
                assert all(new == old for old, new in pair)
    first, then = (Store.load(paths.neptune).require(f"{LIVE}/FRM-5") for paths in (sample, moved))
    for path in ("sys/creation_time", "sys/modification_time", "sys/ping_time"):
        assert moment(then.atom(path)) - moment(first.atom(path)) == by
    assert then.fields["valid/f1"].value[3][1] - first.fields["valid/f1"].value[3][
        1
    ] == milliseconds(datetime.fromtimestamp(0, UTC) + by)


def test_no_file_of_a_run_changes_with_the_day(sample: Paths, moved: Paths) -> None:
    for pattern in ("archive/files/**/*", "archive/model_files/**/*", "neptune/blobs/*"):
        there = digests(sample.archive.parent, pattern)
        assert there
        assert there == digests(moved.archive.parent, pattern)


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    first = prepared(tmp_path, LATER)
    before = digests(tmp_path, "**/*")
    assert prepared(tmp_path, LATER + timedelta(days=30)) == first
    assert digests(tmp_path, "**/*") == before


def test_a_start_that_was_cut_short_begins_again(tmp_path: Path) -> None:
    paths = prepared(tmp_path, LATER)
    before = digests(tmp_path, "**/*")
    paths.story.unlink()
    shutil.rmtree(paths.archive / "data")
    prepared(tmp_path, LATER)
    assert digests(tmp_path, "**/*") == before


@pytest.fixture
def growing(moved: Paths) -> Growing:
    return Growing(Store.load(moved.neptune), moved.growing)


def epochs(growing: Growing) -> int:
    return len(growing.run.fields["valid/f1"].value)


def test_the_going_run_has_logged_its_last_epoch_just_now(growing: Growing) -> None:
    run = growing.run
    assert moment(run.fields["train/loss"].value[-1][1]) == LATER
    growing.store.now = LATER
    growing.store.settle(run)
    assert run.atom("sys/state") == "running"


def test_it_grows_by_what_is_due_and_never_twice(growing: Growing) -> None:
    began = epochs(growing)
    assert growing.grow(LATER + timedelta(seconds=29)) > 0
    assert epochs(growing) == began
    growing.grow(LATER + timedelta(seconds=95))
    growing.grow(LATER + timedelta(seconds=95))
    assert epochs(growing) == began + 3
    steps = [step for step, _, _ in growing.run.fields["valid/f1"].value]
    assert steps == [float(step) for step in range(began + 3)]
    assert moment(growing.run.atom("sys/ping_time")) == LATER + timedelta(seconds=95)


def test_it_ends_and_is_then_left_alone(growing: Growing) -> None:
    assert growing.run.atom("valid/f1_best") is None
    assert growing.grow(LATER + timedelta(days=1)) == 0
    assert epochs(growing) == 260
    found = [value for _, _, value in growing.run.fields["valid/f1"].value]
    assert growing.run.atom("valid/f1_best") == max(found)
    heard = growing.run.atom("sys/ping_time")
    assert growing.grow(LATER + timedelta(days=2)) == 0
    assert growing.run.atom("sys/ping_time") == heard
    lines = growing.run.fields["logs/messages"].value
    assert lines[-1][2].startswith("epoch 259:")
    assert len({line[0] for line in lines}) == len(lines)
