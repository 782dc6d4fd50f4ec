"""The queue between beat and the workers: its address, and messages that come twice."""

from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from weakref import ReferenceType

import kombu
import pytest
from celery.signals import import_modules
from django.conf import settings
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper as Line
from django.utils import timezone

from portal import celery, environment, health, tasks
from portal.celery import app
from portal.processes import HINTS, QUEUE
from sources.claims import begin, claim
from sources.models import Source, Sync


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("unix:///run/valkey.sock", "redis+socket:///run/valkey.sock?virtual_host=0"),
        ("unix:///run/valkey.sock?db=3", "redis+socket:///run/valkey.sock?virtual_host=3"),
        ("redis://:word@queue:6379/2", "redis://:word@queue:6379/2"),
        ("redis://queue:6379?db=4", "redis://queue:6379/4"),
        ("rediss://queue?ssl_cert_reqs=none", "rediss://queue/?ssl_cert_reqs=none"),
    ],
)
def test_the_queues_address_is_told_in_the_queues_own_words(given, meant):
    assert environment.broker(given) == meant
    with kombu.Connection(meant):
        pass  # it takes the words


def test_messages_go_to_the_database_that_the_url_names():
    """To another one, and two installations on one server would share their syncs."""
    named = int(parse_qs(urlsplit(settings.REDIS_URL).query)["db"][0])
    assert named > 0
    with app.connection_for_write() as line:
        assert line.default_channel.client.connection_pool.connection_kwargs["db"] == named


@pytest.fixture
def archive(db: None, tmp_path: Path) -> Source:
    """Read from a folder that is not there: in words, and at once."""
    return Source.objects.create(
        slug="a", name="A", kind="neptune-archive", settings={"paths": [str(tmp_path / "none")]}
    )


def test_a_message_that_comes_twice_is_one_reading(archive: Source) -> None:
    """An hour after it was given out the queue gives it out again."""
    sync = claim(archive)
    assert sync is not None
    assert begin(archive, sync), "a worker reads it, for longer than an hour"
    tasks.read_source(str(archive.pk), str(sync.pk))
    sync.refresh_from_db()
    assert sync.outcome == ""
    assert archive.renew(sync.pk, timezone.now()), "the first worker keeps its claim"


def test_a_message_that_comes_once_is_read(archive: Source) -> None:
    sync = claim(archive)
    assert sync is not None
    tasks.read_source(str(archive.pk), str(sync.pk))
    sync.refresh_from_db()
    assert sync.outcome in {"failed", "refused"}
    assert sync.begun_at


def test_a_message_for_a_source_that_is_gone_does_nothing(archive: Source) -> None:
    sync = claim(archive)
    assert sync is not None
    key = str(archive.pk)
    archive.delete()
    tasks.read_source(key, str(sync.pk))
    assert not Sync.objects.exists()


def test_what_webhooks_told_of_waits_behind_no_reading(
    archive: Source, django_capture_on_commit_callbacks: Any
) -> None:
    """All workers may be reading for minutes: it has a queue of its own."""
    with health.queue() as line:
        line.delete(QUEUE, HINTS)
        with django_capture_on_commit_callbacks(execute=True):
            assert tasks.start_sync(archive, hinted=True)
            tasks.follow_hints.delay(str(archive.pk), False, 0)
        assert (line.llen(HINTS), line.llen(QUEUE)) == (2, 0)
        line.delete(HINTS)


def test_one_that_became_a_whole_sync_is_left_to_those_who_read_for_minutes(
    archive: Source,
) -> None:
    """Nobody took it up in time: the next claim, which is a whole one's, is the same sync."""
    hinted = claim(archive, hinted=True)
    assert hinted is not None
    Source.objects.update(next_sync_at=timezone.now())
    whole = claim(Source.objects.get())
    assert whole == hinted
    tasks.read_hints(str(archive.pk), str(hinted.pk))
    assert Sync.objects.queued().get() == whole
    tasks.read_source(str(archive.pk), str(whole.pk))
    assert not Sync.objects.queued().exists()


@pytest.fixture
def away(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A way to the database that leads to where nobody listens, until it is put right."""
    line = connection.copy()
    line.settings_dict = {**connection.settings_dict, "HOST": str(tmp_path)}
    monkeypatch.setattr(celery, "PAUSE", 0.01)
    yield line
    line.close()


def test_a_worker_waits_for_a_database_that_recovers(away: Line) -> None:
    there = {"HOST": connection.settings_dict["HOST"]}
    back = Timer(0.1, away.settings_dict.update, kwargs=there)
    back.start()
    celery.wait_for_database(line=away)
    assert away.settings_dict["HOST"] == there["HOST"], "it has waited"
    back.join()


def test_a_worker_does_not_wait_for_ever(away: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(celery, "PATIENCE", 0.05)
    with pytest.raises(OperationalError):
        celery.wait_for_database(line=away)


@pytest.mark.parametrize(
    "wrong", [{"NAME": "nowhere"}, {"USER": "nobody"}], ids=["database", "login"]
)
def test_a_worker_waits_for_no_database_that_will_never_let_it_in(
    away: Line, wrong: dict[str, str]
) -> None:
    away.settings_dict |= {"HOST": connection.settings_dict["HOST"], **wrong}
    with pytest.raises(SystemExit, match=r'"(nowhere|nobody)"[^$]*Check DATABASE_URL'):
        celery.wait_for_database(line=away)


def test_a_worker_waits_before_its_models_are_checked() -> None:
    """The checks ask the database: that order is what keeps a worker alive."""
    names = [one.__qualname__ for one in map(called, import_modules.receivers) if one]
    assert names.index("wait_for_database") < names.index("DjangoFixup.on_import_modules")


def called(receiver: tuple[Any, Any]) -> Any:
    held = receiver[1]
    found = held() if isinstance(held, ReferenceType) else held
    return found if hasattr(found, "__qualname__") else None
