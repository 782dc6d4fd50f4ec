"""On disk and back, moved in time, and as a command."""

import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.neptune import Store
from demo.neptune.times import moment
from tests.demo_neptune import writing
from tests.demo_neptune.writing import PROJECT

ROOT = Path(__file__).parents[2]
SPRINT = datetime(2024, 3, 4, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def logged(practice, tmp_path_factory):
    return writing.log_everything(practice, tmp_path_factory.mktemp("snapshot"))


@pytest.fixture
def dumped(practice, logged, tmp_path):
    practice.store.dump(tmp_path / "one")
    return tmp_path / "one"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_loaded_dumps_to_the_same_bytes(dumped, tmp_path):
    Store.load(dumped).dump(tmp_path / "two")
    assert contents(dumped) == contents(tmp_path / "two")
    assert len(contents(dumped)) > 5


def test_a_blob_that_nothing_names_any_more_is_taken_away(dumped, logged):
    loaded = Store.load(dumped)
    kept = loaded.require(f"{PROJECT}/{logged.run}").fields.pop("model/checkpoint_best")
    assert (dumped / "blobs" / kept.value["sha256"]).exists()
    loaded.dump(dumped)
    assert not (dumped / "blobs" / kept.value["sha256"]).exists()


def test_a_snapshot_of_another_format_is_refused(tmp_path):
    (tmp_path / "neptune.json").write_text('{"format": 99}')
    with pytest.raises(ValueError, match="format 99"):
        Store.load(tmp_path)


def test_a_run_is_moved_into_its_sprint_and_stretched(dumped, logged):
    store = Store.load(dumped)
    name = f"{PROJECT}/{logged.run}"
    points = [point[1] for point in store.require(name).fields["train/loss"].value]
    store.redate(name, SPRINT, ran=timedelta(hours=2))
    run = store.require(name)
    assert moment(run.atom("sys/creation_time")) == SPRINT
    assert moment(run.atom("sys/modification_time")) == SPRINT + timedelta(hours=2)
    assert run.atom("sys/running_time") == 7_200.0
    assert run.fields["train/loss"].value[0][1] != points[0]
    assert run.atom("train/finished_at") == 1709555400000, "what people logged is left alone"


def test_the_clock_can_be_set_before_logging(practice, tmp_path):
    practice.store.now = SPRINT
    with writing.run(practice, tmp_path) as run:
        name = f"{PROJECT}/{run['sys/id'].fetch()}"
    assert moment(practice.store.require(name).atom("sys/creation_time")) == SPRINT


def test_a_run_is_idle_a_while_after_it_was_last_heard_of(practice, tmp_path):
    def at_work():
        with writing.client().init_project(
            PROJECT, api_token=practice.token("ann"), mode="read-only"
        ) as project:
            rows = project.fetch_runs_table(state="active", columns=[], progress_bar=False)
            return [row.get_attribute_value("sys/id") for row in rows]

    with writing.run(practice, tmp_path) as run:
        number = run["sys/id"].fetch()
    assert number in at_work()
    practice.store.now = datetime.now(UTC) + practice.store.idle_after
    assert number not in at_work()


def test_the_command_serves_a_snapshot_and_saves_it_at_the_end(dumped):
    command = [sys.executable, "-m", "demo.neptune", "--snapshot", str(dumped), "--save"]
    before = contents(dumped)
    (dumped / "blobs" / "stale").write_bytes(b"named by nothing")
    serving = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert serving.stdout
    with serving.stdout as said:
        address = re.search(r"http://\S+", said.readline())
        assert address
        assert said.readline().startswith("NEPTUNE_API_TOKEN=")
        with urllib.request.urlopen(f"{address[0]}/api/backend/swagger.json", timeout=5) as answer:
            assert answer.status == 200
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=5) == 0
    assert contents(dumped) == before
