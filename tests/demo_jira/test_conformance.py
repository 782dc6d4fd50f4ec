"""Every answer of the practice Jira against Atlassian's own documents.

The schemas are closed before use: a property that the document does not name is
an error, so a misspelt or invented one is found. Where the document itself is
wrong or silent, the exception stands in `MENDED`, `UNNAMED` or `UNDOCUMENTED`
with its reason.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.demo_jira.caller import calling
from tests.demo_jira.extract_schemas import served
from tests.demo_jira.story import started

SCHEMAS = Path(__file__).parent / "schemas"
HERE = "#/schemas/"
THERE = "#/components/schemas/"

# What the documents get wrong: schema, property, what it must be, and why.
ANY: dict[str, Any] = {}
TEXT_OR_NULL = {"type": ["string", "null"]}
ENDS = ("from", "fromString", "to", "toString")
MENDED: dict[str, list[tuple[str, str, Any]]] = {
    "cloud": [
        # Atlassian's own examples of histories hold null in these.
        *[("ChangeDetails", name, TEXT_OR_NULL) for name in ENDS],
        # The same page of histories again, written out, so the line above misses it.
        ("IssueBean", "changelog", {"$ref": f"{THERE}PageOfChangelogs"}),
    ],
    "dc": [
        *[("ChangeItemBean", name, TEXT_OR_NULL) for name in ENDS],
        # Every value of an issue is said to be an object; a summary is none.
        ("IssueBean", "fields", {"type": "object"}),
    ],
}
# What the documents leave out, and every Jira answers.
UNNAMED: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "cloud": [],
    "dc": [
        ("IssueBean", ("expand",)),
        ("TransitionsMetaBean", ("expand",)),
        # Only the short project of an issue is described; the documents' list of
        # `expand` values names the rest.
        (
            "ProjectBean",
            (
                "assigneeType",
                "components",
                "expand",
                "issueTypes",
                "lead",
                "projectTypeKey",
                "roles",
                "versions",
            ),
        ),
        # A "simple list wrapper" is described without its list.
        ("SimpleListWrapperApplicationRoleBean", ("items",)),
        ("SimpleListWrapperGroupJsonBean", ("items",)),
    ],
}
# The document declares one element where a bare list is answered.
LISTS = {
    "cloud": {"GET /rest/api/3/issue/{}/remotelink"},
    "dc": {
        "GET /rest/api/2/field",
        "GET /rest/api/2/issue/{}/remotelink",
        "GET /rest/api/2/issuetype",
        "GET /rest/api/2/priority",
        "GET /rest/api/2/project",
        "GET /rest/api/2/project/{}/statuses",
        "GET /rest/api/2/project/{}/versions",
        "GET /rest/api/2/resolution",
        "GET /rest/api/2/status",
        "GET /rest/api/2/user/search",
        "POST /rest/api/2/worklog/list",
    },
}
# The document declares one element where a page of them is answered.
PAGES = {
    "GET /rest/agile/1.0/board": "values",
    "GET /rest/agile/1.0/board/{}/issue": "issues",
    "GET /rest/agile/1.0/board/{}/sprint": "values",
    "GET /rest/api/2/issue/createmeta/{}/issuetypes": "values",
    "GET /rest/api/2/issue/createmeta/{}/issuetypes/{}": "values",
}
PAGE_WORDS = {"expand", "isLast", "maxResults", "startAt", "total"}
# Newer than the document of 2022, which has no schema but an example of a sprint.
NEWER_THAN_EXAMPLES = {"createdDate"}
# The document still describes what Cloud has answered with 410 since August 2025.
GONE = {"GET /rest/api/3/search", "POST /rest/api/3/search"}


BULK = {"issueIdsOrKeys": ["DOC-2", "10003"], "fields": ["*all"]}
SEARCH = {"jql": "project = DOC", "fields": ["*all"], "expand": "changelog"}
OLD_SEARCH = SEARCH | {"expand": ["changelog"]}

# the call as the document names it -> the call as we make it
CALLS: dict[str, tuple[str, Any]] = {
    "GET /api/{v}/serverInfo": ("", None),
    "GET /api/{v}/myself": ("", None),
    "GET /api/{v}/field": ("", None),
    "GET /api/{v}/field/search": ("", None),
    "GET /api/{v}/project/search": ("", None),
    "GET /api/{v}/project": ("", None),
    "GET /api/{v}/project/{}": ("project/DOC", None),
    "GET /api/{v}/project/{}/versions": ("project/DOC/versions", None),
    "GET /api/{v}/project/{}/version": ("project/DOC/version", None),
    "GET /api/{v}/project/{}/statuses": ("project/DOC/statuses", None),
    "GET /api/{v}/issuetype": ("", None),
    "GET /api/{v}/status": ("", None),
    "GET /api/{v}/priority": ("", None),
    "GET /api/{v}/resolution": ("", None),
    "GET /api/{v}/issueLinkType": ("", None),
    "GET /api/{v}/issue/createmeta/{}/issuetypes": ("issue/createmeta/DOC/issuetypes", None),
    "GET /api/{v}/issue/createmeta/{}/issuetypes/{}": (
        "issue/createmeta/DOC/issuetypes/10005",
        None,
    ),
    "GET /api/{v}/user": ("user?accountId=practice-mia&username=mia", None),
    "GET /api/{v}/user/search": ("user/search?query=b&username=b", None),
    "GET /api/{v}/users/search": ("", None),
    "GET /api/{v}/search": ("search?jql=project%3DDOC&fields=*all&expand=changelog", None),
    "GET /api/{v}/search/jql": ("search/jql?jql=project%3DDOC&fields=*all&expand=changelog", None),
    "POST /api/{v}/search/jql": ("", SEARCH),
    "POST /api/{v}/search": ("", OLD_SEARCH),
    "POST /api/{v}/search/approximate-count": ("", {"jql": "project = DOC"}),
    "POST /api/{v}/issue/bulkfetch": ("", BULK),
    "POST /api/{v}/changelog/bulkfetch": ("", {"issueIdsOrKeys": ["DOC-2"]}),
    "GET /api/{v}/issue/{}": ("issue/DOC-2?expand=changelog,names,transitions", None),
    "GET /api/{v}/issue/{}/changelog": ("issue/DOC-2/changelog?maxResults=2", None),
    "GET /api/{v}/issue/{}/transitions": ("issue/DOC-2/transitions", None),
    "GET /api/{v}/issue/{}/comment": ("issue/DOC-2/comment", None),
    "GET /api/{v}/issue/{}/comment/{}": ("issue/DOC-2/comment/30001", None),
    "GET /api/{v}/issue/{}/worklog": ("issue/DOC-2/worklog", None),
    "GET /api/{v}/issue/{}/worklog/{}": ("issue/DOC-2/worklog/40001", None),
    "GET /api/{v}/issue/{}/remotelink": ("issue/DOC-2/remotelink", None),
    "GET /api/{v}/issue/{}/remotelink/{}": ("issue/DOC-2/remotelink/60001", None),
    "GET /api/{v}/worklog/updated": ("", None),
    "GET /api/{v}/worklog/deleted": ("worklog/deleted?since=5", None),
    "POST /api/{v}/worklog/list": ("", {"ids": [40001]}),
    "GET /agile/1.0/board": ("", None),
    "GET /agile/1.0/board/{}": ("board/7", None),
    "GET /agile/1.0/board/{}/configuration": ("board/7/configuration", None),
    "GET /agile/1.0/board/{}/sprint": ("board/7/sprint", None),
    "GET /agile/1.0/board/{}/issue": ("board/7/issue?fields=*all", None),
    "GET /agile/1.0/sprint/{}": ("sprint/49", None),
    "GET /agile/1.0/sprint/{}/issue": ("sprint/49/issue", None),
}


def document(manner: str) -> dict[str, Any]:
    """The extract, with our exceptions worked in."""
    whole = dict(json.loads(gzip.decompress((SCHEMAS / f"{manner}.json.gz").read_bytes())))
    for schema, name, better in MENDED[manner]:
        assert name in whole["schemas"][schema]["properties"]
        whole["schemas"][schema]["properties"][name] = better
    for schema, names in UNNAMED[manner]:
        assert not whole["schemas"][schema]["properties"].keys() & set(names)
        whole["schemas"][schema]["properties"] |= dict.fromkeys(names, ANY)
    return whole


def closed(schema: Any) -> Any:
    """With pointers of our own, null where the document says so, and no more
    properties than it names."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {name: closed(value) for name, value in schema.items() if name != "nullable"}
    if isinstance(pointer := schema.get("$ref"), str):
        shut["$ref"] = pointer.replace(THERE, HERE)
    if isinstance(schema.get("properties"), dict):
        shut.setdefault("additionalProperties", False)
    return {"anyOf": [shut, {"type": "null"}]} if schema.get("nullable") is True else shut


def validator(manner: str, call: str) -> Draft202012Validator:
    whole = document(manner)
    schema = closed(whole["endpoints"][call])
    return Draft202012Validator({**schema, "schemas": closed(whole["schemas"])})


def errors(manner: str, call: str, told: Any) -> list[str]:
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator(manner, call).iter_errors(told)
    ]


def answered(manner: str, call: str) -> Any:
    """What the practice Jira says to a call that the document names so."""
    version = "3" if manner == "cloud" else "2"
    method, _, path = call.partition(" ")
    generic = f"{method} {path.removeprefix('/rest').replace(f'/api/{version}/', '/api/{v}/')}"
    said, body = CALLS[generic]
    base = "/agile/1.0/" if "/agile/" in path else f"/api/{version}/"
    target = base + said if said else path.removeprefix("/rest")
    with started(manner) as practice, calling(practice) as caller:
        practice.state.delete_worklog(practice.state.log_work("DOC-3", 60, by="mia").id, by="mia")
        practice.state.pass_time(120)
        answer = caller.call(method, target, body)
    assert answer.status == 200, answer
    return answer.body


def elements(manner: str, call: str, told: Any) -> list[Any]:
    """What is to be checked: the answer, or each element of its list."""
    if call in LISTS[manner]:
        assert told
        return list(told)
    if manner == "dc" and call in PAGES:
        assert told[PAGES[call]]
        assert told.keys() - {PAGES[call]} <= PAGE_WORDS
        return list(told[PAGES[call]])
    return [told]


def calls() -> Iterator[tuple[str, str]]:
    for manner in ("cloud", "dc"):
        described = document(manner)["endpoints"]
        yield from ((manner, call) for call in sorted(served(manner) - GONE) if call in described)


@pytest.mark.parametrize(("manner", "call"), list(calls()))
def test_an_answer_is_what_the_document_says(manner: str, call: str) -> None:
    for told in elements(manner, call, answered(manner, call)):
        if call == "POST /rest/api/3/changelog/bulkfetch":
            _as_text(told)
        assert errors(manner, call, told) == []


def _as_text(told: Any) -> None:
    """The schema wants a text, Atlassian's example and we give a number."""
    for issue in told["issueChangeLogs"]:
        for entry in issue["changeHistories"]:
            assert isinstance(entry["created"], int)
            entry["created"] = str(entry["created"])


@pytest.mark.parametrize("call", sorted(document("cloud")["examples"]))
def test_where_there_is_no_schema_an_answer_says_nothing_that_the_example_does_not(
    call: str,
) -> None:
    example = document("cloud")["examples"][call]
    told = answered("cloud", call)
    if "issues" in told:
        example, told = example["fields"], told["issues"][1]["fields"]
        assert {"sprint", "closedSprints"} <= example.keys() & told.keys()
        example, told = example["closedSprints"][0], told["closedSprints"][0]
        assert told.keys() - {"originBoardId"} - NEWER_THAN_EXAMPLES <= example.keys()
        return
    assert told.keys() - NEWER_THAN_EXAMPLES <= example.keys()
    for one in told.get("values", []):
        assert one.keys() - NEWER_THAN_EXAMPLES <= example["values"][0].keys()


@pytest.mark.parametrize("manner", ["cloud", "dc"])
def test_every_reading_call_is_checked_in_one_way_or_the_other(manner: str) -> None:
    whole = document(manner)
    assert served(manner) - GONE == (whole["endpoints"].keys() | whole["examples"].keys()) - GONE


def test_an_invented_a_missing_and_a_wrong_property_are_found() -> None:
    call = "GET /rest/api/3/project/{}"
    told = answered("cloud", call)
    assert errors("cloud", call, told | {"nmae": "x"}) != []
    assert errors("cloud", call, told | {"name": 7}) != []
    call = "GET /rest/api/3/issue/{}"
    told = answered("cloud", call)
    told["changelog"]["histories"][0]["author"]["accountName"] = "x"
    assert errors("cloud", call, told) != []
