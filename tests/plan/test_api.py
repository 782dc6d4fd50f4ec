"""The plan over the API: shapes, scopes, permissions, strangers, pages, deeds."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import ApiToken
from sources.models import Source
from sprints import links
from sprints.models import Dismissal, Evidence, Hypothesis, Verdict
from tests.sprints.made import DAY, MONDAY, Lab
from tracking.models import Artifact

F1 = "valid/f1"
CLAIMED = {"metric": F1, "direction": "max", "threshold": 0.93}
V1 = "/api/v1"


class Caller:
    """A person's token over HTTP."""

    def __init__(self, person: User, *scopes: str) -> None:
        _, self.text = ApiToken.make(person, name="t", scopes=list(scopes))
        self.client = Client()

    def __call__(self, method: str, path: str, given: Any = None, **headers: str) -> Any:
        ask = getattr(self.client, method)
        more = {} if given is None else {"data": given, "content_type": "application/json"}
        return ask(V1 + path, headers={"Authorization": f"Bearer {self.text}"} | headers, **more)

    def get(self, path: str) -> Any:
        answer = self("get", path)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def reads(lab: Lab) -> Caller:
    return Caller(lab.viewer, "read")


@pytest.fixture
def writes(lab: Lab) -> Caller:
    return Caller(lab.lead, "read", "plan:write")


def test_a_sprint_whole(lab: Lab, reads: Caller) -> None:
    sprint = lab.sprint(49, goal="Reach F1 0.93")
    parent = lab.task("DOC-1", sprint=sprint, points=5)
    claim = lab.claim("DOC-2", sprint=sprint, parent=parent, claimed=CLAIMED)
    run = lab.run("R-1", "DOC-2", metrics={F1: (0, 0.94)})
    (listed,) = reads.get("/sprints/")["rows"]
    assert listed["sprint"]["key"] == str(sprint.pk)
    assert listed["progress"]["points"] == 5
    whole = reads.get(f"/sprints/{sprint.pk}/")
    assert whole["progress"] == listed["progress"]
    assert [task["name"] for task in whole["tasks"]] == ["DOC-1", "DOC-2"]
    assert whole["best"] == {
        "metric": F1, "direction": "max", "value": 0.94, "target": 0.93, "met": True,
    }  # fmt: skip
    (line,) = whole["hypotheses"]
    assert (line["task"]["key"], line["outcome"], line["runs"]) == (
        str(claim.pk), "open", [str(run.pk)],
    )  # fmt: skip
    assert whole["burn_up"]["scope"][-1] == 5


def test_a_sprint_without_dates_has_no_burn_up(lab: Lab, reads: Caller) -> None:
    sprint = lab.sprint(50, starts_at=None, ends_at=None)
    whole = reads.get(f"/sprints/{sprint.pk}/")
    assert (whole["days"], whole["burn_up"], whole["best"]) == (None, None, None)


def test_a_key_leads_to_whoever_has_or_had_it(lab: Lab, reads: Caller) -> None:
    lab.task("NEW-2", was=["DOC-1"])
    lab.task("DOC-1", source=lab.source("other", "jira"))
    assert {one["name"] for one in reads.get("/tasks/?key=doc-1")["rows"]} == {"NEW-2", "DOC-1"}
    assert reads.get("/tasks/?key=DOC-404") == {"rows": [], "next": "", "previous": ""}


def test_tasks_come_in_pages(lab: Lab, reads: Caller) -> None:
    sprint = lab.sprint(49)
    for number in range(1, 6):
        lab.task(f"DOC-{number}", updated_at=MONDAY + number * DAY, sprint=sprint)
    lab.task("DOC-9")
    found, at = [], ""
    while True:
        page = reads.get(f"/tasks/?sprint=49&limit=2&at={at}")
        found += [one["name"] for one in page["rows"]]
        at = page["next"]
        if not at:
            break
    assert found == ["DOC-5", "DOC-4", "DOC-3", "DOC-2", "DOC-1"]


def walked(reads: Caller, path: str) -> list[list[Any]]:
    """Page by page to the end, which is all of it; and from there back again."""
    pages, at = [], ""
    while True:
        page = reads.get(f"{path}?limit=2&at={at}")
        pages.append(page["rows"])
        if not page["next"]:
            break
        at = page["next"]
    assert reads.get(path)["rows"] == [row for rows in pages for row in rows]
    assert back_from(reads, path, page) == pages[-2::-1]
    return pages


def back_from(reads: Caller, path: str, page: Any) -> list[list[Any]]:
    found = []
    while page["previous"]:
        page = reads.get(f"{path}?limit=2&at={page['previous']}")
        found.append(page["rows"])
    return found


def test_sprints_sources_numbers_and_files_come_in_pages(lab: Lab, reads: Caller) -> None:
    for number in range(1, 6):
        lab.sprint(number)
    for number in range(3):
        lab.source(f"more-{number}", "jira")
    run = lab.run("R-1", metrics={f"m{number}": (0, number) for number in range(5)})
    other = lab.run("R-2", metrics={"m9": (0, 9)})
    for of, path in [*((run, f"files/{number}") for number in range(4)), (other, "files/other")]:
        Artifact.objects.create(
            **lab.mirrored(lab.tracker, "artifact"), run=of, path=path, role="other"
        )
    pages = walked(reads, "/sprints/")
    assert [[row["sprint"]["number"] for row in rows] for rows in pages] == [[5, 4], [3, 2], [1]]
    names = [row["slug"] for rows in walked(reads, "/sources/") for row in rows]
    assert len(set(names)) == len(names) == Source.objects.count()
    metrics = walked(reads, f"/runs/{run.pk}/metrics/")
    assert [[row["name"] for row in rows] for rows in metrics] == [
        ["m0", "m1"], ["m2", "m3"], ["m4"],
    ]  # fmt: skip
    files = walked(reads, f"/runs/{run.pk}/artifacts/")
    assert [[row["path"][-1] for row in rows] for rows in files] == [["0", "1"], ["2", "3"]]
    assert reads.get("/sprints/?at=nonsense")["previous"] == ""


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("sprints/", "SprintPage"),
        ("sources/", "SourcePage"),
        ("runs/{key}/metrics/", "MetricPage"),
        ("runs/{key}/artifacts/", "ArtifactPage"),
    ],
)
def test_the_document_tells_of_pages(reads: Caller, path: str, page: str) -> None:
    told = reads.get("/openapi.json")["paths"][f"/api/v1/{path}"]["get"]
    assert {one["name"] for one in told["parameters"]} >= {"at", "limit"}
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["$ref"].endswith(f"/{page}")


def test_a_task_whole(lab: Lab, reads: Caller) -> None:
    task = lab.task("DOC-1", was=["OLD-1"])
    lab.event(task, "status", MONDAY, before="To Do", after="Done", author_name="Ada")
    run = lab.run("R-1", "OLD-1")
    whole = reads.get(f"/tasks/{task.pk}/")
    assert whole["former_keys"] == ["OLD-1"]
    assert whole["runs"] == [
        {"run": str(run.pk), "handle": "R-1", "state": "finished", "how": "tag"}
    ]
    assert whole["events"][0]["author"] == "Ada"


def test_hypotheses_are_filtered_and_paged(lab: Lab, reads: Caller) -> None:
    for number in range(1, 4):
        claim = lab.claim(f"DOC-{number}", updated_at=MONDAY + number * DAY)
        lab.verdict(claim, "refuted" if number > 1 else "confirmed")
    page = reads.get("/hypotheses/?outcome=refuted&limit=1")
    assert [one["task"]["name"] for one in page["rows"]] == ["DOC-3"]
    page = reads.get(f"/hypotheses/?outcome=refuted&limit=1&at={page['next']}")
    assert [one["task"]["name"] for one in page["rows"]] == ["DOC-2"]
    assert page["next"] == ""


def test_a_hypothesis_whole_and_numbers_that_json_cannot_say(lab: Lab, reads: Caller) -> None:
    claim = lab.claim("DOC-2", claimed=CLAIMED)
    lab.run("R-1", "DOC-2", metrics={F1: (0, float("inf"))})
    lab.verdict(claim, "dropped")
    whole = reads.get(f"/hypotheses/{claim.pk}/")
    assert whole["hypothesis"]["figures"]["best"] is None
    assert whole["evidence"]["sentence"] == "1 run, none with valid/f1 yet."
    assert whole["evidence"]["runs"][0]["value"] is None
    assert [one["outcome"] for one in whole["verdicts"]] == ["dropped"]


def test_the_inbox_with_proposals(lab: Lab, reads: Caller) -> None:
    task = lab.task("DOC-2698")
    lab.run("R-1", "DOC-2968")
    (row,) = reads.get("/inbox/")["rows"]
    assert row["lost"] == ["DOC-2968"]
    assert row["proposals"] == [{"task": str(task.pk), "name": "DOC-2698", "why": "spelt DOC-2968"}]


def test_an_answer_that_did_not_change_is_a_304(lab: Lab, reads: Caller) -> None:
    lab.claim("DOC-2")
    first = reads("get", "/hypotheses/")
    again = reads("get", "/hypotheses/", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


# ── deeds ────────────────────────────────────────────────────────────────────


def test_a_verdict_over_the_api_is_the_same_as_on_the_page(lab: Lab, writes: Caller) -> None:
    claim = lab.claim("DOC-2", claimed=CLAIMED)
    run = lab.run("R-1", "DOC-2", metrics={F1: (0, 0.94)})
    answer = writes(
        "post", f"/hypotheses/{claim.pk}/verdicts/",
        {"outcome": "confirmed", "run": str(run.pk), "reason": "Seen."},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    held = Verdict.objects.get()
    assert (held.by, held.run, held.figures["best"]) == (lab.lead, run.pk, 0.94)
    assert answer.json()["by"] == "lea"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"outcome": "confirmed"}, "run"),
        ({"outcome": "refuted", "run": "another"}, "run"),
        ({"outcome": "open"}, "outcome"),
        ({}, "outcome"),
        ({"outcome": "dropped", "run": "nonsense"}, "run"),
        ({"outcome": "dropped", "reason": "a\0b"}, "reason"),
    ],
)
def test_a_verdict_that_cannot_be_kept_is_a_problem_document(
    lab: Lab, writes: Caller, given: dict[str, str], where: str
) -> None:
    claim = lab.claim("DOC-2")
    if given.get("run") == "another":
        given = given | {"run": str(lab.run("R-2").pk)}
    answer = writes("post", f"/hypotheses/{claim.pk}/verdicts/", given)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert where in answer.json()["errors"]
    assert not Verdict.objects.exists()


def test_a_claim_is_stated(lab: Lab, writes: Caller) -> None:
    claim, run = lab.claim("DOC-2"), lab.run("R-0", metrics={F1: (0, 0.8)})
    answer = writes(
        "put", f"/hypotheses/{claim.pk}/claim/",
        {"metric": F1, "threshold": 0.9, "baseline": str(run.pk)},
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert answer.json()["claim"]["grade"] == "stated"
    assert answer.json()["figures"]["baseline"] == 0.8
    assert Hypothesis.objects.get().edited_by == lab.lead
    for wrong in (
        {"metric": ""},
        {"metric": F1, "threshold": "NaN"},
        {"metric": F1, "direction": "up"},
    ):
        assert writes("put", f"/hypotheses/{claim.pk}/claim/", wrong).status_code == 400
    unknown = {"metric": F1, "baseline": str(uuid4())}
    assert writes("put", f"/hypotheses/{claim.pk}/claim/", unknown).status_code == 404


def test_a_run_is_tied_and_untied(lab: Lab, writes: Caller) -> None:
    task, run = lab.task("DOC-1"), lab.run("R-1")
    url = f"/tasks/{task.pk}/runs/"
    assert writes("post", url, {"run": str(run.pk)}).json() == {"run": str(run.pk), "tied": True}
    assert links.runs_of(lab.viewer, [task.pk])[task.pk] == [run.pk]
    writes("post", url, {"run": str(run.pk), "tied": False})
    assert links.runs_of(lab.viewer, [task.pk])[task.pk] == []
    assert writes("post", url, {"run": str(uuid4())}).status_code == 404
    assert writes("post", url, {"run": "R-1"}).status_code == 400


def test_a_run_is_put_aside(lab: Lab, writes: Caller) -> None:
    run = lab.run("R-1")
    for _ in range(2):
        assert writes("post", f"/inbox/{run.pk}/dismissal/").status_code == 204
    assert Dismissal.objects.get().by == lab.lead


# ── who may ──────────────────────────────────────────────────────────────────


def everything(lab: Lab) -> tuple[list[str], list[tuple[str, str, Any]]]:
    sprint, task, run = lab.sprint(49), lab.claim("DOC-2"), lab.run("R-1")
    of_claim = f"/hypotheses/{task.pk}/"
    reading = [f"/sprints/{sprint.pk}/", f"/tasks/{task.pk}/", of_claim]
    doing = [
        ("post", f"/tasks/{task.pk}/runs/", {"run": str(run.pk)}),
        ("put", f"{of_claim}claim/", {"metric": F1}),
        ("post", f"{of_claim}verdicts/", {"outcome": "dropped"}),
        ("post", f"/inbox/{run.pk}/dismissal/", None),
    ]
    return reading, doing


def kept() -> int:
    return sum(model.objects.count() for model in (Evidence, Hypothesis, Verdict, Dismissal))


def test_a_strangers_token_gets_404_and_empty_lists(lab: Lab) -> None:
    reading, doing = everything(lab)
    lab.stranger.user_permissions.set(lab.lead.groups.get().permissions.all())
    calls = Caller(lab.stranger, "read", "plan:write")
    assert [calls("get", path).status_code for path in reading] == [404] * 3
    assert [calls(*deed).status_code for deed in doing] == [404] * 4
    for path in ("/sprints/", "/tasks/", "/hypotheses/", "/inbox/", "/tasks/?key=DOC-2"):
        assert calls.get(path)["rows"] == []
    assert kept() == 0


def test_a_token_needs_the_scope_and_its_owner_the_permission(lab: Lab, reads: Caller) -> None:
    _, doing = everything(lab)
    only_reads = Caller(lab.lead, "read")
    without_permission = Caller(lab.viewer, "read", "plan:write")
    for deed in doing:
        assert only_reads(*deed).status_code == 403
        assert without_permission(*deed).status_code == 403
    assert Caller(lab.lead, "plan:write")("get", "/tasks/").status_code == 403
    assert Client().get(f"{V1}/tasks/").status_code == 401
    assert kept() == 0


@pytest.mark.parametrize("path", ["/sprints/", "/tasks/", "/hypotheses/", "/inbox/"])
def test_a_list_costs_the_same_with_1_and_with_60_rows(lab: Lab, reads: Caller, path: str) -> None:
    grow(lab, 1)
    reads.get(path)
    few = queries(reads, path)
    for number in range(2, 61):
        grow(lab, number)
    assert queries(reads, path) <= few


def grow(lab: Lab, number: int) -> None:
    claim = lab.claim(f"DOC-{number}", sprint=lab.sprint(number), claimed=CLAIMED)
    lab.verdict(claim, "dropped")
    lab.run(f"R-{number}", f"DOC-{number}", metrics={F1: (0, 0.9)})
    lab.run(f"L-{number}", "DOC-9999", f"s{number}")


def queries(calls: Caller, path: str) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        calls.get(path)
    return len(asked)


def test_the_documentation_repeats_no_words_that_are_for_us(lab: Lab, client: Client) -> None:
    client.force_login(lab.viewer)
    page = client.get("/api/v1/docs/").content.decode()
    assert "Newest first" in page
    assert "is what a token needs to call it" not in page
    assert "http://testserver/api/v1/tasks/DOC-123/records/" in page
