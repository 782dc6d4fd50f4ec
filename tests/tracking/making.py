"""Records as connectors yield them, made by hand, and stored as a sync stores them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.db import transaction

from sources.connectors.base import Attribute, FileRecord, RunRecord, SeriesRecord
from sources.models import Source
from sources.store import Stored
from tracking import streams

PROJECT = "acme/documents"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TYPES = {bool: "bool", int: "int", float: "float", str: "string", datetime: "datetime"}


def attribute(value: Any) -> Attribute:
    if isinstance(value, (list, set)):
        return Attribute("string_set", sorted(value))
    return Attribute(TYPES.get(type(value), "string"), value)


def run(
    handle: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    numbers: Mapping[str, float] | None = None,
    project: str = PROJECT,
    trashed: bool = False,
    gaps: Sequence[Any] = (),
    **own: Any,
) -> RunRecord:
    """`own` are the tracker's fields of a run: name, owner, tags, creation_time, …"""
    told: dict[str, Any] = {"state": "Inactive", **own}
    attributes = {f"sys/{name}": attribute(value) for name, value in told.items()}
    for name, value in (parameters or {}).items():
        attributes[f"parameters/{name}"] = attribute(value)
    for name, value in (numbers or {}).items():
        attributes[name] = Attribute("float", value)
    return RunRecord(project, handle, attributes, trashed=trashed, gaps=gaps)


def series(
    handle: str,
    path: str,
    values: Sequence[Any],
    *,
    steps: Sequence[float] | None = None,
    times: Sequence[int] | None = None,
    text: bool = False,
) -> SeriesRecord:
    steps = list(range(len(values))) if steps is None else steps
    times = [int(1000 * step) for step in steps] if times is None else times
    return SeriesRecord(PROJECT, handle, path, "text" if text else "float", steps, times, values)


def file(handle: str, path: str, content: bytes | None, **more: Any) -> FileRecord:
    opened = None if content is None else (lambda: BytesIO(content))
    size = None if content is None else len(content)
    return FileRecord(PROJECT, handle, path, size, opened, **more)


def store(source: Source, *records: Any) -> Stored:
    """One page, as the engine stores it."""
    prepared = streams.prepare(source, records, lambda: None)
    with transaction.atomic():
        return streams.store(source, prepared)
