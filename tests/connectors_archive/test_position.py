"""Reading on: unchanged, killed, changed, lost."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.connectors.base import FileRecord, Json, Page, RunRecord, SeriesRecord
from sources.connectors.neptune_archive import Archive, limits
from tests.connectors_archive.archives import Writer, losses, row, system
from tests.connectors_archive.reading import read


@pytest.fixture
def writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writer:
    """Three runs, the first in two parts; pages and reads so small that each
    row group takes several."""
    monkeypatch.setattr(limits, "POINTS_A_PAGE", 300)
    monkeypatch.setattr(limits, "ROWS_A_READ", 100)
    writer = Writer(tmp_path)
    for name in ("DOC-1", "DOC-2", "DOC-3"):
        writer.file(f"{name}/a.txt", b"bytes")
        files = [row("a", "file", f"{name}/a.txt", run=name)]
        writer.part(
            system(name), losses(350, run=name), losses(350, run=name, first=350), files, run=name
        )
    writer.part(losses(250, path="late"), [row("late/p", "int", 7)], number=1)
    return writer


def saved(position: Json) -> Json:
    """As a database gives it back."""
    return json.loads(json.dumps(position))


def state(pages: list[Page]) -> dict[tuple, object]:
    """What a store that replaces steps would hold."""
    kept: dict[tuple, object] = {}
    for page in pages:
        for record in page.records:
            if isinstance(record, RunRecord):
                kept[record.run,] = dict(record.attributes)
            elif isinstance(record, FileRecord):
                kept[record.run, record.path] = record.version
            elif isinstance(record, SeriesRecord):
                for step, value in zip(record.steps, record.values, strict=True):
                    kept[record.run, record.path, step] = value
    return kept


def killed(root: Path, after: int, since: Json) -> list[Page]:
    """The pages that were stored before the worker died."""
    pages: Iterator[Page] = Archive(root).records(since)
    stored = []
    for page in pages:
        stored.append(page)
        if len(stored) == after:
            break
    return stored


def test_an_import_killed_after_any_page_ends_like_one_that_was_not(writer: Writer) -> None:
    whole = read(writer.root).pages
    assert len(whole) > 10
    for stop in range(1, len(whole)):
        first = killed(writer.root, stop, None)
        rest = read(writer.root, saved(first[-1].resume)).pages
        assert state(first + rest) == state(whole)
        assert read(writer.root, saved(rest[-1].resume if rest else first[-1].resume)).pages == []


@pytest.mark.parametrize("runs_at_once", [1, 200])
def test_an_import_that_dies_again_and_again_still_gets_to_its_end(
    writer: Writer, monkeypatch: pytest.MonkeyPatch, runs_at_once: int
) -> None:
    monkeypatch.setattr(limits, "RUNS_AT_ONCE", runs_at_once)
    monkeypatch.setattr(limits, "POINTS_A_PAGE", 100)
    both = [system(name) for name in ("DOC-7", "DOC-8")]
    places = [(name, path) for path in "abcdef" for name in ("DOC-7", "DOC-8")]
    points = [losses(60, run=name, path=path) for name, path in places]
    writer.part([*both[0], *both[1]], *points, run="several")
    positions: list[Json] = [None]
    stored: list[Page] = []
    while pages := killed(writer.root, 5, positions[-1]):
        stored += pages
        positions.append(saved(pages[-1].resume))
        assert positions.count(positions[-1]) == 1
    assert state(stored) == state(read(writer.root).pages)


def test_what_is_finished_is_not_read_again(writer: Writer) -> None:
    whole = read(writer.root).pages
    points = sum(len(r.steps) for p in whole for r in p.records if isinstance(r, SeriesRecord))
    for stop in range(1, len(whole)):
        first = killed(writer.root, stop, None)
        rest = read(writer.root, saved(first[-1].resume))
        again = sum(
            len(r.steps)
            for p in [*first, *rest.pages]
            for r in p.records
            if isinstance(r, SeriesRecord)
        )
        # At most the row group in which it died; a few points are carried over a cut.
        assert again <= points + 350 + 20
        records = [r for p in [*first, *rest.pages] for r in p.records if isinstance(r, RunRecord)]
        assert len(records) == 3


def test_a_changed_file_is_read_again_and_only_that(writer: Writer) -> None:
    resume = saved(read(writer.root).resume)
    writer.part([*system("DOC-2"), row("p", "int", 5, run="DOC-2")], run="DOC-2")
    found = read(writer.root, resume)
    assert found.runs() == ["DOC-2"]
    assert found.run("DOC-2").attributes["p"].value == 5
    assert read(writer.root, saved(found.resume)).pages == []


def test_the_same_bytes_with_another_time_count_as_changed(writer: Writer) -> None:
    resume = saved(read(writer.root).resume)
    (path,) = writer.root.glob("data/*/DOC-3-*")
    os.utime(path, ns=(1, 1))
    assert read(writer.root, resume).runs() == ["DOC-3"]


def test_a_new_run_and_a_new_part_are_noticed(writer: Writer) -> None:
    resume = saved(read(writer.root).resume)
    writer.part(system("DOC-9"), run="DOC-9")
    writer.part(losses(5, path="later"), number=2)
    found = read(writer.root, resume)
    assert found.runs() == ["DOC-1", "DOC-9"]
    assert len(found.points("later")) == 5


def test_another_time_zone_reads_the_archive_again(writer: Writer) -> None:
    resume = saved(read(writer.root).resume)
    found = read(writer.root, resume, zone="Europe/Warsaw")
    assert found.runs() == ["DOC-1", "DOC-2", "DOC-3"]


def test_a_folder_of_files_that_comes_later_reads_the_archive_again(writer: Writer) -> None:
    away = writer.root / "away"
    writer.files.rename(away)
    first = read(writer.root)
    assert first.files()["a"].open is None
    away.rename(writer.files)
    assert read(writer.root, saved(first.resume)).files()["a"].open is not None


def test_a_file_that_changes_while_its_run_was_half_read_starts_that_run_again(
    writer: Writer,
) -> None:
    first = killed(writer.root, 2, None)
    assert isinstance(first[-1].resume, dict)
    assert first[-1].resume["at"]
    writer.part([*system(), row("p", "int", 5)])
    found = read(writer.root, saved(first[-1].resume))
    assert found.run("DOC-1").attributes["p"].value == 5


def test_marks_of_files_that_are_gone_are_forgotten(writer: Writer) -> None:
    before = read(writer.root).resume
    (path,) = writer.root.glob("data/*/DOC-3-*")
    path.unlink()
    writer.part(system("DOC-9"), run="DOC-9")
    after = read(writer.root, saved(before)).resume
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert len(after["done"]) == len(before["done"]) == 3 * 12


@pytest.mark.parametrize(
    "nonsense", [7, "x", [], {}, {"version": 0}, {"version": 1, "done": 3}, {"version": 1}]
)
def test_a_position_that_is_not_ours_means_from_the_start(writer: Writer, nonsense: Json) -> None:
    assert read(writer.root, nonsense).runs() == ["DOC-1", "DOC-2", "DOC-3"]


def test_an_empty_file_is_read_once(tmp_path: Path) -> None:
    Writer(tmp_path).part([])
    first = read(tmp_path)
    assert [page.records for page in first.pages] == [[]]
    assert read(tmp_path, saved(first.resume)).pages == []
