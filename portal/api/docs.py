"""The OpenAPI document as a page can show it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drf_spectacular.plumbing import get_lib_doc_excludes

from sources.answers import Answer

VERBS = ("get", "post", "put", "patch", "delete")
EXAMPLES = {"uuid": "5f2b…", "date-time": "2026-01-31T12:00:00Z", "string": "…"}
EXAMPLES_BY_KIND = {"boolean": True, "integer": 1, "number": 0.9}


def unwritten() -> list[type]:
    """Classes whose docstring describes no route: a route without words of its own has none."""
    return [*get_lib_doc_excludes(), Answer]  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Field:
    """Of what is asked for, given or answered. `shape` names the shape that its value,
    or each of its values, has; `note` says what must be known beside its description."""

    name: str
    type: str
    shape: str
    note: str
    description: str


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`answers` is the shape of what comes, where it has one; `given` is what is sent, with
    a call that sends it."""

    id: str
    verb: str
    path: str
    description: str
    scope: str
    parameters: list[Field]
    given: list[Field]
    call: str
    answer: list[Field]
    refusals: list[Refusal]


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Shape:
    name: str
    description: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Page:
    groups: list[Group]
    shapes: list[Shape]


def read(schema: Mapping[str, Any], host: str) -> Page:
    """Operations by the first word of their path, and the shapes that they name."""
    reader = _Reader(schema, host)
    found: dict[str, list[Operation]] = {}
    for operation in reader.operations():
        first = operation.path.removeprefix("/api/v1/").split("/")[0]
        found.setdefault(first, []).append(operation)
    return Page(
        groups=[Group(name, several) for name, several in sorted(found.items())],
        shapes=list(reader.shapes()),
    )


class _Reader:
    def __init__(self, schema: Mapping[str, Any], host: str) -> None:
        self.schema = schema
        self.host = host

    def operations(self) -> Iterator[Operation]:
        for path, verbs in self.schema["paths"].items():
            for verb in VERBS:
                if verb in verbs:
                    yield self.operation(path, verb, verbs[verb])

    def shapes(self) -> Iterator[Shape]:
        """Those with fields, by name."""
        for name, shape in sorted(self.schema["components"]["schemas"].items()):
            if fields := self.fields(shape):
                yield Shape(name, shape.get("description", ""), fields)

    def operation(self, path: str, verb: str, told: Any) -> Operation:
        body = self.resolved(_content(told.get("requestBody", {})))
        answers: Mapping[str, Any] = told["responses"]
        good: Any = next((one for code, one in answers.items() if code.startswith("2")), {})
        return Operation(
            id=told["operationId"],
            verb=verb.upper(),
            path=path,
            description=told.get("description", ""),
            scope=told["x-scope"],
            parameters=[_parameter(one) for one in told.get("parameters", [])],
            given=self.fields(body, given=True),
            call=self.call(verb.upper(), path, body) if verb != "get" else "",
            answer=self.fields(self.one_of(_content(good))),
            refusals=[
                Refusal(code, one["description"])
                for code, one in answers.items()
                if code.startswith("4")
            ],
        )

    def call(self, verb: str, path: str, body: Mapping[str, Any]) -> str:
        """A command that may be copied and filled in."""
        words = [f"curl -X {verb} -H 'Authorization: Bearer ll_…'"]
        if fields := body.get("properties"):
            given = {name: self.example(one) for name, one in fields.items()}
            told = json.dumps(given, ensure_ascii=False).replace("'", "'\\''")
            words.append(f"-H 'Content-Type: application/json' -d '{told}'")
        return " ".join([*words, f"'{self.host}{path}'"])

    def example(self, shape: Mapping[str, Any]) -> Any:
        shape = self.resolved(shape)
        if "enum" in shape:
            return shape["enum"][0]
        kind = shape.get("format", shape.get("type", "string"))
        plain = EXAMPLES.get(kind, EXAMPLES["string"])
        return EXAMPLES_BY_KIND.get(shape.get("type", ""), plain)

    def fields(self, shape: Mapping[str, Any], *, given: bool = False) -> list[Field]:
        """What must be given is said, and what an answer may lack."""
        required = shape.get("required", ())
        there, lacking = ("required", "") if given else ("", "not always there")
        return [
            self.field(name, one, there if name in required else lacking)
            for name, one in shape.get("properties", {}).items()
        ]

    def field(self, name: str, shape: Mapping[str, Any], note: str) -> Field:
        inner = self.resolved(shape)
        notes = [note] if note else []
        if "default" in inner:
            notes.append(f"usually {json.dumps(inner['default'])}")
        if "enum" in inner:
            notes.append(f"one of {', '.join(map(str, inner['enum']))}")
        named = _ref(shape)
        linked = named if self.schema_of(named).get("properties") else ""
        kind = _type(shape if linked or not named else inner)
        return Field(name, kind, linked, ", ".join(notes), shape.get("description", ""))

    def one_of(self, shape: Mapping[str, Any]) -> Mapping[str, Any]:
        """The shape of an answer, or of each of its rows."""
        shape = self.resolved(shape)
        return self.resolved(shape["items"]) if shape.get("type") == "array" else shape

    def resolved(self, shape: Mapping[str, Any]) -> Mapping[str, Any]:
        named = _ref(shape) if shape.get("type") != "array" else ""
        return {**self.schema_of(named), **shape} if named else shape

    def schema_of(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.schema["components"]["schemas"].get(name, {})
        return found


def _content(told: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = next(iter(told.get("content", {}).values()), {})
    shape: Mapping[str, Any] = content.get("schema", {})
    return shape


def _parameter(told: Mapping[str, Any]) -> Field:
    shape = told.get("schema", {})
    notes = ["in the address" if told["in"] == "path" else "query"]
    notes += ["required"] if told.get("required") and told["in"] != "path" else []
    notes += [f"one of {', '.join(map(str, shape['enum']))}"] if "enum" in shape else []
    words = told.get("description", "")
    return Field(told["name"], _type(shape), "", ", ".join(notes), words)


def _ref(shape: Mapping[str, Any]) -> str:
    """The component that a shape, or each of its rows, is; also with words added to it."""
    if shape.get("type") == "array":
        return _ref(shape.get("items", {}))
    held = [shape, *shape.get("allOf", ()), *shape.get("oneOf", ())]
    named = next((one["$ref"] for one in held if "$ref" in one), "")
    return str(named).rpartition("/")[2]


def _type(shape: Mapping[str, Any]) -> str:
    if shape.get("type") == "array":
        return f"list of {_type(shape.get('items', {}))}"
    if named := _ref(shape):
        return named
    kind = shape.get("type", "any")
    name = " or ".join(kind) if isinstance(kind, list) else str(kind)
    more = [shape["format"]] if "format" in shape else []
    more += ["or null"] if shape.get("nullable") else []
    return f"{name} ({', '.join(more)})" if more else name
