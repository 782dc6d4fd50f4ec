"""A token's end is known ahead of time: by a sync, by Test connection, on the pages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal import freshness
from portal.pages.sources import reading
from portal.pages.sources.forms import SourceForm
from portal.streams import KINDS
from sources import engine, expiry
from sources.models import Source
from tests.connectors_jira.odd import center_site, odd

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)
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


# ── what nobody tells, a person may write down ───────────────────────────────

CLOUD = {"set_address": "https://lab.atlassian.net", "set_mode": "auto"}
CENTER = {"set_address": "https://jira.lab.example", "set_mode": "auto"}


def saved(given: dict[str, str], held: Source | None = None) -> Source:
    form = SourceForm("jira", {"name": "J", "interval": "5"} | given, source=held)
    assert form.is_valid(), form.errors
    return Source.objects.get(pk=form.save().pk)


def ends_on(source: Source | None) -> Any:
    return SourceForm("jira", source=source).initial.get("ends_on")


def test_a_token_for_cloud_ends_a_year_after_it_was_stored_at_a_guess() -> None:
    made = saved(CLOUD | {"secret": "tok-1"})
    assert made.secret_expires_at is not None
    assert made.secret_expires_at - timezone.now() == pytest.approx(YEAR, abs=timedelta(minutes=1))
    assert made.secret_end_guessed
    assert ends_on(made) is None, "a guess is nobody's word"
    (fact,) = [one.value for one in reading._facts(made) if one.label == "Credential"]
    assert fact.endswith(f"{made.secret_expires_at:%d %b %Y} at the latest, at a guess")
    soon = made.secret_expires_at - timedelta(days=9, hours=1)
    assert freshness.ending(made, soon) == "token expires in 9 days, at a guess"
    kept = saved(CLOUD, made)
    assert (kept.secret_expires_at, kept.secret_end_guessed) == (made.secret_expires_at, True)


def test_of_a_data_center_nothing_is_guessed() -> None:
    made = saved(CENTER | {"secret": "tok-1"})
    assert (made.secret_expires_at, made.secret_end_guessed) == (None, False)


def test_what_a_person_wrote_down_counts_and_says_nothing_of_another_token() -> None:
    made = saved(CLOUD | {"secret": "tok-1", "ends_on": "2027-03-31"})
    assert timezone.localdate(made.secret_expires_at) == ends_on(made) == date(2027, 3, 31)
    assert not made.secret_end_guessed
    moved = saved(CLOUD | {"ends_on": "2027-04-30"}, made)
    assert ends_on(moved) == date(2027, 4, 30)
    another = saved(CLOUD | {"secret": "tok-2", "ends_on": "2027-04-30"}, moved)
    assert another.secret_end_guessed, "the date was the former token's"
    assert (
        saved(CENTER, saved(CENTER | {"secret": "t", "ends_on": "2027-04-30"})).secret_expires_at
        is None
    )


def test_what_the_other_side_tells_is_no_guess() -> None:
    made = saved(CLOUD | {"secret": "tok-1"})
    expiry.note(made, [END])
    made.refresh_from_db()
    assert (made.secret_expires_at, made.secret_end_guessed) == (END, False)


def test_a_form_without_a_credential_asks_for_no_end() -> None:
    assert "ends_on" not in SourceForm("neptune-archive").fields
    assert "ends_on" in SourceForm("mlflow").fields
