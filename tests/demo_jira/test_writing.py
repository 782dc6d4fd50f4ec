"""What callers write: links, comments, edits, transitions."""

import pytest

from tests.demo_jira.caller import Caller

LINK = {
    "globalId": "mlflow:a:run=2",
    "relationship": "tested by",
    "object": {"url": "https://t.example.org/r/2", "title": "Run 2", "summary": "f1 0.91"},
}
DOCUMENT = {
    "type": "doc",
    "version": 1,
    "content": [{"type": "paragraph", "content": [{"type": "text", "text": "It holds."}]}],
}


def test_a_link_with_a_global_id_is_made_once_and_replaced_whole(caller: Caller) -> None:
    before = caller.practice.state.need("DOC-3").updated
    made = caller.post("/api/2/issue/DOC-3/remotelink", LINK, expect=201)
    bare = {"globalId": LINK["globalId"], "object": {"url": "https://x.example", "title": "New"}}
    again = caller.post("/api/2/issue/DOC-3/remotelink", bare, expect=200)
    assert again["id"] == made["id"]
    told = caller.get("/api/2/issue/DOC-3/remotelink", globalId=LINK["globalId"])
    assert told["object"] == {"url": "https://x.example", "title": "New"}
    assert "relationship" not in told
    assert caller.practice.state.need("DOC-3").updated == before


def test_a_link_without_a_global_id_is_made_each_time(caller: Caller) -> None:
    bare = {"object": LINK["object"]}
    for _ in range(2):
        caller.post("/api/2/issue/DOC-3/remotelink", bare, expect=201)
    assert len(caller.get("/api/2/issue/DOC-3/remotelink")) == 2


def test_a_link_is_taken_away_by_its_global_id(caller: Caller) -> None:
    caller.post("/api/2/issue/DOC-3/remotelink", LINK, expect=201)
    path = "/api/2/issue/DOC-3/remotelink"
    assert caller.call("DELETE", path, globalId=LINK["globalId"]).status == 204
    assert caller.call("DELETE", path, globalId=LINK["globalId"]).status == 404
    assert caller.get(path) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"object": {"title": "no url"}},
        {"object": {"url": "https://no.title"}},
        {"globalId": "x" * 256, "object": LINK["object"]},
    ],
)
def test_a_link_that_lacks_something_is_refused(caller: Caller, wrong: object) -> None:
    assert caller.call("POST", "/api/2/issue/DOC-3/remotelink", wrong).status == 400


def test_version_three_wants_documents_and_version_two_wants_text(cloud: Caller) -> None:
    path = "issue/DOC-3/comment"
    assert cloud.call("POST", f"/api/3/{path}", {"body": "It holds."}).status == 400
    assert cloud.call("POST", f"/api/2/{path}", {"body": DOCUMENT}).status == 400
    cloud.post(f"/api/3/{path}", {"body": DOCUMENT}, expect=201)
    cloud.post(f"/api/2/{path}", {"body": "It holds."}, expect=201)
    bodies = [one["body"] for one in cloud.get(f"/api/2/{path}")["comments"]]
    assert bodies == ["It holds.", "It holds."]


def test_a_comment_moves_the_update_time_and_leaves_no_history(caller: Caller) -> None:
    told = caller.practice.state
    before = told.need("DOC-3").updated
    made = caller.post("/api/2/issue/DOC-3/comment", {"body": "One"}, expect=201)
    assert told.need("DOC-3").updated > before
    assert told.need("DOC-3").history == ()
    path = f"/api/2/issue/DOC-3/comment/{made['id']}"
    assert caller.call("PUT", path, {"body": "Two"}).body["body"] == "Two"
    assert caller.call("PUT", "/api/2/issue/DOC-2/comment/30001", {"body": "x"}).status == 400


def test_a_transition_can_carry_fields_and_a_comment(cloud: Caller) -> None:
    path = "/api/3/issue/DOC-3/transitions"
    number = next(one["id"] for one in cloud.get(path)["transitions"] if one["name"] == "Done")
    body = {
        "transition": {"id": number},
        "fields": {"labels": ["refuted"]},
        "update": {"comment": [{"add": {"body": DOCUMENT}}]},
    }
    assert cloud.call("POST", path, body).status == 204
    issue = cloud.get("/api/3/issue/DOC-3", expand="changelog")
    assert issue["fields"]["status"]["statusCategory"]["key"] == "done"
    assert issue["fields"]["resolution"]["name"] == "Done"
    assert issue["fields"]["labels"] == ["refuted"]
    assert issue["fields"]["comment"]["total"] == 1
    fields = [line["field"] for entry in issue["changelog"]["histories"] for line in entry["items"]]
    assert fields == ["labels", "status", "resolution"]


def test_reopening_takes_the_resolution_away(caller: Caller) -> None:
    caller.practice.state.transition("DOC-2", "To Do", by="ben")
    fields = caller.get("/api/2/issue/DOC-2")["fields"]
    assert (fields["resolution"], fields["resolutiondate"]) == (None, None)


def test_a_sub_task_must_stay_in_its_parents_project(caller: Caller) -> None:
    fields = {
        "project": {"key": "NEW"},
        "issuetype": {"name": "Sub-task"},
        "summary": "x",
        "parent": {"key": "DOC-2"},
    }
    answer = caller.call("POST", "/api/2/issue", {"fields": fields})
    assert (answer.status, list(answer.body["errors"])) == (400, ["parent"])


def test_every_wrong_field_is_named_and_nothing_is_written(caller: Caller) -> None:
    before = caller.practice.state.need("DOC-3")
    fields = {"summary": "", "labels": ["a b"], "nonsense": 1, "customfield_10016": "five"}
    answer = caller.call("PUT", "/api/2/issue/DOC-3", {"fields": fields})
    assert answer.status == 400
    assert answer.body["errors"].keys() == fields.keys()
    assert caller.practice.state.need("DOC-3") is before


def test_values_of_custom_fields_are_set_and_told(caller: Caller) -> None:
    fields = {"customfield_10016": 8, "customfield_10050": "auc", "customfield_10020": 50}
    assert caller.call("PUT", "/api/2/issue/DOC-1", {"fields": fields}).status == 204
    issue = caller.practice.state.need("DOC-1")
    assert (issue.points, issue.custom, issue.sprints) == (8, {"customfield_10050": "auc"}, (50,))
    told = caller.get("/api/2/issue/DOC-1", expand="changelog")["changelog"]["histories"]
    lines = [line["field"] for entry in told for line in entry["items"]]
    assert set(lines) == {"Story Points", "Metric", "Sprint"}


@pytest.mark.parametrize(
    "update", [{"labels": "cnn"}, {"labels": ["cnn"]}, {"labels": [{"copy": "cnn"}]}]
)
def test_an_update_of_no_known_form_is_refused(caller: Caller, update: object) -> None:
    assert caller.call("PUT", "/api/2/issue/DOC-3", {"update": update}).status == 400


def test_many_are_made_at_once_and_the_wrong_ones_are_told(caller: Caller) -> None:
    good = {"project": {"id": "10000"}, "issuetype": {"id": "10002"}, "summary": "Good"}
    body = {"issueUpdates": [{"fields": good}, {"fields": good | {"summary": ""}}]}
    told = caller.post("/api/2/issue/bulk", body, expect=201)
    assert [one["key"] for one in told["issues"]] == ["DOC-4"]
    assert [one["failedElementNumber"] for one in told["errors"]] == [1]


def test_a_body_that_is_no_json_is_refused(caller: Caller) -> None:
    caller.connection.request("POST", "/rest/api/2/issue", b"{nonsense", caller.headers)
    answer = caller.connection.getresponse()
    assert (answer.status, b"no JSON" in answer.read()) == (400, True)


def test_only_fifty_issues_are_moved_into_a_sprint_at_once(caller: Caller) -> None:
    body = {"issues": ["DOC-1"] * 51}
    assert caller.call("POST", "/agile/1.0/sprint/50/issue", body).status == 400
    assert caller.call("POST", "/agile/1.0/backlog/issue", {"issues": ["DOC-2"]}).status == 204
    assert caller.practice.state.need("DOC-2").sprints == (48,)
