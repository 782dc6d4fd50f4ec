"""One task with all that hangs on it, and which task a key means."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sprints import links
from sprints import task as reading
from sprints.models import Comment, Task, TaskKey, TaskLink, Worklog
from sprints.task import RUNS, Seen
from tests.sprints.made import DAY, MONDAY, Lab


def see(lab: Lab, task: Task) -> Seen:
    return reading.read(User.objects.get(pk=lab.viewer.pk), task)


def test_a_tasks_family_and_where_it_was(lab: Lab) -> None:
    old, now = lab.sprint(48, state="closed"), lab.sprint(49)
    epic = lab.task("DOC-1", type="Epic")
    task = lab.task("DOC-2", epic=epic, sprint=now, sprints=[old.pk, now.pk], was=["OLD-2"])
    child = lab.claim("DOC-3", parent=task)
    lab.run("R-1", "DOC-3")
    found = see(lab, task)
    assert (found.epic, found.sprint, found.past_sprints) == (epic, now, [old])
    assert found.former_keys == ["OLD-2"]
    assert [line.task for line in found.claims] == found.children == [child]
    assert found.claims[0].figures.runs == 1
    below = see(lab, child)
    assert (below.parent, below.epic) == (task, epic)


def test_a_parent_that_is_not_there_is_no_trouble(lab: Lab) -> None:
    gone = lab.task("DOC-1")
    orphan = lab.claim("DOC-2", parent=gone, epic=gone)
    gone.delete()
    found = see(lab, Task.objects.get(pk=orphan.pk))
    assert (found.parent, found.epic) == (None, None)


def test_links_read_from_either_end(lab: Lab) -> None:
    one, other, hidden = lab.task("DOC-1"), lab.task("DOC-2"), lab.task("DOC-3")
    for number, end in enumerate((other, hidden)):
        TaskLink.objects.create(
            key=lab.jira.key("task-link", number), source=lab.jira, task=one, other=end,
            kind="blocks", inward="is blocked by",
        )  # fmt: skip
    Task.objects.filter(pk=hidden.pk).update(removed_at=timezone.now())
    assert [(link.words, link.task.name) for link in see(lab, one).related] == [("blocks", "DOC-2")]
    assert [(link.words, link.task.name) for link in see(lab, other).related] == [
        ("is blocked by", "DOC-1")
    ]


def test_runs_say_how_they_belong_and_those_taken_away_are_kept_apart(lab: Lab) -> None:
    task = lab.task("DOC-1")
    lab.run("R-1", "DOC-1")
    tied, untied = lab.run("R-2"), lab.run("R-3", "DOC-1")
    links.tie(tied, task, by=lab.lead.pk)
    links.untie(untied, task, by=lab.lead.pk)
    found = see(lab, task)
    assert [(one.run.handle, one.how) for one in found.runs] == [("R-2", "person"), ("R-1", "tag")]
    assert found.untied == [untied]


def test_only_the_newest_runs_are_shown_and_the_rest_counted(lab: Lab) -> None:
    task = lab.task("DOC-1")
    for number in range(RUNS + 3):
        lab.run(f"R-{number}", "DOC-1")
    found = see(lab, task)
    assert (len(found.runs), found.more_runs) == (RUNS, 3)
    assert found.runs[0].run.handle == f"R-{RUNS + 2}"


# ── keys ─────────────────────────────────────────────────────────────────────


def held(lab: Lab, name: str) -> list[Task]:
    return reading.holders(User.objects.get(pk=lab.viewer.pk), name)


def test_a_key_means_who_has_it_now_before_who_had_it_once(lab: Lab) -> None:
    lab.task("NEW-2", was=["DOC-1"])
    present = lab.task("DOC-1")
    assert held(lab, "doc-1") == [present]


def test_two_sources_with_one_key_are_two_tasks(lab: Lab) -> None:
    other = lab.source("other", "jira")
    ours, theirs = lab.task("DOC-1"), lab.task("NEW-9", was=["DOC-1"], source=other)
    assert set(map(str, held(lab, "DOC-1"))) == {str(ours), str(theirs)}


def test_two_tasks_of_one_source_that_once_had_a_key_are_both_meant(lab: Lab) -> None:
    one, two = lab.task("NEW-1"), lab.task("NEW-2")
    for task in (one, two):
        TaskKey.objects.create(source=lab.jira, task=task, name="DOC-1", until=MONDAY)
    assert {task.name for task in held(lab, "DOC-1")} == {"NEW-1", "NEW-2"}


def test_a_stranger_holds_no_keys(lab: Lab) -> None:
    lab.task("DOC-1")
    assert reading.holders(lab.stranger, "DOC-1") == []
    assert held(lab, "DOC-999") == []


@pytest.mark.parametrize("size", [1, 45])
def test_a_task_costs_the_same_with_one_and_with_many_of_everything(
    lab: Lab, size: int, django_assert_num_queries
) -> None:
    sprint = lab.sprint(49)
    epic = lab.task("DOC-9000")
    task = lab.task("DOC-1", sprint=sprint, epic=epic)
    for number in range(2, size + 2):
        lab.stated(lab.claim(f"DOC-{number}", parent=task), "f1")
        lab.run(f"R-{number}", "DOC-1", f"DOC-{number}", metrics={"f1": (0, 1)})
        lab.event(task, "status", MONDAY + number * DAY, before="a", after="b")
        note = {"source": lab.jira, "task": task}
        kept = {"external_id": str(number), "digest": b"-"}
        Comment.objects.create(
            key=lab.jira.key("comment", number), at=MONDAY, html="<p>hi", text="hi", **note, **kept
        )
        Worklog.objects.create(
            key=lab.jira.key("worklog", number), started_at=MONDAY, seconds=60, **note, **kept
        )
    with django_assert_num_queries(24):
        found = see(lab, task)
    assert len(found.claims) == len(found.runs) == len(found.comments) == size
    assert found.seconds_logged == 60 * size


@pytest.mark.parametrize("logs", [3, 8])
def test_all_work_is_counted_though_only_the_newest_logs_are_shown(
    lab: Lab, logs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "NOTES", 5)
    task = lab.task("DOC-1")
    for number in range(logs):
        Worklog.objects.create(
            **lab.mirrored(lab.jira, "worklog"),
            task=task,
            started_at=MONDAY + number * DAY,
            seconds=3600,
        )
    found = see(lab, task)
    assert (len(found.worklogs), found.seconds_logged) == (min(logs, 5), logs * 3600)
