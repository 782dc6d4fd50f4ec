"""What is told of an issue, in each manner and version."""

import re
from datetime import UTC, datetime

from demo.jira import Practice
from tests.demo_jira.caller import Caller, calling
from tests.demo_jira.story import BEN, MIA


def test_times_are_in_the_callers_zone(practice: Practice) -> None:
    with calling(practice, MIA) as mia, calling(practice, BEN) as ben:
        told = [one.get("/api/2/issue/DOC-2")["fields"]["created"] for one in (mia, ben)]
    assert told == ["2026-03-02T13:30:00.250+0530", "2026-03-02T04:30:00.250-0330"]


def test_agile_times_are_utc_on_cloud_and_local_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    assert cloud.get("/agile/1.0/sprint/48")["startDate"] == "2026-03-01T08:00:00.000Z"
    local = data_center.get("/agile/1.0/sprint/48")["startDate"]
    assert local == "2026-03-01T13:30:00.000+05:30"


def test_the_date_header_goes_by_this_jiras_clock(caller: Caller) -> None:
    caller.practice.state.pass_time(3600 * 24 * 365)
    year = caller.call("GET", "/api/2/serverInfo").headers["Date"].split()[3]
    assert int(year) == datetime.now(UTC).year + 1


def test_bodies_are_documents_on_v3_and_wiki_on_v2(cloud: Caller) -> None:
    wiki = cloud.get("/api/2/issue/DOC-2")["fields"]
    assert wiki["description"].startswith("h2. Why\nA [run|https://t.example.org/r/1]")
    adf = cloud.get("/api/3/issue/DOC-2")["fields"]["description"]
    kinds = [block["type"] for block in adf["content"]]
    assert kinds == ["heading", "paragraph", "bulletList", "codeBlock"]
    link = adf["content"][1]["content"][1]
    assert link["marks"] == [{"type": "link", "attrs": {"href": "https://t.example.org/r/1"}}]
    assert cloud.get("/api/3/issue/DOC-1")["fields"]["description"] is None


def test_a_document_that_was_sent_comes_back_as_sent_and_as_wiki(cloud: Caller) -> None:
    card = {"type": "inlineCard", "attrs": {"url": "https://t.example.org/r/3"}}
    text = {"type": "text", "text": "bold", "marks": [{"type": "strong"}]}
    body = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [text, card]}],
    }
    made = cloud.post("/api/3/issue/DOC-3/comment", {"body": body}, expect=201)
    assert made["body"] == body
    wiki = cloud.get(f"/api/2/issue/DOC-3/comment/{made['id']}")
    assert wiki["body"] == "*bold*[https://t.example.org/r/3]"


def test_sprints_are_objects_on_cloud_and_javas_strings_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    told = cloud.get("/api/3/issue/DOC-2")["fields"]["customfield_10020"]
    assert [(one["id"], one["state"], one["boardId"]) for one in told] == [
        (48, "closed", 7),
        (49, "active", 7),
    ]
    told = data_center.get("/api/2/issue/DOC-2")["fields"]["customfield_10020"]
    assert all(one.startswith("com.atlassian.greenhopper.service.sprint.Sprint@") for one in told)
    assert [re.findall(r"\bid=(\d+)", one)[0] for one in told] == ["48", "49"]
    assert "name=Sprint 49, the [a=b] one," in told[1]
    assert "completeDate=<null>" in told[1]


def test_a_sub_task_has_no_sprint_of_its_own_and_is_found_in_its_parents(caller: Caller) -> None:
    assert caller.get("/api/2/issue/DOC-3")["fields"]["customfield_10020"] is None
    assert "DOC-3" in caller.search("sprint = 49")
    caller.practice.state.add_to_sprint(50, ["DOC-2"], by="mia")
    assert caller.search("sprint = 50") == ["DOC-3", "DOC-2"]
    assert caller.practice.state.need("DOC-2").sprints == (48, 50)  # 49 was not closed
    assert caller.practice.state.need("DOC-3").history == ()


def test_an_epic_is_a_parent_on_cloud_and_a_link_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    fields = cloud.get("/api/3/issue/DOC-2")["fields"]
    assert fields["parent"]["key"] == "DOC-1"
    assert "customfield_10014" not in fields
    fields = data_center.get("/api/2/issue/DOC-2")["fields"]
    assert "parent" not in fields
    assert fields["customfield_10014"] == "DOC-1"
    assert data_center.get("/api/2/issue/DOC-3")["fields"]["parent"]["key"] == "DOC-2"


def test_people_are_accounts_on_cloud_and_names_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    told = cloud.get("/api/3/issue/DOC-2")["fields"]["assignee"]
    assert told["accountId"] == "5f:ben"
    assert not told.keys() & {"name", "key", "emailAddress", "timeZone"}
    told = data_center.get("/api/2/issue/DOC-2")["fields"]["assignee"]
    assert (told["name"], told["key"]) == ("ben", "jirauser-ben")
    assert "accountId" not in told


def lines_of(issue: dict[str, object], field: str) -> list[tuple[str, str]]:
    histories = issue["changelog"]["histories"]
    lines = [line for entry in histories for line in entry["items"]]
    return [(line["from"], line["to"]) for line in lines if line["field"] == field]


def test_histories_name_people_as_the_manner_does(cloud: Caller, data_center: Caller) -> None:
    told = cloud.get("/api/3/issue/DOC-2", expand="changelog")
    assert lines_of(told, "assignee") == [(None, "5f:ben")]
    told = data_center.get("/api/2/issue/DOC-2", expand="changelog")
    assert lines_of(told, "assignee") == [(None, "jirauser-ben")]


def test_an_expanded_changelog_is_forty_newest_on_cloud_and_whole_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    for caller in (cloud, data_center):
        for number in range(50):
            caller.practice.state.edit("NEW-1", by="ben", summary=f"Leak {number}")
    told = cloud.get("/api/3/issue/NEW-1", expand="changelog")["changelog"]
    newest = told["histories"][0]["items"][0]["toString"]
    assert (len(told["histories"]), told["total"], newest) == (40, 50, "Leak 49")
    told = data_center.get("/api/2/issue/NEW-1", expand="changelog")["changelog"]
    oldest = told["histories"][0]["items"][0]["toString"]
    assert (len(told["histories"]), told["total"], oldest) == (50, 50, "Leak 0")


def test_clouds_history_pages_are_a_hundred_oldest_first(cloud: Caller) -> None:
    for number in range(130):
        cloud.practice.state.edit("NEW-1", by="ben", summary=f"Leak {number}")
    first = cloud.get("/api/3/issue/NEW-1/changelog", maxResults=1000)
    assert (len(first["values"]), first["isLast"], first["total"]) == (100, False, 130)
    rest = cloud.call("GET", first["nextPage"].partition("/rest")[2]).body
    assert (len(rest["values"]), rest["isLast"]) == (30, True)
    assert "nextPage" not in rest


def test_bulk_histories_come_oldest_first_over_all_issues_by_tokens(cloud: Caller) -> None:
    told = cloud.practice.state
    for number in range(5):
        for key in ("NEW-1", "DOC-1"):
            told.edit(key, by="ben", summary=f"Word {number}")
            told.pass_time(1)
    body = {"issueIdsOrKeys": ["NEW-1", "10001", "SEC-1"], "maxResults": 4}
    pages: list[list[tuple[int, str]]] = []
    page = cloud.post("/api/3/changelog/bulkfetch", body)
    while True:
        pages.append(
            [
                (one["created"], issue["issueId"])
                for issue in page["issueChangeLogs"]
                for one in issue["changeHistories"]
            ]
        )
        if "nextPageToken" not in page:
            break
        token = {"nextPageToken": page["nextPageToken"]}
        page = cloud.post("/api/3/changelog/bulkfetch", body | token)
    assert [len(page) for page in pages] == [4, 4, 2]
    seen = [one for page in pages for one in sorted(page)]
    assert seen == sorted(set(seen))
    assert {number for _, number in seen} == {"10001", "10004"}


def test_bulk_histories_can_be_of_some_fields_only(cloud: Caller) -> None:
    body = {"issueIdsOrKeys": ["DOC-2"], "fieldIds": ["customfield_10016"]}
    (issue,) = cloud.post("/api/3/changelog/bulkfetch", body)["issueChangeLogs"]
    assert len(issue["changeHistories"]) == 1
    for wrong in (
        {"issueIdsOrKeys": []},
        {"issueIdsOrKeys": [str(number) for number in range(1001)]},
        {"issueIdsOrKeys": ["DOC-2"], "fieldIds": [str(number) for number in range(11)]},
        {"issueIdsOrKeys": ["DOC-2"], "maxResults": 10_001},
    ):
        assert cloud.call("POST", "/api/3/changelog/bulkfetch", wrong).status == 400


def test_comments_inside_an_issue_are_twenty_on_cloud_and_all_on_data_center(
    cloud: Caller, data_center: Caller
) -> None:
    for caller, shown in ((cloud, 20), (data_center, 23)):
        (issue,) = caller.issues("key = DOC-2", fields="comment")
        comment = issue["fields"]["comment"]
        assert (len(comment["comments"]), comment["total"]) == (shown, 23)
        page = caller.get("/api/2/issue/DOC-2/comment", startAt=20, maxResults=2)
        assert [one["body"].split(":")[0] for one in page["comments"]] == ["Note 20", "Note 21"]


def test_the_worklog_feeds_withhold_the_last_minute(caller: Caller) -> None:
    told = caller.practice.state
    since = told.now() - 1
    work = told.log_work("DOC-3", 600, by="mia")
    assert caller.get("/api/2/worklog/updated", since=since)["values"] == []
    told.pass_time(61)
    feed = caller.get("/api/2/worklog/updated", since=since)
    assert [one["worklogId"] for one in feed["values"]] == [work.id]
    assert feed["lastPage"] is True
    listed = caller.post("/api/2/worklog/list", {"ids": [work.id, 40001, 9]})
    assert [(one["id"], one["issueId"]) for one in listed] == [
        (str(work.id), "10003"),
        ("40001", "10002"),
    ]
    told.delete_worklog(work.id, by="mia")
    told.pass_time(61)
    assert caller.get("/api/2/worklog/updated", since=since)["values"] == []
    gone = caller.get("/api/2/worklog/deleted", since=since)["values"]
    assert [one["worklogId"] for one in gone] == [work.id]


def test_the_worklog_feed_is_read_page_by_page_though_many_share_a_millisecond(
    caller: Caller,
) -> None:
    told = caller.practice.state
    for _ in range(1300):
        told.log_work("DOC-3", 60, by="mia")
    told.pass_time(61)
    seen, since, pages = set(), 0, 0
    while True:
        feed = caller.get("/api/2/worklog/updated", since=since)
        seen |= {one["worklogId"] for one in feed["values"]}
        pages += 1
        if feed["lastPage"]:
            break
        assert feed["nextPage"].endswith(f"since={feed['until']}")
        since = feed["until"]
    assert (len(seen), pages > 1) == (1301, True)


def test_worklogs_of_hidden_issues_are_in_the_feed_but_not_told(caller: Caller) -> None:
    caller.practice.state.restrict("DOC-2", "ben")
    feed = caller.get("/api/2/worklog/updated", since=0)
    assert [one["worklogId"] for one in feed["values"]] == [40001]
    assert caller.post("/api/2/worklog/list", {"ids": [40001]}) == []


def test_the_points_field_is_found_by_the_board_and_by_its_schema(caller: Caller) -> None:
    caller.practice.state.rename_field("customfield_10016", "Punkte")
    field = caller.get("/agile/1.0/board/7/configuration")["estimation"]["field"]
    assert field == {"fieldId": "customfield_10016", "displayName": "Punkte"}
    fields = {one["id"]: one for one in caller.get("/api/2/field")}
    assert fields["customfield_10016"]["name"] == "Punkte"
    assert fields["customfield_10016"]["schema"]["custom"].endswith(":float")
    assert fields["customfield_10020"]["schema"]["custom"].endswith(":gh-sprint")
    assert ("customfield_10014" in fields) == (caller.practice.mode == "dc")


def test_closing_starting_and_renaming_a_sprint_changes_no_issue(caller: Caller) -> None:
    told = caller.practice.state
    before = {number: issue.updated for number, issue in told.issues.items()}
    told.rename_sprint(49, "Another name")
    told.close_sprint(49)
    told.start_sprint(50)
    assert {number: issue.updated for number, issue in told.issues.items()} == before
    states = [one["state"] for one in caller.get("/agile/1.0/board/7/sprint")["values"]]
    assert states == ["closed", "closed", "active"]
    changed = caller.get("/api/2/issue/DOC-2", expand="changelog")
    assert "Sprint 49, the [a=b] one" in str(changed["changelog"])
    assert "Another name" in str(changed["fields"]["customfield_10020"])


def test_the_issues_of_a_sprint_are_told_in_version_two(caller: Caller) -> None:
    page = caller.get("/agile/1.0/sprint/49/issue", jql="type = Task")
    (issue,) = page["issues"]
    assert page["total"] == 1
    assert issue["fields"]["sprint"]["id"] == 49
    assert [one["id"] for one in issue["fields"]["closedSprints"]] == [48]
    assert isinstance(issue["fields"]["description"], str)


def test_data_centers_sprint_page_has_no_total(cloud: Caller, data_center: Caller) -> None:
    assert cloud.get("/agile/1.0/board/7/sprint", maxResults=2)["total"] == 3
    page = data_center.get("/agile/1.0/board/7/sprint", maxResults=2)
    assert ("total" in page, page["isLast"], len(page["values"])) == (False, False, 2)


def test_calls_are_counted_by_route(caller: Caller) -> None:
    caller.get("/api/2/issue/DOC-2")
    caller.get("/api/2/issue/DOC-1")
    caller.call("GET", "/api/2/nonsense")
    assert caller.practice.requests == {
        "GET /rest/api/{api}/issue/{issue}": 2,
        "GET /rest/api/2/nonsense": 1,
    }
