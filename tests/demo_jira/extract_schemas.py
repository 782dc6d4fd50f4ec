"""Take from Atlassian's documents what the conformance test needs, and no more.

    python -m tests.demo_jira.extract_schemas FOLDER

FOLDER holds jira_cloud_platform_v3.json, jira_cloud_software_2022.json and
jira_software_dc_10.3.json. Written are schemas/cloud.json.gz and
schemas/dc.json.gz: for each endpoint that the practice Jira serves, the schema
of its good answer (or, where a document has none, its example) and every schema
that those point to. Texts for people are left out.
"""

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demo.jira.views import ROUTES

SCHEMAS = Path(__file__).parent / "schemas"
DOCUMENTS = {
    "cloud": {"jira_cloud_platform_v3.json": "", "jira_cloud_software_2022.json": ""},
    "dc": {"jira_software_dc_10.3.json": "/rest"},
}
FOR_PEOPLE = {"description", "example", "xml", "title", "externalDocs", "readOnly", "writeOnly"}
POINTER = "#/components/schemas/"
READING_POSTS = ("search", "bulkfetch", "approximate-count", "worklog/list")


def main() -> None:
    """Write both files, the same bytes for the same documents."""
    folder = Path(sys.argv[1])
    SCHEMAS.mkdir(exist_ok=True)
    for manner, documents in DOCUMENTS.items():
        found: dict[str, Any] = {"endpoints": {}, "examples": {}, "schemas": {}}
        for name, prefix in documents.items():
            _take(found, json.loads((folder / name).read_text()), prefix, served(manner))
        text = json.dumps(found, ensure_ascii=False, sort_keys=True)
        target = SCHEMAS / f"{manner}.json.gz"
        target.write_bytes(gzip.compress(text.encode(), mtime=0))


def served(manner: str) -> set[str]:
    """The calls of the practice Jira that read something: `GET /rest/api/3/issue/{}`."""
    version = "3" if manner == "cloud" else "2"
    return {
        f"{route.method} {nameless(route.pattern.replace('{api}', version))}"
        for route in ROUTES
        if route.manner in ("both", manner)
        and (route.method == "GET" or _reads_by_post(route.method, route.pattern))
    }


def nameless(path: str) -> str:
    """A path whose words are all called the same."""
    return re.sub(r"\{\w+\}", "{}", path)


def _reads_by_post(method: str, pattern: str) -> bool:
    return method == "POST" and any(word in pattern for word in READING_POSTS)


def _take(found: dict[str, Any], document: Any, prefix: str, wanted: set[str]) -> None:
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            call = f"{method.upper()} {prefix}{nameless(path)}"
            if call in wanted:
                _take_answer(found, call, operation)
    for name in sorted(_needed(found["endpoints"], schemas)):
        found["schemas"][name] = bare(schemas[name])


def _take_answer(found: dict[str, Any], call: str, operation: Any) -> None:
    answer = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
    if answer.get("schema"):
        found["endpoints"][call] = bare(answer["schema"])
    elif "example" in answer:
        told = answer["example"]
        found["examples"][call] = json.loads(told) if isinstance(told, str) else told


def bare(schema: Any) -> Any:
    """A schema without its texts; a property may well be called `description`."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {key: bare(one) for key, one in value.items()}
        if name == "properties"
        else bare(value)
        for name, value in schema.items()
        if name not in FOR_PEOPLE
    }


def _needed(schemas: Any, all_schemas: dict[str, Any]) -> set[str]:
    needed: set[str] = set()
    waiting = list(_pointers(schemas))
    while waiting:
        name = waiting.pop()
        if name in all_schemas and name not in needed:
            needed.add(name)
            waiting += _pointers(all_schemas[name])
    return needed


def _pointers(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _pointers(one)
    elif isinstance(schema, dict):
        if isinstance(pointer := schema.get("$ref"), str):
            yield pointer.removeprefix(POINTER)
        for one in schema.values():
            yield from _pointers(one)


if __name__ == "__main__":
    main()
