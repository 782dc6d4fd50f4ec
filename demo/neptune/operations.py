"""What the client's operations do to a container's fields."""

import base64
from collections.abc import Callable
from typing import Any

from demo.neptune.fields import Container, Field, Point
from demo.neptune.store import Store

type Body = dict[str, Any]
type Change = Callable[[Store, Container, str, Body], None]


class Inconsistent(Exception):
    """The field is of another type, or the points go backwards."""


def apply(store: Store, container: Container, operations: list[dict[str, Any]]) -> list[str]:
    """Applies what it can, in order, and returns what it could not in words."""
    errors = []
    for operation in operations:
        path = operation["path"]
        name = next(key for key in operation if key != "path")
        try:
            CHANGES[name](store, container, path, operation[name])
        except Inconsistent as error:
            errors.append(str(error))
    store.touch(container)
    return errors


def field_of(container: Container, path: str, kind: str, empty: Any) -> Field:
    """The field at `path`, made if it is new; never one of another type."""
    found = container.fields.setdefault(path, Field(kind, empty))
    if found.type != kind:
        raise Inconsistent(f"{path} is of type {found.type}, not {kind}")
    return found


def assign(kind: str, key: str = "value") -> Change:
    def change(_: Store, container: Container, path: str, body: Body) -> None:
        field_of(container, path, kind, None).value = body[key]

    return change


def log(kind: str, kept: Callable[[Store, Any], Any]) -> Change:
    def change(store: Store, container: Container, path: str, body: Body) -> None:
        field = field_of(container, path, kind, [])
        points = [
            [entry.get("step"), entry["timestampMilliseconds"], kept(store, entry["value"])]
            for entry in body["entries"]
        ]
        backwards = append(field, points)
        if backwards:
            raise Inconsistent(f"{path}: {backwards} points do not go forward and were dropped")

    return change


def append(field: Field, points: list[Point]) -> int:
    """Appends the points that go forward; returns how many did not."""
    last = field.value[-1][0] if field.value else -1.0
    forward: list[Point] = []
    for point in points:
        step = last + 1.0 if point[0] is None else float(point[0])
        if (field.value or forward) and step <= last:
            continue
        forward.append([step, *point[1:]])
        last = step
    field.append(forward)
    return len(points) - len(forward)


def as_is(_: Store, value: Any) -> Any:
    return value


def image(store: Store, value: Body) -> Body:
    content = base64.b64decode(value.get("data") or "")
    return {
        "sha256": store.blobs.keep(content),
        "size": len(content),
        "name": value.get("name"),
        "description": value.get("description"),
    }


def clear(kind: str) -> Change:
    def change(_: Store, container: Container, path: str, __: Body) -> None:
        field_of(container, path, kind, [])
        container.put(path, kind, [])

    return change


def insert_strings(_: Store, container: Container, path: str, body: Body) -> None:
    field = field_of(container, path, "stringSet", [])
    field.value = sorted({*field.value, *body["values"]})


def remove_strings(_: Store, container: Container, path: str, body: Body) -> None:
    field = field_of(container, path, "stringSet", [])
    field.value = sorted({*field.value} - {*body["values"]})


def delete_attribute(_: Store, container: Container, path: str, __: Body) -> None:
    container.fields.pop(path, None)


def delete_files(_: Store, container: Container, path: str, body: Body) -> None:
    field = field_of(container, path, "fileSet", {})
    for gone in body["filePaths"]:
        field.value.pop(gone, None)


def assign_artifact(store: Store, container: Container, path: str, body: Body) -> None:
    files = store.artifacts.get(f"{container.project}/{body['hash']}", [])
    size = sum(file.get("size") or 0 for file in files)
    field_of(container, path, "artifact", {}).value = {"hash": body["hash"], "size": size}


def clear_artifact(_: Store, container: Container, path: str, __: Body) -> None:
    field_of(container, path, "artifact", {}).value = {"hash": "", "size": 0}


def keep_config(_: Store, container: Container, path: str, __: Body) -> None:
    """The chart's limits and unit are not kept; the series exists from here on."""
    field_of(container, path, "floatSeries", [])


CHANGES: dict[str, Change] = {
    "assignFloat": assign("float"),
    "assignInt": assign("int"),
    "assignBool": assign("bool"),
    "assignString": assign("string"),
    "assignDatetime": assign("datetime", "valueMilliseconds"),
    "assignArtifact": assign_artifact,
    "clearArtifact": clear_artifact,
    "logFloats": log("floatSeries", as_is),
    "logStrings": log("stringSeries", as_is),
    "logImages": log("imageSeries", image),
    "configFloatSeries": keep_config,
    "clearFloatSeries": clear("floatSeries"),
    "clearStringSeries": clear("stringSeries"),
    "clearImageSeries": clear("imageSeries"),
    "insertStrings": insert_strings,
    "removeStrings": remove_strings,
    "clearStringSet": clear("stringSet"),
    "deleteAttribute": delete_attribute,
    "deleteFiles": delete_files,
}
