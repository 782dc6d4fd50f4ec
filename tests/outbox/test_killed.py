"""Workers that are killed with SIGKILL, wherever they are: one effect in Jira.

Real processes, real rows; the practice Jira lives in this process and goes on.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from sprints.outbox import delivery
from sprints.outbox.models import Write
from tests.outbox.desk import CLAIM, TASK, Desk
from tests.outbox.kinds import KINDS

WORKERS = Path(__file__).with_name("dying.py")
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20


class Nursery:
    """Makes workers on this test's database."""

    def __init__(self) -> None:
        held = connection.settings_dict
        address = f"postgresql://{held['USER']}@/{held['NAME']}?host={held['HOST']}"
        given = {**os.environ, "DATABASE_URL": address, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, str(WORKERS)],
            env=given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def begin(self, desk: Desk, phase: str) -> int:
        assert self.process.stdin
        self.process.stdin.write(f"{desk.jira.pk} {phase}\n")
        self.process.stdin.flush()
        return self.heard()

    def heard(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def killed(self, desk: Desk, phase: str) -> None:
        self.begin(desk, phase)
        assert self.heard() == -signal.SIGKILL

    def killed_while(self, desk: Desk, method: str, path: str) -> None:
        """The request has arrived, and its answer is slow: then the worker is killed."""
        fault = desk.practice.faults.add("slow", method=method, path=path, seconds=PATIENCE)
        pid = self.begin(desk, "never")
        deadline = time.monotonic() + PATIENCE
        while not fault.done and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.1)  # the practice Jira acts before it is slow
        os.kill(pid, signal.SIGKILL)
        assert self.heard() == -signal.SIGKILL


@pytest.fixture(scope="module")
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize("name", ["comment", "subtask", "worklog", "move", "link"])
def test_killed_in_every_phase_there_is_one_effect(
    lasting_desk: Desk, nursery: Nursery, name: str
) -> None:
    """One write, and five workers that die on it; the sixth finds it done."""
    desk, kind = lasting_desk, KINDS[name]
    kind.ask(desk)
    nursery.killed(desk, "claimed")
    row = desk.write(name)
    assert (row.state, row.sent_at, kind.effects(desk)) == ("sending", None, 0)
    assert desk.deliver() == 0, "its lease holds"
    if name != "link":  # which may be sent as often as one likes, and so marks nothing
        desk.hurry()
        nursery.killed(desk, "marked")
        assert desk.write(name).sent_at is not None
        assert kind.effects(desk) == 0
    desk.hurry()
    nursery.killed_while(desk, kind.method, kind.path)
    assert kind.effects(desk) == 1, "Jira has acted, and nobody heard"
    desk.hurry()
    nursery.killed(desk, "answered")
    if name != "link":
        desk.hurry()
        nursery.killed_while(desk, "GET", kind.looks)
    desk.hurry()
    desk.deliver()
    assert desk.write(name).state == "done"
    assert kind.effects(desk) == 1


def test_parallel_workers_send_each_write_once_and_in_order(lasting_desk: Desk) -> None:
    desk = lasting_desk
    for number in range(6):
        for name in ("worklog", "labels", "comment"):
            KINDS[name].ask(desk)
        Write.objects.filter(kind="labels", state="pending").update(
            asked={"add": [f"label-{number}"]}
        )
    Write.objects.filter(kind="comment", state="dropped").delete()
    threads = [threading.Thread(target=alone, args=(desk,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert set(Write.objects.values_list("state", flat=True)) == {"done"}
    assert len(desk.issue(TASK).worklogs) == 6
    assert len(desk.issue(CLAIM).comments) == 1
    done = Write.objects.filter(task=desk.task).order_by("done_at").values_list("pk", flat=True)
    assert list(done) == sorted(done)


def alone(desk: Desk) -> None:
    try:
        desk.deliver()
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["comment", "subtask", "worklog", "move"])
def test_a_worker_that_was_thought_dead_sends_nothing_more(desk: Desk, name: str) -> None:
    """It wakes up when another has the row: it notices before its request."""
    kind = KINDS[name]
    kind.ask(desk)
    held = delivery.claim(desk.jira)
    assert held is not None
    desk.hurry()
    desk.deliver()
    assert desk.write(name).state == "done"
    delivery.deliver(held)
    assert kind.effects(desk) == 1
    assert desk.write(name).state == "done"


def test_what_may_be_on_its_way_gets_a_minute_to_arrive(desk: Desk) -> None:
    KINDS["comment"].ask(desk)
    desk.practice.faults.add("lost", method="POST", path="/comment$")
    before = timezone.now()
    desk.deliver()
    assert desk.write("comment").not_before - before >= timedelta(minutes=1)
