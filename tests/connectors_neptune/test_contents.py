"""All that a run has is told with it, so that what is gone can be noticed."""

from datetime import timedelta

from sources.connectors.neptune import files
from tests.connectors_neptune.reading import read
from tests.connectors_neptune.test_incremental import NOW, points, project, runs, touch
from tests.demo_neptune import writing

__all__ = ["project", "runs"]  # fixtures


def test_a_series_that_was_deleted_is_no_more_among_the_contents(project, runs, neptune):
    run = runs("INC-1", loss=points(0, 5), f1=points(0, 3))
    first = read(neptune, project=project.qualified)
    assert first.contents["INC-1"].series == {"loss", "f1"}
    run.fields.pop("loss")
    touch(run, NOW)
    second = read(neptune, first.position, project=project.qualified)
    assert second.contents["INC-1"].series == {"f1"}
    assert not second.series, "nothing else is read again"
    run.put("loss", "floatSeries", points(0, 2))
    touch(run, NOW + timedelta(minutes=1))
    third = read(neptune, second.position, project=project.qualified)
    assert third.steps("INC-1", "loss") == [0, 1], "from its start"
    assert third.contents["INC-1"].series == {"loss", "f1"}


def test_members_of_a_set_are_told_when_it_was_looked_into(practice, project, neptune, tmp_path):
    (tmp_path / "a.py").write_text("A = 1\n")
    with writing.run(practice, tmp_path, project=project.qualified) as run:
        number = run["sys/id"].fetch()
        run["code"].upload_files(str(tmp_path / "a.py"))
        run["note"].upload(str(tmp_path / "a.py"))
    first = read(neptune, project=project.qualified)
    told = first.contents[number]
    assert {"code/a.py", "note"} <= told.files
    assert not told.sets
    second = read(neptune, first.position, project=project.qualified)
    again = second.contents[number]
    assert again.sets == {"code"}, "at work: its zip is not fetched, its members are unknown"
    assert "code/a.py" not in again.files


def test_a_set_that_could_not_be_read_keeps_its_members(
    practice, project, neptune, tmp_path, monkeypatch
):
    (tmp_path / "a.py").write_text("A = 1\n")
    with writing.run(practice, tmp_path, project=project.qualified) as run:
        number = run["sys/id"].fetch()
        run["code"].upload_files(str(tmp_path / "a.py"))
    monkeypatch.setattr(files, "ZIP_PATIENCE", 0.3)
    practice.zip_polls = 10_000
    told = read(neptune, project=project.qualified)
    assert told.gaps
    assert told.contents[number].sets == {"code"}
