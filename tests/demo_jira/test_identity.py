"""Ids, keys that change, and issues that go away or hide."""

from dataclasses import replace
from urllib.request import urlopen

from demo.jira import Practice
from tests.demo_jira.caller import Caller, calling
from tests.demo_jira.story import BEN


def test_a_moved_issue_answers_to_its_old_keys(caller: Caller) -> None:
    moved = caller.practice.state.move("DOC-2", "NEW", by="mia")
    assert moved.key == "NEW-3"  # its sub-task went first and is NEW-2
    for old in ("DOC-2", "doc-2", "OLD-4", "10002"):
        issue = caller.get(f"/api/2/issue/{old}")
        assert (issue["id"], issue["key"]) == ("10002", "NEW-3")
    assert caller.get("/api/2/issue/DOC-3")["key"] == "NEW-2"
    assert caller.search("project = NEW order by key") == ["NEW-1", "NEW-2", "NEW-3"]


def test_a_move_is_told_by_the_history(caller: Caller) -> None:
    caller.practice.state.move("DOC-2", "NEW", by="mia")
    issue = caller.get("/api/2/issue/10002", expand="changelog")
    lines = [line for entry in issue["changelog"]["histories"] for line in entry["items"]]
    keys = [(one["fromString"], one["toString"]) for one in lines if one["field"] == "Key"]
    projects = [(one["from"], one["to"]) for one in lines if one["field"] == "project"]
    assert set(keys) == {("OLD-4", "DOC-2"), ("DOC-2", "NEW-3")}
    assert ("10000", "10001") in projects


def test_bulk_fetch_follows_moved_keys_and_leaves_out_what_is_not_there(cloud: Caller) -> None:
    cloud.practice.state.move("DOC-2", "NEW", by="mia")
    words = ["NEW-1", "doc-2", "10002", "GONE-1", "SEC-1", "10001"]
    told = cloud.post("/api/3/issue/bulkfetch", {"issueIdsOrKeys": words, "fields": ["summary"]})
    assert [issue["key"] for issue in told["issues"]] == ["DOC-1", "NEW-3", "NEW-1"]
    assert told["issueErrors"] == []


def test_bulk_fetch_takes_a_hundred(cloud: Caller) -> None:
    ids = {"issueIdsOrKeys": [str(number) for number in range(101)]}
    assert cloud.call("POST", "/api/3/issue/bulkfetch", ids).status == 400


def test_renaming_a_projects_key_changes_every_key_and_no_update_time(caller: Caller) -> None:
    before = caller.get("/api/2/issue/DOC-2", fields="updated")["fields"]
    caller.practice.state.rename_project_key("DOC", "TXT")
    after = caller.get("/api/2/issue/DOC-2", fields="updated")
    assert (after["key"], after["fields"]) == ("TXT-2", before)
    for old in ("DOC-2", "PAPER-2", "OLD-4"):
        assert caller.get(f"/api/2/issue/{old}")["key"] == "TXT-2"
    assert caller.get("/api/2/project/DOC")["key"] == "TXT"
    assert caller.get("/api/2/project/PAPER")["key"] == "TXT"
    assert caller.search("project = DOC") == ["TXT-3", "TXT-2", "TXT-1"]


def test_deleted_restricted_and_never_there_are_answered_alike(practice: Practice) -> None:
    practice.state.delete("DOC-3")
    practice.state.restrict("NEW-1", "ben")
    with calling(practice) as mia:
        answers = [mia.call("GET", f"/api/2/issue/{key}") for key in ("DOC-3", "NEW-1", "NO-1")]
    assert {answer.status for answer in answers} == {404}
    assert answers[0].body == answers[1].body == answers[2].body
    with calling(practice, BEN) as ben:
        assert ben.get("/api/2/issue/NEW-1")["key"] == "NEW-1"


def test_a_restricted_issue_comes_back_with_its_update_time_unchanged(caller: Caller) -> None:
    before = caller.get("/api/2/issue/NEW-1", fields="updated")
    caller.practice.state.restrict("NEW-1", "ben")
    caller.practice.state.unrestrict("NEW-1")
    assert caller.get("/api/2/issue/NEW-1", fields="updated") == before


def test_a_hidden_issue_is_not_shown_by_its_neighbours(caller: Caller) -> None:
    caller.practice.state.restrict("NEW-1", "ben")
    caller.practice.state.restrict("DOC-3", "ben")
    fields = caller.get("/api/2/issue/DOC-2")["fields"]
    assert (fields["issuelinks"], fields["subtasks"]) == ([], [])


def test_deleting_takes_sub_tasks_and_links_along_and_frees_an_epics_tasks(
    caller: Caller,
) -> None:
    told = caller.practice.state
    told.delete("DOC-1")
    assert told.need("DOC-2").parent is None
    told.delete("DOC-2")
    assert caller.call("GET", "/api/2/issue/DOC-3").status == 404
    assert caller.call("GET", "/api/2/issue/OLD-4").status == 404
    assert caller.get("/api/2/issue/NEW-1")["fields"]["issuelinks"] == []
    assert (told.links, told.worklog_homes) == ({}, {})


def test_a_hidden_project_is_as_good_as_none(caller: Caller) -> None:
    caller.practice.state.restrict_project("NEW", "ben")
    assert [one["key"] for one in caller.get("/api/2/project")] == ["DOC"]
    for path in ("project/NEW", "project/NEW/versions", "issue/NEW-1"):
        assert caller.call("GET", f"/api/2/{path}").status == 404
    boards = caller.get("/agile/1.0/board")["values"]
    assert [board["name"] for board in boards] == ["DOC board"]


def test_a_stranger_gets_empty_lists_and_is_nobody(practice: Practice) -> None:
    search = "/api/3/search/jql" if practice.mode == "cloud" else "/api/2/search"
    with calling(practice, None) as stranger:
        assert stranger.get(search, jql="project = DOC")["issues"] == []
        assert stranger.get("/api/2/project") == []
        assert stranger.get("/agile/1.0/board")["values"] == []
        assert stranger.call("GET", "/api/2/myself").status == 401
        assert stranger.call("GET", "/api/2/issue/DOC-1").status == 404
        assert stranger.call("POST", "/api/2/issue", {"fields": {}}).status == 401


def test_a_wrong_token_a_wrong_scheme_and_a_closed_account_are_401(practice: Practice) -> None:
    practice.state.close_account("ben")
    for account in (("mia@example.org", "wrong"), BEN, ("", "")):
        with calling(practice, account) as caller:
            assert caller.call("GET", "/api/2/serverInfo").status == 401
    with calling(practice) as caller:
        scheme = "Bearer mias-token" if practice.mode == "cloud" else "Basic bWlhOm1pYXMtdG9rZW4="
        caller.headers = {"Authorization": scheme}
        assert caller.call("GET", "/api/2/serverInfo").status == 401


def test_who_has_left_cannot_log_in_though_the_token_is_right(practice: Practice) -> None:
    practice.state.users["ben"] = replace(practice.state.users["ben"], active=False)
    with calling(practice, BEN) as caller:
        assert caller.call("GET", "/api/2/serverInfo").status == 401


def test_a_closed_account_is_a_former_user_who_keeps_an_identity(caller: Caller) -> None:
    before = caller.get("/api/2/issue/DOC-2")["fields"]["assignee"]
    caller.practice.state.close_account("ben")
    after = caller.get("/api/2/issue/DOC-2")["fields"]["assignee"]
    assert (after["displayName"], after["active"]) == ("Former user", False)
    assert after["self"] == before["self"]


def test_each_manner_has_its_own_paths(cloud: Caller, data_center: Caller) -> None:
    assert cloud.call("GET", "/api/2/search", jql="project = DOC").status == 410
    assert cloud.call("GET", "/api/3/search", jql="project = DOC").status == 410
    for path in ("/api/3/myself", "/api/2/search/jql", "/api/2/issue/DOC-2/changelog"):
        assert data_center.call("GET", path).status == 404
    for path in ("bulkfetch", "changelog/bulkfetch"):
        assert data_center.call("POST", f"/api/2/{path}", {}).status == 404


def test_a_person_who_follows_a_tasks_address_is_told_what_this_is(practice: Practice) -> None:
    with urlopen(f"{practice.url}/browse/DOC-1", timeout=5) as answer:
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "practice Jira" in answer.read().decode()
