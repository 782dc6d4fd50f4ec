"""Both lines of MLflow, read whole: what went in comes out."""

from math import inf, isnan
from pathlib import Path

import pytest

from demo.mlflow import Server, Writer
from sources.connectors.base import FileRecord
from sources.connectors.mlflow.client import MlflowClient
from tests.connectors_mlflow.reading import Readings

START, END = 1_790_000_000_000, 1_790_000_060_000
LONG = "a" * 5_999


@pytest.fixture(scope="module", params=["server", "older"])
def filled(request: pytest.FixtureRequest) -> tuple[Server, str, str]:
    """A server, an experiment on it and its one run with something of everything."""
    server: Server = request.getfixturevalue(request.param)
    writer = Writer(server.url)
    name = "everything"
    experiment = writer.experiment(name)
    run = writer.run(
        experiment,
        name="first light",
        start=START,
        end=END,
        tags={
            "mlflow.user": "ada",
            "mlflow.note.content": "see **DOC-12**",
            "mlflow.source.git.commit": "c0ffee",
            "mlflow.source.name": "train.py",
            "sprint": "49",
            "jira": "DOC-2698",
            "best": "true",
        },
        params={"lr": "0.001", "layers": "(4, 8)", "deep": "True", "text": LONG, "v": "1.10"},
        metrics={
            "loss": [(step, START + step, 1 / (step + 1)) for step in range(2_500)],
            "odd": [(-3, START, "NaN"), (-1, START, "Infinity"), (-1, START + 1, "-Infinity")],
            "once": [(7, START, 0.25)],
        },
    )
    writer.file(run, "plots/roc.png", b"\x89PNG not really")
    writer.file(run, "deep/er/notes ü.txt", b"read me")
    writer.post(
        "runs/log-inputs",
        run_id=run,
        datasets=[
            {
                "tags": [{"key": "mlflow.data.context", "value": "training"}],
                "dataset": {
                    "name": "pages",
                    "digest": "d1",
                    "source_type": "local",
                    "source": '{"uri": "/frames/train.csv"}',
                },
            }
        ],
    )
    writer.close()
    return server, name, run


def test_what_was_logged_is_read(filled: tuple[Server, str, str]) -> None:
    server, name, run = filled
    client = MlflowClient(server.url, chosen=[name])
    found = Readings(client.runs())
    client.close()
    record = found.runs[run]
    assert (record.project_name, record.trashed, list(record.gaps)) == (name, False, [])
    told = {path: one.value for path, one in record.attributes.items()}
    assert told["sys/name"] == "first light"
    assert told["sys/owner"] == "ada"
    assert told["sys/description"] == "see **DOC-12**"
    assert told["sys/running_time"] == 60.0
    assert {"sprint 49", "DOC-2698", "best"} <= set(told["sys/tags"])
    assert told["source_code/git"] == {"commit": "c0ffee"}
    assert told["source_code/entrypoint"] == "train.py"
    assert told["parameters/lr"] == 0.001
    assert told["parameters/deep"] is True
    assert told["parameters/text"] == LONG
    assert told["parameters/v"] == "1.10"
    assert told["once"] == 0.25
    assert told["dataset/training/pages/digest"] == "d1"
    assert found.gaps == []


def test_every_point_is_read_in_order_of_steps(filled: tuple[Server, str, str]) -> None:
    server, name, run = filled
    client = MlflowClient(server.url, chosen=[name])
    series = Readings(client.runs()).series
    client.close()
    assert list(series[run, "loss"].steps) == list(range(2_500))
    assert series[run, "loss"].values[2_499] == 1 / 2_500
    odd = series[run, "odd"]
    assert list(odd.steps) == [-3, -1, -1]
    assert isnan(odd.values[0])
    assert list(odd.values[1:]) == [inf, -inf]
    assert (run, "once") not in series


def test_files_are_listed_and_opened(filled: tuple[Server, str, str]) -> None:
    server, name, run = filled
    client = MlflowClient(server.url, chosen=[name])
    files = Readings(client.runs()).files
    assert content(files[run, "plots/roc.png"]) == b"\x89PNG not really"
    assert content(files[run, "deep/er/notes ü.txt"]) == b"read me"
    assert files[run, "plots/roc.png"].size == 15
    dataset = files[run, "dataset/training/pages"]
    assert dataset.open is None
    assert dataset.version == "d1"
    client.close()


def test_files_that_a_server_keeps_in_a_store_of_its_own_are_read_through_it(
    server: Server, writer: Writer, tmp_path: Path
) -> None:
    made = writer.post("experiments/create", name="direct", artifact_location=str(tmp_path))
    run = writer.run(made["experiment_id"], start=START)
    folder = tmp_path / run / "artifacts" / "deep"
    folder.mkdir(parents=True)
    (folder / "a b.txt").write_bytes(b"from its own disk")
    client = MlflowClient(server.url, chosen=["direct"])
    files = Readings(client.runs()).files
    assert content(files[run, "deep/a b.txt"]) == b"from its own disk"
    client.close()


def test_the_connection_is_tested(filled: tuple[Server, str, str]) -> None:
    server, name, _ = filled
    client = MlflowClient(server.url)
    identity = client.test()
    client.close()
    assert name in identity.projects
    assert identity.server.startswith(f"MLflow {server.line}.")
    assert identity.clock_skew is not None
    assert abs(identity.clock_skew) < 60


def content(record: FileRecord) -> bytes:
    assert record.open is not None
    with record.open() as stream:
        return stream.read()
