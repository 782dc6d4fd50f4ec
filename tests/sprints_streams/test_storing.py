"""From a practice Jira into real tables, and again."""

import pytest
from django.db import transaction

from sources.connectors.jira.client import JiraClient
from sources.models import Document
from sprints import streams
from sprints.models import (
    Comment,
    JiraProject,
    Member,
    Release,
    Sprint,
    Task,
    TaskEvent,
    TaskKey,
    TaskLink,
    Worklog,
)
from tests.sprints_streams import made
from tests.sprints_streams.story import kept

pytestmark = pytest.mark.django_db


def read(client, source, since=None):
    return kept(source, client.issues(since), streams.store_issues)


def test_a_poll_fills_the_tables(client, source):
    stored, _ = read(client, source)
    assert (stored.inserted, stored.gaps) == (4, ())
    task = Task.objects.get(name="DOC-2")
    assert (task.epic.name, task.points, task.category) == ("DOC-1", 5.0, "doing")
    assert task.url.endswith("/browse/DOC-2")
    assert {event.kind for event in TaskEvent.objects.filter(task=task)} == {
        "created", "key", "status", "sprint", "points", "other"
    }  # fmt: skip
    assert Comment.objects.get().text == "f1 is 0.91 now"
    assert Worklog.objects.get().seconds == 5400
    assert set(Member.objects.values_list("name", flat=True)) == {"Mia Ode", "Ben Ünal"}
    link = TaskLink.objects.get()
    assert (link.task.name, link.kind, link.other.name) == ("DOC-2", "blocks", "DOC-4")


def test_reading_everything_again_changes_no_row(client, source):
    read(client, source)
    tables = (Task, TaskKey, TaskEvent, TaskLink, Comment, Worklog, Member, Document)
    before = [list(table.objects.order_by("pk").values()) for table in tables]
    stored, _ = read(client, source)
    assert (stored.inserted, stored.updated, stored.unchanged) == (0, 0, 4)
    assert [list(table.objects.order_by("pk").values()) for table in tables] == before


def test_a_closed_accounts_name_is_gone_once_its_tasks_are_read_again(client, source, practice):
    practice.state.edit("DOC-2", by="ben", summary="Other words")
    practice.state.pass_time(60)
    read(client, source)
    old = Member.objects.get(name__startswith="Ben")
    assert TaskEvent.objects.filter(author_name=old.name).exists()
    practice.state.close_account("ben")
    practice.state.pass_time(60)
    read(client, source)
    assert not Member.objects.filter(name=old.name).exists()
    for table in (TaskEvent, Comment, Worklog):
        assert not table.objects.filter(author_name=old.name).exists()
    assert not Task.objects.filter(assignee_name=old.name).exists()
    assert not Document.objects.filter(body__contains=old.name).exists()
    number = TaskEvent.objects.count()
    read(client, source)
    assert TaskEvent.objects.count() == number


def test_lists_are_stored_and_a_closed_sprint_is_noticed(client, source, practice):
    kept(source, client.projects(), streams.store_projects)
    kept(source, client.boards(), streams.store_boards)
    kept(source, client.sprints(), streams.store_sprints)
    kept(source, client.versions(), streams.store_releases)
    assert JiraProject.objects.get().short == "DOC"
    assert Release.objects.get().project.short == "DOC"
    assert Sprint.objects.get(number=49).board.project.name == "Documents"
    practice.state.close_sprint(49)
    stored, _ = kept(source, client.sprints(), streams.store_sprints)
    assert (stored.updated, stored.unchanged) == (1, 1)
    assert Sprint.objects.get(number=49).state == "closed"


def test_a_hypothesis_is_in_its_parents_sprint_whichever_comes_first(client, source):
    pages = [page.records for page in client.issues() if page.records]
    records = [record for page in pages for record in page]
    for record in reversed(records):
        with transaction.atomic():
            streams.store_issues(source, [record])
    kept(source, client.sprints(), streams.store_sprints)
    hypothesis = Task.objects.get(name="DOC-3")
    assert hypothesis.is_hypothesis
    assert hypothesis.sprint.number == 49
    assert hypothesis.sprints == hypothesis.parent.sprints
    assert hypothesis.claimed["threshold"] == 0.93


def test_a_parent_that_moves_on_takes_its_subtasks_along(client, source, practice):
    _, since = read(client, source)
    practice.state.close_sprint(49)
    later = practice.state.create_sprint(7, "Sprint 50")
    practice.state.add_to_sprint(later.id, ["DOC-2"], by="mia")
    practice.state.pass_time(60)
    read(client, source, since)
    kept(source, client.sprints(), streams.store_sprints)
    assert Task.objects.get(name="DOC-3").sprint.number == 50


def test_moved_and_renamed_keys_go_on_resolving(client, source, practice):
    _, since = read(client, source)
    practice.state.rename_project_key("DOC", "TXT")
    practice.state.pass_time(60)
    with JiraClient(practice.url, email="m@x.y" if practice.mode == "cloud" else "", token="t",
                    projects=["DOC"]) as again:  # fmt: skip
        read(again, source, since)
    task = Task.objects.named(["doc-2"]).get()
    assert task == Task.objects.named(["OLD-4"]).get() == Task.objects.named(["TXT-2"]).get()
    held = dict(TaskKey.objects.filter(task=task).values_list("name", "until"))
    assert {name for name, until in held.items() if until is None} == {"TXT-2"}


def test_a_key_that_was_used_twice_leads_to_both_tasks(source):
    """Jira may give a key again once its project is gone."""
    gone = made.entry("1", "2026-03-02T09:00:00Z", made.line("Key", "OLD-4", "DOC-1"))
    first = made.record(number="1", name="DOC-1", changelog=[gone])
    streams.store_issues(source, [first, made.record(number="2", name="OLD-4")])
    found = Task.objects.named(["OLD-4"]).values_list("external_id", flat=True)
    assert sorted(found) == ["1", "2"]


def test_what_is_taken_away_from_an_issue_goes(client, source, practice):
    _, since = read(client, source)
    state = practice.state
    state.delete_comment("DOC-2", int(Comment.objects.get().external_id))
    for link in list(state.links):
        state.unlink(link)
    state.edit("DOC-2", by="mia", labels=["new"])
    state.pass_time(60)
    read(client, source, since)
    assert Comment.objects.filter(removed_at=None).count() == 0
    assert TaskLink.objects.count() == 0
    assert TaskEvent.objects.filter(task__name="DOC-2", kind="other").exists()


def sweep(client, source):
    return kept(source, streams.sweep_pages(client, source), streams.store_swept)[0]


def test_a_sweep_hides_what_is_gone_and_finds_what_was_missed(client, source, practice):
    read(client, source)
    Task.objects.filter(name="DOC-1").delete()
    practice.state.delete("DOC-4")
    stored = sweep(client, source)
    assert stored.removed == 1
    assert Task.objects.get(name="DOC-4").removed_at is not None
    assert Task.objects.get(name="DOC-1").removed_at is None
    assert not Document.objects.filter(name="DOC-4").exists()


def test_a_hidden_task_comes_back_when_it_may_be_seen_again(client, source, practice):
    read(client, source)
    practice.state.restrict("DOC-4", "ben")
    assert sweep(client, source).removed == 1
    practice.state.unrestrict("DOC-4")
    sweep(client, source)
    assert Task.objects.get(name="DOC-4").removed_at is None
    assert Document.objects.filter(name="DOC-4").exists()


def test_a_sweep_whose_search_lags_hides_nothing(client, source, practice):
    read(client, source)
    practice.state.index.lag = 600
    new = practice.state.create("DOC", "New", by="mia")
    kept(source, client.issues_by_id([str(new.id)]), streams.store_issues)
    practice.state.move("DOC-4", "NEW", by="mia")
    assert sweep(client, source).removed == 0
    assert Task.objects.get(external_id=str(new.id)).removed_at is None


def test_a_project_that_is_no_longer_visible_takes_no_task_away(source, practice):
    email = "m@x.y" if practice.mode == "cloud" else ""
    with JiraClient(practice.url, email=email, token="t", projects=["DOC", "NEW"]) as both:
        read(both, source)
    practice.state.restrict_project("DOC", "ben")
    with JiraClient(practice.url, email=email, token="t", projects=["DOC", "NEW"]) as both:
        stored = sweep(both, source)
    assert stored.removed == 0
    assert Task.objects.filter(removed_at=None).count() == 4


def test_a_worklog_that_is_corrected_or_deleted_is_noticed(client, source, practice):
    read(client, source)
    _, since = kept(source, streams.worklog_pages(client, source, None), streams.store_issues)
    practice.state.pass_time(600)
    work = Worklog.objects.get()
    practice.state.edit_worklog(int(work.external_id), by="ben", seconds=60)
    practice.state.pass_time(120)
    _, since = kept(source, streams.worklog_pages(client, source, since), streams.store_issues)
    assert Worklog.objects.get().seconds == 60
    practice.state.delete_worklog(int(work.external_id), by="ben")
    practice.state.pass_time(120)
    kept(source, streams.worklog_pages(client, source, since), streams.store_issues)
    assert Worklog.objects.get().removed_at is not None


def test_a_task_can_be_found_by_its_words(client, source):
    read(client, source)
    found = Document.objects.get(name="DOC-3")
    assert (found.kind, found.title) == ("hypothesis", "Augmentation raises f1")
    assert "valid/f1" in found.body
    assert "f1 is 0.91 now" in Document.objects.get(name="DOC-2").body


def test_a_record_that_cannot_be_understood_is_a_gap_and_the_rest_is_stored(client, source):
    records = [record for page in client.issues() for record in page.records]
    records[0]["issue"]["fields"] = {"project": None}
    stored = streams.store_issues(source, records)
    assert (stored.inserted, [gap.what for gap in stored.gaps]) == (3, ["task 10001"])
