"""A claim is kept while its worker lives, and given up when it does not."""

from datetime import timedelta
from threading import Thread

import pytest
from django.utils import timezone

from portal import tasks
from sources import claims
from sources.claims import ClaimLost, Heartbeat, claim
from sources.models import Source, Sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(source: Source) -> Sync:
    sync = claim(source)
    assert sync is not None
    return sync


def nearly_run_out(source: Source) -> None:
    Source.objects.update(next_sync_at=timezone.now() + timedelta(seconds=5))


def left(source: Source) -> timedelta:
    source.refresh_from_db()
    return source.next_sync_at - timezone.now()


def test_a_beat_keeps_the_claim(source, held, monkeypatch):
    heart = Heartbeat(source, held)
    nearly_run_out(source)
    monkeypatch.setattr(claims, "RENEWED_EVERY", 0.0)
    heart()
    assert left(source) > timedelta(minutes=2)


def test_many_beats_are_one_write(source, held, django_assert_num_queries):
    heart = Heartbeat(source, held)
    with django_assert_num_queries(0):
        for _ in range(100):
            heart()


def test_a_beat_without_the_claim_ends_the_reading(source, held, monkeypatch):
    heart = Heartbeat(source, held)
    Source.objects.update(claim=None)
    monkeypatch.setattr(claims, "RENEWED_EVERY", 0.0)
    with pytest.raises(ClaimLost):
        heart()


def test_a_beat_from_another_thread_does_nothing(source, held, monkeypatch):
    """Threads of a connector have no business in the database."""
    heart = Heartbeat(source, held)
    nearly_run_out(source)
    monkeypatch.setattr(claims, "RENEWED_EVERY", 0.0)
    thread = Thread(target=heart)
    thread.start()
    thread.join()
    assert left(source) < timedelta(seconds=6)


# ── begun once ───────────────────────────────────────────────────────────────


def test_a_sync_begins_once(source, held):
    assert claims.begin(source, held)
    assert not claims.begin(source, held)


def test_a_sync_whose_claim_is_anothers_does_not_begin(source, held):
    Source.objects.update(claim=None)
    assert not claims.begin(source, held)
    held.refresh_from_db()
    assert held.begun_at is None


def test_a_queued_sync_that_no_worker_took_up_is_the_same_again_and_not_a_failure(source, held):
    Source.objects.update(next_sync_at=timezone.now() - timedelta(seconds=1))
    source.refresh_from_db()
    again = claim(source)
    assert again == held
    assert (Sync.objects.count(), Sync.objects.get().outcome) == (1, "")
    assert claims.begin(source, again)


def test_changed_settings_end_the_sync_under_way_in_true_words(source, held):
    assert claims.begin(source, held)
    source.read_anew()
    held.refresh_from_db()
    assert held.outcome == "parked"
    assert "settings were changed" in held.error


def test_a_dead_sync_of_a_paused_source_is_closed_though_nobody_claims_it(source: Source) -> None:
    dead = claims.claim(source)
    assert dead is not None
    assert claims.begin(source, dead)
    Source.objects.update(paused=True)
    tasks.sync_due_sources()
    dead.refresh_from_db()
    assert dead.outcome == "", "its claim has not run out"
    Source.objects.update(next_sync_at=timezone.now() - timedelta(seconds=1))
    tasks.sync_due_sources()
    dead.refresh_from_db()
    assert (dead.outcome, dead.trouble) == ("failed", "stopped")
