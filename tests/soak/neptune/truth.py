"""The mirror against the practice Neptune's own store: the ways to be wrong."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

from demo.neptune import Store
from demo.neptune.fields import Container
from sources.models import Source
from tracking import blobs
from tracking.models import Artifact, Blob, LogChunk, ModelVersion, RegisteredModel, Run
from tracking.streams.series.held import stored_points
from tracking.streams.texts import read_lines

TABLES = {"run": Run, "model": RegisteredModel, "modelVersion": ModelVersion}
PARAMETERS = ("params/", "parameters/")

type Wrong = dict[str, int]
type Files = set[tuple[str, str, float | None, str]]  # whose, path, step, sha256


def told(store: Store, source: Source) -> Wrong:
    so = {one.sys_id: one for one in store.containers.values() if one.kind in TABLES}
    held = {kind: shown(table, source) for kind, table in TABLES.items()}
    names = {one.pk: name for rows in held.values() for name, one in rows.items()}
    there = {name for rows in held.values() for name in rows}
    files, files_so = files_held(source, names), set(files_told(so))
    return {
        "containers": len(so),
        "missing": len(so.keys() - there),
        "ghosts": len(there - so.keys()),
        "stale": sum(is_stale(so[name], one) for name, one in held["run"].items() if name in so),
        "wrong stage": sum(
            so[name].atom("sys/stage") != one.stage
            for name, one in held["modelVersion"].items()
            if name in so
        ),
        "wrong series": sum(
            wrong_series(so[name], one.pk) for name, one in held["run"].items() if name in so
        ),
        "points": sum(points_of(one, "floatSeries") for one in so.values()),
        "files": len(files_so),
        "files lacking": len(files_so - files),
        "files extra": len(files - files_so),
        "broken blobs": sum(not is_whole(one) for one in Blob.objects.all()),
    }


def shown(table: Any, source: Source) -> dict[str, Any]:
    return {one.handle: one for one in table.objects.filter(source=source.pk, removed_at=None)}


def is_stale(so: Container, held: Run) -> bool:
    parameters = {
        path.partition("/")[2]: field.value
        for path, field in so.fields.items()
        if path.startswith(PARAMETERS) and field.type in {"float", "int", "bool"}
    }
    same = all(held.parameters.get(name) == value for name, value in parameters.items())
    tags = so.atom("sys/tags") or []
    return (so.atom("sys/name"), sorted(tags), so.trashed, same) != (
        held.name,
        held.tags,
        held.trashed,
        True,
    )


# ── series ───────────────────────────────────────────────────────────────────


def wrong_series(so: Container, run: UUID) -> int:
    """Series of which any point is another, or that are not there at all."""
    curves = [path for path, field in so.fields.items() if field.type == "floatSeries"]
    held = stored_points([(run, path) for path in curves])
    wrong = sum(
        list(zip(*(column.tolist() for column in held[run, path]), strict=True))
        != [(step, at, value) for step, at, value in so.fields[path].value]
        for path in curves
    )
    logs = {path for path, field in so.fields.items() if field.type == "stringSeries"}
    logs |= set(LogChunk.objects.filter(run=run).values_list("name", flat=True))
    return wrong + sum(
        read_lines(run, path) != [tuple(point) for point in lines_of(so, path)] for path in logs
    )


def lines_of(so: Container, path: str) -> list[Any]:
    field = so.fields.get(path)
    return field.value if field else []


def points_of(container: Container, kind: str) -> int:
    return sum(len(one.value) for one in container.fields.values() if one.type == kind)


# ── files ────────────────────────────────────────────────────────────────────


def files_told(so: dict[str, Container]) -> Iterator[tuple[str, str, float | None, str]]:
    for name, container in so.items():
        for path, field in container.fields.items():
            if field.type == "file":
                yield name, path, None, field.value["sha256"]
            elif field.type == "fileSet":
                for member, one in field.value.items():
                    yield name, f"{path}/{member}", None, one["sha256"]
            elif field.type == "imageSeries":
                for step, _, one in field.value:
                    yield name, path, step, one["sha256"]


def files_held(source: Source, names: dict[UUID, str]) -> Files:
    rows = Artifact.objects.filter(source=source.pk, removed_at=None, listed__isnull=True)
    return {
        (names.get(run, "nobody"), path, step, blob or "no bytes")
        for run, path, step, blob in rows.values_list("run", "path", "step", "blob")
    }


def is_whole(blob: Blob) -> bool:
    return sha256(blobs.path_of(blob.sha256).read_bytes()).hexdigest() == blob.sha256
