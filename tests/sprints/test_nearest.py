"""What a mistyped tag may have meant."""

import pytest

from sprints.models import Task
from sprints.nearest import PROPOSALS, proposals
from tests.sprints.made import Lab
from tracking.models import Run


def meant(lab: Lab, run: Run) -> list[tuple[str, str]]:
    return [(one.task.name, one.why) for one in proposals(lab.viewer, [run])[run.pk]]


@pytest.mark.parametrize(
    "tag",
    ["DOC-2968", "DOC-269", "DOC-26988", "DOC-2696", "DOC-2998", "DCO-2698", "DOCS-2698",
     "DO-2698", "DOC2698", "doc2698", "doc 2698", "DOC_2698!", "doc#2698"],
)  # fmt: skip
def test_a_key_one_slip_away_is_proposed(lab: Lab, tag: str) -> None:
    lab.task("DOC-2698")
    lab.task("DOC-31")
    assert meant(lab, lab.run("R-1", tag)) == [("DOC-2698", f"spelt {tag}")]


@pytest.mark.parametrize("tag", ["DOC-1234", "width", "2698", "try again", "v1.2", "DOC-", ""])
def test_what_is_further_away_is_not(lab: Lab, tag: str) -> None:
    lab.task("DOC-2698")
    assert meant(lab, lab.run("R-1", tag)) == []


def test_an_old_key_leads_to_the_task_of_today(lab: Lab) -> None:
    lab.task("NEW-2", was=["DOC-2698"])
    assert [name for name, _ in meant(lab, lab.run("R-1", "DOC-2968"))] == ["NEW-2"]


def test_where_only_a_hyphen_is_missing_nothing_else_is_proposed(lab: Lab) -> None:
    for name in ("DOC-2698", "DOC-2699", "DOC-2695"):
        lab.task(name)
    assert meant(lab, lab.run("R-1", "doc2698")) == [("DOC-2698", "spelt doc2698")]


def test_of_equally_near_keys_the_named_sprints_and_the_owners_come_first(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.task("DOC-2691")
    lab.task("DOC-2692", assignee_name="Vera Lab")
    lab.claim("DOC-2693", sprint=sprint)
    run = lab.run("R-1", "DOC-2690", "sprint 49", owner="vera.lab")
    assert [name for name, _ in meant(lab, run)] == ["DOC-2693", "DOC-2692", "DOC-2691"]


@pytest.mark.parametrize("tag", ["sprint 49", "sprnt 49", "sprint49!", "s49"])
def test_the_named_sprints_hypotheses_of_the_runs_owner_are_proposed(lab: Lab, tag: str) -> None:
    sprint = lab.sprint(49)
    lab.claim("DOC-1", sprint=sprint, assignee_name="Vera Lab")
    lab.claim("DOC-2", sprint=sprint, assignee_name="Jun Kato")
    lab.task("DOC-3", sprint=sprint, assignee_name="Vera Lab")
    run = lab.run("R-1", tag, owner="vera.lab")
    assert meant(lab, run) == [("DOC-1", "in Sprint 49, with Vera Lab")]


def test_there_are_few_and_each_once(lab: Lab) -> None:
    for number in range(2690, 2700):
        lab.task(f"DOC-{number}")
    found = meant(lab, lab.run("R-1", "DOC-269", "DOC-26900"))
    assert len(found) == PROPOSALS
    assert len({name for name, _ in found}) == PROPOSALS


def test_nobody_is_led_to_a_task_that_they_do_not_see(lab: Lab) -> None:
    lab.task("DOC-2698")
    run = lab.run("R-1", "DOC-2968")
    lab.jira.viewers.clear()
    assert meant(lab, run) == []
    assert Task.objects.count() == 1


@pytest.mark.parametrize("size", [1, 60])
def test_proposals_cost_the_same_for_one_and_for_sixty(
    lab: Lab, size: int, django_assert_num_queries
) -> None:
    sprint = lab.sprint(49)
    lab.claim("DOC-2698", sprint=sprint)
    runs = [lab.run(f"R-{number}", "DOC-2968", "sprnt 49") for number in range(1, size + 1)]
    with django_assert_num_queries(
        7
    ):  # what one sees, words, projects, keys, tasks, sprints, theirs
        assert all(proposals(lab.viewer, runs).values())
