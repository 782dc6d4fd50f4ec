"""/healthz/workers tells stuck from busy."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal import health, tasks
from portal.processes import HINTS, QUEUE
from sources import claims
from sources.models import Source, Sync
from sprints.outbox import delivery
from sprints.outbox.models import Write
from tests.sprints.made import Lab

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_queue():
    cache.clear()
    with health.queue() as line:
        line.delete(QUEUE, HINTS)
    yield
    with health.queue() as line:
        line.delete(QUEUE, HINTS)


@pytest.fixture
def sync() -> Sync:
    made = claims.claim(Source.objects.create(slug="jira", name="Jira", kind="jira"))
    assert made is not None
    return made


def asked(status: int = 200) -> dict[str, Any]:
    answer = Client().get("/healthz/workers")
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def left(messages: int = 1, *, queue: str = QUEUE) -> None:
    """In the queue, and nobody takes them."""
    with health.queue() as line:
        line.lpush(queue, *["{}"] * messages)


def later(**span: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**span), tick=False)


def test_nothing_to_do_is_idle():
    tasks.sync_due_sources()
    found = asked()
    assert (found["state"], found["words"]) == ("idle", "Nothing is to be read.")
    assert "beat" in {name.partition("_")[0] for name in found}


def test_a_worker_that_reads_is_busy_however_much_waits(sync: Sync):
    assert claims.begin(sync.source, sync)
    left(5)
    found = asked()
    assert (found["state"], found["reading"], found["waiting"]) == ("busy", 1, 5)
    assert found["words"] == "1 sync is being read, 5 wait."


def test_a_worker_that_waits_for_a_slow_system_is_heard_of_by_its_beats(
    sync: Sync, monkeypatch: pytest.MonkeyPatch
):
    assert claims.begin(sync.source, sync)
    heart = claims.Heartbeat(sync.source, sync)
    monkeypatch.setattr(claims, "RENEWED_EVERY", 0.0)
    for minutes in (2, 4):
        with later(minutes=minutes):
            heart()
            assert asked()["state"] == "busy"


def test_a_sync_that_is_not_heard_of_is_stuck(sync: Sync):
    assert claims.begin(sync.source, sync)
    with later(seconds=settings.SYNC_LEASE.total_seconds() + 5):
        found = asked(503)
    assert (found["state"], found["silent"]) == ("stuck", 1)
    assert found["words"] == "1 sync is begun and not heard of for minutes."


def test_a_sync_that_nobody_takes_up_is_stuck_after_a_minute(sync: Sync):
    tasks.health.beat()
    assert asked()["state"] == "idle"
    with later(seconds=70):
        found = asked(503)
    assert found["words"] == "Nobody takes from the queue, where 1 waits."
    assert found["oldest_seconds"] == 70


def test_messages_that_nobody_takes_are_stuck():
    health.beat()
    left(2)
    left(1, queue=HINTS)
    assert asked()["state"] == "idle", "just now somebody took one"
    with later(seconds=70):
        assert asked(503)["words"] == "Nobody takes from the queue, where 3 wait."


def test_a_beat_that_is_away_is_no_stuck_worker():
    health.beat()
    with later(minutes=10):
        found = asked()
    assert found["state"] == "idle"
    assert "beat" in found["words"]


@pytest.fixture
def write() -> Write:
    """Due since just now, in a Jira that is written to."""
    lab = Lab()
    lab.jira.settings = {"writes": "on"}
    lab.jira.save()
    return Write.objects.create(source=lab.jira, task=lab.task("DOC-1"), kind="labels", by=lab.lead)


def test_workers_that_send_are_busy_though_they_take_nothing(write: Write):
    """Two servers that answer slowly: beat's messages lie for a minute."""
    health.beat()
    left(2)
    with later(seconds=70):
        assert asked(503)["state"] == "stuck"
        assert delivery.claim(write.source)
        found = asked()
    assert (found["state"], found["sending"]) == ("busy", 1)
    assert found["words"] == "1 write is on the way, 2 wait."
    with later(seconds=200):
        assert asked(503)["words"] == "Nobody takes from the queue, where 2 wait."


def test_what_nobody_sends_is_stuck_after_five_minutes(write: Write):
    with later(minutes=4):
        assert asked()["state"] == "idle"
    with later(minutes=6):
        found = asked(503)
        assert found["words"] == "Nobody sends: a write has been due for 6 minutes."
        assert found["unsent_seconds"] == 360
        Write.objects.create(
            source=write.source, task=write.task, kind="move", by=write.by, state="done",
            done_at=timezone.now(),
        )  # fmt: skip
        assert asked()["state"] == "idle", "one was sent just now"
    Source.objects.update(settings={"writes": "off"})
    with later(minutes=6):
        assert asked()["state"] == "idle"


def test_it_names_nobody_and_a_dead_queue_is_503(sync: Sync, settings: Any):
    assert "jira" not in str(asked()).lower()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert asked(503)["state"] == "unknown"
