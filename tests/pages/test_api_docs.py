"""What the API tells of itself: how to read, how to write, what it needs, how it refuses."""

import json
import re
from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import DisallowedHost
from django.test import Client
from drf_spectacular.validation import validate_schema

from portal.accounts.models import SCOPES
from tests.pages.asking import text
from tests.sprints.made import Lab

WRITES = {
    "hypothesis_verdict", "hypothesis_claim", "task_tie", "inbox_dismiss", "source_sync",
}  # fmt: skip


@pytest.fixture
def schema(lab: Lab, reader: Client) -> Any:
    return json.loads(text(reader, "/api/v1/openapi.json"))


@pytest.fixture
def operations(schema: Any) -> dict[str, Any]:
    return {
        told["operationId"]: {"verb": verb, "path": path} | told
        for path, verbs in schema["paths"].items()
        for verb, told in verbs.items()
    }


def test_every_call_says_which_scope_it_needs_and_how_it_refuses(
    schema: Any, operations: dict[str, Any]
) -> None:
    validate_schema(schema)
    assert {told["x-scope"] for told in operations.values()} == set(SCOPES)
    assert {name for name, told in operations.items() if told["verb"] != "get"} == WRITES
    for name, told in operations.items():
        refused = {code for code in told["responses"] if code.startswith("4")}
        assert refused >= {"401", "403"}, name
        assert ("404" in refused) == ("{" in told["path"]), name
        assert ("400" in refused) == ("requestBody" in told or name == "runs"), name
        (problem,) = told["responses"]["401"]["content"].items()
        assert problem[0] == "application/problem+json"
        assert problem[1]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert operations["hypothesis_verdict"]["x-scope"] == "plan:write"
    assert operations["artifact_content"]["x-scope"] == "files"
    assert "409" in operations["record_artifact"]["responses"]


def test_a_problem_is_as_it_is_told(lab: Lab, reader: Client, schema: Any) -> None:
    told = schema["components"]["schemas"]["Problem"]
    for url in ("/api/v1/runs/?q=(", "/api/v1/nowhere/"):
        problem = reader.get(url).json()
        assert set(told["required"]) <= problem.keys() <= told["properties"].keys()


def test_the_page_tells_how_to_write(lab: Lab, reader: Client) -> None:
    page = text(reader, "/api/v1/docs/")
    start = page.index('id="call-hypothesis_verdict"')
    call = page[start : page.index('id="call-', start + 10)]
    assert "scope plan:write" in call
    assert "one of confirmed, refuted, inconclusive, dropped" in call
    assert "curl -X POST" in call
    assert "&quot;outcome&quot;: &quot;confirmed&quot;" in call
    assert "http://testserver/api/v1/hypotheses/{key}/verdicts/" in call
    assert "required, one of" in call
    assert "400" in call


def test_no_place_of_the_page_has_the_name_of_another_and_every_link_has_its_place(
    lab: Lab, reader: Client
) -> None:
    page = text(reader, "/api/v1/docs/")
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, times in ids.items() if times > 1] == []
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert "shape-TaskOf" in links
    assert links <= set(ids)


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(RuntimeError("secret"), 500, "went wrong"), (DisallowedHost("secret"), 400, "be read")],
)
def test_what_nobody_foresaw_is_a_problem_document_under_the_api_and_a_page_elsewhere(
    lab: Lab,
    reader: Client,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    words: str,
) -> None:
    def broken(*_: object) -> None:
        raise error

    reader.raise_request_exception = False
    monkeypatch.setattr("portal.api.views.standings", broken)
    monkeypatch.setattr("portal.pages.saved.reading.listed", broken)
    answer = reader.get("/api/v1/sources/")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["status"], told["type"]) == (status, "about:blank")
    assert words in told["detail"]
    assert "secret" not in answer.content.decode()
    page = reader.get("/views/")
    assert (page.status_code, page["Content-Type"]) == (status, "text/html; charset=utf-8")
