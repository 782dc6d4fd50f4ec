"""What is gone, what is hidden, sprints, worklogs; and the whole dance together."""

import random

import pytest

from sources.connectors.base import Unauthorized
from sources.connectors.jira import agile, center, cloud
from sources.connectors.jira.values import instant
from tests.connectors_jira.story import client, issue, jira

NUMBERS = [str(10_000 + number) for number in range(1, 11)]


def swept(practice, **options):
    with client(practice, **options) as reader:
        pages = list(reader.sweep())
    return [one for page in pages for one in page.records], pages[-1].resume


def test_a_sweep_lists_what_the_account_sees(practice):
    practice.state.delete("DOC-1")
    practice.state.restrict("DOC-2", "ben")
    found, resume = swept(practice)
    assert found == NUMBERS[2:]
    assert resume["projects"] == ["10000"]


def test_a_sweep_goes_page_by_page(practice, monkeypatch):
    for manner in (cloud, center):
        monkeypatch.setattr(manner, "IDS", 3)
    monkeypatch.setattr(center, "SWEEP_OVERLAP", 1)
    assert swept(practice)[0] == NUMBERS


def test_a_deletion_during_a_sweep_hides_no_other_issue(practice, monkeypatch):
    for manner in (cloud, center):
        monkeypatch.setattr(manner, "IDS", 3)
    monkeypatch.setattr(center, "SWEEP_OVERLAP", 1)
    found = []
    with client(practice) as reader:
        for page in reader.sweep():
            found += page.records
            if len(found) == 3:
                practice.state.delete("DOC-1")
    assert set(found) >= set(NUMBERS[1:])


def test_a_sweep_without_a_known_account_ends_before_it_says_anything(practice):
    practice.faults.add("anonymous", times=0)
    with client(practice) as reader, pytest.raises(Unauthorized):
        list(reader.sweep())


def test_a_sweep_whose_token_runs_out_in_the_middle_is_never_finished(practice):
    practice.faults.add("anonymous", times=0, path=r"api/\d/search")
    practice.faults.add("anonymous", times=0, path="/myself", skip=2)
    resumes = []
    with client(practice) as reader, pytest.raises(Unauthorized):
        resumes.extend(page.resume for page in reader.sweep({"swept": 1}))
    assert resumes == [{"swept": 1}]


def test_a_project_that_is_no_longer_visible_is_a_gap_and_not_gone(mode):
    with jira(mode, [issue(1), issue(2, key="NEW-1")]) as practice:
        practice.state.restrict_project("NEW", "ben")
        with client(practice, projects=["DOC", "NEW"]) as reader:
            pages = list(reader.sweep())
    assert pages[-1].resume["projects"] == ["10000"]
    assert [gap.what for page in pages for gap in page.gaps] == ["project NEW"]


# ── only of the projects that are read ───────────────────────────────────────


def by_id(reader, *ids):
    return [one["issue"]["key"] for page in reader.issues_by_id(ids) for one in page.records]


def test_an_issue_of_a_project_that_was_not_chosen_is_missing_whoever_names_it(mode):
    with jira(mode, [issue(1), issue(2, key="NEW-1")]) as practice, client(practice) as reader:
        assert by_id(reader, "10001", "10002") == ["DOC-1"]
        before = practice.requests.copy()
        assert by_id(reader, "10002") == []
        asked = practice.requests - before
    assert asked, "it was asked for"
    assert not [route for route in asked if "project" in route], "no project can have come"


def test_an_issue_that_moved_into_a_project_that_was_not_chosen_is_missing(practice):
    with client(practice) as reader:
        assert by_id(reader, "10001") == ["DOC-1"]
        practice.state.move("DOC-1", "NEW", by="ben")
        assert by_id(reader, "10001") == []
        back = practice.state.move("NEW-1", "DOC", by="ben")
        assert by_id(reader, "10001") == [back.key]


def test_a_project_that_came_since_the_scope_was_asked_is_read_where_all_are(practice):
    practice.state.restrict_project("NEW", "ben")
    with client(practice, projects=[]) as reader:
        assert "10001" not in reader.scope().ids
        practice.state.unrestrict_project("NEW")
        made = practice.state.create("NEW", "Just begun", by="ben")
        assert by_id(reader, str(made.id)) == ["NEW-1"]
        assert "10001" in reader.scope().ids


def test_an_issue_that_moves_between_search_and_fetch_is_not_read(monkeypatch):
    """Cloud lists ids first: by the time of the fetch it is elsewhere."""
    with jira("cloud") as practice, client(practice) as reader:
        pages = reader.issues()
        monkeypatch.setattr(cloud, "PAGE", 5)
        found = list(next(pages).records)
        practice.state.move("DOC-9", "NEW", by="ben")
        found += [one for page in pages for one in page.records]
    assert "10009" not in {one["issue"]["id"] for one in found}
    assert len(found) == 9


# ── boards, sprints, versions ────────────────────────────────────────────────


def test_sprints_come_with_goal_dates_state_and_board(practice):
    with client(practice, projects=["DOC", "NEW"]) as reader:
        sprints = [one for page in reader.sprints() for one in page.records]
    active = next(sprint for sprint in sprints if sprint["state"] == "active")
    assert [sprint["id"] for sprint in sprints] == [48, 49]
    assert active["goal"] == "f1 >= 0.9, [id=3,]"
    assert active["name"] == "Sprint 49, the [a=b] one"
    assert instant(active["startDate"]).isoformat() == "2026-03-15T08:00:00+00:00"
    assert (active["board"]["id"], active["board"]["projects"]) == (7, ["10000"])


def test_a_closed_or_renamed_sprint_is_seen_though_no_issue_changed(practice):
    practice.state.close_sprint(49)
    practice.state.rename_sprint(48, "Sprint 48 (short)")
    with client(practice) as reader:
        sprints = [one for page in reader.sprints() for one in page.records]
    assert [(sprint["name"], sprint["state"]) for sprint in sprints] == [
        ("Sprint 48 (short)", "closed"),
        ("Sprint 49, the [a=b] one", "closed"),
    ]


def test_sprints_are_paged_without_a_total(practice, monkeypatch):
    monkeypatch.setattr(agile, "PAGE", 2)
    for number in range(5):
        practice.state.create_sprint(7, f"Sprint {50 + number}")
    with client(practice) as reader:
        assert sum(len(page.records) for page in reader.sprints()) == 7


def test_boards_that_may_not_be_read_are_a_gap_and_the_issues_go_on(practice):
    practice.faults.add("forbidden", path="agile", times=0)
    with client(practice) as reader:
        gaps = [gap.what for page in reader.boards() for gap in page.gaps]
        records = [one for page in reader.issues() for one in page.records]
    assert gaps == ["boards of DOC"]
    assert len(records) == 10


def test_versions_and_projects_are_read(mode):
    with jira(mode) as practice, client(practice, projects=["DOC", "SEC"]) as reader:
        (projects,) = reader.projects()
        versions = [one for page in reader.versions() for one in page.records]
    assert [project["key"] for project in projects.records] == ["DOC"]
    assert [gap.what for gap in projects.gaps] == ["project SEC"]
    (version,) = versions
    assert (version["name"], version["projectId"]) == ("1.0", 10000)
    assert (version["released"], version["releaseDate"]) == (True, "2026-05-01")


def test_versions_that_are_refused_are_a_gap_and_the_next_project_goes_on(practice):
    practice.faults.add("forbidden", path="project/10000/versions")
    with client(practice, projects=["DOC", "NEW"]) as reader:
        pages = list(reader.versions())
    assert [[gap.what for gap in page.gaps] for page in pages] == [["versions of DOC"], [], []]
    assert pages[-1].resume == {"listed": ["10001"], "whole": False}


# ── worklogs ─────────────────────────────────────────────────────────────────


def test_the_worklog_feed_begins_now_and_goes_on_from_there(practice):
    work = practice.state.log_work("DOC-1", 60, by="mia")
    gone = practice.state.log_work("DOC-2", 60, by="mia")
    with client(practice) as reader:
        (first,) = reader.worklog_feed()
        assert list(first.records) == []
        practice.state.pass_time(600)
        practice.state.edit_worklog(work.id, by="mia", seconds=90)
        practice.state.delete_worklog(gone.id, by="mia")
        practice.state.pass_time(120)
        pages = list(reader.worklog_feed(first.resume))
    assert [record for page in pages for record in page.records] == [
        {"worklog": str(gone.id), "issue": None, "deleted": True},
        {"worklog": str(work.id), "issue": "10001", "deleted": False},
    ]
    assert pages[-1].resume["since"] > first.resume["since"]
    assert [page.resume for page in pages[:-1]] == [first.resume] * (len(pages) - 1)


def test_what_the_feed_withholds_is_in_the_next_one(practice):
    """It leaves out the last minute."""
    with client(practice) as reader:
        (first,) = reader.worklog_feed()
        practice.state.pass_time(600)
        work = practice.state.log_work("DOC-1", 60, by="mia")
        practice.state.pass_time(30)
        *_, last = reader.worklog_feed(first.resume)
        practice.state.pass_time(90)
        found = [one for page in reader.worklog_feed(last.resume) for one in page.records]
    assert {record["worklog"] for record in found} == {str(work.id)}


def test_a_full_feed_is_read_to_its_end(practice):
    with client(practice) as reader:
        (first,) = reader.worklog_feed()
        practice.state.pass_time(600)
        for _ in range(1_100):
            practice.state.log_work("DOC-1", 60, by="mia")
        practice.state.pass_time(120)
        found = [one for page in reader.worklog_feed(first.resume) for one in page.records]
    assert len({record["worklog"] for record in found}) == 1_100


# ── all of it together ───────────────────────────────────────────────────────


class Copy:
    """What a portal would hold: polls, sweeps, and nothing else to go by."""

    def __init__(self, practice):
        self.practice = practice
        self.issues = {}
        self.since = None

    def poll(self):
        with client(self.practice, projects=["DOC", "NEW"]) as reader:
            for page in reader.issues(self.since):
                self.keep(page.records)
                self.since = page.resume

    def sweep(self):
        with client(self.practice, projects=["DOC", "NEW"]) as reader:
            listed = {one for page in reader.sweep() for one in page.records}
            doubtful = list(set(self.issues) ^ listed)
            for number in doubtful:
                self.issues.pop(number, None)
            for page in reader.issues_by_id(doubtful):
                self.keep(page.records)

    def keep(self, records):
        for record in records:
            inner = record["issue"]["fields"]
            if inner["project"]["id"] in {"10000", "10001"}:
                self.issues[record["issue"]["id"]] = (
                    record["issue"]["key"],
                    inner["summary"],
                    inner["status"]["id"],
                    len(record["changelog"]),
                    len(record["comments"]),
                    len(record["worklogs"]),
                )


def truth(practice):
    return {
        str(one.id): (
            one.key,
            one.summary,
            one.status,
            len(one.history),
            len(one.comments),
            len(one.worklogs),
        )
        for one in practice.state.visible_issues("mia")
        if one.project in {"10000", "10001"}
    }


def churn(state, chance):
    """One thing that a team does in an hour."""
    one = chance.choice(list(state.issues.values()))
    chance.choice(
        [
            lambda: state.create(chance.choice(("DOC", "NEW")), "New", by="ben"),
            lambda: state.edit(one.id, by="ben", summary=f"Edited {chance.random()}"),
            lambda: state.transition(one.id, chance.choice(("To Do", "Done")), by="ben"),
            lambda: state.move(one.id, chance.choice(("DOC", "NEW", "SEC")), by="ben"),
            lambda: state.delete(one.id) if len(state.issues) > 20 else None,
            lambda: state.restrict(one.id, "ben"),
            lambda: state.unrestrict(one.id),
            lambda: state.comment(one.id, "word", by="ben"),
            lambda: state.log_work(one.id, 60, by="ben"),
        ]
    )()


@pytest.mark.parametrize("mood", [1, 2])
def test_after_churn_with_lag_and_faults_the_copy_is_the_truth(mode, monkeypatch, mood):
    monkeypatch.setattr(cloud, "IDS", 7)
    monkeypatch.setattr(cloud, "PAGE", 5)
    monkeypatch.setattr(center, "PAGE", 5)
    chance = random.Random(mood)
    with jira(mode, [issue(number) for number in range(1, 41)]) as practice:
        practice.state.pass_time(86_400)
        practice.state.index.lag = 90
        copy = Copy(practice)
        for hour in range(12):
            for _ in range(8):
                churn(practice.state, chance)
                practice.state.pass_time(chance.randrange(240))
            kind = chance.choice(("reset", "truncated", "html"))
            practice.faults.add(kind, path="search", skip=chance.randrange(3))
            copy.poll()
            if hour % 4 == 3:
                copy.sweep()
        practice.state.pass_time(100)
        copy.poll()
        copy.sweep()
        assert copy.issues == truth(practice)
        assert len(copy.issues) > 15
