"""A token's end is known ahead of time: by a sync, by Test connection, on the pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from portal import freshness
from portal.pages.sources import reading
from portal.pages.sources.forms import SourceForm
from portal.streams import KINDS
from sources import engine
from sources.models import Source
from tests.connectors_jira.odd import center_site, odd

pytestmark = pytest.mark.django_db
END = datetime(2027, 1, 31, 9, tzinfo=UTC)
TOKENS = [{"name": "labledger", "expiringAt": "2027-01-31T10:00:00.000+0100"}]


@pytest.fixture
def jira() -> Iterator[Source]:
    """A Data Center whose account has one token."""
    with odd(center_site(**{"GET /rest/pat/latest/tokens": TOKENS})) as server:
        made = Source(slug="j", name="J", kind="jira", settings={"address": server.url})
        made.secret = "tok-77"
        made.save()
        yield made


def test_a_sync_learns_when_the_token_ends_once_in_a_while(jira: Source) -> None:
    kind = KINDS["jira"]
    learning = [stream for stream in kind.streams if stream.name == "credential"]
    sync = engine.claim(jira)
    assert sync is not None
    engine.read(jira, sync, lambda: kind.client(jira), learning)
    jira.refresh_from_db()
    assert jira.secret_expires_at == END
    assert learning[0].every == timedelta(hours=6)


def test_test_connection_learns_it_of_the_stored_token(jira: Source) -> None:
    given = {
        "name": "J",
        "interval": "5",
        "set_address": jira.settings["address"],
        "set_mode": "auto",
        "secret": "",
    }
    form = SourceForm("jira", given, source=jira)
    assert form.is_valid(), form.errors
    assert reading.test(form).trouble == ""
    jira.refresh_from_db()
    assert jira.secret_expires_at == END


def test_of_another_token_nothing_is_known(jira: Source) -> None:
    Source.objects.update(secret_expires_at=END)
    jira.refresh_from_db()
    jira.secret = "tok-78"
    assert jira.secret_expires_at is None


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=15), ""),
        (timedelta(days=9, hours=1), "token expires in 9 days"),
        (timedelta(hours=5, minutes=1), "token expires in 5 hours"),
        (timedelta(days=-2), "token expired 2 days ago"),
    ],
)
def test_the_pages_say_it_two_weeks_ahead(source: Source, left: timedelta, said: str) -> None:
    now = timezone.now()
    source.secret_expires_at = now + left
    assert freshness.ending(source, now).replace("\N{NO-BREAK SPACE}", " ") == said
    (line,) = freshness.lines(freshness.standings([source], now), now)
    assert line.age_text.replace("\N{NO-BREAK SPACE}", " ").endswith(said or "never read")
