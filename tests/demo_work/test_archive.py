"""The older sprints, as the exporter would have written them."""

import json
import math
import zipfile
from pathlib import Path

import pytest
from pyarrow import parquet

from demo.work import Paths
from demo.work.archive import safe
from tests.demo_work.reading import PROJECT, file, parts, rows

EXPORTER = json.loads(Path(__file__).with_name("exporter.json").read_text(encoding="utf-8"))
GROUPS = (
    {"string", "int", "float", "bool", "datetime", "string_set"},
    {"float_series"},
    {"string_series"},
    {"file", "file_set", "file_series", "artifact"},
)


def test_every_part_has_the_exporters_schema(sample: Paths) -> None:
    for part in parts(sample):
        read = parquet.ParquetFile(part)
        assert [[field.name, str(field.type)] for field in read.schema_arrow] == EXPORTER["columns"]
        assert str(read.schema).splitlines()[1:] == EXPORTER["parquet"]


def test_every_part_is_packed_and_described_as_the_exporters(sample: Paths) -> None:
    for part in parts(sample):
        written = parquet.ParquetFile(part).metadata
        pandas = json.loads(written.metadata[b"pandas"])
        assert pandas["columns"] == EXPORTER["pandas_columns"]
        assert pandas["index_columns"] == EXPORTER["index_columns"]
        assert b"ARROW:schema" in written.metadata
        assert written.format_version == EXPORTER["format"]
        assert written.row_group(0).column(0).compression == EXPORTER["compression"]


def test_a_row_group_holds_one_kind_of_attribute(sample: Paths) -> None:
    for part in parts(sample):
        read = parquet.ParquetFile(part)
        seen = []
        for group in range(read.num_row_groups):
            column = read.read_row_group(group, columns=["attribute_type"]).column(0)
            kinds = set(column.to_pylist())
            seen.append(next(at for at, known in enumerate(GROUPS) if kinds <= known))
        assert seen == sorted(set(seen))


@pytest.mark.parametrize("name", EXPORTER["names"])
def test_names_on_disk_are_made_as_the_exporter_makes_them(name: str) -> None:
    assert safe(name) == EXPORTER["names"][name]


def test_ids_in_the_rows_fit_the_names_on_disk(sample: Paths) -> None:
    for part in parts(sample):
        table = parquet.read_table(part, columns=["project_id", "run_id"])
        ((project, run),) = {tuple(row.values()) for row in table.to_pylist()}
        assert part.name == f"{safe(run)}_part_0.parquet"
        assert safe(project) in part.parts


def test_every_file_that_is_named_is_there_and_no_other(sample: Paths) -> None:
    named = set()
    for part in parts(sample):
        root = sample.archive / part.relative_to(sample.archive).parts[0].replace("data", "files")
        for row in parquet.read_table(part).to_pylist():
            if row["file_value"]:
                path = root / PROJECT / row["file_value"]["path"]
                path = path / "files.zip" if row["attribute_type"] == "file_set" else path
                assert path.is_file(), path
                named.add(path)
    there = {path for path in sample.archive.glob("*files/**/*") if path.is_file()}
    assert there == named


def test_files_have_lost_their_extensions(sample: Paths) -> None:
    kept = {path.name for path in sample.archive.glob("*files/**/*.*")}
    assert kept <= {"files.zip", "files_list.json", *(f"{at}.png" for at in range(6))}


def test_the_run_from_a_notebook_has_curves_and_files_but_no_parameters(sample: Paths) -> None:
    told = rows(sample, "FORM-10")
    kinds = {row["attribute_type"] for row in told}
    assert kinds == {"float_series", "string_series", *GROUPS[3]}
    lines = (sample.archive / "neptune_exporter_errors.jsonl").read_text().splitlines()
    (error,) = [json.loads(line) for line in lines]
    assert (error["run_id"], error["attribute_path"]) == ("FORM-10", None)


def test_the_partial_run_has_parameters_but_neither_curves_nor_files(sample: Paths) -> None:
    told = {row["attribute_path"]: row for row in rows(sample, "FORM-32")}
    assert {row["attribute_type"] for row in told.values()} <= GROUPS[0]
    assert told["sys/size"]["float_value"] > 0
    assert told["sys/tags"]["string_set_value"] == ["sprint 46", "DOC-2643"]


def test_the_failed_run_ends_in_a_loss_that_is_not_a_number(sample: Paths) -> None:
    told = rows(sample, "FORM-47")
    losses = [row["float_value"] for row in told if row["attribute_path"] == "train/loss"]
    # pandas made the NaN null on its way; infinities came through.
    assert losses == [math.inf, math.inf, None]
    words = [row["string_value"] for row in told if row["attribute_path"] == "logs/messages"]
    assert words[-1] == "train loss is not a number: stopping"
    assert {row["attribute_path"]: row for row in told}["sys/failed"]["bool_value"] is True


def test_the_stopped_run_has_half_its_epochs(sample: Paths) -> None:
    told = {row["attribute_path"]: row for row in rows(sample, "FORM-60")}
    steps = [row for row in rows(sample, "FORM-60") if row["attribute_path"] == "valid/f1"]
    assert len(steps) == 17 < told["parameters/epochs"]["int_value"]
    assert "model/checkpoint_best" not in told


def test_parameters_are_nested_and_keep_tuples_and_booleans(sample: Paths) -> None:
    told = {row["attribute_path"]: row for row in rows(sample, "FORM-53")}
    assert told["parameters/input_shape"]["string_value"] == "(8, 8, 1)"
    assert told["parameters/model/hidden"]["string_value"] == "(128,)"
    assert told["parameters/optimiser/nesterov"]["bool_value"] is False
    assert told["parameters/seed"]["int_value"] == 1


def test_the_model_has_two_versions_with_the_weights_of_their_runs(sample: Paths) -> None:
    found = {}
    for part in sorted(sample.archive.glob("model_data/*/model_versions/*.parquet")):
        told = {row["attribute_path"]: row for row in parquet.read_table(part).to_pylist()}
        weights = sample.archive / "model_files" / PROJECT / told["weights"]["file_value"]["path"]
        run = told["run/id"]["string_value"]
        assert weights.read_bytes() == file(sample, run, "model/checkpoint_best").read_bytes()
        found[told["sys/id"]["string_value"]] = told["sys/stage"]["string_value"]
    assert found == {"FORM-READER-1": "archived", "FORM-READER-2": "production"}


def test_a_run_uploads_the_code_that_makes_it_again(sample: Paths) -> None:
    with zipfile.ZipFile(file(sample, "FORM-53", "source_code/files/files.zip")) as held:
        script = held.read("experiment.py").decode()
        assert "training/fit.py" in held.namelist()
        assert all(b"demo." not in held.read(name) for name in held.namelist())
    assert "hidden=(128,)" in script
    assert "seed=1" in script
