"""A claim is kept while its worker lives, and given up when it does not."""

from datetime import timedelta
from threading import Thread

import pytest
from django.utils import timezone

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
