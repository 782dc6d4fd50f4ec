"""The second sync and every one after it: only what is new, and nothing missed."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.neptune import Fault
from demo.neptune.fields import Container
from demo.neptune.store import derived
from demo.neptune.times import milliseconds
from sources.connectors.base import RunRecord, SeriesRecord
from sources.connectors.neptune import position, reading
from tests.connectors_neptune.reading import read
from tests.demo_neptune import writing

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def project(practice, request):
    """A project of the test's own."""
    name = f"acme/{request.node.name.replace('_', '-')[:60]}"
    return practice.store.add_project(name, key="INC")


@pytest.fixture
def runs(practice, project):
    """Runs put there past the client, with the time that the test gives them."""
    practice.store.now = NOW

    def make(sys_id, *, modified=NOW - DAY, heard=NOW - DAY, **fields):
        run = Container(derived(project.id, sys_id), "run", project.id, sys_id, {})
        run.put("sys/id", "string", sys_id)
        run.put("sys/creation_time", "datetime", milliseconds(NOW - DAY))
        run.put("sys/modification_time", "datetime", milliseconds(modified))
        run.put("sys/ping_time", "datetime", milliseconds(heard))
        run.put("sys/trashed", "bool", False)
        for path, points in fields.items():
            run.put(path, "floatSeries", points)
        practice.store.admit(run)
        return run

    return make


def points(first, last):
    return [[float(step), 1_000 * step, step / 10] for step in range(first, last)]


def touch(run, moment):
    run.put("sys/modification_time", "datetime", milliseconds(moment))


def test_nothing_new_costs_a_request_a_kind_and_yields_nothing(practice, project, runs, neptune):
    runs("INC-1", loss=points(0, 10))
    first = read(neptune, project=project.qualified)
    practice.asked.clear()
    second = read(neptune, first.position, project=project.qualified)
    assert (second.runs, second.series, second.position) == ({}, {}, first.position)
    assert practice.asked["searchLeaderboardEntries"] == 4, "three kinds, and the runs at work"
    assert sum(practice.asked.values()) == 5


def test_new_edited_and_trashed_runs_come_once(practice, project, runs, neptune):
    runs("INC-1")
    edited = runs("INC-2")
    first = read(neptune, project=project.qualified)
    practice.store.now = NOW + timedelta(minutes=1)
    runs("INC-3", modified=NOW, heard=NOW - DAY)
    edited.put("sys/name", "string", "renamed")
    practice.store.set_trashed(edited, trashed=True)
    second = read(neptune, first.position, project=project.qualified)
    assert set(second.runs) == {"INC-2", "INC-3"}
    assert second.runs["INC-2"].trashed
    assert second.attribute("INC-2", "sys/name") == "renamed"
    practice.store.set_trashed(edited, trashed=False)
    assert not read(neptune, second.position, project=project.qualified).runs["INC-2"].trashed


def test_only_new_points_are_read(practice, project, runs, neptune):
    run = runs("INC-1", loss=points(0, 1_500))
    first = read(neptune, project=project.qualified)
    run.fields["loss"].append(points(1_500, 1_700))
    touch(run, NOW)
    practice.asked.clear()
    second = read(neptune, first.position, project=project.qualified)
    assert second.steps("INC-1", "loss") == [float(step) for step in range(1_500, 1_700)]
    assert practice.asked["getFloatSeriesValues"] == 1


def test_a_thousand_points_are_one_request(practice, project, runs, neptune):
    runs("INC-1", loss=points(0, 1_000))
    practice.asked.clear()
    assert len(read(neptune, project=project.qualified).steps("INC-1", "loss")) == 1_000
    assert practice.asked["getFloatSeriesValues"] == 1


def test_a_tag_on_a_finished_run_reads_no_series_again(practice, project, runs, neptune):
    run = runs("INC-1", loss=points(0, 1_500))
    first = read(neptune, project=project.qualified)
    run.put("sys/tags", "stringSet", ["best"])
    touch(run, NOW)
    practice.asked.clear()
    second = read(neptune, first.position, project=project.qualified)
    assert second.attribute("INC-1", "sys/tags") == ["best"]
    assert practice.asked["getFloatSeriesValues"] == 0


def anew(found, path):
    return [part.anew for part in found.series["INC-1", path]]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param([[step + 0.5, 1, 7.0] for step in range(30)], id="other steps"),
        pytest.param([[float(step), 1, 7.0] for step in range(20)], id="the same steps"),
        pytest.param([[float(step), 1, 7.0] for step in range(1_200)], id="more points"),
        pytest.param([[float(step), 1, 7.0] for step in range(4)], id="fewer points"),
    ],
)
def test_a_series_that_was_written_anew_is_read_whole_and_said_so(
    practice, project, runs, neptune, written
):
    run = runs("INC-1", loss=points(0, 20))
    first = read(neptune, project=project.qualified)
    assert anew(first, "loss") == [False]
    run.put("loss", "floatSeries", written)
    touch(run, NOW)
    second = read(neptune, first.position, project=project.qualified)
    assert second.values("INC-1", "loss") == [7.0] * len(written)
    assert anew(second, "loss") == [True, False][: 1 + len(written) // 1_000]
    run.fields["loss"].append(points(5_000, 5_002))
    touch(run, NOW + timedelta(minutes=1))
    third = read(neptune, second.position, project=project.qualified)
    assert third.steps("INC-1", "loss") == [5_000.0, 5_001.0]
    assert anew(third, "loss") == [False]


def test_a_series_that_was_emptied_is_said_to_be_so_and_begins_at_its_start(
    practice, project, runs, neptune
):
    run = runs("INC-1", loss=points(0, 20))
    first = read(neptune, project=project.qualified)
    run.put("loss", "floatSeries", [])
    touch(run, NOW)
    second = read(neptune, first.position, project=project.qualified)
    assert (second.values("INC-1", "loss"), anew(second, "loss")) == ([], [True])
    run.put("loss", "floatSeries", points(0, 3))
    touch(run, NOW + timedelta(minutes=1))
    third = read(neptune, second.position, project=project.qualified)
    assert third.steps("INC-1", "loss") == [0.0, 1.0, 2.0]


def test_a_series_that_is_written_anew_between_two_of_its_pages_is_of_one_piece(
    practice, project, runs, neptune
):
    """Of the old one and the new one nothing is put together, though their steps agree."""
    run = runs("INC-1", loss=points(0, 1_500))
    pages = neptune.records(project.qualified)
    asked = practice.asked["getFloatSeriesValues"]

    def rewritten(_):
        if practice.asked["getFloatSeriesValues"] == asked + 2:
            run.put("loss", "floatSeries", [[float(step), 1, 7.0] for step in range(1_500)])
        return False

    practice.fault(Fault("getFloatSeriesValues", when=rewritten))
    parts = [one for page in pages for one in page.records if isinstance(one, SeriesRecord)]
    begun = max(at for at, one in enumerate(parts) if one.anew)
    assert [value for one in parts[begun:] for value in one.values] == [7.0] * 1_500


def test_a_run_at_work_is_followed_though_nothing_counts_as_a_change(
    practice, project, runs, neptune
):
    """Whether a real server takes points or the end of a run for a change is unknown."""
    run = runs("INC-1", heard=NOW, loss=points(0, 10))
    runs("INC-2", modified=NOW)
    first = read(neptune, project=project.qualified)
    run.fields["loss"].append(points(10, 15))
    second = read(neptune, first.position, project=project.qualified)
    assert second.steps("INC-1", "loss") == [10.0, 11.0, 12.0, 13.0, 14.0]
    assert second.attribute("INC-1", "sys/state") == "running"
    run.fields["loss"].append(points(15, 17))
    practice.store.now = NOW + timedelta(hours=1)
    third = read(neptune, second.position, project=project.qualified)
    assert third.steps("INC-1", "loss") == [15.0, 16.0]
    assert third.attribute("INC-1", "sys/state") == "idle"
    fourth = read(neptune, third.position, project=project.qualified)
    assert not fourth.runs, "and then it rests"


def test_a_run_at_work_that_is_deleted_is_not_waited_for(practice, project, runs, neptune):
    run = runs("INC-1", heard=NOW)
    first = read(neptune, project=project.qualified)
    assert first.position["run"]["unfinished"] == ["INC-1"]
    practice.store.remove(run)
    second = read(neptune, first.position, project=project.qualified)
    assert second.position["run"]["unfinished"] == []


def test_a_write_that_is_dated_a_little_before_the_last_is_seen(practice, project, runs, neptune):
    runs("INC-1", modified=NOW)
    first = read(neptune, project=project.qualified)
    runs("INC-2", modified=NOW - timedelta(seconds=5))
    runs("INC-3", modified=NOW)
    second = read(neptune, first.position, project=project.qualified)
    assert set(second.runs) == {"INC-2", "INC-3"}


def test_more_runs_than_a_page_of_one_moment_are_all_read(practice, project, runs, neptune):
    """A migration stamps thousands of runs alike; `>` alone would skip the rest."""
    made = [runs(f"INC-{number}").sys_id for number in range(350)]
    made += [runs(f"INC-{number}", modified=NOW).sys_id for number in range(350, 360)]
    practice.asked.clear()
    found = read(neptune, project=project.qualified)
    assert set(found.runs) == set(made)
    assert practice.asked["searchLeaderboardEntries"] < 30


def test_rows_that_tie_across_the_edge_of_a_page_are_read_once(project, runs, neptune):
    for number in range(230):
        runs(f"INC-{number}", modified=NOW - DAY + timedelta(seconds=number // 30))
    records = [one for page in neptune.records(project.qualified) for one in page.records]
    seen = [record.run for record in records if isinstance(record, RunRecord)]
    assert len(seen) == len(set(seen)) == 230


def test_a_server_that_gives_fewer_rows_than_asked_for_is_read_to_its_end(
    practice, project, runs, neptune
):
    for number in range(40):
        runs(f"INC-{number:02}", modified=NOW - DAY + timedelta(seconds=number // 12))
    practice.rows_a_page = 7
    records = [one for page in neptune.records(project.qualified) for one in page.records]
    seen = [record.run for record in records if isinstance(record, RunRecord)]
    assert len(seen) == len(set(seen)) == 40
    assert len(neptune.sweep(project.qualified)["run"]) == 40


def test_a_run_that_changes_while_we_page_pushes_no_other_out_of_sight(
    practice, project, runs, neptune
):
    made = [runs(f"INC-{number}", modified=NOW - DAY + timedelta(minutes=number))
            for number in range(150)]  # fmt: skip
    seen = set()
    for page in neptune.records(project.qualified):
        seen |= {record.run for record in page.records}
        if len(seen) < 150:
            touch(made[0], NOW)
    assert len(seen) == 150


def test_after_every_page_a_new_reader_goes_on_and_misses_nothing(
    project, runs, neptune, monkeypatch
):
    """The engine stores a page and its position together, and may die after each."""
    monkeypatch.setattr(reading, "RECORDS", 3)
    monkeypatch.setattr(reading, "POINTS", 900)
    for number in range(8):
        modified = NOW - DAY + timedelta(minutes=number)
        runs(f"INC-{number}", modified=modified, loss=points(0, 2_500))
    steps: dict[str, list[float]] = {}
    place, pages = None, 0
    while True:
        page = next(iter(neptune.records(project.qualified, place)))
        pages += 1
        for record in page.records:
            if hasattr(record, "steps"):
                steps.setdefault(record.run, []).extend(record.steps)
        if not page.records:
            break
        place = page.resume
    assert steps == {f"INC-{number}": [float(n) for n in range(2_500)] for number in range(8)}
    assert pages > 16


def test_files_of_a_run_at_work_are_new_again_when_it_has_ended(
    practice, project, neptune, tmp_path
):
    """A better checkpoint has the size of the one before: only the end tells."""
    content = writing.import_module("neptune.types").File.from_content
    with writing.run(practice, tmp_path, project=project.qualified) as run:
        number = run["sys/id"].fetch()
        run["best"].upload(content(b"weights 1", extension="pt"))
    first = read(neptune, project=project.qualified)
    again = read(neptune, first.position, project=project.qualified)
    assert first.file(number, "best").version == again.file(number, "best").version
    with writing.run(practice, tmp_path, project=project.qualified, with_id=number) as run:
        run["best"].upload(content(b"weights 2", extension="pt"))
    practice.store.now = datetime.now(UTC) + timedelta(hours=1)
    ended = read(neptune, again.position, project=project.qualified)
    assert ended.file(number, "best").version != first.file(number, "best").version
    assert ended.content(number, "best") == b"weights 2"


def test_a_zip_is_not_fetched_again_while_a_run_is_at_work(practice, project, neptune, tmp_path):
    (tmp_path / "a.py").write_text("A = 1\n")
    with writing.run(practice, tmp_path, project=project.qualified) as run:
        number = run["sys/id"].fetch()
        run["code"].upload_files(str(tmp_path / "a.py"))
    first = read(neptune, project=project.qualified)
    assert first.content(number, "code/a.py") == b"A = 1\n"
    practice.asked.clear()
    second = read(neptune, first.position, project=project.qualified)
    assert number in second.runs
    assert practice.asked["downloadZip"] == 0


def test_the_position_forgets_series_of_old_runs(project, runs, neptune):
    for number in range(position.REMEMBERED + 20):
        modified = NOW - DAY + timedelta(minutes=number)
        runs(f"INC-{number}", modified=modified, loss=points(0, 2))
    place = read(neptune, project=project.qualified).position
    assert len(place["run"]["series"]) == position.REMEMBERED
    assert list(place["run"]["series"])[-1] == f"INC-{position.REMEMBERED + 19}"
    assert len(place["run"]["recent"]) == 1


def test_what_is_deleted_is_found_by_a_sweep(practice, project, runs, neptune):
    kept, trashed, gone = runs("INC-1"), runs("INC-2"), runs("INC-3")
    practice.store.set_trashed(trashed, trashed=True)
    practice.store.remove(gone)
    assert neptune.sweep(project.qualified) == {
        "run": {kept.sys_id, trashed.sys_id},
        "model": frozenset(),
        "model_version": frozenset(),
    }


def test_an_empty_project_is_read_without_trouble(project, neptune):
    """The client's own table refuses one: there is no column to sort by."""
    found = read(neptune, project=project.qualified)
    assert not found.runs
    assert neptune.sweep(project.qualified)["run"] == frozenset()


# ── what a run has altogether ────────────────────────────────────────────────


def test_a_run_tells_what_it_has_behind_its_records(practice, project, runs, neptune):
    run = runs("INC-1", loss=points(0, 10), recall=points(0, 2))
    first = read(neptune, project=project.qualified)
    told = first.contents["INC-1"]
    assert (told.series, told.files, told.sets) == ({"loss", "recall"}, frozenset(), frozenset())
    del run.fields["recall"]
    touch(run, NOW)
    second = read(neptune, first.position, project=project.qualified)
    assert second.contents["INC-1"].series == {"loss"}
    run.put("recall", "floatSeries", points(0, 2))
    touch(run, NOW + timedelta(minutes=1))
    again = read(neptune, second.position, project=project.qualified)
    assert again.steps("INC-1", "recall") == [0.0, 1.0], "it comes whole"
