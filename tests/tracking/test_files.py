"""Files of runs: bytes once, versions, gaps; what is removed; what is healed."""

import hashlib
import io
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sources.connectors.base import FileRecord, Removal, RunRecord
from sources.models import Document, Payload, Source
from sources.store import Stored
from tests.tracking.making import PROJECT, file, run, series, store
from tracking import blobs, streams, tensors
from tracking.models import Artifact, Blob, Metric, Run
from tracking.streams import Listing, store_listing

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, settings: Any) -> Path:
    settings.BLOBS = tmp_path / "blobs"
    return tmp_path / "blobs"


class Broken(io.RawIOBase):
    """A stream that gives some bytes and then fails as a disk does."""

    def __init__(self, good: int, error: OSError) -> None:
        self.good, self.error = good, error

    def read(self, size: int = -1) -> bytes:
        if self.good <= 0:
            raise self.error
        self.good -= size
        return b"x" * size


def opening(*results: bytes | Exception) -> tuple[Callable[[], BinaryIO], list[int]]:
    """A way to open, and how often it was used."""
    calls: list[int] = []

    def open_it() -> BinaryIO:
        calls.append(1)
        result = results[min(len(calls), len(results)) - 1]
        if isinstance(result, Exception):
            raise result
        return io.BytesIO(result)

    return open_it, calls


def record(path: str, open_it: Any, **more: Any) -> FileRecord:
    return FileRecord(PROJECT, "DOC-1", path, None, open_it, **more)


def kept(shelf: Path) -> list[Path]:
    return [path for path in shelf.rglob("*") if path.is_file()]


# ── bytes ────────────────────────────────────────────────────────────────────


@given(content=st.binary(max_size=200) | st.integers(0, 3).map(lambda n: b"ab" * n * 2**19))
@examples(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db
def test_any_bytes_come_back_and_their_sums_are_right(content: bytes) -> None:
    blob = blobs.ingest(io.BytesIO(content)).blob
    assert (blob.sha256, blob.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert blob.crc32 == zlib.crc32(content)
    with blobs.open_blob(blob) as stream:
        assert stream.read() == content
    assert blobs.verify(blob)


def test_the_same_bytes_are_kept_once(source: Source, shelf: Path) -> None:
    store(source, run("DOC-1"), file("DOC-1", "a", PNG), file("DOC-1", "b", PNG))
    assert Blob.objects.count() == 1
    assert Artifact.objects.filter(blob__isnull=False).count() == 2
    assert len(kept(shelf)) == 1


@pytest.mark.django_db
def test_a_stream_that_breaks_off_leaves_nothing(shelf: Path) -> None:
    with pytest.raises(blobs.Unreadable, match="Input/output error"):
        blobs.ingest(Broken(2**20, OSError(5, "Input/output error")))  # type: ignore[arg-type]
    assert kept(shelf) == []
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_a_worker_killed_half_way_leaves_no_blob_and_is_cleared_up_after(shelf: Path) -> None:
    class Killed(BaseException):
        pass

    def beat() -> None:
        os.link(kept(shelf)[0], shelf / "incoming" / "left")
        raise Killed

    with pytest.raises(Killed):
        blobs.ingest(io.BytesIO(b"half"), beat=beat)
    assert [path.name for path in kept(shelf)] == ["left"]
    assert blobs.clear_incoming() == 0, "it may still be written"
    long_ago = time.time() - blobs.LEFT_OVER - 1
    os.utime(shelf / "incoming" / "left", (long_ago, long_ago))
    assert blobs.clear_incoming() == 1
    assert kept(shelf) == []


@pytest.mark.django_db
def test_a_flipped_byte_is_found_and_the_same_bytes_again_heal_it() -> None:
    blob = blobs.ingest(io.BytesIO(b"weights")).blob
    path = blobs.path_of(blob.sha256)
    path.chmod(0o600)
    path.write_bytes(b"weightz")
    assert not blobs.verify(blob)
    assert Blob.objects.get().corrupt
    again = blobs.ingest(io.BytesIO(b"weights")).blob
    assert not again.corrupt
    assert blobs.verify(Blob.objects.get())


@pytest.mark.django_db
def test_a_blob_that_was_cut_short_or_lost_is_found_and_healed() -> None:
    blob = blobs.ingest(io.BytesIO(b"weights")).blob
    blobs.path_of(blob.sha256).write_bytes(b"wei")
    blobs.ingest(io.BytesIO(b"weights"))
    assert blobs.verify(blob)
    blobs.path_of(blob.sha256).unlink()
    assert not blobs.verify(blob)
    with pytest.raises(FileNotFoundError):
        blobs.open_blob(blob)
    blobs.ingest(io.BytesIO(b"weights"))
    blob.refresh_from_db()
    assert not blob.corrupt
    assert blobs.verify(blob)


@pytest.mark.django_db
def test_weights_keep_a_digest_of_their_tensors_and_get_one_when_they_are_read_again() -> None:
    head = b'{"w": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}'
    weights = len(head).to_bytes(8, "little") + head + b"ab"
    digest = tensors.Digest()
    digest.update(weights)
    blob = blobs.ingest(io.BytesIO(weights)).blob
    assert blob.content_digest == digest.told() != ""
    Blob.objects.update(content_digest="")
    blob.refresh_from_db()
    assert blobs.verify(blob)
    assert Blob.objects.get().content_digest == digest.told()
    Blob.objects.update(content_digest="")
    blob.refresh_from_db()
    blobs.path_of(blob.sha256).write_bytes(weights[:-1] + b"c")
    assert not blobs.verify(blob)
    assert Blob.objects.get().content_digest == ""
    assert blobs.ingest(io.BytesIO(b"text")).blob.content_digest == ""


def test_a_full_disk_of_ours_ends_the_sync_and_is_no_gap_of_theirs(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(blobs.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store(source, run("DOC-1"), file("DOC-1", "a", PNG))
    assert not Artifact.objects.exists()


# ── versions and gaps ────────────────────────────────────────────────────────


def test_an_unchanged_version_is_not_opened_again(source: Source) -> None:
    open_it, calls = opening(b"one")
    first = record("model/weights", open_it, version="v1")
    assert store(source, first).inserted == 1
    assert store(source, first) == Stored(unchanged=1)
    assert len(calls) == 1


def lose(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(b"wei")


def flip(path: Path) -> None:
    path.write_bytes(b"weightz")


@pytest.mark.parametrize("harm", [lose, cut, flip])
def test_reading_again_brings_back_what_was_lost_or_damaged(
    source: Source, harm: Callable[[Path], None]
) -> None:
    open_it, calls = opening(b"weights")
    weights = record("model/weights", open_it, version="v1")
    store(source, weights)
    path = blobs.path_of(Artifact.objects.get().blob_id or "")
    harm(path)
    assert not blobs.verify(Blob.objects.get())
    assert store(source, weights) == Stored(unchanged=1)
    assert path.read_bytes() == b"weights"
    assert not Blob.objects.get().corrupt
    assert store(source, weights) == Stored(unchanged=1)
    assert len(calls) == 2, "once whole, it is not opened again"


def test_a_lost_file_comes_back_though_nobody_has_checked(source: Source) -> None:
    open_it, _ = opening(b"weights")
    weights = record("model/weights", open_it, version="v1")
    store(source, weights)
    path = blobs.path_of(Artifact.objects.get().blob_id or "")
    path.unlink()
    store(source, weights)
    assert path.read_bytes() == b"weights"


@pytest.mark.parametrize("files", [1, 60])
def test_looking_for_what_is_held_costs_one_query_a_page(
    source: Source, files: int, django_assert_num_queries: Any
) -> None:
    records = [file("DOC-1", f"f{n}", b"%d" % n, version="1") for n in range(files)]
    store(source, *records)
    with django_assert_num_queries(1):
        streams.prepare(source, records, lambda: None)


def test_a_changed_version_is_read_again(source: Source) -> None:
    open_it, _ = opening(b"one", b"two")
    store(source, record("model/weights", open_it, version="v1"))
    assert store(source, record("model/weights", open_it, version="v2")).updated == 1
    held = Artifact.objects.get()
    assert (held.size, held.blob_id) == (3, hashlib.sha256(b"two").hexdigest())
    assert Blob.objects.count() == 2


def test_a_file_that_was_only_touched_is_opened_once_and_stays_unchanged(source: Source) -> None:
    open_it, calls = opening(b"one")
    store(source, record("model/weights", open_it, version="v1"))
    touched = record("model/weights", open_it, version="v2")
    assert store(source, touched) == Stored(unchanged=1)
    assert store(source, touched) == Stored(unchanged=1)
    assert len(calls) == 2


def test_a_file_that_could_not_be_read_is_a_gap_and_is_tried_again(source: Source) -> None:
    open_it, _ = opening(PermissionError(13, "Permission denied"), b"now")
    shy = record("model/weights", open_it, version="v1")
    stored = store(source, shy, file("DOC-1", "plots/roc", PNG))
    assert (stored.inserted, len(stored.gaps)) == (2, 1)
    assert (stored.gaps[0].what, stored.gaps[0].why) == (
        "model/weights of DOC-1",
        "could not be read: Permission denied",
    )
    held = Artifact.objects.get(path="model/weights")
    assert (held.blob_id, held.missing) == (None, "could not be read: Permission denied")
    assert store(source, shy).gaps == ()
    held.refresh_from_db()
    assert (held.size, held.missing) == (3, "")


def test_a_file_that_breaks_in_the_middle_is_a_gap_and_the_rest_goes_on(source: Source) -> None:
    broken = record("a", lambda: Broken(2**20, OSError(5, "Input/output error")))
    stored = store(source, broken, file("DOC-1", "b", b"fine"))
    assert [gap.why for gap in stored.gaps] == ["could not be read: Input/output error"]
    assert Artifact.objects.get(path="b").blob_id


def test_missing_bytes_are_said(source: Source) -> None:
    store(source, file("DOC-1", "a", None, missing="not in the archive"), file("DOC-1", "b", None))
    told = dict(Artifact.objects.values_list("path", "missing"))
    assert told == {"a": "not in the archive", "b": "not in the source"}


def test_a_long_series_of_files_has_a_row_a_step(source: Source) -> None:
    steps = [0.0, 0.5, 1e6, 1_000_000.5, 1_000_001.0, 1e-9]
    store(source, *(file("DOC-1", "samples", b"%d" % n, step=s) for n, s in enumerate(steps)))
    assert sorted(Artifact.objects.values_list("step", flat=True)) == sorted(steps)


def test_a_path_that_no_index_takes_is_a_gap(source: Source) -> None:
    endless = "a/" + "".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000))
    stored = store(source, file("DOC-1", endless, b"x"), file("DOC-1", "b", b"y"))
    assert [gap.why for gap in stored.gaps] == ["its path is longer than 2,000 bytes"]
    assert list(Artifact.objects.values_list("path", flat=True)) == ["b"]


def test_files_of_models_are_kept_too(source: Source) -> None:
    store(
        source,
        RunRecord(PROJECT, "DOC-CLS-1", {}, kind="model_version"),
        file("DOC-CLS-1", "weights", b"w", kind="model_version"),
        run("DOC-1"),
        file("DOC-1", "weights", b"w"),
    )
    owners = set(Artifact.objects.values_list("run", flat=True))
    assert owners == {
        source.key("model_version", f"{PROJECT}\nDOC-CLS-1"),
        source.key("run", f"{PROJECT}\nDOC-1"),
    }
    assert Document.objects.filter(kind="file").count() == 1


def test_a_lost_ending_is_found_by_the_bytes(source: Source) -> None:
    store(source, file("DOC-1", "plots/roc_auc", PNG), file("DOC-1", "x/y", PNG, name="own.dat"))
    assert dict(Artifact.objects.values_list("path", "name")) == {
        "plots/roc_auc": "roc_auc.png",
        "x/y": "own.dat",
    }


# ── removals ─────────────────────────────────────────────────────────────────


@pytest.fixture
def lab(source: Source) -> Source:
    for handle in ("DOC-1", "DOC-2"):
        store(
            source,
            run(handle, name=f"run {handle}", tags=["sprint 49"]),
            file(handle, "plots/roc", PNG),
            series(handle, "loss", [1.0]),
        )
    return source


def shown(person: Any) -> tuple[set[str], int, int]:
    runs = set(Run.objects.visible_to(person).values_list("handle", flat=True))
    return runs, Artifact.objects.visible_to(person).count(), Document.objects.count()


def test_a_removed_run_is_hidden_with_its_files_and_is_not_found(lab: Source, reader: Any) -> None:
    assert shown(reader) == ({"DOC-1", "DOC-2"}, 2, 4)
    assert store(lab, Removal(PROJECT, "DOC-1")) == Stored(removed=1)
    assert shown(reader) == ({"DOC-2"}, 1, 2)
    assert store(lab, Removal(PROJECT, "DOC-1")) == Stored()


def test_a_run_that_is_listed_no_more_is_hidden_with_its_files(lab: Source, reader: Any) -> None:
    Payload.objects.update(fetched_at="2020-01-01T00:00Z")
    listing = Listing(PROJECT, {"run": frozenset({"DOC-2"})})
    assert store_listing(lab, [listing]).removed == 1
    assert shown(reader) == ({"DOC-2"}, 1, 2)
    assert store_listing(lab, [listing]) == Stored()


def test_a_run_that_comes_back_has_its_files_and_points_again(lab: Source, reader: Any) -> None:
    store(lab, Removal(PROJECT, "DOC-1"))
    store(lab, run("DOC-1", name="run DOC-1", tags=["sprint 49"]))
    assert shown(reader) == ({"DOC-1", "DOC-2"}, 2, 4)
    assert Metric.objects.filter(name="loss").count() == 2
