"""Reading issues from a practice Jira, in both manners."""

import time
from dataclasses import replace

import pytest

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.jira import center, cloud, richtext
from sources.connectors.jira.values import instant, person, sprint_ids
from sources.http import session
from tests.connectors_jira.story import QUICK, client, issue, jira

NUMBERS = [str(10_000 + number) for number in range(1, 11)]


def read(pages):
    """The records and the last position of a whole poll."""
    records, resume = [], None
    for page in pages:
        records += page.records
        resume = page.resume
    return records, resume


def ids(records):
    return [record["issue"]["id"] for record in records]


def poll(practice, since=None, **options):
    with client(practice, **options) as reader:
        return read(reader.issues(since))


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(cloud, "IDS", 4)
    monkeypatch.setattr(cloud, "PAGE", 3)
    monkeypatch.setattr(cloud, "FETCH", 2)
    monkeypatch.setattr(center, "PAGE", 3)


def test_all_issues_come_once_oldest_change_first(practice, small_pages):
    records, _ = poll(practice)
    assert list(dict.fromkeys(ids(records))) == NUMBERS
    moments = [instant(record["issue"]["fields"]["updated"]) for record in records]
    assert moments == sorted(moments)


def test_clouds_issues_are_fetched_several_requests_at_once(monkeypatch):
    monkeypatch.setattr(cloud, "FETCH", 2)
    with jira("cloud") as practice:
        practice.faults.add("slow", path="issue/bulkfetch", times=0, seconds=0.05)
        records, _ = poll(practice)
        assert len(set(ids(records))) == 10
        assert 2 <= practice.underway.most <= session.AT_ONCE


def test_a_poll_tells_how_many_there_will_be(practice, small_pages):
    with client(practice) as reader:
        assert next(reader.issues()).total == 10


RICH = issue(
    2,
    type="Task",
    description="h2. Why\nA [run|https://t.example.org/r/1] did *well*.",
    sprints=[48, 49],
    points=5,
    assignee="ben",
    history=[
        {"at": f"2026-03-03T{hour:02d}:00:00Z", "by": "ben", "changes": [
            {"field": "summary", "from": f"Task {hour}" if hour else "Task", "to":
             f"Task {hour + 1}" if hour < 22 else "Task 2"}]}
        for hour in range(23)
    ] + [{"at": "2026-03-04T09:00:00Z", "by": "mia", "changes": [
        {"field": "sprints", "to": [48, 49]}, {"field": "assignee", "to": "ben"}]}],
    comments=[{"at": f"2026-03-05T{hour:02d}:00:00Z", "by": "ben", "text": f"Note {hour}"}
              for hour in range(23)],
    worklogs=[{"at": f"2026-03-06T{hour:02d}:00:00Z", "by": "ben",
               "started": f"2026-03-06T{hour:02d}:00:00Z", "seconds": 60 * hour}
              for hour in range(22)],
)  # fmt: skip


def test_a_record_is_whole_in_both_manners(mode):
    with jira(mode, [RICH]) as practice:
        (record,), _ = poll(practice)
    assert record["fields"]["points"] == "customfield_10016"
    assert record["names"] == {"points": "Story Points", "sprint": "Sprint"}
    assert record["url"] == f"{practice.url}/browse/DOC-2"
    assert record["issue"]["fields"]["customfield_10016"] == 5
    assert sprint_ids(record["issue"]["fields"][record["fields"]["sprint"]]) == [48, 49]
    described = record["issue"]["fields"]["description"]
    assert richtext.text(described) == "Why\nA run did well."
    assert richtext.links(described) == ["https://t.example.org/r/1"]
    assert person(record["issue"]["fields"]["assignee"]).name == "Ben Ünal"


def test_comments_and_worklogs_beyond_the_embedded_twenty_are_fetched(mode):
    with jira(mode, [RICH, issue(3)]) as practice:
        records, _ = poll(practice)
        lists = [route for route in practice.requests if route.endswith(("/comment", "/worklog"))]
    rich = next(record for record in records if record["issue"]["id"] == "10002")
    assert [richtext.text(note["body"]) for note in rich["comments"]] == [
        f"Note {hour}" for hour in range(23)
    ]
    assert [log["timeSpentSeconds"] for log in rich["worklogs"]] == [60 * h for h in range(22)]
    assert "comment" not in rich["issue"]["fields"]
    assert "worklog" not in rich["issue"]["fields"]
    assert len(lists) == (2 if mode == "cloud" else 0)


def test_a_history_is_oldest_first_and_survives_absent_ends(mode):
    with jira(mode, [RICH]) as practice:
        (record,), _ = poll(practice)
    moments = [instant(history["created"]) for history in record["changelog"]]
    assert len(moments) == 24
    assert moments == sorted(moments)
    assigned = record["changelog"][-1]["items"][-1]
    assert (assigned["field"], assigned["from"]) == ("assignee", None)


def test_an_epic_is_told_by_its_id_though_data_center_links_by_key(mode, small_pages):
    """It may be on another page, or moved: keys are asked for."""
    issues = [issue(1, type="Epic"), *(issue(number) for number in range(2, 6)),
              issue(6, parent="DOC-1"), issue(7, parent="DOC-6", type="Sub-task")]  # fmt: skip
    with jira(mode, issues) as practice:
        records, _ = poll(practice)
    by_id = {record["issue"]["id"]: record for record in records}
    if mode == "dc":
        assert by_id["10006"]["epic"] == "10001"
    else:
        assert by_id["10006"]["issue"]["fields"]["parent"]["id"] == "10001"
    assert by_id["10007"]["epic"] is None
    assert by_id["10007"]["issue"]["fields"]["parent"]["id"] == "10006"


def test_only_the_chosen_projects_are_read(mode):
    issues = [issue(1), issue(2, key="NEW-1"), issue(3, key="SEC-1", reporter="ben")]
    with jira(mode, issues) as practice:
        assert ids(poll(practice)[0]) == ["10001"]
        assert ids(poll(practice, projects=["new", 10000])[0]) == ["10001", "10002"]
        assert ids(poll(practice, projects=[])[0]) == ["10001", "10002"]
        assert ids(poll(practice, projects=["PAPER"])[0]) == ["10001"]


def test_the_next_poll_reads_only_what_changed(practice):
    practice.state.pass_time(86_400)
    _, since = poll(practice)
    practice.state.pass_time(3_600)
    practice.state.edit("DOC-4", by="ben", summary="Changed")
    records, _ = poll(practice, since)
    assert ids(records) == ["10004"]
    assert records[0]["issue"]["fields"]["summary"] == "Changed"


@pytest.mark.parametrize("ahead", [-7_200, 7_200])
def test_the_watermark_is_the_servers_time_at_the_beginning(practice, ahead):
    """Not ours, which may differ by hours, and not the newest change seen."""
    practice.state.pass_time(ahead)
    before = practice.state.now()
    _, since = poll(practice)
    assert before - 1_000 <= since["watermark"] <= practice.state.now()
    assert set(since) == {"watermark", "projects"}


def test_what_changed_while_a_poll_ran_is_read_by_the_next(practice, small_pages):
    practice.state.pass_time(86_400)
    with client(practice) as reader:
        pages = reader.issues()
        next(pages)
        practice.state.edit("DOC-1", by="ben", summary="In the middle")
        _, since = read(pages)
    practice.state.pass_time(60)
    records, _ = poll(practice, since)
    assert ids(records) == ["10001"]


def test_a_change_that_search_notices_late_is_not_lost(practice):
    practice.state.pass_time(86_400)
    practice.state.index.lag = 300
    practice.state.edit("DOC-5", by="ben", summary="Late")
    practice.state.pass_time(60)
    _, since = poll(practice)
    practice.state.pass_time(301)
    records, _ = poll(practice, since)
    assert ids(records) == ["10005"]
    assert records[0]["issue"]["fields"]["summary"] == "Late"


def test_the_callers_zone_shifts_nothing(practice):
    """mia lives at +05:30: times written as dates would be hours off."""
    practice.state.pass_time(86_400)
    _, since = poll(practice)
    practice.state.pass_time(700)
    assert poll(practice, since)[0] == []
    practice.state.edit("DOC-9", by="mia", summary="Now")
    assert ids(poll(practice, since)[0]) == ["10009"]


def test_after_a_crash_at_any_page_nothing_is_missing_and_one_page_repeats(practice, small_pages):
    with client(practice) as reader:
        pages = list(reader.issues())
    for crashed in range(len(pages)):
        stored = [one for page in pages[:crashed] for one in ids(page.records)]
        position = pages[crashed - 1].resume if crashed else None
        again, _ = poll(practice, position)
        assert set(stored) | set(ids(again)) == set(NUMBERS)
        assert len(stored) + len(again) <= len(NUMBERS) + 4


def test_a_poll_that_was_broken_off_ends_with_what_changed_since_it_began(practice, small_pages):
    """What it had read may be another by now, and a project's key changes no issue's time."""
    practice.state.pass_time(86_400)
    with client(practice) as reader:
        first = next(reader.issues())
    practice.state.pass_time(3_600)
    practice.state.edit("DOC-1", by="ben", summary="Since")
    practice.state.rename_project_key("DOC", "TXT")
    again, _ = poll(practice, first.resume)
    last = {record["issue"]["id"]: record["issue"] for record in [*first.records, *again]}
    assert {one["key"].partition("-")[0] for one in last.values()} == {"TXT"}
    assert last["10001"]["fields"]["summary"] == "Since"


def test_a_poll_goes_on_while_issues_move_to_the_end(practice, small_pages):
    """Positions shift under a reader: the issue behind a moved one must not be lost."""
    practice.state.pass_time(86_400)
    seen, since = [], None
    with client(practice) as reader:
        for number, page in enumerate(reader.issues()):
            seen += ids(page.records)
            since = page.resume
            practice.state.edit("DOC-1", by="ben", summary=f"Again {number}")
    assert set(seen) == set(NUMBERS)
    assert "10001" in ids(poll(practice, since)[0])


def test_many_issues_of_one_moment_are_all_read(mode, small_pages):
    same = [issue(number, created="2026-03-02T08:00:00.250Z") for number in range(1, 11)]
    with jira(mode, same) as practice:
        assert sorted(ids(poll(practice)[0])) == NUMBERS


def test_a_data_centers_smaller_pages_are_taken_as_they_come():
    with jira("dc") as practice:
        practice.desk.page_cap = 2
        assert list(dict.fromkeys(ids(poll(practice)[0]))) == NUMBERS
        with client(practice) as reader:
            swept = [one for page in reader.sweep() for one in page.records]
    assert sorted(set(swept)) == NUMBERS


def test_an_old_token_begins_the_poll_again_and_loses_nothing(small_pages):
    with jira("cloud") as practice:
        with client(practice) as reader:
            pages = reader.issues()
            first, second = next(pages), next(pages)
        assert second.resume["token"]
        practice.state.pass_time(8 * 86_400)
        again, since = poll(practice, second.resume)
    assert set(ids(first.records) + ids(second.records) + ids(again)) == set(NUMBERS)
    assert since["watermark"]


def test_a_position_that_comes_back_in_another_order_goes_on_where_it_was(small_pages):
    """Postgres keeps an object's names in an order of its own; a token is for the same words."""
    issues = [issue(number) for number in range(1, 10)] + [issue(10, key="NEW-1")]
    with jira("cloud", issues) as practice:
        with client(practice, projects=["NEW", "DOC"]) as reader:
            pages = reader.issues()
            first, second = next(pages), next(pages)
        resume = second.resume | {"reading": dict(sorted(second.resume["reading"].items()))}
        assert list(resume["reading"]) != list(second.resume["reading"])
        again, _ = poll(practice, resume, projects=["NEW", "DOC"])
    assert ids(first.records) + ids(second.records) + ids(again) == NUMBERS


@pytest.mark.parametrize("stored", [7, "x", [], {"watermark": "soon", "ids": 3, "at": True}])
def test_a_position_of_another_make_is_the_beginning(practice, stored):
    assert sorted(ids(poll(practice, stored)[0])) == NUMBERS


def test_a_project_that_is_added_later_is_read_from_its_beginning(mode):
    with jira(mode, [issue(1), issue(2, key="NEW-1")]) as practice:
        practice.state.pass_time(86_400)
        _, since = poll(practice)
        practice.state.pass_time(86_400)
        records, since = poll(practice, since, projects=["DOC", "NEW"])
        assert ids(records) == ["10002"]
        assert poll(practice, since, projects=["DOC", "NEW"])[0] == []


def test_a_renamed_project_is_read_again_because_no_issue_tells_of_it(practice):
    practice.state.pass_time(86_400)
    _, since = poll(practice)
    practice.state.rename_project_key("DOC", "TXT")
    practice.state.pass_time(86_400)
    records, since = poll(practice, since)
    assert {record["issue"]["key"] for record in records} >= {"TXT-1", "TXT-10"}
    assert poll(practice, since)[0] == []


def test_a_key_that_search_notices_late_is_read_again_but_not_for_ever(practice):
    practice.state.pass_time(86_400)
    _, since = poll(practice)
    practice.state.index.lag = 300
    practice.state.rename_project_key("DOC", "TXT")
    first, since = poll(practice, since)
    practice.state.pass_time(301)
    second, since = poll(practice, since)
    last = {record["issue"]["id"]: record["issue"]["key"] for record in [*first, *second]}
    assert {key.partition("-")[0] for key in last.values()} == {"TXT"}
    assert poll(practice, since)[0] == []
    practice.state.index.lag = 1_000_000  # nobody renews the index any more
    practice.state.rename_project_key("TXT", "NEW")
    for _ in range(3):
        read_again, since = poll(practice, since)
        practice.state.pass_time(400)
    assert bool(read_again) is (practice.mode == "dc")  # Cloud tells keys by id, as they are
    assert poll(practice, since)[0] == []


def test_a_moved_issue_keeps_its_id_and_answers_to_its_old_key(practice):
    practice.state.pass_time(86_400)
    _, since = poll(practice, projects=["DOC", "NEW"])
    practice.state.move("DOC-3", "NEW", by="ben")
    (record,), _ = poll(practice, since, projects=["DOC", "NEW"])
    assert (record["issue"]["id"], record["issue"]["key"]) == ("10003", "NEW-1")
    with client(practice, projects=["DOC", "NEW"]) as reader:
        (again,), _ = read(reader.issues_by_id(["DOC-3"]))
    assert again["issue"]["id"] == "10003"


def test_issues_by_id_leave_out_what_is_gone_or_hidden(practice):
    practice.state.delete("DOC-1")
    practice.state.restrict("DOC-2", "ben")
    with client(practice) as reader:
        records, _ = read(reader.issues_by_id(["10001", "10002", "10003", "99999"]))
    assert ids(records) == ["10003"]
    assert records[0]["changelog"] == []


def test_reading_writes_nothing(practice):
    with client(practice) as reader:
        reader.test()
        for stream in (reader.issues, reader.sweep, reader.sprints, reader.versions, reader.boards,
                       reader.projects, reader.worklog_feed):  # fmt: skip
            list(stream())
    reading = ("/search", "/search/jql", "/bulkfetch", "/worklog/list", "/approximate-count")
    assert all(route.startswith("GET ") or route.endswith(reading) for route in practice.requests)


# ── troubles ─────────────────────────────────────────────────────────────────

SEARCH = r"api/\d/search"


@pytest.mark.parametrize(
    "fault",
    [{"kind": "status", "status": 503}, {"kind": "status", "status": 429, "retry_after": 0},
     {"kind": "status", "status": 500}, {"kind": "status", "status": 502},
     {"kind": "status", "status": 429, "retry_after": 1, "as_date": True}, {"kind": "reset"},
     {"kind": "truncated"}, {"kind": "garbage"}, {"kind": "html"}, {"kind": "slow", "seconds": 1},
     {"kind": "drip", "seconds": 0.01}],
    ids=lambda fault: "-".join(str(part) for part in fault.values()),
)  # fmt: skip
def test_a_passing_fault_anywhere_changes_nothing(practice, small_pages, fault):
    practice.faults.add(**fault, path=f"{SEARCH}|bulkfetch", skip=1)
    records, since = poll(practice)
    assert list(dict.fromkeys(ids(records))) == NUMBERS
    assert since["watermark"]
    assert practice.faults.told() == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [({"kind": "status", "status": 500}, "answered 500 to POST"),
     ({"kind": "html"}, r'a web page \("Log in"\) instead of JSON'),
     ({"kind": "garbage"}, "something else instead of JSON"),
     ({"kind": "truncated"}, "broke off in the middle"),
     ({"kind": "reset"}, "cannot be reached|broke off"),
     ({"kind": "slow", "seconds": 2}, r"did not answer within 0\.5 s"),
     ({"kind": "drip", "seconds": 0.01}, r"did not finish its answer within 0\.6 s")],
    ids=lambda part: part["kind"] if isinstance(part, dict) else "",
)  # fmt: skip
def test_a_lasting_fault_ends_in_clear_words(practice, fault, words):
    practice.faults.add(**fault, path=SEARCH, times=0)
    began = time.monotonic()
    with pytest.raises(Unavailable, match=words) as trouble:
        poll(practice, limits=replace(QUICK, total=0.6, attempts=2))
    assert str(trouble.value).startswith(f"Jira at {practice.url} ")
    assert "mias-token" not in str(trouble.value)
    assert time.monotonic() - began < 8


def test_a_long_rest_is_not_slept(practice):
    practice.faults.add("status", status=429, retry_after=1800, path=SEARCH)
    began = time.monotonic()
    with pytest.raises(Unavailable) as trouble:
        poll(practice)
    assert trouble.value.retry_at is not None
    assert time.monotonic() - began < 2


def test_the_removed_search_is_told_in_jiras_words():
    with jira("cloud") as practice, pytest.raises(Unavailable, match=r"410 .*has been removed"):
        poll(practice, mode="dc")


def test_a_wrong_token_needs_a_person(practice):
    with pytest.raises(Unauthorized, match="does not know this token: it is wrong, expired"):
        poll(practice, token="other")


def test_a_token_that_ran_out_before_is_not_an_empty_jira(practice):
    """Search answers a stranger with 200 and nothing."""
    practice.faults.add("anonymous", times=0)
    with pytest.raises(Unauthorized, match="does not know this token"):
        poll(practice)


def test_a_token_that_runs_out_while_projects_are_listed_is_told_as_such(practice):
    practice.faults.add("anonymous", times=0, path="project")
    practice.faults.add("anonymous", times=0, path="/myself", skip=1)
    with pytest.raises(Unauthorized, match="does not know this token"):
        poll(practice)


@pytest.mark.parametrize("skip", range(2))
def test_a_token_that_runs_out_in_the_middle_moves_no_watermark(practice, small_pages, skip):
    practice.faults.add("anonymous", times=0, path=f"{SEARCH}|bulkfetch", skip=skip)
    practice.faults.add("anonymous", times=0, path="/myself", skip=2)
    resumes = []
    reader = client(practice)
    with reader, pytest.raises(Unauthorized, match="does not know this token"):
        resumes.extend(page.resume for page in reader.issues())
    assert all("started" in resume for resume in resumes)


def test_a_project_without_permission_is_a_gap_and_the_rest_goes_on(practice):
    with client(practice, projects=["SEC", "DOC", "NOWHERE"]) as reader:
        pages = list(reader.issues())
        swept = list(reader.sweep())
    assert sorted(one for page in pages for one in ids(page.records)) == NUMBERS
    expected = [
        ("project SEC", "not visible to this account in Jira"),
        ("project NOWHERE", "not visible to this account in Jira"),
    ]
    assert [(gap.what, gap.why) for page in pages for gap in page.gaps] == expected
    assert swept[-1].resume["projects"] == ["10000"]
    assert [gap.what for page in swept for gap in page.gaps] == ["project SEC", "project NOWHERE"]


def test_no_visible_project_at_all_needs_a_person(practice):
    with pytest.raises(Unauthorized, match="shows this account nothing of SEC, NOWHERE"):
        poll(practice, projects=["SEC", "NOWHERE"])


def test_a_dead_host_is_told_at_the_first_question_not_in_the_constructor(practice):
    with jira("cloud") as gone:
        reader = client(gone)
    with pytest.raises(Unavailable, match=r"cannot be reached \(connection refused\)"):
        reader.test()
    reader.close()
