"""One sender a source, and what it does when the other side does not answer."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal import health, tasks
from portal.processes import HINTS, QUEUE
from sources.connectors.writing import LIMITS
from sprints.outbox import asking, delivery, hands, turns
from sprints.outbox.models import Write
from tests.outbox.desk import Desk


@pytest.fixture
def manner() -> str:
    return "dc"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "LIMITS", replace(LIMITS, read=0.2, total=0.3, backoff=0.0))


def two(desk: Desk) -> None:
    for task in (desk.task, desk.other):
        asking.relabel(task, add=["new"], remove=[], by=desk.lead)
    desk.practice.requests.clear()


def waits(desk: Desk) -> list[float]:
    now = timezone.now()
    rows = Write.objects.order_by("pk").values_list("not_before", flat=True)
    return [(at - now).total_seconds() for at in rows]


def test_a_jira_that_never_answers_is_asked_once_and_its_other_writes_wait(desk: Desk) -> None:
    two(desk)
    desk.practice.faults.add("slow", times=0, seconds=0.5)
    assert desk.deliver() == 1
    assert sum(desk.practice.requests.values()) == 1
    assert all(28 < one < 31 for one in waits(desk))
    first, second = Write.objects.order_by("pk")
    assert first.error == second.error
    assert (first.tries, second.tries) == (1, 0)
    assert desk.deliver() == 0


def test_the_longer_nothing_is_answered_the_longer_all_wait(desk: Desk) -> None:
    two(desk)
    desk.practice.faults.add("reset", times=0)
    Write.objects.update(made_at=timezone.now() - timedelta(minutes=4))
    desk.deliver()
    assert 118 < waits(desk)[1] < 122
    Write.objects.update(made_at=timezone.now() - timedelta(days=4))
    desk.hurry()
    desk.deliver()
    assert waits(desk)[1] > 590, "though it is the other's first try"


def test_one_write_that_always_fails_holds_up_no_other(desk: Desk) -> None:
    """It waits longer and longer, and the others half a minute each time."""
    two(desk)
    desk.practice.faults.add("slow", method="PUT", path="/issue/10001$", times=0, seconds=0.5)
    for _ in range(2):
        desk.deliver()
        Write.objects.update(not_before=timezone.now() - timedelta(seconds=1))
        Write.objects.filter(tries=1).update(not_before=timezone.now() + timedelta(seconds=30))
    assert desk.states() == [("labels", "pending"), ("labels", "done")]


def test_errors_about_three_issues_are_about_the_server(desk: Desk) -> None:
    desk.practice.faults.add("status", method="PUT", status=500, times=0)
    for task in (desk.task, desk.other, desk.claim):
        asking.relabel(task, add=["new"], remove=[], by=desk.lead)
    late = asking.relabel(desk.lab.task("DOC-9"), add=["new"], remove=[], by=desk.lead)
    assert desk.deliver() == 3
    late.refresh_from_db()
    assert late.tries == 0
    assert late.not_before > timezone.now()


def test_a_call_ends_after_half_a_minute(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST", 0.0)
    two(desk)
    assert desk.deliver() == 1
    assert desk.states() == [("labels", "done"), ("labels", "pending")]


def test_a_try_ends_after_a_minute(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "LONGEST_TRY", -1.0)
    two(desk)
    assert desk.deliver() == 1
    row = Write.objects.order_by("pk")[0]
    assert row.state == "pending"
    assert "took longer than" in row.error
    assert not desk.practice.requests


def test_what_is_to_be_sent_waits_behind_no_reading(desk: Desk) -> None:
    """All workers may be reading for minutes: it goes the way of what webhooks tell."""
    two(desk)
    with health.queue() as line:
        line.delete(QUEUE, HINTS)
        tasks.send_what_is_due.delay()
        tasks.send_what_is_due()
        assert (line.llen(HINTS), line.llen(QUEUE)) == (2, 0)
        line.delete(HINTS)


def test_a_source_has_one_sender(desk: Desk) -> None:
    """Another connection, as another worker has, sends at the same time."""
    two(desk)
    key = turns.lock_of(desk.jira.pk)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
            assert desk.deliver() == 0
            assert not desk.practice.requests
    finally:
        other.close()  # as when a worker dies; Postgres notices it a moment later
    deadline = time.monotonic() + 10
    while not (sent := desk.deliver()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sent == 2
