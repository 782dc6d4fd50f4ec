"""Runs and tasks: by words, by hand, whichever came first, whoever asks."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sources.models import Source
from sprints import hypotheses, links
from sprints.models import Task, TaskKey
from tests.sprints.made import DAY, MONDAY, Lab
from tracking.models import Run


def fresh(user: User) -> User:
    """What one sees is kept on the user: a second question takes a second user."""
    return User.objects.get(pk=user.pk)


def runs_of(lab: Lab, task: Task) -> list[str]:
    keys = links.runs_of(fresh(lab.viewer), [task.pk])[task.pk]
    runs = Run.objects.in_bulk(keys)
    return [runs[key].handle for key in keys]


def tasks_of(lab: Lab, run: Run) -> dict[str, str]:
    return {
        link.task.name: link.how for link in links.tasks_of(fresh(lab.viewer), [run.pk])[run.pk]
    }


def loose(lab: Lab, user: User | None = None) -> set[str]:
    return set(links.loose_runs(fresh(user or lab.viewer)).values_list("handle", flat=True))


def test_a_run_may_come_before_its_task(lab: Lab) -> None:
    run = lab.run("R-1", "DOC-7")
    assert loose(lab) == {"R-1"}
    task = lab.task("DOC-7")
    assert runs_of(lab, task) == ["R-1"]
    assert tasks_of(lab, run) == {"DOC-7": "tag"}
    assert loose(lab) == set()


@pytest.mark.parametrize("tag", ["DOC-2698", "doc-2698", "Doc-2698", " DOC-2698 "])
def test_a_tag_may_be_written_in_any_case(lab: Lab, tag: str) -> None:
    task = lab.task("DOC-2698")
    lab.run("R-1", tag)
    assert runs_of(lab, task) == ["R-1"]


def test_a_moved_task_answers_to_both_keys(lab: Lab) -> None:
    task = lab.task("NEW-2", was=["DOC-1"])
    old, new = lab.run("R-1", "DOC-1"), lab.run("R-2", "NEW-2")
    assert runs_of(lab, task) == ["R-2", "R-1"]
    assert tasks_of(lab, old) == tasks_of(lab, new) == {"NEW-2": "tag"}


def test_a_key_that_moves_later_heals_by_itself(lab: Lab) -> None:
    lab.run("R-1", "NEW-2")
    task = lab.task("DOC-1")
    assert runs_of(lab, task) == []
    TaskKey.objects.create(source=lab.jira, task=task, name="NEW-2")
    assert runs_of(lab, task) == ["R-1"]


def test_a_key_of_an_unknown_project_links_to_nothing(lab: Lab) -> None:
    lab.task("DOC-8")
    run = lab.run("R-1", "UTF-8")
    assert tasks_of(lab, run) == {}
    assert loose(lab) == {"R-1"}


def test_two_sources_with_the_same_key_both_hold_the_run(lab: Lab) -> None:
    other = lab.source("other", "jira")
    ours, theirs = lab.task("DOC-1"), lab.task("DOC-1", source=other)
    run = lab.run("R-1", "DOC-1")
    assert runs_of(lab, ours) == runs_of(lab, theirs) == ["R-1"]
    found = links.tasks_of(lab.viewer, [run.pk])[run.pk]
    assert {link.task.pk for link in found} == {ours.pk, theirs.pk}


def test_untying_from_one_of_two_same_keys_leaves_the_other(lab: Lab) -> None:
    other = lab.source("other", "jira")
    ours, theirs = lab.task("DOC-1"), lab.task("DOC-1", source=other)
    run = lab.run("R-1", "DOC-1")
    links.untie(run, theirs, by=lab.lead.pk)
    assert (runs_of(lab, ours), runs_of(lab, theirs)) == (["R-1"], [])
    assert loose(lab) == set()


def test_the_strongest_word_says_how_it_is_linked(lab: Lab) -> None:
    lab.task("NEW-2", was=["DOC-1", "DOC-3"])
    run = lab.run("R-1", "DOC-1", name="NEW-2 again", description="as DOC-3")
    assert tasks_of(lab, run) == {"NEW-2": "tag"}
    named = lab.run("R-2", name="NEW-2 again", description="as DOC-3")
    assert tasks_of(lab, named) == {"NEW-2": "name"}


def test_ties_and_unties_count_over_tags_and_the_last_word_counts(lab: Lab) -> None:
    tagged, other = lab.task("DOC-1"), lab.task("DOC-2")
    run = lab.run("R-1", "DOC-1")
    links.untie(run, tagged, by=lab.lead.pk)
    links.tie(run, other, by=lab.lead.pk)
    assert tasks_of(lab, run) == {"DOC-2": "person"}
    assert (runs_of(lab, tagged), runs_of(lab, other)) == ([], ["R-1"])
    links.tie(run, tagged, by=lab.lead.pk)
    links.untie(run, other, by=lab.lead.pk)
    assert tasks_of(lab, run) == {"DOC-1": "person"}
    assert (runs_of(lab, tagged), runs_of(lab, other)) == (["R-1"], [])


def test_words_of_one_moment_count_in_the_order_they_were_said(lab: Lab) -> None:
    task, run = lab.task("DOC-1"), lab.run("R-1")
    lab.said(run, task, added=True, at=MONDAY)
    lab.said(run, task, added=False, at=MONDAY)
    assert (runs_of(lab, task), loose(lab)) == ([], {"R-1"})
    lab.said(run, task, added=True, at=MONDAY - DAY)  # told later, of an earlier day
    assert (runs_of(lab, task), loose(lab)) == ([], {"R-1"})


def test_a_run_untied_from_its_only_task_is_loose_again(lab: Lab) -> None:
    task = lab.task("DOC-1")
    run = lab.run("R-1", "DOC-1")
    links.untie(run, task, by=lab.lead.pk)
    assert loose(lab) == {"R-1"}
    assert list(links.untied_from(task)) == [run.pk]
    links.tie(run, task, by=lab.lead.pk)
    assert loose(lab) == set()
    assert list(links.untied_from(task)) == []


def test_a_run_untied_from_one_of_its_two_tasks_is_not_loose(lab: Lab) -> None:
    first, _ = lab.task("DOC-1"), lab.task("DOC-2")
    run = lab.run("R-1", "DOC-1", "DOC-2")
    links.untie(run, first, by=lab.lead.pk)
    assert loose(lab) == set()


def test_a_run_of_a_deleted_task_is_loose(lab: Lab) -> None:
    task = lab.task("DOC-1")
    lab.run("R-1", "DOC-1")
    tied = lab.run("R-2")
    links.tie(tied, task, by=lab.lead.pk)
    Task.objects.filter(pk=task.pk).update(removed_at=timezone.now())
    assert loose(lab) == {"R-1", "R-2"}


def test_a_dismissed_run_is_gone_until_it_is_tied(lab: Lab) -> None:
    task, run = lab.task("DOC-1"), lab.run("R-1")
    links.dismiss(run, by=lab.lead.pk)
    links.dismiss(run, by=lab.lead.pk)
    links.dismiss_all([run], by=lab.lead.pk)
    assert loose(lab) == set()
    links.tie_all([run], task, by=lab.lead.pk)
    links.untie(run, task, by=lab.lead.pk)
    assert loose(lab) == {"R-1"}


def test_trashed_runs_are_nowhere(lab: Lab) -> None:
    task = lab.task("DOC-1")
    lab.run("R-1", "DOC-1", trashed=True)
    lab.run("R-2", trashed=True)
    assert (runs_of(lab, task), loose(lab)) == ([], set())


def test_who_sees_no_jira_has_every_run_in_the_inbox_and_who_sees_no_tracker_none(
    lab: Lab,
) -> None:
    task = lab.task("DOC-1")
    run = lab.run("R-1", "DOC-1")
    lab.jira.viewers.clear()
    assert tasks_of(lab, run) == {}
    assert loose(lab) == {"R-1"}
    lab.tracker.viewers.clear()
    assert loose(lab) == set()
    assert links.runs_of(fresh(lab.viewer), [task.pk])[task.pk] == []
    assert loose(lab, lab.stranger) == set()


def test_a_run_that_names_nothing_has_no_sprints(lab: Lab) -> None:
    lab.sprint(49)
    run, named = lab.run("R-1"), lab.run("R-2", "sprint 49", "Sprint_49")
    found = links.sprints_of(lab.viewer, [run.pk, named.pk])
    assert found[run.pk] == []
    assert [sprint.number for sprint in found[named.pk]] == [49]


def test_two_boards_with_one_number_are_both_named(lab: Lab) -> None:
    first, second = lab.sprint(49), lab.sprint(49, external_id=9, name="OCR Sprint 49")
    run = lab.run("R-1", "s49")
    found = links.sprints_of(lab.viewer, [run.pk])[run.pk]
    assert {sprint.pk for sprint in found} == {first.pk, second.pk}


# ── one run in two trackers ──────────────────────────────────────────────────


def copy_of(lab: Lab, handle: str, *tags: str, source: Source, original: str = "R-1") -> Run:
    """As Neptune's exporter loaded it into MLflow."""
    same = {"tracker": "neptune", "project": lab.folder.name, "run": original}
    return lab.run(handle, *tags, source=source, provenance={"same_as": same})


def test_a_copy_that_was_loaded_elsewhere_counts_with_its_original_once(lab: Lab) -> None:
    task, other = lab.task("DOC-1"), lab.source("mlflow", "mlflow")
    lab.run("R-1", "DOC-1")
    lab.run("R-2", "DOC-1")
    copy_of(lab, "c0ffee", "DOC-1", source=other)
    assert runs_of(lab, task) == ["R-2", "R-1"]
    line = hypotheses.read(fresh(lab.viewer), [task])[0]
    assert len(line.runs) == 2


def test_a_copy_counts_where_its_original_is_not_seen_or_is_not_the_tasks(lab: Lab) -> None:
    task, other = lab.task("DOC-1"), lab.source("mlflow", "mlflow")
    lab.run("R-1")
    copy_of(lab, "c0ffee", "DOC-1", source=other)
    copy_of(lab, "decaf", "DOC-1", source=other)
    assert runs_of(lab, task) == ["decaf"], "two copies of one are one"
    lab.tracker.viewers.clear()
    lab.said(Run.objects.get(handle="R-1"), task, added=True)
    assert runs_of(lab, task) == ["decaf"]


def test_who_asks_for_some_sources_gets_the_copy_that_is_in_them(lab: Lab) -> None:
    task, other = lab.task("DOC-1"), lab.source("mlflow", "mlflow")
    lab.run("R-1", "DOC-1")
    copied = copy_of(lab, "c0ffee", "DOC-1", source=other)
    found = links.runs_of(fresh(lab.viewer), [task.pk], sources=[other.pk])
    assert found[task.pk] == [copied.pk]


@pytest.mark.parametrize("size", [1, 60])
def test_links_cost_the_same_for_one_and_for_sixty(
    lab: Lab, size: int, django_assert_num_queries
) -> None:
    tasks = [lab.task(f"DOC-{number}", was=[f"OLD-{number}"]) for number in range(1, size + 1)]
    runs = [lab.run(f"R-{number}", f"OLD-{number}") for number in range(1, size + 1)]
    lab.said(runs[0], tasks[-1], added=True)
    with django_assert_num_queries(5):  # what one sees, keys, mentions, hands, runs
        found = links.runs_of(lab.viewer, [task.pk for task in tasks])
    assert all(found.values())
    with django_assert_num_queries(4):  # mentions, keys, hands, tasks
        named = links.tasks_of(lab.viewer, [run.pk for run in runs])
    assert all(named.values())


def test_a_badge_counts_the_newest_loose_runs_at_two_queries(
    lab: Lab, django_assert_num_queries
) -> None:
    lab.task("DOC-1")
    for number in range(1, 8):
        lab.run(f"R-{number}", *(["DOC-1"] if number % 2 else []))
    lab.run("R-9", started_at=None)
    with django_assert_num_queries(3):  # what one sees, the newest, the count
        assert links.count_loose(lab.viewer) == 3
    assert links.count_loose(lab.viewer, most=1) == 2
    assert links.count_loose(lab.stranger) == 0
