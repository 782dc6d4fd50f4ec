"""A tracker's stored records are mapped anew: the tables are as a whole reading leaves them."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.utils import timezone

from portal import tasks
from sources import engine
from sources.connectors.base import Attribute, Gap, RunRecord
from sources.models import Document, Source, Sync
from sources.store import packed_json
from tests.pages.sample import read_source
from tracking.models import (
    Artifact,
    Column,
    Mention,
    Metric,
    ModelVersion,
    RegisteredModel,
    Run,
    SeriesChunk,
    TrackerProject,
)
from tracking.streams.runs import raw_of
from tracking.streams.stored import record_of

SAMPLES = Path(__file__).parents[1] / "data"
TABLES = (
    Run, Metric, Mention, Artifact, Column, Document, RegisteredModel, ModelVersion,
    TrackerProject, SeriesChunk,
)  # fmt: skip


def table(model: Any) -> list[str]:
    rows = [
        {name: value for name, value in row.items() if name != "id"}
        for row in model.objects.values()
    ]
    return sorted(map(repr, rows))


def tables() -> dict[str, list[str]]:
    return {model.__name__: table(model) for model in TABLES}


def mapped(source: Source) -> Sync:
    source.refresh_from_db()
    source.map_anew()
    sync = engine.claim(source, from_stored=True)
    assert sync is not None
    tasks.read_source(str(source.pk), str(sync.pk))
    sync.refresh_from_db()
    return sync


@pytest.mark.parametrize("name", ["neptune_archive", "neptune_archive_v3"])
def test_mapping_anew_leaves_the_tables_as_a_whole_reading_does(
    db: None, name: str, tmp_path: Path, settings: Any
) -> None:
    settings.BLOBS = tmp_path / "blobs"
    source = Source.objects.create(
        slug=name, name=name, kind="neptune-archive", settings={"paths": [str(SAMPLES / name)]}
    )
    read_source(source)
    Run.objects.update(name="mapped wrongly", tags=[], parameters={})
    Mention.objects.all().delete()
    sync = mapped(source)
    assert (sync.outcome, sync.requests, sync.gaps) == ("done", 0, [])
    assert sync.updated >= Run.objects.count() > 0
    after = tables()
    assert not any("mapped wrongly" in row for row in after["Run"])
    source.cursors.all().delete()
    again = read_source(source)
    # What is no record (series, files, projects) is read by the new settings only now.
    assert again.inserted == 0
    kept = {"Run", "Mention", "Metric", "Document", "Column", "RegisteredModel", "ModelVersion"}
    assert {one: rows for one, rows in tables().items() if one in kept} == {
        one: rows for one, rows in after.items() if one in kept
    }


def test_a_record_comes_back_as_its_connector_yielded_it() -> None:
    values: dict[str, Attribute] = {
        "sys/creation_time": Attribute("datetime", timezone.now()),
        "score": Attribute("float", float("inf")),
        "parameters/lr": Attribute("float", 0.1),
        "parameters/note": Attribute("string", "NaN"),
        "sys/tags": Attribute("string_set", ["a", "b"]),
        "parameters/none": Attribute("string", None),
    }
    record = RunRecord(
        "p", "R-1", values, gaps=[Gap("commit", "not there")], provenance={"seen": "1"}
    )
    raw = orjson.loads(packed_json(raw_of(record)))
    back = record_of(raw, called="People's name")
    assert back.attributes == record.attributes
    assert (list(back.gaps), back.provenance) == (list(record.gaps), record.provenance)
    assert packed_json(raw_of(back)) == packed_json(raw_of(record))
