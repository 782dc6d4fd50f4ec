"""The queue between beat and the workers: its address, and messages that come twice."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import kombu
import pytest
from django.conf import settings
from django.utils import timezone

from portal import environment, tasks
from portal.celery import app
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
