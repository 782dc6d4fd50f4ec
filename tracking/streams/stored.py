"""A tracker's stored records, mapped anew without asking it: runs, models, versions.

Series and files are no records: they stay as they are. The raw records are written
again as they were, with the present time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, cast

from sources.connectors.base import Attribute, Gap, Kind, RunRecord
from sources.models import Source
from sources.remap import Mapped
from sources.store import Row, Stored
from tracking.models import ModelVersion, RegisteredModel, Run, TrackerProject
from tracking.streams import models, runs

SPECIAL = {"NaN", "Infinity", "-Infinity"}  # numbers that JSON lacks, see sources/store

type Raw = Mapping[str, Any]


def record_of(raw: Raw, *, kind: Kind = "run", called: str = "") -> RunRecord:
    """What the connector had yielded; `called` is the project's name for people."""
    return RunRecord(
        project=raw["project"],
        run=raw["run"],
        attributes={path: _attribute(*pair) for path, pair in raw["attributes"].items()},
        kind=kind,
        gaps=[Gap(what, why) for what, why in raw["gaps"]],
        provenance=raw["provenance"],
        trashed=raw["trashed"],
        project_name=called,
    )


def _attribute(of: str, value: Any) -> Attribute:
    if of == "datetime" and isinstance(value, str):
        return Attribute(of, datetime.fromisoformat(value))
    if of == "float" and isinstance(value, str) and value in SPECIAL:
        return Attribute(of, float(value))
    return Attribute(of, value)


def _store(kind: Kind, source: Source, raws: Sequence[Raw]) -> Stored:
    named = dict(TrackerProject.objects.filter(source=source.pk).values_list("external_id", "name"))
    found = [record_of(raw, kind=kind, called=named.get(raw["project"], "")) for raw in raws]
    return runs.store(source, found) if kind == "run" else models.store(source, found)


def _nothing(_source: Source, _raw: Raw) -> Row:
    """No setting of a tracker says how its records are understood."""
    return {}


STORED = tuple(
    Mapped(kind, model, partial(_store, cast("Kind", kind)), _nothing)
    for kind, model in (("run", Run), ("model", RegisteredModel), ("model_version", ModelVersion))
)
