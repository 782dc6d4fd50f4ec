"""Written by the real client, read by the connector: all of it, and byte for byte."""

import contextlib
import json
import warnings
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest

from demo.neptune import properties
from sources.connectors.base import Attribute
from sources.connectors.neptune import NeptuneClient
from tests.connectors_neptune.reading import bytes_of, read
from tests.demo_neptune import writing
from tests.demo_neptune.writing import LOSSES, PROJECT, STARTED, TEXT


@pytest.fixture(scope="module")
def logged(practice, tmp_path_factory):
    return writing.log_everything(practice, tmp_path_factory.mktemp("all"))


@pytest.fixture(scope="module")
def found(practice, logged):
    client = NeptuneClient(practice.token("reader"))
    yield read(client)
    client.close()


def test_parameters_keep_their_types(found, logged):
    attributes = found.runs[logged.run].attributes
    assert {path: one for path, one in attributes.items() if path.startswith("parameters/")} == {
        "parameters/lr": Attribute("float", 0.1),
        "parameters/batch": Attribute("int", 32),
        "parameters/backbone": Attribute("string", "b0"),
        "parameters/augment": Attribute("bool", True),
    }
    assert attributes["sys/description"].value == "Hypothesis: the focal loss helps"
    assert attributes["sys/name"].value == "focal"


def test_moments_are_aware_and_in_utc_whatever_the_zone_here(found, logged):
    assert datetime.now().astimezone().utcoffset() != timedelta(0), "else this shows nothing"
    assert found.attribute(logged.run, "train/finished_at") == writing.FINISHED
    assert found.attribute(logged.run, "train/finished_at").utcoffset() == timedelta(0)
    made = found.attribute(logged.run, "sys/creation_time")
    assert abs(datetime.now(UTC) - made) < timedelta(minutes=5)


def test_tags_are_those_that_were_left(found, logged):
    tags = found.runs[logged.run].attributes["sys/tags"]
    assert tags == Attribute("string_set", ["DOC-2698", "best", "sprint 49"])


def test_every_point_of_a_series_comes_with_its_step_and_its_time_in_utc(found, logged):
    assert found.values(logged.run, "train/loss") == LOSSES
    assert found.steps(logged.run, "train/loss") == [float(n) for n in range(len(LOSSES))]
    first, last = (round(1000 * (STARTED + n)) for n in (0, len(LOSSES) - 1))
    times = found.times(logged.run, "train/loss")
    assert (times[0], times[-1], len(times)) == (first, last, len(LOSSES))


def test_the_table_tells_a_series_figures(found, logged):
    told = found.attribute(logged.run, "train/loss")
    assert (told["last"], told["max"], told["last_step"]) == (LOSSES[-1], 1.0, len(LOSSES) - 1)


def test_text_is_read_as_it_was_written(found, logged):
    assert found.values(logged.run, "logs/messages") == writing.MESSAGES
    assert found.series[logged.run, "logs/messages"][0].type == "text"


def test_files_are_byte_for_byte_the_same(found, logged):
    assert found.content(logged.run, "model/checkpoint_best") == logged.checkpoint
    assert found.file(logged.run, "model/checkpoint_best").size == len(logged.checkpoint)
    assert found.content(logged.run, "dataset/train_info").decode() == TEXT
    assert found.file(logged.run, "dataset/train_info").name == "train_info.csv"


def test_a_file_can_be_opened_again(found, logged):
    assert found.content(logged.run, "dataset/train_info") == TEXT.encode()
    assert found.content(logged.run, "dataset/train_info") == TEXT.encode()


def test_a_file_sets_members_are_files_each(found, logged):
    code = logged.code.folder
    read_back = found.content(logged.run, f"source_code/files/{code.name}/train.py")
    assert read_back == (code / "train.py").read_bytes()
    assert found.content(logged.run, f"inference/files/{code.name}/src/model.py") == b"LAYERS = 2\n"


def test_pictures_come_with_their_steps(found, logged):
    pictures = found.files[logged.run, "samples"]
    assert [one.step for one in pictures] == [0.0, 10.0, 20.0]
    assert [bytes_of(one) for one in pictures] == logged.pictures
    assert len({one.version for one in pictures}) == 3


def test_a_dataset_is_a_list_of_files_without_bytes(found, logged):
    dataset = found.file(logged.run, "dataset/version")
    assert dataset.open is None
    assert "never their bytes" in dataset.missing
    listed = {one["filePath"]: one["size"] for one in dataset.listed}
    assert listed == {"train.csv": len(TEXT), "valid.csv": 2 * len(TEXT)}
    assert dataset.size == 3 * len(TEXT)
    assert all(one["fileHash"] for one in dataset.listed)
    assert len(dataset.version) == 64


def test_the_commit_is_read_with_branch_and_dirt(found, logged):
    code = found.attribute(logged.run, "source_code/git")
    assert code["commit"] == logged.code.commit
    assert code["branch"] == "DOC-2698-focal"
    assert code["dirty"] is True
    assert code["remotes"] == ["https://git.example.com/acme/documents.git"]
    assert code["message"] == "Try the focal loss\n"
    assert not found.runs[logged.run].gaps
    patch = found.content(logged.run, "source_code/diff")
    assert b"train harder" in patch


def test_positions_are_json(found):
    assert json.loads(json.dumps(found.position)) == found.position


def test_a_run_without_git_says_so(practice, neptune, tmp_path):
    with writing.run(practice, tmp_path) as bare:
        number = bare["sys/id"].fetch()
    (gap,) = read(neptune).runs[number].gaps
    assert gap.what == "commit"


def test_a_run_started_from_a_notebook_is_read_whole(practice, neptune):
    """Its own `fetch` cannot: it dies of the notebook, and loses every parameter."""
    made = practice.store.add_project("acme/notebooks", key="NB")
    with writing.client().init_project(
        made.qualified, api_token=practice.token("ann"), mode="read-only"
    ) as project:
        experiment = project._backend.create_run(
            project_id=made.id, notebook_id="Train.ipynb", checkpoint_id="cp-7"
        )
    name = f"{made.qualified}/{experiment.sys_id}"
    practice.store.assign(name, "parameters/lr", "float", 0.5)
    with (
        writing.client().init_run(
            with_id=experiment.sys_id,
            project=made.qualified,
            api_token=practice.token("ann"),
            mode="read-only",
        ) as run,
        pytest.raises(AttributeError),
    ):
        run.fetch()
    found = read(neptune, project=made.qualified)
    assert found.attribute(experiment.sys_id, "parameters/lr") == 0.5
    assert found.attribute(experiment.sys_id, "source_code/notebook") == {
        "notebook": "Train.ipynb",
        "notebook_id": "Train.ipynb",
        "checkpoint": "cp-7",
        "checkpoint_id": "cp-7",
    }


def test_models_and_their_versions_are_read_with_their_files(practice, neptune, tmp_path):
    options = {"project": PROJECT, "api_token": practice.token("ann"), "mode": "sync"}
    content = import_module("neptune.types").File.from_content
    with contextlib.chdir(tmp_path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with writing.client().init_model(key="CLS", **options) as model:
            model["task"] = "classification"
        with writing.client().init_model_version(model="DOC-CLS", **options) as version:
            version["run/id"] = "DOC-1"
            version["weights"].upload(content(b"\x00weights", extension="pt"))
            version["valid/f1"].append(0.93)
            version.change_stage("staging")
    found = read(neptune)
    assert found.runs["DOC-CLS"].kind == "model"
    assert found.attribute("DOC-CLS", "task") == "classification"
    assert found.runs["DOC-CLS-1"].kind == "model_version"
    assert found.attribute("DOC-CLS-1", "sys/stage") == "staging"
    assert found.attribute("DOC-CLS-1", "sys/model_id") == "DOC-CLS"
    assert found.content("DOC-CLS-1", "weights") == b"\x00weights"
    assert found.file("DOC-CLS-1", "weights").kind == "model_version"
    assert found.values("DOC-CLS-1", "valid/f1") == [0.93]
    assert not found.runs["DOC-CLS"].gaps


def test_a_field_of_a_new_kind_is_a_gap_and_not_a_crash(practice, neptune, tmp_path, monkeypatch):
    with writing.run(practice, tmp_path) as run:
        number = run["sys/id"].fetch()
    monkeypatch.setitem(properties.TOLD, "histogram", lambda _: {})
    practice.store.assign(f"{PROJECT}/{number}", "weights", "histogram", {})
    assert "histogram" in {gap.what: gap.why for gap in read(neptune).runs[number].gaps}["weights"]
    practice.store.remove(practice.store.require(f"{PROJECT}/{number}"))
