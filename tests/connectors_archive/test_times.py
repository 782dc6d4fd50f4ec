"""The exporter's local time, labelled UTC, and what it really was."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.neptune_archive import Archive
from sources.connectors.neptune_archive.clock import true_times
from tests.connectors_archive.archives import START, Writer, row, system
from tests.connectors_archive.reading import read

WARSAW = "Europe/Warsaw"
BEGIN = START.replace(year=1990, tzinfo=None)
END = START.replace(year=2035, tzinfo=None)


def archive(root: Path, *hours: float, **more: object) -> Path:
    """A run that was created at START; points that many hours later, as labelled."""
    rows = [
        row("loss", "float_series", 1.0, step=n, time=START + timedelta(hours=hour))
        for n, hour in enumerate(hours)
    ]
    Writer(root).part(system(**more), rows)
    return root


def shown(root: Path, zone: str) -> list[datetime]:
    return [
        datetime.fromtimestamp(t / 1000, UTC) for _, t, _ in read(root, zone=zone).points("loss")
    ]


def test_the_archives_zone_turns_local_times_into_true_ones(tmp_path: Path) -> None:
    archive(tmp_path, 2, 2.5)  # Warsaw is two hours ahead in June
    assert shown(tmp_path, WARSAW) == [START, START + timedelta(minutes=30)]
    assert shown(tmp_path, "UTC") == [START + timedelta(hours=h) for h in (2, 2.5)]


def test_dates_of_the_tracker_itself_are_right_already(tmp_path: Path) -> None:
    archive(tmp_path, 2)
    created = read(tmp_path, zone=WARSAW).run().attributes["sys/creation_time"].value
    assert created == START


def test_summer_and_winter_each_have_their_offset() -> None:
    winter, summer = datetime(2025, 1, 5, 12, tzinfo=UTC), datetime(2025, 7, 5, 12, tzinfo=UTC)
    local = np.array([int(t.timestamp() * 1000) for t in (winter, summer)])
    moved = (local - true_times(local, ZoneInfo(WARSAW))) / 3_600_000
    assert moved.tolist() == [1, 2]


@given(
    st.datetimes(BEGIN, END),
    st.sampled_from(["UTC", WARSAW, "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_every_local_time_is_turned_as_python_turns_it(local: datetime, name: str) -> None:
    local = local.replace(microsecond=local.microsecond // 1000 * 1000)
    labelled = round(local.replace(tzinfo=UTC).timestamp() * 1000)
    expected = round(local.replace(tzinfo=ZoneInfo(name)).timestamp() * 1000)
    assert true_times(np.array([labelled]), ZoneInfo(name)).tolist() == [expected]


def test_times_outside_the_calendar_are_left_alone() -> None:
    far = np.array([2**60, -(2**60)])
    assert true_times(far, ZoneInfo(WARSAW)).tolist() == far.tolist()


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ((-5, -4.9), "5.0 h before the run was created"),
        ((0, 3), "2.0 h after its last change"),
    ],
)
def test_series_out_of_step_with_the_run_are_said(
    tmp_path: Path, hours: tuple[float, ...], words: str
) -> None:
    archive(tmp_path, *hours)
    assert words in read(tmp_path).why("times of series", "DOC-1")
    assert any("times of series in DOC-1" in note for note in Archive(tmp_path).test().notes)


def test_the_right_zone_silences_it(tmp_path: Path) -> None:
    archive(tmp_path, 2, 2.9)
    assert "times of series" in [gap.what for gap in read(tmp_path).run().gaps]
    assert "times of series" not in [g.what for g in read(tmp_path, zone=WARSAW).run().gaps]


def test_series_within_the_run_are_not_doubted(tmp_path: Path) -> None:
    archive(tmp_path, 0, 0.5, 1)
    assert "times of series" not in [gap.what for gap in read(tmp_path).run().gaps]


def test_a_run_without_a_creation_time_is_not_doubted(tmp_path: Path) -> None:
    archive(tmp_path, -9, creation_time=("datetime", None))
    assert "times of series" not in [gap.what for gap in read(tmp_path).run().gaps]
