"""A store on disk: one JSON file, one container a line, and blobs by sha256."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from demo.neptune.fields import Container, Field, Project

if TYPE_CHECKING:
    from demo.neptune.store import Store

FORMAT = 1


def dump(store: "Store", folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "neptune.json").write_text("\n".join(lines(store)) + "\n", encoding="utf-8")
    named = {digest for held in store.containers.values() for digest in digests(held)}
    store.blobs.write_to(folder / "blobs", named)


def lines(store: "Store") -> Iterator[str]:
    """JSON in sections, so that a change of one run is a change of one line."""
    yield f'{{"format": {FORMAT},'
    yield '"projects": ['
    yield ",\n".join(compact(written(project)) for project in store.projects.values())
    yield '],\n"artifacts": {'
    yield ",\n".join(
        f"{compact(key)}:{compact(files)}" for key, files in sorted(store.artifacts.items())
    )
    yield '},\n"containers": ['
    yield ",\n".join(compact(packed(container)) for container in store.containers.values())
    yield "]}"


def compact(thing: Any) -> str:
    return json.dumps(thing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def written(project: Project) -> dict[str, Any]:
    return {name: getattr(project, name) for name in Project.__slots__}


def packed(container: Container) -> dict[str, Any]:
    fields = {
        path: [field.type, field.value]
        for path, field in container.fields.items()
        if path != "sys/state"  # the clock tells it
    }
    return {name: getattr(container, name) for name in Container.__slots__} | {"fields": fields}


def digests(container: Container) -> Iterator[str]:
    for field in container.fields.values():
        if field.type == "file":
            yield field.value["sha256"]
        elif field.type == "fileSet":
            yield from (member["sha256"] for member in field.value.values())
        elif field.type == "imageSeries":
            yield from (point[2]["sha256"] for point in field.value)


def load(store: "Store", folder: Path) -> None:
    read = json.loads((folder / "neptune.json").read_text(encoding="utf-8"))
    if read["format"] != FORMAT:
        raise ValueError(f"{folder}: snapshot format {read['format']}, this reads {FORMAT}")
    store.blobs.read_from(folder / "blobs")
    store.artifacts = read["artifacts"]
    for project in read["projects"]:
        store.know(Project(**project))
    for container in read["containers"]:
        admit(store, container)


def admit(store: "Store", kept: dict[str, Any]) -> None:
    fields = {path: Field(kind, value) for path, (kind, value) in kept["fields"].items()}
    container = Container(**kept | {"fields": fields})
    if container.kind == "project":
        store.containers[container.id] = container
        return
    store.admit(container)
