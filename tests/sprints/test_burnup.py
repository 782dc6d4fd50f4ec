"""Scope and done, day by day, out of histories."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from sprints import burnup
from sprints.burnup import BurnUp
from sprints.models import Sprint
from tests.sprints.made import DAY, MONDAY, Lab

THURSDAY = MONDAY + 3 * DAY
EXTERNAL = "149"  # of sprint 49


def drawn(lab: Lab, sprint: Sprint, now: datetime = THURSDAY, **asked: str) -> BurnUp:
    found = burnup.read(lab.viewer, sprint, now, **asked)
    assert found is not None
    return found


def test_scope_and_done_follow_the_histories(lab: Lab) -> None:
    sprint = lab.sprint(49)
    done = lab.task("DOC-1", sprint=sprint, points=3, status="Done", category="done")
    lab.event(done, "status", MONDAY + DAY, before="To Do", after="Done")
    lab.task("DOC-2", sprint=sprint, points=5)
    added = lab.task("DOC-3", sprint=sprint, points=2)
    lab.event(added, "sprint", MONDAY + 1.5 * DAY, before_id="", after_id=EXTERNAL)
    found = drawn(lab, sprint)
    assert found.days[0] == date(2026, 11, 16)
    assert found.days[-1] == date(2026, 11, 30)
    assert found.scope == [8, 8, 10, 10]
    assert found.done == [0, 0, 3, 3]
    assert (found.unit, found.today) == ("points", date(2026, 11, 19))


def test_the_last_value_is_of_now(lab: Lab) -> None:
    sprint = lab.sprint(49)
    done = lab.task("DOC-1", sprint=sprint, points=3, status="Done", category="done")
    lab.event(done, "status", THURSDAY - timedelta(minutes=1), before="To Do", after="Done")
    assert drawn(lab, sprint).done == [0, 0, 0, 3]


def test_what_was_estimated_anew_counts_as_it_was_then(lab: Lab) -> None:
    sprint = lab.sprint(49)
    task = lab.task("DOC-1", sprint=sprint, points=8)
    lab.event(task, "points", MONDAY + 0.5 * DAY, before="", after="5")
    lab.event(task, "points", MONDAY + 1.5 * DAY, before="5.0", after="8")
    assert drawn(lab, sprint).scope == [0, 5, 8, 8]


def test_what_was_taken_out_counted_until_then(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.task("DOC-1", sprint=sprint, points=1)
    gone = lab.task("DOC-2", points=4)
    lab.event(gone, "sprint", MONDAY + 1.5 * DAY, before_id=f"12, {EXTERNAL}", after_id="12")
    assert drawn(lab, sprint).scope == [5, 5, 1, 1]


def test_a_sprint_whose_number_only_ends_alike_is_another(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.task("DOC-1", sprint=sprint, points=1)
    other = lab.task("DOC-2", points=4)
    lab.event(other, "sprint", MONDAY + DAY, before_id=f"1{EXTERNAL}, {EXTERNAL}7", after_id="")
    added = lab.task("DOC-3", sprint=sprint, points=2)
    lab.event(added, "sprint", MONDAY + 1.5 * DAY, before_id=f"1{EXTERNAL}", after_id=EXTERNAL)
    assert drawn(lab, sprint).scope == [1, 1, 3, 3]


def test_a_task_made_on_the_way_was_not_there_before(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.task("DOC-1", sprint=sprint, points=1)
    lab.task("DOC-2", sprint=sprint, points=2, created_at=MONDAY + 1.5 * DAY)
    assert drawn(lab, sprint).scope == [1, 1, 3, 3]


def test_what_was_reopened_is_not_done_any_more(lab: Lab) -> None:
    sprint = lab.sprint(49)
    task = lab.task("DOC-1", sprint=sprint, points=3)
    lab.task("DOC-2", sprint=sprint, points=1, status="Fertig", category="done",
             created_at=MONDAY - DAY)  # fmt: skip
    lab.event(task, "status", MONDAY + 0.5 * DAY, before="To Do", after="Fertig")
    lab.event(task, "status", MONDAY + 1.5 * DAY, before="Fertig", after="To Do")
    assert drawn(lab, sprint).done == [1, 4, 1, 1]


def test_a_closed_sprint_ends_as_it_closed_whatever_came_later(lab: Lab) -> None:
    close = MONDAY + 14 * DAY - timedelta(hours=1)
    sprint = lab.sprint(49, state="closed", completed_at=close)
    lab.task("DOC-1", sprint=sprint, points=3, category="done", status="Done")
    after = lab.sprint(50, starts_at=MONDAY + 14 * DAY, ends_at=MONDAY + 28 * DAY)
    late = lab.task("DOC-2", sprint=after, sprints=[sprint.pk, after.pk], points=5,
                    status="Done", category="done")  # fmt: skip
    lab.event(late, "sprint", close + timedelta(minutes=1), before_id=EXTERNAL,
              after_id=f"{EXTERNAL}, 150")  # fmt: skip
    lab.event(late, "status", MONDAY + 17 * DAY, before="To Do", after="Done")
    found = drawn(lab, sprint, MONDAY + 20 * DAY)
    assert (len(found.scope), found.scope[-1], found.done[-1]) == (15, 8, 3)
    assert found.today is None
    assert drawn(lab, after, MONDAY + 20 * DAY).done == [0, 0, 0, 0, 5, 5, 5][:7]


def test_a_sprint_that_nobody_closes_goes_on_but_not_for_ever(lab: Lab) -> None:
    sprint = lab.sprint(49)
    lab.task("DOC-1", sprint=sprint, points=3)
    assert len(drawn(lab, sprint, MONDAY + 16 * DAY).days) == 17
    assert len(drawn(lab, sprint, MONDAY + 900 * DAY).days) == burnup.LONGEST


def test_without_points_tasks_are_counted_and_sub_tasks_never(lab: Lab) -> None:
    sprint = lab.sprint(49)
    parent = lab.task("DOC-1", sprint=sprint)
    lab.claim("DOC-2", sprint=sprint, parent=parent, points=9)
    found = drawn(lab, sprint)
    assert (found.unit, found.scope) == ("tasks", [1, 1, 1, 1])
    lab.task("DOC-3", sprint=sprint, points=5)
    assert drawn(lab, sprint).scope == [5, 5, 5, 5]
    assert drawn(lab, sprint, unit="tasks").scope == [2, 2, 2, 2]


def test_nothing_is_drawn_without_dates_or_before_the_start(lab: Lab) -> None:
    assert burnup.read(lab.viewer, lab.sprint(50, starts_at=None), THURSDAY) is None
    assert burnup.read(lab.viewer, lab.sprint(49), MONDAY - DAY) is None


def test_an_empty_sprint_is_drawn_flat_and_a_stranger_sees_nothing_of_a_full_one(
    lab: Lab,
) -> None:
    sprint = lab.sprint(49)
    assert drawn(lab, sprint).scope == [0, 0, 0, 0]
    lab.task("DOC-1", sprint=sprint, points=3)
    found = burnup.read(lab.stranger, sprint, THURSDAY)
    assert found is not None
    assert found.scope == [0, 0, 0, 0]


def test_days_are_the_viewers(lab: Lab) -> None:
    start = datetime(2026, 11, 16, 23, tzinfo=UTC)
    sprint = lab.sprint(49, starts_at=start, ends_at=start + 14 * DAY)
    task = lab.task("DOC-1", sprint=sprint, points=3, category="done", status="Done")
    lab.event(task, "status", start + timedelta(hours=17, minutes=30), before="To Do")
    with timezone.override(ZoneInfo("Asia/Kathmandu")):  # 04:45 on the 17th
        found = drawn(lab, sprint, start + 2 * DAY)
    assert found.days[0] == date(2026, 11, 17)
    assert found.done == [0, 3, 3]


@pytest.mark.parametrize("size", [1, 60])
def test_a_burn_up_costs_two_queries(lab: Lab, size: int, django_assert_num_queries) -> None:
    sprint = lab.sprint(49)
    for number in range(size):
        task = lab.task(f"DOC-{number}", sprint=sprint, points=1)
        lab.event(task, "status", MONDAY + DAY, before="To Do", after="Done")
    with django_assert_num_queries(3):  # what one sees, tasks, events
        assert drawn(lab, sprint).scope[-1] == size
