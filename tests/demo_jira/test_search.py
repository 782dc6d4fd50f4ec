"""Search: pages, tokens, lag, and what a query may not say."""

import pytest

from demo.jira import Practice
from demo.jira.crowd import crowd
from tests.demo_jira.caller import Caller, calling
from tests.demo_jira.story import BEN, state

CROWD = ("p00@example.org", "crowd")


def refused(caller: Caller, jql: str) -> str:
    path = "/api/3/search/jql" if caller.practice.mode == "cloud" else "/api/2/search"
    answer = caller.call("GET", path, jql=jql)
    assert answer.status == 400, answer
    (message,) = answer.body["errorMessages"]
    return str(message)


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = DOC", ["DOC-3", "DOC-2", "DOC-1"]),
        ("project = documents ORDER BY key", ["DOC-1", "DOC-2", "DOC-3"]),
        ("project in (DOC, 10001) AND type = Bug", ["NEW-1"]),
        ("key in (doc-1, 10002) order by id", ["DOC-1", "DOC-2"]),
        ("key = OLD-4", ["DOC-2"]),
        ("id > 10002 order by id", ["DOC-3", "NEW-1"]),
        ("key >= DOC-2 order by key", ["DOC-2", "DOC-3"]),
        ("sprint = 49 order by key", ["DOC-2", "DOC-3"]),
        ("sprint in openSprints() and type in standardIssueTypes()", ["DOC-2"]),
        ("parent = DOC-1", ["DOC-2"]),
        ("labels = cnn or labels = hypothesis order by key asc", ["DOC-2", "DOC-3"]),
        ("labels != cnn", ["DOC-3"]),
        ("labels not in (cnn) and labels is not empty", ["DOC-3"]),
        ("labels is empty order by key", ["DOC-1", "NEW-1"]),
        ("not (project = DOC) or status = Done order by project, key", ["DOC-2", "NEW-1"]),
        ("project = DOC and status != Done and status != 'In Progress'", ["DOC-3"]),
        ("assignee = 'Ben Ünal'", ["DOC-2"]),
        ("reporter = currentUser() order by key desc", ["DOC-2", "DOC-1"]),
        ("cf[10016] >= 5 and Metric ~ F1", ["DOC-2"]),
        ("resolution is empty and statusCategory = 'In Progress'", ["DOC-1"]),
        ('summary ~ "better model"', ["DOC-2"]),
        ("created >= 1772697600000 and created < '2026/03/06'", ["DOC-3"]),
    ],
)
def test_a_query_finds(caller: Caller, jql: str, keys: list[str]) -> None:
    assert caller.search(jql) == keys


@pytest.mark.parametrize(
    ("jql", "message"),
    [
        ("key in (DOC-1, GONE-1)", "An issue with key 'GONE-1' does not exist"),
        ("id in (10001, 99999)", "A value with ID '99999' does not exist"),
        ("project in (DOC, SEC)", "The value 'SEC' does not exist for the field 'project'"),
        ("key = SEC-1", "An issue with key 'SEC-1' does not exist"),
        ("sprint = 99", "Sprint with name '99' does not exist"),
        ("nmae = 1", "Field 'nmae' does not exist"),
        ("updated >= '2026-03-06 10:00:30'", "Date value '2026-03-06 10:00:30'"),
        ("updated >= then()", "Unable to find JQL function 'then()'"),
        ("labels > cnn", "not supported by the 'labels' field"),
        ("project = DOC and", "Unexpected text at the end"),
        ("project DOC", "Unexpected text near 'DOC'"),
        ("(project = DOC", "Unexpected text at the end"),
        ("project = DOC) ", "Unexpected text near ')'"),
        ("status was Done", "Unexpected text near 'was'"),
        ("project = DOC order by a,b,c,d,e,f,g,h", "at most 7 fields"),
    ],
)
def test_a_wrong_query_is_refused_whole(caller: Caller, jql: str, message: str) -> None:
    assert message in refused(caller, jql)


def test_an_unbounded_query_is_refused_on_cloud_and_answered_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    assert "Unbounded JQL" in refused(cloud, "order by created")
    assert cloud.call("POST", "/api/3/search/approximate-count", {"jql": ""}).status == 400
    assert data_center.search("order by created desc") == ["NEW-1", "DOC-3", "DOC-2", "DOC-1"]


def test_dates_are_read_in_the_callers_zone(practice: Practice) -> None:
    jql = "project = DOC and created >= '2026-03-05 13:30'"  # DOC-3: 13:30 in Kolkata
    with calling(practice) as mia, calling(practice, BEN) as ben:
        assert mia.search(jql) == ["DOC-3"]
        assert ben.search(jql) == []


def test_relative_dates_count_back_from_this_jiras_clock(caller: Caller) -> None:
    issue = caller.practice.state.edit("DOC-1", by="mia", summary="Just now")
    assert caller.search("updated >= -5m") == [issue.key]
    caller.practice.state.pass_time(600)
    assert caller.search("updated >= -5m") == []


def test_tokens_lead_through_every_issue_once_though_others_change(cloud: Caller) -> None:
    with Practice(crowd(300)) as practice, calling(practice, CROWD) as caller:
        jql = "project in (DOC, VIS, ASR) order by updated"
        page = caller.get("/api/3/search/jql", jql=jql, maxResults=70)
        seen = [issue["id"] for issue in page["issues"]]
        practice.state.edit(int(seen[5]), by="p01", summary="Moves to the end")
        practice.state.edit(int(seen[6]), by="p01", summary="So does this")
        while not page["isLast"]:
            token = page["nextPageToken"]
            page = caller.get("/api/3/search/jql", jql=jql, maxResults=70, nextPageToken=token)
            seen += [issue["id"] for issue in page["issues"]]
        assert "nextPageToken" not in page
    assert len(set(seen)) == 300
    assert len(seen) == 302  # the two that were moved are told twice, none is lost


def test_positions_slide_when_an_issue_moves_to_the_end() -> None:
    with Practice(crowd(300), mode="dc") as practice, calling(practice, CROWD) as caller:
        jql, seen = "order by updated", []
        for start in range(0, 300, 100):
            page = caller.get("/api/2/search", jql=jql, startAt=start, maxResults=100)
            seen += [issue["id"] for issue in page["issues"]]
            practice.state.edit(int(seen[0]), by="p01", summary=f"To the end {start}")
    assert page["total"] == 300
    assert len(set(seen)) < 300  # which is why positions are no way to read all


def test_a_token_belongs_to_its_query_and_lives_for_seven_days(cloud: Caller) -> None:
    query = {"jql": "project = DOC", "maxResults": 1}
    token = cloud.get("/api/3/search/jql", **query)["nextPageToken"]
    other = {"jql": "project = NEW", "nextPageToken": token}
    assert cloud.call("GET", "/api/3/search/jql", **other).status == 400
    assert cloud.call("GET", "/api/3/search/jql", **query, nextPageToken="x").status == 400
    assert cloud.call("GET", "/api/3/search/jql", **query, nextPageToken=token).status == 200
    cloud.practice.state.pass_time(8 * 86_400)
    assert cloud.call("GET", "/api/3/search/jql", **query, nextPageToken=token).status == 400


def test_cloud_tells_ids_by_thousands_and_issues_by_the_hundred() -> None:
    with Practice(crowd(250)) as practice, calling(practice, CROWD) as caller:
        jql = "project in (DOC, VIS, ASR)"
        ids = caller.get("/api/3/search/jql", jql=jql, maxResults=5000)
        whole = caller.get("/api/3/search/jql", jql=jql, maxResults=5000, fields="*all")
    assert (len(ids["issues"]), ids["isLast"]) == (250, True)
    assert ids["issues"][0].keys() == {"id"}
    assert (len(whole["issues"]), whole["isLast"]) == (100, False)


def test_data_centers_page_has_a_cap_that_an_administrator_sets() -> None:
    with Practice(crowd(120), mode="dc") as practice, calling(practice, CROWD) as caller:
        practice.desk.page_cap = 50
        page = caller.get("/api/2/search", maxResults=1000)
    assert (len(page["issues"]), page["maxResults"], page["total"]) == (50, 50, 120)


def test_search_lags_behind_and_get_does_not(caller: Caller) -> None:
    told = caller.practice.state
    told.index.lag = 60
    told.edit("DOC-1", by="mia", summary="Read every document")
    told.create("DOC", "Brand new", by="mia")
    told.delete("DOC-3")
    assert caller.search("summary ~ every or summary ~ brand") == []
    ghosts = list(caller.issues("project = DOC", fields="summary"))
    assert [ghost["key"] for ghost in ghosts] == ["DOC-3", "DOC-2", "DOC-1"]
    assert ghosts[2]["fields"]["summary"] == "Read documents"
    assert caller.get("/api/2/issue/DOC-1")["fields"]["summary"] == "Read every document"
    assert caller.call("GET", "/api/2/issue/DOC-3").status == 404
    told.pass_time(61)
    assert caller.search("project = DOC") == ["DOC-4", "DOC-2", "DOC-1"]


def test_reconciled_issues_are_seen_as_they_are_whatever_the_lag(cloud: Caller) -> None:
    told = cloud.practice.state
    told.index.lag = 60
    told.edit("DOC-1", by="mia", summary="Read every document")
    told.delete("DOC-3")
    ids = {"reconcileIssues": ["10001", "10003", "99999"]}
    found = list(cloud.issues("project = DOC", fields="summary", **ids))
    assert [issue["key"] for issue in found] == ["DOC-2", "DOC-1"]
    assert found[1]["fields"]["summary"] == "Read every document"
    page = cloud.post("/api/3/search/jql", {"jql": "summary ~ every", "reconcileIssues": [10001]})
    assert page["issues"] == [{"id": "10001"}]


def test_at_most_fifty_numeric_ids_are_reconciled(cloud: Caller) -> None:
    for ids in (list(range(51)), ["DOC-1"]):
        body = {"jql": "project = DOC", "reconcileIssues": ids}
        assert cloud.call("POST", "/api/3/search/jql", body).status == 400


def test_restricting_is_not_late(caller: Caller) -> None:
    caller.practice.state.index.lag = 60
    caller.practice.state.restrict("DOC-2", "ben")
    assert caller.search("project = DOC") == ["DOC-3", "DOC-1"]


def test_fields_are_those_asked_for(caller: Caller) -> None:
    (issue,) = caller.issues("key = DOC-2", fields="summary,customfield_10016,nonsense")
    assert issue["fields"].keys() == {"summary", "customfield_10016"}
    (issue,) = caller.issues("key = DOC-2", fields="*all,-comment,-description")
    assert "worklog" in issue["fields"]
    assert not issue["fields"].keys() & {"comment", "description"}
    (issue,) = caller.issues("key = DOC-2", fields="*navigable")
    assert not issue["fields"].keys() & {"comment", "worklog", "attachment"}


def test_the_same_query_is_kept_only_while_nothing_changes(caller: Caller) -> None:
    assert len(caller.search("project = DOC")) == 3
    caller.practice.state.create("DOC", "One more", by="mia")
    assert len(caller.search("project = DOC")) == 4
    caller.practice.state.restrict_project("NEW", "ben")
    assert caller.search("created > 0000000000") == ["DOC-4", "DOC-3", "DOC-2", "DOC-1"]


def test_two_people_do_not_share_an_answer() -> None:
    with Practice(state()) as practice, calling(practice) as mia, calling(practice, BEN) as ben:
        assert "SEC-1" not in mia.search("created > 0000000000")
        assert "SEC-1" in ben.search("created > 0000000000")
