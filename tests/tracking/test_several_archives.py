"""A project that was exported twice: one truth, in whatever order it is read."""

import os
from collections.abc import Iterable
from datetime import datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from portal.readers.archives import told_apart
from sources.models import Source, Sync
from tests.connectors_archive.archives import START, Row, Writer, row, system
from tests.pages.sample import read_source
from tracking.blobs import path_of
from tracking.models import Artifact, Metric, RegisteredModel, Run, SeriesChunk
from tracking.streams.series import stored_points
from tracking.streams.texts import read_lines

OLD, NEW = START.replace(hour=13), START.replace(hour=15)


def loss(values: list[float], path: str = "loss") -> list[Row]:
    return [row(path, "float_series", value, step=n, time=START) for n, value in enumerate(values)]


def lines(texts: list[str]) -> list[Row]:
    return [row("log", "string_series", text, step=n, time=START) for n, text in enumerate(texts)]


def export(
    root: Path, *groups: list[Row], modified: datetime, exported: datetime, **files: bytes
) -> str:
    """An archive of DOC-1 with these files by path, and of one model."""
    writer = Writer(root)
    listed = []
    for path, content in files.items():
        writer.file(f"acme/docs/DOC-1/{path}", content)
        listed.append(row(path, "file", f"acme/docs/DOC-1/{path}"))
    said = [*system(modification_time=("datetime", modified)), *listed]
    part = writer.part([*said, *(one for group in groups for one in group)])
    model = [
        *system("DOC-CLS", modification_time=("datetime", modified)),
        row("card", "string", root.parent.name, run="DOC-CLS"),
    ]
    model_part = writer.part(model, run="DOC-CLS", folder="model_data/docs/models")
    for path in (part, model_part):
        os.utime(path, (exported.timestamp(),) * 2)
    return str(root)


@pytest.fixture
def twice(tmp_path: Path) -> list[str]:
    """Older and newer. The newer export was cut short: it lacks what only the older has."""
    older = export(
        tmp_path / "may" / "archive",
        loss([9.0, 8.0, 7.0, 6.0]),
        loss([1.0, 2.0], path="only/old"),
        lines(["old 0", "old 1", "old 2"]),
        modified=OLD,
        exported=OLD,
        report=b"old report",
        weights=b"old weights",
        kept=b"only here",
    )
    newer = export(
        tmp_path / "june" / "archive",
        loss([0.9, 0.8]),
        lines(["new 0", "new 1"]),
        modified=NEW,
        exported=NEW,
        report=b"new report",
        weights=b"new weights",
    )
    return [older, newer]


def read(source: Source, paths: Iterable[str]) -> list[Sync]:
    """One after another, each from its start."""
    syncs = []
    for path in paths:
        source.cursors.all().delete()
        first = [path, *(one for one in source.settings["paths"] if one != path)]
        Source.objects.filter(pk=source.pk).update(settings={"paths": first})
        syncs.append(read_source(source))
    return syncs


def told(source: Source) -> dict[str, Any]:
    run = Run.objects.get(source=source, handle="DOC-1")
    files = Artifact.objects.filter(source=source, removed_at=None).select_related("blob")
    names = [(run.pk, "loss"), (run.pk, "only/old")]
    return {
        "modified": run.modified_at,
        "archives": (run.provenance["archive"], run.provenance.get("also_in")),
        "files": {one.path: one.blob.size if one.blob else one.missing for one in files},
        "points": [of.values.tolist() for of in stored_points(names).values()],
        "figures": sorted(
            Metric.objects.filter(run=run).values_list("name", "points", "last", "min", "max")
        ),
        "lines": [text for _, _, text in read_lines(run.pk, "log")],
        "card": RegisteredModel.objects.get(source=source).properties["card"],
        "chunks": sorted(SeriesChunk.objects.filter(run=run).values_list("name", "seq", "count")),
    }


@pytest.fixture
def lab(db: None, tmp_path: Path, settings: Any) -> Source:
    settings.BLOBS = tmp_path / "blobs"
    return Source.objects.create(slug="two", name="Two", kind="neptune-archive")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_newer_state_counts_whichever_archive_is_read_first(
    lab: Source, twice: list[str], order: tuple[int, int]
) -> None:
    lab.settings = {"paths": [twice[n] for n in order]}
    lab.save()
    read_source(lab)
    found = told(lab)
    assert found["modified"] == NEW
    assert found["archives"] == ("june/archive", ["may/archive"])
    assert found["card"] == "june"
    assert found["points"] == [[0.9, 0.8, 7.0, 6.0], [1.0, 2.0]]
    assert ("loss", 4, 6.0, 0.8, 7.0) in found["figures"]
    assert found["lines"] == ["new 0", "new 1", "old 2"]
    assert {path: bytes_of(path) for path in found["files"]} == {
        "report": b"new report", "weights": b"new weights", "kept": b"only here",
    }  # fmt: skip


def bytes_of(path: str) -> bytes:
    blob = Artifact.objects.get(path=path).blob
    assert blob is not None
    return path_of(blob.sha256).read_bytes()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_archives_read_again_in_any_order_change_nothing(
    lab: Source, twice: list[str], order: tuple[int, int]
) -> None:
    lab.settings = {"paths": [twice[n] for n in order]}
    lab.save()
    read_source(lab)
    before = told(lab)
    for sync in read(lab, [*twice, *reversed(twice)]):
        assert (sync.inserted, sync.updated, sync.removed) == (0, 0, 0)
        assert told(lab) == before


def test_both_orders_come_to_the_same(lab: Source, twice: list[str]) -> None:
    found = []
    for paths in permutations(twice):
        source = Source.objects.create(
            slug=f"order-{len(found)}", kind="neptune-archive", settings={"paths": list(paths)}
        )
        read_source(source)
        found.append(told(source))
    assert found[0] == found[1]


def test_bytes_that_an_archive_has_lost_stay(lab: Source, twice: list[str]) -> None:
    lab.settings = {"paths": twice[1:]}
    lab.save()
    read_source(lab)
    (Path(twice[1]) / "files/acme_docs-0123456789abcdef/acme/docs/DOC-1/weights").unlink()
    lab.cursors.all().delete()
    sync = read_source(lab)
    assert (sync.updated, sync.removed) == (0, 0)
    assert bytes_of("weights") == b"new weights"
    assert any("weights of DOC-1" in gap["what"] for gap in sync.gaps)


def test_of_two_exports_of_one_state_the_later_counts(lab: Source, tmp_path: Path) -> None:
    paths = [
        export(tmp_path / name / "archive", modified=OLD, exported=exported, report=name.encode())
        for name, exported in (("first", OLD), ("second", NEW))
    ]
    for order in permutations(paths):
        Artifact.objects.all().delete()
        Run.objects.all().delete()
        lab.settings = {"paths": list(order)}
        lab.save()
        lab.cursors.all().delete()
        read_source(lab)
        assert bytes_of("report") == b"second"


def test_archives_of_one_name_are_told_apart() -> None:
    paths = ["/x/may/archive", "/x/june/archive", "/y/july/", "/archive"]
    assert list(told_apart(paths).values()) == ["may/archive", "june/archive", "july", "/archive"]
    assert told_apart(["/x/archive", "/x/archive/"]).keys() == {"/x/archive", "/x/archive/"}
