"""A sprint's board, its figures, the list of sprints, the best metric so far."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sprints import bests, board
from sprints.board import Days, Progress
from sprints.models import Sprint, Task
from tests.sprints.made import DAY, MONDAY, Lab

F1 = "valid/f1"


def read(lab: Lab, sprint: Sprint) -> board.Board:
    return board.read(User.objects.get(pk=lab.viewer.pk), sprint)


def test_sub_tasks_stand_under_their_parents_and_lost_ones_alone(lab: Lab) -> None:
    sprint = lab.sprint(49)
    parent = lab.task("DOC-1", sprint=sprint, points=5)
    lab.task("DOC-2", sprint=sprint, parent=parent, is_subtask=True, category="done", points=1)
    lab.claim("DOC-3", sprint=sprint, parent=parent)
    elsewhere = lab.task("DOC-4")
    lab.task("DOC-5", sprint=sprint, parent=elsewhere, is_subtask=True)
    found = read(lab, sprint)
    assert [(card.task.name, [child.name for child in card.children]) for card in found.cards] == [
        ("DOC-1", ["DOC-2", "DOC-3"]),
        ("DOC-5", []),
    ]
    assert found.cards[0].done_children == 1
    assert [line.task.name for line in found.hypotheses] == ["DOC-3"]
    assert found.progress == Progress(1, 0, 5, 0, 1, 0)


def carried(lab: Lab) -> tuple[Sprint, Sprint]:
    """48 closed with one of two done; the other was done in 49, its claim decided there."""
    closed = lab.sprint(48, state="closed", starts_at=MONDAY - 14 * DAY, ends_at=MONDAY)
    active = lab.sprint(49)
    lab.task("DOC-1", sprint=closed, points=3, category="done")
    both = {"sprint": active, "sprints": [closed.pk, active.pk]}
    parent = lab.task("DOC-2", points=5, category="done", **both)
    claim = lab.claim("DOC-3", parent=parent, category="done", **both)
    lab.verdict(claim, "refuted")
    return closed, active


def test_what_was_carried_on_was_not_done_in_the_sprint_it_left(lab: Lab) -> None:
    closed, active = carried(lab)
    was, now = read(lab, closed), read(lab, active)
    assert was.progress == Progress(2, 1, 8, 3, 1, 0)
    assert now.progress == Progress(1, 1, 5, 5, 1, 1)
    assert [card.task.name for card in was.cards] == ["DOC-1"]
    assert [card.task.name for card in was.carried] == ["DOC-2"]
    assert now.carried == []
    assert (was.before, was.after) == (None, active)


def test_the_list_tells_the_same_figures_as_the_pages(lab: Lab) -> None:
    closed, active = carried(lab)
    lab.sprint(50, state="future", starts_at=None, ends_at=None)
    listed = board.read_list(lab.viewer)
    assert [one.sprint.number for one in listed] == [49, 50, 48]
    assert listed[2].progress == read(lab, closed).progress
    assert listed[0].progress == read(lab, active).progress
    assert listed[0].outcomes == {"refuted": 1}
    assert listed[1].progress == board.NOTHING


def test_neighbours_are_of_the_same_board(lab: Lab) -> None:
    ours, theirs = lab.board("Ours"), lab.board("Theirs")
    earlier = lab.sprint(48, board=ours, starts_at=MONDAY - 14 * DAY)
    lab.sprint(8, board=theirs, starts_at=MONDAY - DAY)
    found = read(lab, lab.sprint(49, board=ours))
    assert (found.before, found.after) == (earlier, None)


def test_a_stranger_sees_an_empty_board(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.claim("DOC-1", sprint=sprint, points=3)
    found = board.read(lab.stranger, sprint)
    assert (found.cards, found.hypotheses, found.progress) == ([], [], board.NOTHING)
    assert board.read_list(lab.stranger) == []


@pytest.mark.parametrize("size", [1, 60])
def test_board_and_list_cost_the_same_for_one_and_for_sixty(
    lab: Lab, size: int, django_assert_num_queries
) -> None:
    sprint = lab.sprint(49)
    for number in range(1, size + 1):
        lab.sprint(number + 100, external_id=number)
        lab.stated(lab.claim(f"DOC-{number}", sprint=sprint), F1)
        lab.run(f"R-{number}", f"DOC-{number}", metrics={F1: (0, 0.9)})
    with django_assert_num_queries(11):
        assert len(board.read(lab.viewer, sprint).hypotheses) == size
    with django_assert_num_queries(4):
        assert len(board.read_list(lab.viewer)) == size + 1


# ── days ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (MONDAY - DAY, 0),
        (MONDAY, 1),
        (MONDAY + timedelta(hours=16), 1),
        (MONDAY + timedelta(hours=17), 2),
        (MONDAY + 8 * DAY, 9),
        (MONDAY + 13.5 * DAY, 14),
        (MONDAY + 40 * DAY, 14),
    ],
)
def test_the_second_day_begins_at_midnight(lab: Lab, now: datetime, day: int) -> None:
    assert board.days(lab.sprint(49), now) == Days(day, 14)


def test_midnight_is_the_viewers(lab: Lab) -> None:
    with timezone.override(ZoneInfo("Asia/Kathmandu")):  # 12:45 at the start
        assert board.days(lab.sprint(49), MONDAY + timedelta(hours=12)) == Days(2, 14)


@pytest.mark.parametrize(
    ("length", "days"), [(14, 14), (14.04, 14), (13.99, 14), (11.4, 12), (0.1, 1)]
)
def test_a_sprint_that_ends_in_the_afternoon_has_that_day_too(
    lab: Lab, length: float, days: int
) -> None:
    sprint = lab.sprint(49, ends_at=MONDAY + length * DAY)
    found = board.days(sprint, MONDAY)
    assert found is not None
    assert found.of == days


def test_a_sprint_without_dates_has_no_days(lab: Lab) -> None:
    assert board.days(lab.sprint(49, ends_at=None), MONDAY) is None


# ── the best so far ──────────────────────────────────────────────────────────


def best(lab: Lab, sprint: Sprint) -> bests.Best:
    found = bests.read(sprint, read(lab, sprint).hypotheses)
    assert found is not None
    return found


def test_the_metric_of_most_hypotheses_is_followed_from_the_baseline_on(lab: Lab) -> None:
    sprint = lab.sprint(49, goal="Make it better.")
    base = lab.run("R-0", metrics={F1: (0, 0.88)}, finished_at=MONDAY - 30 * DAY)
    for number, (threshold, value) in enumerate([(0.93, 0.931), (0.915, 0.911)], start=1):
        claim = lab.claim(f"DOC-{number}", sprint=sprint)
        lab.stated(claim, F1, threshold=threshold, baseline=base.pk)
        lab.run(f"R-{number}", f"DOC-{number}", metrics={F1: (0, value)})
    lab.stated(lab.claim("DOC-3", sprint=sprint), "latency", direction="min", threshold=20)
    found = best(lab, sprint)
    assert (found.metric, found.direction, found.value) == (F1, "max", 0.931)
    assert [(one.value, one.name) for one in found.reached] == [
        (0.88, "baseline"), (0.931, "DOC-1"), (0.911, "DOC-2"),
    ]  # fmt: skip
    assert found.reached[0].at == sprint.starts_at
    assert (found.target, found.target_of, found.met) == (0.93, "threshold", True)


@pytest.mark.parametrize(
    ("goal", "target", "of"),
    [
        ("Reach macro F1 0.96 on moved crops.", 0.96, "goal"),
        ("Reach 0,97, or more", 0.97, "goal"),
        ("Release 0.4.1 and 12 of 0.5.2", 0.93, "threshold"),
        ("Twice as fast", 0.93, "threshold"),
    ],
)
def test_a_goals_fraction_is_the_target(lab: Lab, goal: str, target: float, of: str) -> None:
    sprint = lab.sprint(49, goal=goal)
    lab.stated(lab.claim("DOC-1", sprint=sprint), F1, threshold=0.93)
    lab.run("R-1", "DOC-1", metrics={F1: (0, 0.95)})
    found = best(lab, sprint)
    assert (found.target, found.target_of) == (target, of)


def test_a_goals_fraction_is_not_the_target_of_milliseconds(lab: Lab) -> None:
    sprint = lab.sprint(49, goal="Reach F1 0.96")
    lab.stated(lab.claim("DOC-1", sprint=sprint), "latency", direction="min", threshold=20)
    lab.run("R-1", "DOC-1", metrics={"latency": (22, 40)})
    found = best(lab, sprint)
    assert (found.value, found.target, found.met) == (22, 20, False)


def test_runs_from_before_the_sprint_count_from_its_start(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.stated(lab.claim("DOC-1", sprint=sprint), F1)
    lab.run("R-1", "DOC-1", metrics={F1: (0, 0.9)}, finished_at=MONDAY - 3 * DAY)
    found = best(lab, sprint)
    assert [one.at for one in found.reached] == [MONDAY]
    assert (found.target, found.met) == (None, None)


def test_a_baseline_alone_is_no_result(lab: Lab) -> None:
    sprint = lab.sprint(49, goal="Reach F1 0.8")
    base = lab.run("R-0", metrics={F1: (0, 0.88)})
    lab.stated(lab.claim("DOC-1", sprint=sprint), F1, baseline=base.pk)
    found = best(lab, sprint)
    assert [one.name for one in found.reached] == ["baseline"]
    assert (found.value, found.met) == (None, None)


def test_a_sprint_whose_claims_name_no_metric_has_no_best(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.claim("DOC-1", sprint=sprint)
    assert bests.read(sprint, read(lab, sprint).hypotheses) is None


def test_the_tasks_of_a_sprint_are_found_by_index_among_many(lab: Lab) -> None:
    sprint, others = lab.sprint(49), [lab.sprint(number) for number in range(50, 80)]
    lab.task("DOC-1", sprint=others[0], sprints=[sprint.pk, others[0].pk])
    fields = {"project": lab.doc, "type": "Task", "summary": "s", "status": "", "category": "todo"}
    Task.objects.bulk_create(
        Task(
            **lab.mirrored(lab.jira, "task"),
            name=f"OCR-{number}",
            sprint=others[number % 30],
            sprints=[others[number % 30].pk],
            **fields,
        )
        for number in range(3_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sprints_task")
    with CaptureQueriesContext(connection) as asked:
        assert [card.task.name for card in read(lab, sprint).carried] == ["DOC-1"]
    (held,) = [one["sql"] for one in asked if "@>" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {held}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "tasks_ever_in_a_sprint" in plan, plan
    assert "Seq Scan on sprints_task" not in plan
