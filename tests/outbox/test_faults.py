"""Whatever goes wrong on the way, each write has its effect exactly once."""

from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from sources.http import Limits
from sprints.outbox import hands
from sprints.outbox.models import Write
from tests.outbox.desk import CLAIM, TASK, Desk, texts
from tests.outbox.kinds import KINDS

FAULTS: dict[str, dict[str, Any]] = {
    "committed, and the connection reset": {"kind": "lost"},
    "committed, and 500": {"kind": "lost-status", "status": 500},
    "committed, and 503 with a time": {"kind": "lost-status", "status": 503, "retry_after": 7},
    "committed, and garbage": {"kind": "garbage"},
    "committed, and a login page": {"kind": "html"},
    "committed, and cut off": {"kind": "truncated"},
    "committed, and too slow": {"kind": "slow", "seconds": 0.6},
    "500": {"kind": "status", "status": 500},
    "reset": {"kind": "reset"},
    "429 with seconds": {"kind": "status", "status": 429, "retry_after": 9},
    "429 with a date": {"kind": "status", "status": 429, "retry_after": 9, "as_date": True},
    "429 without a word": {"kind": "status", "status": 429},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(connect=1.0, read=0.3, total=0.5, attempts=1, backoff=0.01)
    monkeypatch.setattr(hands, "LIMITS", limits)


@pytest.mark.parametrize("name", KINDS)
def test_one_effect_after_any_fault(desk: Desk, name: str) -> None:
    """All faults, one after the other, each struck once; then Jira is well again."""
    kind = KINDS[name]
    kind.ask(desk)
    for details in FAULTS.values():
        desk.practice.faults.add(method=kind.method, path=kind.path, **details)
    for _ in range(len(FAULTS) + 3):
        desk.hurry()
        desk.deliver()
    assert desk.write(name).state == "done"
    assert kind.effects(desk) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_one_effect_after_each_fault(desk: Desk, fault: str) -> None:
    for name in ("comment", "subtask", "worklog", "move"):
        if (name, fault) != ("move", "committed, and cut off"):  # 204: there is nothing to cut
            struck_once(desk, name, fault)


def struck_once(desk: Desk, name: str, fault: str) -> None:
    kind, details = KINDS[name], FAULTS[fault]
    kind.ask(desk)
    struck = desk.practice.faults.add(method=kind.method, path=kind.path, **details)
    desk.deliver()
    row = desk.write(name)
    busy = details.get("status") == 429
    assert struck.done == 1
    assert row.state == ("parked" if busy else "pending")
    assert (row.sent_at is None) is busy, "after a 429 nothing is in doubt"
    assert kind.effects(desk) == (1 if fault.startswith("committed") else 0)
    desk.hurry()
    desk.deliver()
    assert desk.write(name).state == "done"
    assert kind.effects(desk) == 1


def test_a_second_try_that_only_looks_leaves_the_doubt(desk: Desk) -> None:
    """Jira is busy while we look: that says nothing about what was sent before."""
    kind = KINDS["comment"]
    kind.ask(desk)
    desk.practice.faults.add("lost", method="POST", path=kind.path)
    desk.deliver()
    desk.practice.faults.add("status", method="GET", path=kind.looks, status=429, retry_after=3)
    desk.hurry()
    desk.deliver()
    row = desk.write("comment")
    assert row.state == "parked"
    assert row.sent_at is not None
    desk.hurry()
    desk.deliver()
    assert desk.write("comment").state == "done"
    assert kind.effects(desk) == 1


def test_what_was_mended_after_a_lost_answer_is_what_stands_there(desk: Desk) -> None:
    KINDS["comment"].ask(desk)
    desk.practice.faults.add("lost", method="POST", path="/comment$")
    desk.deliver()
    row = desk.write("comment")
    Write.objects.filter(pk=row.pk).update(asked=row.asked | {"text": "Said better."})
    desk.hurry()
    desk.deliver()
    (note,) = desk.issue(CLAIM).comments
    assert "Said better." in texts([note.body])[0]


def test_a_move_that_arrived_is_not_made_again_though_it_was_undone(desk: Desk) -> None:
    kind = KINDS["move"]
    kind.ask(desk)
    desk.practice.faults.add("lost", method="POST", path=kind.path)
    desk.deliver()
    desk.practice.state.transition(TASK, "In Progress", by="ben")
    desk.hurry()
    desk.deliver()
    assert desk.write("move").state == "done"
    assert kind.effects(desk) == 1
    assert desk.practice.state.statuses[desk.issue(TASK).status].name == "In Progress"


def test_a_lost_move_that_somebody_else_made_too_is_theirs(desk: Desk) -> None:
    """Their move to Done and back is no proof of ours: it is made."""
    kind = KINDS["move"]
    kind.ask(desk)
    desk.practice.faults.add("reset", method="POST", path=kind.path)
    desk.deliver()
    desk.practice.state.transition(TASK, "Done", by="ben")
    desk.practice.state.transition(TASK, "To Do", by="ben")
    desk.hurry()
    desk.deliver()
    assert desk.practice.state.statuses[desk.issue(TASK).status].name == "Done"


def test_a_rest_that_the_whole_account_needs_stops_all_its_writes(desk: Desk) -> None:
    for name in ("labels", "comment"):
        KINDS[name].ask(desk)
    desk.practice.faults.add("status", method="PUT", status=429, retry_after=600)
    desk.deliver()
    asked = sum(desk.practice.requests.values())
    rows = list(Write.objects.order_by("pk"))
    assert {row.state for row in rows} == {"parked"}
    for row in rows:
        assert 590 < (row.not_before - timezone.now()).total_seconds() < 610
    desk.deliver()
    assert sum(desk.practice.requests.values()) == asked


def test_a_rest_that_one_issue_needs_stops_no_other(desk: Desk) -> None:
    for name in ("labels", "comment"):
        KINDS[name].ask(desk)
    extra = {"RateLimit-Reason": "jira-per-issue-on-write"}
    desk.practice.faults.add("status", method="PUT", status=429, retry_after=600, extra=extra)
    desk.deliver()
    assert desk.write("labels").state == "parked"
    assert desk.write("comment").state == "done"


def test_a_wrong_token_is_refused_in_words_without_it(desk: Desk) -> None:
    desk.jira.secret = "wrong-and-secret"
    desk.jira.save()
    KINDS["comment"].ask(desk)
    desk.deliver()
    row = desk.write("comment")
    assert row.state == "refused"
    assert "does not know this token" in row.error
    assert "wrong-and-secret" not in row.error + str(row.told)


def test_jiras_own_words_lose_what_is_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Jira that repeats the token in its refusal."""
    KINDS["labels"].ask(desk)
    desk.jira.secret = "Practice"  # a word that its refusal does say
    desk.jira.save()
    user = next(one for one in desk.practice.state.users.values() if one.name == "bot")
    object.__setattr__(user, "token", "Practice")
    desk.practice.faults.add("status", method="PUT", status=403)
    desk.deliver()
    assert desk.write("labels").error == "[hidden] fault 403. (403)"


def test_pauses_grow_and_end_at_an_hour(desk: Desk) -> None:
    KINDS["labels"].ask(desk)
    desk.practice.faults.add("status", method="PUT", status=503, times=0)
    pauses = []
    for _ in range(10):
        desk.hurry()
        before = timezone.now()
        desk.deliver()
        pauses.append((desk.write("labels").not_before - before).total_seconds())
    assert 29 < pauses[0] < 32
    assert all(later >= sooner - 1 for sooner, later in pairwise(pauses))
    assert 3590 < pauses[-1] < 3610
