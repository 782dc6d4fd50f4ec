"""What is missing or broken becomes a gap, and the rest goes on."""

import json
import os
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sources.connectors.base import RunRecord, SeriesRecord, Trouble, Unauthorized, Unavailable
from sources.connectors.neptune_archive import Archive
from tests.connectors_archive.archives import SCHEMA, Writer, losses, row, system
from tests.connectors_archive.reading import read


def three_runs(root: Path) -> list[Path]:
    writer = Writer(root)
    return [
        writer.part(system(name), losses(50, run=name), run=name)
        for name in ("DOC-1", "DOC-2", "DOC-3")
    ]


def test_a_missing_part_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.part(system())
    writer.part(losses(5, path="c"), number=2)
    found = read(tmp_path)
    assert found.why("_part_1.parquet") == "missing in the archive"
    assert len(found.points("c")) == 5
    assert "1 parts missing" in Archive(tmp_path).test().notes


def test_parts_without_the_first_one_come_in_as_far_as_they_go(tmp_path: Path) -> None:
    Writer(tmp_path).part(losses(5), number=11)
    found = read(tmp_path)
    assert [gap.what[-11:] for gap in found.gaps[:2]] == ["t_0.parquet", "t_1.parquet"]
    assert "6 more parts" in found.gaps[5].what
    assert len(found.points("loss")) == 5


def test_parts_are_read_by_number_and_not_by_name(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    for number in range(11):
        writer.part([row("p", "int", number)], number=number)
    assert read(tmp_path).run().attributes["p"].value == 10


def test_an_unfinished_part_is_named_and_not_read(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.part(system())
    path = writer.part(losses(9), number=1)
    path.rename(f"{path}.tmp")
    found = read(tmp_path)
    assert found.why(".parquet.tmp") == "left unfinished by the exporter, so it is not read"
    assert found.series("loss") == []
    assert any("1 unfinished parts" in note for note in Archive(tmp_path).test().notes)


def test_a_run_of_which_only_an_unfinished_part_is_left_is_named(tmp_path: Path) -> None:
    path = Writer(tmp_path).part(system())
    path.rename(f"{path}.tmp")
    found = read(tmp_path)
    assert found.records == []
    assert [gap.what for gap in found.gaps] == [f"data/{path.parent.name}/{path.name}.tmp"]
    assert read(tmp_path, found.resume).pages == []


@pytest.mark.parametrize("length", [0, 3, 12, 500])
def test_a_file_cut_short_is_named_and_the_rest_goes_on(tmp_path: Path, length: int) -> None:
    paths = three_runs(tmp_path)
    paths[1].write_bytes(paths[1].read_bytes()[:length])
    found = read(tmp_path)
    assert found.runs() == ["DOC-1", "DOC-3"]
    assert "damaged" in found.why(paths[1].name)
    assert read(tmp_path, found.resume).pages == []


def test_a_damaged_row_group_does_not_hide_the_others(tmp_path: Path) -> None:
    path = Writer(tmp_path).part(system(), losses(3_000), losses(5, path="after"))
    metadata = pq.ParquetFile(path).metadata
    column = metadata.row_group(1).column(SCHEMA.names.index("float_value"))
    content = bytearray(path.read_bytes())
    start = column.dictionary_page_offset
    content[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(content)
    found = read(tmp_path)
    assert "damaged" in found.why(path.name)
    assert found.runs() == ["DOC-1"]
    assert len(found.points("after")) == 5


def test_flipped_bytes_anywhere_never_stop_an_import(tmp_path: Path) -> None:
    paths = three_runs(tmp_path)
    sound = paths[1].read_bytes()
    chance = random.Random(11)
    gaps = 0
    for _ in range(150):
        broken = bytearray(sound)
        for _ in range(chance.choice([1, 1, 4, 40])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        paths[1].write_bytes(broken)
        found = read(tmp_path)
        assert {"DOC-1", "DOC-3"} <= set(found.runs())
        gaps += bool(found.gaps)
    assert gaps > 20


def test_a_table_of_another_kind_is_named(tmp_path: Path) -> None:
    three_runs(tmp_path)
    other = tmp_path / "data" / "notes.parquet"
    pq.write_table(pa.table({"project_id": ["x"], "run_id": ["y"]}), other)
    found = read(tmp_path)
    assert "no column attribute_path" in found.why("notes.parquet")
    assert len(found.runs()) == 3


def test_files_that_are_no_parquet_are_passed_over(tmp_path: Path) -> None:
    three_runs(tmp_path)
    (tmp_path / "data" / "README.md").write_text("hello")
    (tmp_path / "data" / "folder.parquet").mkdir()
    assert read(tmp_path).gaps == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    paths = three_runs(tmp_path)
    paths[0].chmod(0)
    assert "may not read" in read(tmp_path).why(paths[0].name)


# ── what the exporter itself could not do ────────────────────────────────────


def test_a_run_whose_export_was_cut_short_says_so(tmp_path: Path) -> None:
    Writer(tmp_path).part(system(size=("float", 6_302_763.0)))
    found = read(tmp_path)
    gaps = {gap.what: gap.why for gap in found.run().gaps}
    assert gaps["files"].startswith("the tracker counted 6,302,763 bytes")
    assert gaps["series and files"].endswith("its export was cut short")


def test_a_run_started_in_a_notebook_says_what_it_lost(tmp_path: Path) -> None:
    Writer(tmp_path).part(losses(3))
    told = {
        "project_id": "acme/docs",
        "run_id": "DOC-1",
        "attribute_path": None,
        "attribute_type": None,
        "exception": "'NotebookRef' has no attribute 'value'\nTraceback ...",
    }
    one = told | {"attribute_path": "plots/roc", "exception": "timeout"}
    lines = [json.dumps(told), "no json", "[1]", json.dumps(one), json.dumps(one | {"run_id": "x"})]
    (tmp_path / "neptune_exporter_errors.jsonl").write_text("\n".join(lines))
    gaps = {gap.what: gap.why for gap in read(tmp_path).run().gaps}
    assert gaps["export"] == (
        "the exporter failed on a part of this run ('NotebookRef' has no attribute 'value')"
    )
    assert gaps["plots/roc"] == "the exporter could not read it (timeout)"
    assert "by hand" in gaps["parameters and tags"]
    assert any("3 errors of the exporter" in note for note in Archive(tmp_path).test().notes)


def test_a_whole_run_has_no_gap_but_its_commit(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.file("acme/docs/DOC-1/a", b"x")
    writer.part(system(size=("float", 1.0)), losses(3), [row("a", "file", "acme/docs/DOC-1/a")])
    assert [gap.what for gap in read(tmp_path).run().gaps] == ["commit"]


def test_a_run_of_the_client_before_1_0_is_recognised(tmp_path: Path) -> None:
    legacy = [row("parameters/lr", "float", 0.1), row("properties/seed", "string", "3")]
    Writer(tmp_path).part([*system(), *legacy], losses(2, path="logs/loss"))
    assert read(tmp_path).run().provenance["client"] == "legacy"


def test_a_trashed_run_says_so(tmp_path: Path) -> None:
    Writer(tmp_path).part(system(trashed=("bool", True)))
    assert read(tmp_path).run().trashed


# ── folders that are no archives ─────────────────────────────────────────────


def trouble(root: Path) -> Trouble:
    found = []
    for ask in (Archive(root).test, lambda: list(Archive(root).records(None))):
        with pytest.raises(Trouble) as caught:
            ask()
        found.append(caught.value)
    assert str(found[0]) == str(found[1])
    return found[0]


def test_a_missing_folder_is_unavailable(tmp_path: Path) -> None:
    told = trouble(tmp_path / "nowhere")
    assert isinstance(told, Unavailable)
    assert "There is no folder" in str(told)


def test_a_file_in_place_of_a_folder_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "is a file" in str(trouble(tmp_path / "file"))


def test_an_empty_folder_and_one_of_another_kind_are_told_apart(tmp_path: Path) -> None:
    assert "is empty" in str(trouble(tmp_path))
    (tmp_path / "photos").mkdir()
    assert "not an export archive" in str(trouble(tmp_path))


def test_a_folder_that_may_not_be_read_needs_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_runs(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        assert isinstance(trouble(tmp_path), Unauthorized)
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(Unauthorized, match="may not read"):
        read(tmp_path)


def test_a_time_zone_that_is_none_needs_a_person(tmp_path: Path) -> None:
    three_runs(tmp_path)
    for name in ("Europe/Nowhere", "", "../etc/passwd", "UTC\0"):
        with pytest.raises(Unauthorized, match="no time zone"):
            read(tmp_path, zone=name)


def test_an_archive_without_a_run_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert read(tmp_path).pages == []
    assert Archive(tmp_path).test().notes[0] == "no runs in 0 files"


def test_links_in_place_of_project_folders_are_not_followed(tmp_path: Path) -> None:
    three_runs(tmp_path / "real")
    root = tmp_path / "archive"
    (root / "data").mkdir(parents=True)
    (root / "data" / "linked").symlink_to(tmp_path / "real" / "data", target_is_directory=True)
    found = read(root)
    assert [r for r in found.records if isinstance(r, RunRecord | SeriesRecord)] == []
