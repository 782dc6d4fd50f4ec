"""Archives that the real exporter made from what the real client logged."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sources.connectors.base import Attribute, RunRecord
from sources.connectors.neptune_archive import Archive
from tests.connectors_archive.reading import content, read

SAMPLES = Path(__file__).parents[1] / "data"
CLASSIC, SCALE = SAMPLES / "neptune_archive", SAMPLES / "neptune_archive_v3"


def test_the_connection_test_says_what_is_there() -> None:
    told = Archive(CLASSIC).test()
    assert told.projects == ["acme/document-classification"]
    assert told.server == "neptune-exporter 2.x"
    assert told.notes == ["5 runs, 1 models, 2 model versions in 8 files"]
    assert Archive(SCALE).test().server == "neptune-exporter 3.x"


def test_a_run_comes_with_its_values_as_they_were_logged() -> None:
    run = read(CLASSIC).run("DOC-1")
    assert (run.project, run.kind, run.trashed) == ("acme/document-classification", "run", False)
    assert run.attributes["parameters/lr"] == Attribute("float", 0.0003)
    assert run.attributes["parameters/dense_layer"] == Attribute("int", 2)
    assert run.attributes["parameters/batch_norm_usage_in_top_part"] == Attribute("bool", True)
    assert run.attributes["sys/tags"] == Attribute("string_set", ["DOC-2698", "best", "sprint 49"])
    assert run.attributes["train/finished_at"] == Attribute(
        "datetime", datetime(2024, 3, 4, 12, 30, tzinfo=UTC)
    )
    assert len(run.attributes) == 26
    assert run.provenance["modification_time"] == "2026-11-24T06:45:36.563000+00:00"
    assert run.provenance["flavour"] == "2.x"


def test_what_a_2x_archive_never_has_is_said() -> None:
    found = read(CLASSIC)
    gaps = {gap.what: gap.why for gap in found.run("DOC-1").gaps}
    assert gaps == {
        "commit": "not in the archive",
        "steps of file series": "the archive has only their order: 0, 1, 2",
    }
    assert found.gaps == []


def test_series_come_whole_and_in_order() -> None:
    found = read(CLASSIC)
    (loss,) = found.series("train/loss", "DOC-4")
    assert list(loss.steps) == list(range(2500))
    assert loss.type == "float"
    assert len(loss.times) == len(loss.values) == 2500
    (first,) = found.series("train/loss", "DOC-1")
    assert (first.values[0], first.times[0]) == (1.0052223039445873, 1795502736357)
    (lines,) = found.series("logs/messages", "DOC-1")
    assert lines.type == "text"
    assert list(lines.values) == [f"epoch {n}: ok" for n in range(5)]


def test_files_come_with_their_bytes_and_file_sets_opened() -> None:
    files = read(CLASSIC).files("DOC-1")
    assert content(files["plots/roc_auc"]).startswith(b"\x89PNG")
    assert files["plots/roc_auc"].name == ""  # its ending is lost
    assert files["samples/predictions@2"].name == "2.png"
    assert files["samples/predictions@2"].step == 2
    assert files["model/checkpoint_best"].size == 4096
    member = files["inference/files/src/inference.py"]
    assert member.name == "inference.py"
    assert b"def " in content(member)
    assert len(content(member)) == member.size
    assert set(files) >= {"source_code/files/aug.py", "source_code/files/train.py"}
    assert not {"source_code/files", "inference/files"} & set(files)


def test_a_dataset_version_is_listed_without_its_bytes() -> None:
    version = read(CLASSIC).files("DOC-1")["dataset/version"]
    assert version.open is None
    assert "not their bytes" in version.missing
    assert isinstance(version.listed, list)
    first = version.listed[0]
    assert first == {
        "path": "valid.csv",
        "hash": "d107923c66b6eda35351c90ed2b5c953f77cbf51",
        "size": 1912,
        "type": "Local",
        "metadata": {
            "file_path": "file:///home/ml/document-classification/data/valid.csv",
            "last_modified": "2026-11-24 06:45:36",
        },
    }


def test_models_and_their_versions_are_kinds_of_their_own() -> None:
    records = read(CLASSIC).records
    kinds = {r.run: r.kind for r in records if isinstance(r, RunRecord) and r.kind != "run"}
    assert kinds == {
        "DOC-CLS": "model",
        "DOC-CLS-1": "model_version",
        "DOC-CLS-2": "model_version",
    }
    found = read(CLASSIC)
    assert found.run("DOC-CLS-2").attributes["sys/stage"].value == "staging"
    assert found.run("DOC-CLS-2").gaps == []
    weights = found.files("DOC-CLS-2")["weights"]
    assert (weights.kind, len(content(weights))) == ("model_version", 16)


def test_a_3x_archive_names_runs_by_their_custom_id() -> None:
    found = read(SCALE)
    assert sorted(found.runs()) == ["astute-kittiwake-23", "bold-heron-7", "run/with slash & ünï"]
    run = found.run("bold-heron-7")
    assert run.attributes["sys/id"].value == "FND-2"
    assert run.attributes["sys/forking/parent"].value == "astute-kittiwake-23"
    assert run.provenance["flavour"] == "3.x"
    assert found.why("commit", "bold-heron-7") == "the run logged none"


def test_attributes_that_a_3x_run_does_not_have_leave_no_trace() -> None:
    assert "sys/forking/parent" not in read(SCALE).run("astute-kittiwake-23").attributes


def test_decimal_steps_histograms_and_renamed_files_of_3x() -> None:
    found = read(SCALE)
    name = "run/with slash & ünï"
    assert [step for step, _, _ in found.points("loss", name)][:3] == [0.0, 0.5, 1.0]
    (grads,) = found.series("grads", name)
    assert grads.type == "text"
    assert json.loads(grads.values[0]) == {
        "type": "COUNTING",
        "edges": [0.0, 1.0, 2.0],
        "values": [3.0, 4.0],
    }
    (file,) = found.files(name).values()
    assert (file.path, file.name, len(content(file))) == ("plots/roc.auc", "roc_auc.png", 4)


def test_a_runs_record_comes_before_its_series_and_files() -> None:
    met: set[str] = set()
    for record in read(CLASSIC).records:
        if isinstance(record, RunRecord):
            met.add(record.run)
        assert record.run in met
    assert len(met) == 8


def test_an_unchanged_archive_yields_no_page() -> None:
    for sample in (CLASSIC, SCALE):
        resume = read(sample).resume
        saved = json.loads(json.dumps(resume))
        assert read(sample, saved).pages == []
