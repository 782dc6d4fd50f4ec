"""Written by the real client, read back by the real client."""

import zipfile
from datetime import UTC

import pytest

from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT, client


@pytest.fixture(scope="module", params=["sync", "async"])
def logged(request, practice, tmp_path_factory):
    folder = tmp_path_factory.mktemp("writing")
    return writing.log_everything(practice, folder, mode=request.param)


@pytest.fixture(scope="module")
def reopened(logged, practice):
    run = client().init_run(
        with_id=logged.run, project=PROJECT, api_token=practice.token("ann"), mode="read-only"
    )
    yield run
    run.stop()


def test_atoms_keep_their_types(reopened):
    read = reopened["parameters"].fetch()
    assert read == {"lr": 0.1, "batch": 32, "backbone": "b0", "augment": True}
    assert type(read["batch"]) is int
    assert reopened["train/finished_at"].fetch().astimezone(UTC) == writing.FINISHED
    assert reopened["sys/description"].fetch() == "Hypothesis: the focal loss helps"


def test_tags_can_be_added_and_removed(reopened):
    assert reopened["sys/tags"].fetch() == {"sprint 49", "DOC-2698", "best"}


def test_a_float_series_is_paged(reopened, practice):
    practice.asked.clear()
    read = reopened["train/loss"].fetch_values(progress_bar=False)
    assert list(read["value"]) == writing.LOSSES
    assert practice.asked["getFloatSeriesValues"] == 3


def test_a_string_series_keeps_its_text(reopened):
    read = reopened["logs/messages"].fetch_values(progress_bar=False)
    assert list(read["value"]) == writing.MESSAGES
    assert reopened["logs/messages"].fetch_last() == ""


def test_a_file_over_five_megabytes_comes_in_parts_and_whole_again(reopened, logged, tmp_path):
    assert logged.parts == 2
    target = tmp_path / "weights"
    reopened["model/checkpoint_best"].download(str(target), progress_bar=False)
    assert target.read_bytes() == logged.checkpoint
    assert reopened["model/checkpoint_best"].fetch_extension() == "pt"


def test_a_file_set_comes_as_a_zip_and_can_be_listed(reopened, logged, tmp_path):
    target, code = tmp_path / "code.zip", logged.code.folder
    reopened["source_code/files"].download(str(target), progress_bar=False)
    with zipfile.ZipFile(target) as archive:
        assert archive.read(f"{code.name}/train.py") == (code / "train.py").read_bytes()
        assert len(archive.namelist()) == 2
    listed = reopened["source_code/files"].list_fileset_files(code.name)
    assert {entry.name: entry.file_type for entry in listed} == {
        "src": "directory",
        "train.py": "file",
    }


def test_pictures_of_a_series_come_in_order(reopened, logged, tmp_path):
    reopened["samples"].download(str(tmp_path), progress_bar=False)
    assert [(tmp_path / f"{n}.png").read_bytes() for n in range(3)] == logged.pictures


def test_a_dataset_keeps_its_list_and_not_its_bytes(reopened):
    files = {file.file_path: file.size for file in reopened["dataset/version"].fetch_files_list()}
    assert files == {"train.csv": len(writing.TEXT), "valid.csv": 2 * len(writing.TEXT)}
    assert reopened["dataset/version"].fetch_hash()


def test_the_table_tells_the_commit(logged, practice):
    with client().init_project(
        PROJECT, api_token=practice.token("ann"), mode="read-only"
    ) as project:
        rows = project.fetch_runs_table(
            id=logged.run, columns=["source_code/git"], progress_bar=False
        ).to_rows()
    assert [row.get_attribute_value("source_code/git") for row in rows] == [logged.code.commit]


def test_the_same_custom_id_is_the_same_run_again(logged, practice, tmp_path):
    custom = practice.store.require(f"{PROJECT}/{logged.run}").custom_id
    with writing.run(practice, tmp_path, custom_run_id=custom) as again:
        assert again["sys/id"].fetch() == logged.run
