"""The two committed archives through the real engine, and again: nothing changes."""

from pathlib import Path
from typing import Any

import pytest

from sources.models import Document, Source, Sync
from tests.pages.sample import read_source
from tracking.models import Artifact, Column, LogChunk, Metric, ModelVersion, RegisteredModel, Run
from tracking.streams.series import stored_points
from tracking.streams.texts import read_lines

SAMPLES = Path(__file__).parents[1] / "data"


def totals(sync: Sync) -> tuple[int, int, int]:
    return sync.inserted, sync.updated, sync.removed


# ── the two committed archives ───────────────────────────────────────────────


@pytest.fixture
def archives(source: Source, tmp_path: Path, settings: Any) -> dict[str, Source]:
    settings.BLOBS = tmp_path / "blobs"
    folders = {"classic": SAMPLES / "neptune_archive", "scale": SAMPLES / "neptune_archive_v3"}
    return {
        name: Source.objects.create(
            slug=name, name=name, kind="neptune-archive", settings={"paths": [str(folder)]}
        )
        for name, folder in folders.items()
    }


@pytest.mark.parametrize("name", ["classic", "scale"])
def test_an_archive_comes_in_whole_and_again_changes_nothing(
    archives: dict[str, Source], name: str
) -> None:
    first = read_source(archives[name])
    assert first.inserted > 0
    before = counts()
    archives[name].cursors.all().delete()
    again = read_source(archives[name])
    assert totals(again) == (0, 0, 0)
    # A project is met again by each page that has a run of it.
    assert again.unchanged >= first.inserted
    assert counts() == before


def counts() -> dict[str, int]:
    tables = (Run, Metric, Artifact, LogChunk, Column, Document, RegisteredModel, ModelVersion)
    return {table.__name__: table.objects.count() for table in tables}


def test_what_the_real_client_logged_is_in_the_tables(archives: dict[str, Source]) -> None:
    read_source(archives["classic"])
    run = Run.objects.get(handle="DOC-1")
    assert run.parameters["lr"] == 3e-4
    assert run.parameters["batch_norm_usage_in_top_part"] is True
    assert "DOC-2698" in run.tags
    assert {gap["what"] for gap in run.gaps} >= {"commit"}
    long = Run.objects.get(handle="DOC-4")
    held = stored_points([(long.pk, "train/loss")])[long.pk, "train/loss"]
    metric = Metric.objects.get(run=long, name="train/loss")
    assert (held.steps.size, metric.points) == (2500, 2500)
    assert (metric.last, metric.min) == (held.values[-1], held.values.min())
    assert read_lines(run.pk, "logs/messages")[0][2] == "epoch 0: ok"
    assert Artifact.objects.get(run=run, path="plots/roc_auc").role == "plot:roc"
    version = Artifact.objects.get(run=run, path="dataset/version")
    assert "not their bytes" in version.missing
    assert ModelVersion.objects.get(handle="DOC-CLS-2").stage == "staging"
    weights = Artifact.objects.filter(path="weights").values_list("run", flat=True)
    assert set(weights) == set(ModelVersion.objects.values_list("key", flat=True))
