"""Registered models and their versions."""

from collections.abc import Sequence
from typing import Any

from sources.connectors.base import RunRecord
from sources.models import Source
from sources.store import Row, Stored, mirror
from tracking.models import ModelVersion, RegisteredModel
from tracking.streams import archives, mapping
from tracking.streams.naming import owner_id, owner_key
from tracking.streams.runs import projects_of, raw_of, store_projects


def store(source: Source, records: Sequence[RunRecord]) -> Stored:
    if not records:
        return Stored()
    newest = archives.newest(source, records)
    by_name = {(one.kind, owner_id(one.project, one.run)): one for one in newest.kept}

    def pairs(kind: str) -> list[tuple[str, dict[str, Any]]]:
        return [(name, raw_of(one)) for (of, name), one in by_name.items() if of == kind]

    def record(kind: str, raw: dict[str, Any]) -> RunRecord:
        return by_name[kind, f"{raw['project']}\n{raw['run']}"]  # type: ignore[index]

    return (
        Stored(unchanged=newest.older)
        + store_projects(source, projects_of(records))
        + mirror(
            source,
            RegisteredModel,
            "model",
            pairs("model"),
            lambda raw: _model_from(source, record("model", raw)),
        ).stored
        + mirror(
            source,
            ModelVersion,
            "model_version",
            pairs("model_version"),
            lambda raw: _version_from(source, record("model_version", raw)),
        ).stored
    )


def _model_from(source: Source, record: RunRecord) -> Row:
    words = mapping.Words(record.attributes)
    return {
        "project_id": source.key("project", record.project),
        "handle": record.run,
        "name": words.text("sys/name"),
        "properties": {**mapping.properties(record), **dict(mapping.numbers(record))},
    }


def _version_from(source: Source, record: RunRecord) -> Row:
    """A version's model is what it says (sys/model_id); Neptune's ids say it
    too: DOC-CLS-2 is a version of DOC-CLS."""
    words = mapping.Words(record.attributes)
    model = words.text("sys/model_id") or record.run.rpartition("-")[0]
    return {
        "model_id": owner_key(source, "model", record.project, model),
        "handle": record.run,
        "name": words.text("sys/name"),
        "stage": words.text("sys/stage"),
        "run_handle": words.text("run/id") or words.text("run/sys_id"),
        "properties": {**mapping.properties(record), **dict(mapping.numbers(record))},
    }
