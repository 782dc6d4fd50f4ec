"""Jira's words into ours, on plain dictionaries."""

from datetime import UTC, date, datetime

import pytest

from sources.connectors.jira.values import Person
from sprints.streams.events import events_from
from sprints.streams.notes import comment_from, links_from, worklog_from
from sprints.streams.plan import (
    board_from,
    member_from,
    number_of,
    project_from,
    release_from,
    sprint_from,
)
from sprints.streams.tasks import current_sprint, keys_from, people_from, points, task_from
from sprints.streams.words import Rule
from tests.sprints_streams.made import BEN, EPIC, MIA, POINTS, SPRINT, entry, key, line, record

AT = datetime(2026, 3, 2, 8, 0, 0, 250_000, tzinfo=UTC)


def task(rule=None, **parts):
    return task_from(record(**parts), key, rule or Rule())


def test_a_task_is_its_issue_in_our_words():
    row = task(
        description="*Why*: [run|https://t.example]",
        assignee=BEN,
        reporter=MIA,
        labels=["cnn", "data"],
        priority={"name": "High"},
        fixVersions=[{"name": "1.0"}, {"id": "7"}],
        resolutiondate="2026-03-18T09:30:00.000Z",
        duedate="2026-03-27",
        **{POINTS: 5},
    )
    assert row == {
        "name": "DOC-1",
        "project_id": key("jira-project", "10000"),
        "parent_id": None,
        "epic_id": None,
        "sprint_id": None,
        "sprints": [],
        "type": "Task",
        "is_subtask": False,
        "is_hypothesis": False,
        "summary": "Focal loss",
        "description": '<p><strong>Why</strong>: <a href="https://t.example" '
        'rel="noopener noreferrer nofollow">run</a></p>',
        "claimed": {},
        "status": "In Arbeit",
        "category": "doing",
        "assignee_id": key("member", "JIRAUSER2"),
        "assignee_name": "Ben Ünal",
        "reporter_name": "Mia Ode",
        "points": 5.0,
        "labels": ["cnn", "data"],
        "priority": "High",
        "versions": ["1.0"],
        "url": "https://jira.example/browse/DOC-1",
        "created_at": AT,
        "updated_at": datetime(2026, 3, 3, 8, 0, 0, 250_000, tzinfo=UTC),
        "resolved_at": datetime(2026, 3, 18, 9, 30, tzinfo=UTC),
        "due_on": date(2026, 3, 27),
    }


def test_an_issue_of_which_jira_tells_the_least_is_a_task():
    bare = record()
    bare["issue"]["fields"] = {"project": {"id": 10000}}
    row = task_from(bare, key, Rule())
    assert (row["summary"], row["category"], row["assignee_id"]) == ("", "todo", None)
    assert row["project_id"] == key("jira-project", "10000")


@pytest.mark.parametrize("broken", [{"id": "1"}, {"id": "1", "key": "A-1", "fields": {}}])
def test_an_issue_without_a_project_is_refused(broken):
    with pytest.raises((KeyError, ValueError)):
        task_from(record() | {"issue": broken}, key, Rule())


@pytest.mark.parametrize(
    ("category", "ours"),
    [("new", "todo"), ("indeterminate", "doing"), ("done", "done"), (None, "todo")],
)
def test_statuses_are_told_by_their_category_and_never_by_name(category, ours):
    status = {"name": "Fertig", "statusCategory": {"key": category}}
    assert task(status=status)["category"] == ours


SUBTASK = {"name": "Sub-task", "subtask": True, "hierarchyLevel": -1}


@pytest.mark.parametrize(
    ("kind", "labels", "holds"),
    [
        ({"name": "Hypothesis", "subtask": True}, [], True),
        ({"name": "HYPOTHESIS", "hierarchyLevel": -1}, [], True),
        (SUBTASK, ["Hypothesis"], True),
        (SUBTASK, ["hypotheses"], False),
        ({"name": "Hypothesis", "subtask": False}, ["hypothesis"], False),
    ],
)
def test_a_hypothesis_is_a_subtask_of_that_type_or_label(kind, labels, holds):
    assert task(issuetype=kind, labels=labels)["is_hypothesis"] is holds


def test_a_source_says_what_it_calls_its_hypotheses():
    rule = Rule.of({"hypothesis_types": ["Annahme"], "hypothesis_labels": []})
    assert task(rule, issuetype={"name": "annahme", "subtask": True})["is_hypothesis"]
    assert not task(rule, issuetype=SUBTASK, labels=["hypothesis"])["is_hypothesis"]
    assert Rule.of({}) == Rule()


def test_what_a_hypothesis_claims_is_read_from_its_text_in_either_form():
    wiki = "Claim: it helps\nMetric: valid/f1\nThreshold: above 0.93\nBaseline: DOC-2690"
    lines = [
        {"type": "paragraph", "content": [{"type": "text", "text": part}]}
        for part in wiki.split("\n")
    ]
    for body in (wiki, {"type": "doc", "content": lines}):
        claimed = task(issuetype=SUBTASK, labels=["hypothesis"], description=body)["claimed"]
        assert (claimed["metric"], claimed["threshold"], claimed["baseline"]) == (
            "valid/f1",
            0.93,
            "DOC-2690",
        )
    assert task(description=wiki)["claimed"] == {}


# ── family ───────────────────────────────────────────────────────────────────


def above(number, level=None):
    kind = {} if level is None else {"hierarchyLevel": level}
    return {"id": number, "fields": {"issuetype": kind}}


@pytest.mark.parametrize(
    ("parts", "parent", "epic"),
    [
        ({"issuetype": SUBTASK, "parent": above("7", 0)}, "7", None),
        ({"parent": above("7", 1)}, None, "7"),
        ({"parent": above("7")}, None, "7"),
        ({"parent": above("7", 2)}, "7", None),
        ({"epic": "7"}, None, "7"),
        ({"issuetype": SUBTASK, "parent": above("7", 0), "epic": "8"}, "7", "8"),
        ({}, None, None),
    ],
)
def test_what_is_above_an_issue_is_its_task_or_its_epic(parts, parent, epic):
    row = task(**parts)
    assert row["parent_id"] == (key("task", parent) if parent else None)
    assert row["epic_id"] == (key("task", epic) if epic else None)


# ── sprints ──────────────────────────────────────────────────────────────────


def cloud(*pairs):
    return {SPRINT: [{"id": number, "state": state} for number, state in pairs]}


def center(*ids):
    return {SPRINT: [f"c.a.Sprint@1[id={n},state=CLOSED,name=x,sequence={n}]" for n in ids]}


def joined(*steps):
    return [
        entry(str(n), AT.isoformat(), line("Sprint", "", "", old_id=old, new_id=new))
        for n, (old, new) in enumerate(steps)
    ]


@pytest.mark.parametrize(
    ("parts", "current"),
    [
        ({}, None),
        (cloud((48, "closed"), (49, "active")), 49),
        (cloud((50, "active"), (49, "closed")), 50),
        (cloud((50, "future"), (49, "closed")), 50),
        (cloud((48, "closed"), (49, "closed")), 49),
        (center(48, 49), 49),
        ({**center(50, 49), "changelog": joined(("", "49"), ("49", "49, 50"))}, 50),
        ({**center(48, 49), "changelog": joined(("", "51"))}, 49),
    ],
)
def test_the_sprint_that_counts_is_the_open_one_or_the_last_joined(parts, current):
    assert current_sprint(record(**parts)) == current


def test_all_sprints_that_it_was_ever_in_are_kept():
    row = task(**cloud((48, "closed"), (49, "active")))
    assert row["sprints"] == [key("sprint", 48), key("sprint", 49)]
    assert row["sprint_id"] == key("sprint", 49)


@pytest.mark.parametrize(
    ("written", "number"),
    [(5, 5.0), (0, 0.0), (0.5, 0.5), ("8", 8.0), (None, None), ("", None), (True, None),
     (float("nan"), None), (float("inf"), None), ([], None)],
)  # fmt: skip
def test_points_are_numbers_or_nothing(written, number):
    assert points(written) == number


@pytest.mark.parametrize(
    ("name", "number"),
    [("Sprint 49", 49), ("DOC Sprint 49 (to 2026-03-28)", 49), ("sprint_7", 7), ("W12", 12),
     ("2026 Q1 3", 3), ("Sprint", None), ("", None), ("Sprint 99999999999999", None)],
)  # fmt: skip
def test_a_sprints_number_is_in_its_name(name, number):
    assert number_of(name) == number


def test_a_sprint_is_read_from_both_manners():
    raw = {
        "id": 49,
        "state": "ACTIVE",
        "name": "Sprint 49",
        "goal": "f1",
        "startDate": "2026-03-15T13:30:00.000+05:30",
        "endDate": "2026-03-28T08:00:00.000Z",
        "board": {"id": 8},
    }
    row = sprint_from(raw, key)
    assert row == {
        "board_id": key("board", "8"),
        "name": "Sprint 49",
        "number": 49,
        "goal": "f1",
        "state": "active",
        "starts_at": datetime(2026, 3, 15, 8, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 28, 8, tzinfo=UTC),
        "completed_at": None,
    }
    assert sprint_from(raw | {"originBoardId": 7}, key)["board_id"] == key("board", "7")


def test_projects_boards_releases_and_people():
    assert project_from({"key": "DOC", "name": "Documents"}) == {
        "short": "DOC",
        "name": "Documents",
    }
    home = key("jira-project", "10000")
    assert board_from({"name": "B", "projects": ["10000", "10001"]}, key)["project_id"] == home
    release = {"projectId": 10000, "name": "1.0", "released": True, "releaseDate": "2026-05-01"}
    assert release_from(release, key) == {
        "project_id": home,
        "name": "1.0",
        "released": True,
        "due_on": date(2026, 5, 1),
    }
    assert member_from(Person("5b", "Former user", "", active=False)) == {
        "name": "Former user",
        "active": False,
        "mail": "",
    }
    kept = member_from(Person("5b", "Mia Ode", "Mia.Ode@lab.test"))["mail"]
    assert kept == member_from(Person("6c", "M. Ode", "mia.ode@LAB.test"))["mail"]
    assert "mia" not in kept
    assert "lab" not in kept


# ── history ──────────────────────────────────────────────────────────────────

MARCH_3 = 1_772_530_800_000  # bulk answers say times as numbers
HISTORY = [
    entry(
        "1",
        "2026-03-02T09:00:00Z",
        line("status", "To Do", "In Arbeit", old_id="1", new_id="3", id="status"),
        line("Story Points", "3", "5", id=POINTS),
    ),
    entry("2", MARCH_3, line("Sprint", "S 48", "S 49", old_id="48", new_id="48, 49"), by=None),
    entry(
        "3",
        "2026-03-04T09:00:00Z",
        line("assignee", None, "Ben", new_id="JIRAUSER2"),
        line("description", None, "x" * 40_000),
        line("Punkte", "5", "8"),
        by=BEN,
    ),
]


def test_a_history_becomes_events_of_known_kinds():
    made = events_from(record(changelog=HISTORY), key, [])
    assert [row["kind"] for row in made] == [
        "created", "status", "points", "sprint", "assignee", "other", "other"
    ]  # fmt: skip
    sprint = made[3]
    assert (sprint["before_id"], sprint["after_id"]) == ("48", "48, 49")
    assert sprint["at"] == datetime(2026, 3, 3, 9, 40, tzinfo=UTC)
    assert sprint["author_name"] == ""
    assert made[4]["before"] == made[4]["before_id"] == ""
    assert len(made[5]["after"]) == 500


def test_a_renamed_field_is_known_by_its_id_or_by_what_it_is_called_now():
    named = {"points": "Punkte", "sprint": "Sprint"}
    kinds = [row["kind"] for row in events_from(record(changelog=HISTORY, names=named), key, [])]
    assert kinds[2] == "points"
    assert kinds[-1] == "points"


def test_no_points_field_means_no_points_events():
    nothing = {"points": "", "sprint": "", "epic": ""}
    unnamed = {"points": "", "sprint": ""}
    made = events_from(record(changelog=HISTORY, fields=nothing, names=unnamed), key, [])
    assert {row["kind"] for row in made} == {"created", "status", "assignee", "other"}


def test_a_task_begins_in_the_status_that_it_first_left():
    assert events_from(record(changelog=HISTORY), key, [])[0]["after"] == "To Do"
    untouched = events_from(record(reporter=MIA), key, [])
    assert [(row["kind"], row["after"], row["author_name"]) for row in untouched] == [
        ("created", "In Arbeit", "Mia Ode")
    ]


def test_reading_a_history_again_makes_the_same_keys():
    first = events_from(record(changelog=HISTORY), key, [])
    longer = events_from(
        record(changelog=[*HISTORY, entry("9", AT.isoformat(), line("x"))]), key, []
    )
    assert [row["key"] for row in first] == [row["key"] for row in longer[:-1]]
    assert len({row["key"] for row in longer}) == len(longer)


def test_an_entry_without_a_time_is_no_event():
    gaps = []
    made = events_from(record(changelog=[entry("1", None, line("status", "a", "b"))]), key, gaps)
    assert [row["kind"] for row in made] == ["created"]
    assert [gap.what for gap in gaps] == ["change 1 of DOC-1"]


def moved(number, at, old, new):
    return entry(number, at, line("Key", old, new))


def test_every_key_that_an_issue_had_is_kept_with_its_end():
    steps = [moved("1", "2026-03-02T09:00:00Z", "old-4", "OCR-7"),
             moved("2", "2026-03-05T09:00:00Z", "OCR-7", "DOC-1")]  # fmt: skip
    assert keys_from(record(changelog=steps)) == [
        ("DOC-1", None),
        ("OLD-4", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("OCR-7", datetime(2026, 3, 5, 9, tzinfo=UTC)),
    ]


def test_a_key_that_was_left_and_taken_again_is_the_present_one():
    steps = [moved("1", "2026-03-02T09:00:00Z", "DOC-1", "OCR-7"),
             moved("2", "2026-03-05T09:00:00Z", "OCR-7", "DOC-1")]  # fmt: skip
    assert dict(keys_from(record(changelog=steps)))["DOC-1"] is None


# ── notes and links ──────────────────────────────────────────────────────────


def test_a_comment_is_html_and_words():
    note = {"author": MIA, "created": "2026-03-02T13:30:00.250+0530", "body": "*so* <b>"}
    task_key = key("task", "1")
    assert comment_from(task_key, note) == {
        "task_id": task_key,
        "author_name": "Mia Ode",
        "at": AT,
        "edited_at": None,
        "html": "<p><strong>so</strong> &lt;b&gt;</p>",
        "text": "so <b>",
    }
    edited = comment_from(task_key, note | {"updated": "2026-03-03T00:00:00Z"})
    assert edited["edited_at"] == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_worklog_is_seconds_from_a_start():
    log = {"author": BEN, "started": "2026-03-02T08:00:00.250Z", "timeSpentSeconds": 5400}
    row = worklog_from(key("task", "1"), log)
    assert (row["started_at"], row["seconds"], row["text"]) == (AT, 5400, "")
    assert worklog_from(key("task", "1"), log | {"timeSpentSeconds": -5})["seconds"] == 0
    assert worklog_from(key("task", "1"), log | {"timeSpentSeconds": 10**12})["seconds"] < 2**31


@pytest.mark.parametrize("make", [comment_from, worklog_from])
def test_a_note_without_a_time_is_refused(make):
    with pytest.raises(ValueError, match="without a time"):
        make(key("task", "1"), {"body": "x"})


BLOCKS = {"name": "Blocks", "outward": "blocks", "inward": "is blocked by"}


def test_both_ends_of_a_link_make_the_same_row():
    here = record(issuelinks=[{"id": "5", "type": BLOCKS, "outwardIssue": {"id": "10002"}}])
    there = record(
        number="10002", issuelinks=[{"id": "5", "type": BLOCKS, "inwardIssue": {"id": "10001"}}]
    )
    (row,) = links_from(here, key)
    assert links_from(there, key) == [row]
    assert (row["task_id"], row["other_id"]) == (key("task", "10001"), key("task", "10002"))
    assert (row["kind"], row["inward"]) == ("blocks", "is blocked by")


def test_a_link_with_one_end_is_none():
    assert links_from(record(issuelinks=[{"id": "5", "type": BLOCKS}, {}]), key) == []


def test_people_are_met_once_each_as_they_were_met_last():
    notes = {"comments": [{"author": BEN}], "worklogs": [{"author": None}]}
    former = MIA | {"displayName": "Former user", "active": False}
    found = people_from(record(reporter=MIA, assignee=former, **notes))
    assert found == [
        Person("5f:mia", "Former user", active=False),
        Person("JIRAUSER2", "Ben Ünal"),
    ]


def test_an_epic_link_that_is_a_key_is_no_id():
    assert task(**{EPIC: "DOC-9"})["epic_id"] is None
