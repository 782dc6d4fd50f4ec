"""An MLflow as a source, through the engine: what changes there changes here."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest

from demo.mlflow import Server, Writer
from portal.streams import KINDS
from sources import engine
from sources.models import Payload, Source, Sync
from tracking.models import (
    Artifact,
    Mention,
    Metric,
    ModelVersion,
    RegisteredModel,
    Run,
    SeriesChunk,
    TrackerProject,
)

pytestmark = pytest.mark.django_db
MINUTE = 60_000
NOW = round(time.time() * 1000)
LONG_AGO = NOW - 90 * 24 * 60 * MINUTE


@pytest.fixture
def source(server: Server, experiment: str) -> Source:
    return Source.objects.create(
        slug="m", name="M", kind="mlflow",
        settings={"address": server.url, "experiments": [experiment]},
    )  # fmt: skip


@pytest.fixture
def writer(server: Server) -> Iterator[Writer]:
    made = Writer(server.url)
    yield made
    made.close()


def synced(source: Source, *, sweeping: bool = False) -> Sync:
    if sweeping:
        source.cursors.update(finished_at=None)
    Source.objects.update(claim=None)
    source.refresh_from_db()
    sync = engine.claim(source)
    assert sync is not None
    kind = KINDS["mlflow"]
    engine.read(source, sync, lambda: kind.client(source), kind.streams)
    sync.refresh_from_db()
    assert sync.error == ""
    return sync


def finished(writer: Writer, experiment: str, start: int = LONG_AGO, **more: object) -> str:
    told = {"params": {"lr": "0.5"}, "metrics": {"loss": [(0, start, 2.0), (1, start, 1.0)]}}
    given = told | {"end": start + MINUTE, "tags": {"task": "DOC-7"}} | more
    return writer.run(experiment, start=start, **given)  # type: ignore[arg-type]


def test_a_run_is_stored_with_what_hangs_on_it_and_unchanged_work_stores_nothing(
    source: Source, writer: Writer, experiment: str
) -> None:
    run = finished(writer, experiment)
    writer.file(run, "plots/roc.txt", b"1 2 3")
    first = synced(source)
    held = Run.objects.get()
    assert (held.handle, held.state, held.parameters) == (run, "finished", {"lr": 0.5})
    assert held.project.name == TrackerProject.objects.get(external_id=experiment).name
    loss = Metric.objects.get(run=held.pk, name="loss")
    assert (loss.last, loss.max, loss.points) == (1.0, 2.0, 2)
    assert Artifact.objects.get(run=held.pk).blob_id
    assert Mention.objects.filter(run=held.pk, kind="key", value="DOC-7").exists()
    assert first.inserted > 0
    again = synced(source, sweeping=True)
    assert (again.inserted, again.updated, again.removed) == (0, 0, 0)


def test_a_run_at_work_grows_point_by_point_and_ends(
    source: Source, writer: Writer, experiment: str
) -> None:
    steps = range(6_000)
    run = writer.run(
        experiment, start=NOW, metrics={"loss": [(step, NOW + step, float(step)) for step in steps]}
    )
    synced(source)
    held = Run.objects.get()
    assert held.state == "running"
    before = Sync.objects.newest_first()[0].requests
    writer.points(run, "loss", [(step, NOW + step, float(step)) for step in range(6_000, 6_300)])
    again = synced(source)
    loss = Metric.objects.get(name="loss")
    assert (loss.points, loss.last, loss.last_step) == (6_300, 6_299.0, 6_299.0)
    assert again.requests <= before
    writer.finish(run, NOW + MINUTE)
    synced(source)
    held.refresh_from_db()
    assert held.state == "finished"
    assert Metric.objects.get(name="loss").points == 6_300


def test_points_without_steps_are_not_lost_while_a_run_grows(
    source: Source, writer: Writer, experiment: str
) -> None:
    """All of them are of step 0, over several pages of the history."""
    run = writer.run(
        experiment, start=NOW, metrics={"loss": [(0, NOW + at, float(at)) for at in range(6_000)]}
    )
    synced(source)
    writer.points(run, "loss", [(0, NOW + 6_000 + at, float(at)) for at in range(10)])
    synced(source)
    assert Metric.objects.get(name="loss").points == 6_010
    assert sum(SeriesChunk.objects.values_list("count", flat=True)) == 6_010


def test_a_finished_run_that_was_edited_is_found_by_the_sweep(
    source: Source, writer: Writer, experiment: str
) -> None:
    run = finished(writer, experiment)
    synced(source)
    writer.tag(run, "reviewed", "true")
    writer.points(run, "late", [(1, LONG_AGO, 1.0), (2, LONG_AGO, 3.0)])
    synced(source)
    assert "reviewed" not in Run.objects.get().tags
    synced(source, sweeping=True)
    assert "reviewed" in Run.objects.get().tags
    assert Metric.objects.get(name="late").points == 2


def test_a_deleted_run_is_hidden_and_a_restored_one_is_shown_again(
    source: Source, writer: Writer, experiment: str
) -> None:
    run = finished(writer, experiment)
    synced(source)
    writer.post("runs/delete", run_id=run)
    synced(source, sweeping=True)
    assert Run.objects.get().trashed
    writer.post("runs/restore", run_id=run)
    synced(source, sweeping=True)
    assert not Run.objects.get().trashed


def test_runs_of_a_deleted_experiment_are_hidden_at_once_and_come_back_with_it(
    source: Source, writer: Writer, experiment: str
) -> None:
    finished(writer, experiment)
    synced(source)
    writer.post("experiments/delete", experiment_id=experiment)
    synced(source)
    assert Run.objects.get().trashed
    writer.post("experiments/restore", experiment_id=experiment)
    synced(source)
    assert not Run.objects.get().trashed


def test_a_run_that_is_gone_for_good_is_hidden_and_the_others_stay(
    source: Source, server: Server, writer: Writer, experiment: str
) -> None:
    gone, stays = finished(writer, experiment), finished(writer, experiment)
    synced(source)
    with closing(sqlite3.connect(server.folder / "mlflow.db")) as database, database:
        for table in ("metrics", "latest_metrics", "params", "tags", "runs"):
            database.execute(f"DELETE FROM {table} WHERE run_uuid = ?", [gone])
    sync = synced(source, sweeping=True)
    assert sync.removed == 1
    assert list(Run.objects.filter(removed_at=None).values_list("handle", flat=True)) == [stays]


def test_an_experiment_that_is_gone_for_good_takes_its_runs_along(
    source: Source, server: Server, writer: Writer, experiment: str
) -> None:
    finished(writer, experiment)
    synced(source)
    with closing(sqlite3.connect(server.folder / "mlflow.db")) as database, database:
        database.execute("DELETE FROM runs WHERE experiment_id = ?", [int(experiment)])
        database.execute("DELETE FROM experiments WHERE experiment_id = ?", [int(experiment)])
    assert synced(source, sweeping=True).removed == 1


def test_an_experiment_that_is_not_chosen_any_more_keeps_its_runs(
    source: Source, writer: Writer, experiment: str
) -> None:
    finished(writer, experiment)
    synced(source)
    source.settings["experiments"] = ["Default"]
    source.save()
    assert synced(source, sweeping=True).removed == 0


def test_a_renamed_experiment_keeps_its_runs(
    source: Source, writer: Writer, experiment: str
) -> None:
    finished(writer, experiment)
    synced(source)
    key = Run.objects.get().pk
    writer.post("experiments/update", experiment_id=experiment, new_name=f"renamed {NOW}")
    synced(source)
    assert Run.objects.get().pk == key
    assert Run.objects.get().project.name == f"renamed {NOW}"


def test_an_experiment_that_is_not_there_is_a_gap(source: Source, experiment: str) -> None:
    source.settings["experiments"] = [experiment, "no such thing"]
    source.save()
    sync = synced(source)
    assert sync.outcome == "partial"
    assert sync.gaps == [
        {
            "what": "experiment no such thing",
            "why": "is not there, or this account may not see it",
        }
    ]


def test_everything_is_mapped_again_when_the_settings_change(
    source: Source, writer: Writer, experiment: str
) -> None:
    finished(writer, experiment)
    synced(source)
    Run.objects.update(name="mapped wrongly")
    source.read_anew()
    synced(source)
    assert Run.objects.get().name != "mapped wrongly"


def test_registered_models_have_versions_stages_and_aliases(
    source: Source, writer: Writer, experiment: str
) -> None:
    run = finished(writer, experiment)
    name = f"DOC-CLS {NOW}"
    for one in (name, "stays", "stays too"):
        writer.post("registered-models/create", name=one, description="reads pages")
    for one in (name, name, *["stays"] * 4):
        writer.post("model-versions/create", name=one, source=f"runs:/{run}/model", run_id=run)
    writer.post("registered-models/alias", name=name, alias="champion", version="2")
    synced(source)
    model = RegisteredModel.objects.get(name=name)
    assert model.properties["aliases/champion"] == "2"
    version = ModelVersion.objects.get(model_id=model.pk, handle=f"{name}-2")
    assert version.run_handle == run
    assert version.properties["aliases"] == ["champion"]
    writer._sent("DELETE", "/api/2.0/mlflow/registered-models/delete", json={"name": name})
    Payload.objects.update(fetched_at=datetime(2026, 1, 1, tzinfo=UTC))  # older than the list
    synced(source, sweeping=True)
    model.refresh_from_db()
    version.refresh_from_db()
    assert model.removed_at
    assert version.removed_at


def test_a_file_that_was_deleted_is_hidden_when_its_run_is_read_again(
    source: Source, server: Server, writer: Writer, experiment: str
) -> None:
    run = finished(writer, experiment, start=NOW)
    for name in ("stays.txt", "stays too.txt", "goes.txt"):
        writer.file(run, name, name.encode())
    synced(source)
    [gone] = server.folder.glob(f"files/**/{run}/artifacts/goes.txt")
    gone.unlink()
    synced(source, sweeping=True)
    shown = Artifact.objects.filter(removed_at=None).values_list("path", flat=True)
    assert sorted(shown) == ["stays too.txt", "stays.txt"]


def test_files_of_a_logged_model_are_the_runs_files(
    source: Source, writer: Writer, experiment: str
) -> None:
    run = writer.run(experiment, start=LONG_AGO)
    model = writer.logged_model(experiment, run, "net")
    writer.put(model["artifact_uri"], "MLmodel", b"flavors: {}")
    writer.finish(run, LONG_AGO + MINUTE)
    synced(source)
    file = Artifact.objects.get()
    assert file.path == f"models/net/{model['model_id']}/MLmodel"
    assert file.blob_id
