"""The real, unmodified `jira` package against both manners of the practice Jira."""

from collections.abc import Iterator

import pytest
from jira import JIRA, JIRAError

from demo.jira import Practice
from tests.demo_jira.story import BEN, MIA, started


def logged_in(practice: Practice, account: tuple[str, str] = MIA, **options: object) -> JIRA:
    login = {"basic_auth": account} if practice.mode == "cloud" else {"token_auth": account[1]}
    return JIRA(practice.url, max_retries=0, timeout=5, **login, **options)


@pytest.fixture
def jira(practice: Practice) -> Iterator[JIRA]:
    client = logged_in(practice)
    yield client
    client.close()


def test_it_learns_who_it_is_and_where(jira: JIRA, practice: Practice) -> None:
    assert jira.myself()["timeZone"] == "Asia/Kolkata"
    assert jira._is_cloud == (practice.mode == "cloud")
    assert {project.key for project in jira.projects()} == {"DOC", "NEW"}
    assert "customfield_10016" in {field["id"] for field in jira.fields()}
    assert [version.name for version in jira.project_versions("DOC")] == ["1.0"]


def test_a_search_goes_through_all_pages(jira: JIRA) -> None:
    found = jira.search_issues("project in (DOC, NEW) ORDER BY created", maxResults=False)
    assert [issue.key for issue in found] == ["DOC-1", "DOC-2", "DOC-3", "NEW-1"]
    assert found[1].fields.status.name == "Done"
    assert found[1].fields.customfield_10016 == 5
    assert found[1].fields.description.startswith("h2. Why\n")
    assert [sub.key for sub in found[1].fields.subtasks] == ["DOC-3"]


def test_an_approximate_count_is_clouds_alone(jira: JIRA, practice: Practice) -> None:
    if practice.mode == "cloud":
        assert jira.approximate_issue_count("project = DOC") == 3


def test_one_issue_brings_its_history(jira: JIRA, practice: Practice) -> None:
    issue = jira.issue("DOC-2", expand="changelog")
    times = [entry.created for entry in issue.changelog.histories]
    assert times == sorted(times, reverse=practice.mode == "cloud")
    lines = [line.field for entry in issue.changelog.histories for line in entry.items]
    assert {"Key", "Sprint", "Story Points", "status", "assignee"} <= set(lines)


def test_boards_and_sprints_are_found(jira: JIRA) -> None:
    boards = jira.boards()
    assert [board.name for board in boards] == ["DOC board", "NEW flow"]
    sprints = jira.sprints(7, maxResults=False)
    assert [sprint.state for sprint in sprints] == ["closed", "active", "future"]
    assert [sprint.id for sprint in jira.sprints(7, state="active")] == [49]
    assert jira.sprint(49).goal == "f1 >= 0.9, [really]"
    with pytest.raises(JIRAError, match="does not support sprints"):
        jira.sprints(8)


def test_a_sprint_is_made_started_filled_and_closed(jira: JIRA, practice: Practice) -> None:
    made = jira.create_sprint("Sprint 51", 7)
    jira.add_issues_to_sprint(made.id, ["DOC-1"])
    jira.update_sprint(made.id, state="active", name="Sprint fifty-one")
    jira.update_sprint(made.id, state="closed")
    sprint = practice.state.sprints[made.id]
    assert (sprint.name, sprint.state, sprint.complete is None) == (
        "Sprint fifty-one",
        "closed",
        False,
    )
    assert practice.state.need("DOC-1").sprints == (made.id,)
    with pytest.raises(JIRAError, match="completed sprints"):
        jira.add_issues_to_sprint(48, ["DOC-1"])


def test_comments_are_read_written_and_edited(jira: JIRA, practice: Practice) -> None:
    assert len(jira.comments("DOC-2")) == 23
    note = jira.add_comment("DOC-3", "It *holds*: https://t.example.org/r/9")
    note.update(body="It holds.")
    assert [one.body for one in practice.state.need("DOC-3").comments] == ["It holds."]
    note.delete()
    assert practice.state.need("DOC-3").comments == ()


def test_work_is_logged(jira: JIRA, practice: Practice) -> None:
    assert [work.timeSpentSeconds for work in jira.worklogs("DOC-2")] == [5400]
    jira.add_worklog("DOC-3", timeSpent="1h 30m", comment="read")
    (work,) = practice.state.need("DOC-3").worklogs
    assert (work.seconds, work.by, work.body) == (5400, "mia", "read")


def test_links_out_of_jira_are_read_and_made(jira: JIRA, practice: Practice) -> None:
    (link,) = jira.remote_links("DOC-2")
    assert (link.globalId, link.object.title) == ("mlflow:a:run=1", "Run 1")
    jira.add_simple_link("DOC-3", {"url": "https://t.example.org/r/2", "title": "Run 2"})
    (made,) = practice.state.need("DOC-3").remote_links
    assert made.sent["object"] == {"url": "https://t.example.org/r/2", "title": "Run 2"}


def test_a_task_goes_through_its_workflow(jira: JIRA, practice: Practice) -> None:
    names = {one["name"]: one["id"] for one in jira.transitions("DOC-3")}
    assert set(names) == {"In Progress", "In Review", "Done"}
    jira.transition_issue("DOC-3", "Done", comment="Refuted.")
    issue = practice.state.need("DOC-3")
    assert practice.state.statuses[issue.status].name == "Done"
    assert issue.resolved is not None
    assert [note.body for note in issue.comments] == ["Refuted."]
    with pytest.raises(JIRAError, match="not valid"):
        jira.transition_issue("DOC-3", "99")


def test_issues_are_made_edited_linked_and_deleted(jira: JIRA, practice: Practice) -> None:
    fields = {
        "project": {"key": "DOC"},
        "issuetype": {"name": "Hypothesis"},
        "summary": "Dropout helps",
        "parent": {"key": "DOC-2"},
        "labels": ["hypothesis"],
    }
    made = jira.create_issue(fields=fields)
    assert made.key == "DOC-4"
    made.update(fields={"summary": "Dropout helps a lot", "labels": ["hypothesis", "cnn"]})
    made.add_field_value("labels", "late")
    jira.create_issue_link("Blocks", "DOC-4", "NEW-1")
    issue = practice.state.need("DOC-4")
    assert (issue.summary, issue.labels) == (
        "Dropout helps a lot",
        ("hypothesis", "cnn", "late"),
    )
    link = jira.issue("NEW-1").fields.issuelinks[-1]
    assert (link.type.inward, link.inwardIssue.key) == ("is blocked by", "DOC-4")
    made.delete()
    assert practice.state.issue("DOC-4") is None
    with pytest.raises(JIRAError, match="does not exist"):
        jira.issue("DOC-4")


def test_what_is_wrong_with_a_new_issue_is_said_by_field(jira: JIRA) -> None:
    fields = {"project": {"key": "DOC"}, "issuetype": {"name": "Hypothesis"}}
    with pytest.raises(JIRAError, match="You must specify a summary"):
        jira.create_issue(fields=fields)
    with pytest.raises(JIRAError, match="parent issue key is missing"):
        jira.create_issue(fields=fields | {"summary": "x"})
    with pytest.raises(JIRAError, match="255"):
        jira.create_issue(fields=fields | {"summary": "x" * 256})


def test_people_are_found(jira: JIRA, practice: Practice) -> None:
    if practice.mode == "cloud":
        found = jira.search_users(query="ben")
        assert [user.accountId for user in found] == ["5f:ben"]
    else:
        found = jira.search_users(user="ben")
        assert [user.name for user in found] == ["ben"]


def test_a_wrong_token_is_refused(practice: Practice) -> None:
    with pytest.raises(JIRAError) as caught:
        logged_in(practice, ("mia@example.org", "wrong"))
    assert caught.value.status_code == 401


def test_the_old_search_is_gone_from_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    with started("cloud") as practice:
        client = logged_in(practice)
        monkeypatch.setattr(client, "deploymentType", "Server")
        with pytest.raises(JIRAError) as caught:
            client.search_issues("project = DOC")
        client.close()
    assert caught.value.status_code == 410


def test_another_person_sees_another_site() -> None:
    with started("cloud") as practice:
        client = logged_in(practice, BEN)
        assert {project.key for project in client.projects()} == {"DOC", "NEW", "SEC"}
        client.close()
