"""The OpenAPI document as a page can show it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.plumbing import get_lib_doc_excludes

from sources.answers import Answer

VERBS = ("get", "post", "put", "patch", "delete")


def unwritten() -> list[type]:
    """Classes whose docstring describes no route: a route without words of its own has none."""
    return [*get_lib_doc_excludes(), Answer]  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    verb: str
    path: str
    description: str
    parameters: list[Parameter]
    answer: list[Field]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: list[Operation]


def groups(schema: Mapping[str, Any]) -> list[Group]:
    """Operations by the first word of their path."""
    found: dict[str, list[Operation]] = {}
    for operation in operations(schema):
        first = operation.path.removeprefix("/api/v1/").split("/")[0]
        found.setdefault(first, []).append(operation)
    return [Group(name, several) for name, several in sorted(found.items())]


def operations(schema: Mapping[str, Any]) -> Iterator[Operation]:
    for path, verbs in schema["paths"].items():
        for verb in VERBS:
            if verb in verbs:
                yield _operation(schema, path, verb, verbs[verb])


def _operation(schema: Mapping[str, Any], path: str, verb: str, told: Any) -> Operation:
    return Operation(
        id=told["operationId"],
        verb=verb.upper(),
        path=path,
        description=told.get("description", ""),
        parameters=[
            Parameter(
                one["name"],
                one["in"],
                _type(one.get("schema", {})),
                bool(one.get("required")),
                one.get("description", ""),
            )
            for one in told.get("parameters", [])
        ],
        answer=_answer(schema, told),
    )


def _answer(schema: Mapping[str, Any], told: Any) -> list[Field]:
    answers: Mapping[str, Any] = told["responses"]
    good: Any = next((one for code, one in answers.items() if code.startswith("2")), {})
    content: Mapping[str, Any] = next(iter(good.get("content", {}).values()), {})
    shape = _resolved(schema, content.get("schema", {}))
    if shape.get("type") == "array":
        shape = _resolved(schema, shape["items"])
    return [
        Field(name, _type(one), one.get("description", ""))
        for name, one in shape.get("properties", {}).items()
    ]


def _resolved(schema: Mapping[str, Any], shape: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in shape:
        return shape
    found: Mapping[str, Any] = schema["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return found


def _type(shape: Mapping[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    if shape.get("type") == "array":
        return f"list of {_type(shape.get('items', {}))}"
    kind = shape.get("type", "any")
    name = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{name} ({shape['format']})" if "format" in shape else name
