"""A stored credential goes nowhere else; saving a form disturbs no sync."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from demo import jira
from portal.pages.sources.forms import SourceForm
from sources.models import Source
from tests.pages.conftest import client_of
from tests.sprints.made import Lab

PEOPLE = [{"name": "mia", "displayName": "Mia Ode", "email": "m@x.y", "token": "right"}]
STORY = {"users": PEOPLE, "projects": [{"key": "DOC", "name": "Documents"}], "issues": []}
URL = "/sources/our-jira/edit/"


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.tasks.read_source.delay", lambda *_: None)


@pytest.fixture
def administrator(lab: Lab) -> Client:
    return client_of(lab.person("ada", "administrator"))


@pytest.fixture
def held(lab: Lab) -> Source:
    """Saved long ago: its mode was never chosen."""
    made = Source(slug="our-jira", name="Our Jira", kind="jira")
    made.settings = {"address": "https://jira.example", "email": "m@x.y"}
    made.secret = "right"
    made.save()
    made.viewers.set(Group.objects.all())
    return made


def filled(**changed: Any) -> dict[str, Any]:
    usual = {
        "name": "Our Jira",
        "interval": "5",
        "set_address": "https://jira.example",
        "set_mode": "auto",
        "set_email": "m@x.y",
        "set_projects": "",
        "set_hypothesis_types": "Hypothesis",
        "set_hypothesis_labels": "hypothesis",
        "secret": "",
        "viewers": [str(one.pk) for one in Group.objects.all()],
    }
    return usual | changed


@pytest.mark.parametrize(
    "changed",
    [
        {"set_address": "https://elsewhere.example"},
        {"set_address": "http://jira.example"},
        {"set_address": "https://jira.example/other"},
        {"set_email": "ben@x.y"},
        {"set_mode": "dc"},
    ],
)
@pytest.mark.parametrize("button", ["test", "save"])
def test_another_address_or_account_needs_the_credential_anew(
    administrator: Client, held: Source, changed: dict[str, str], button: str
) -> None:
    answer = administrator.post(URL, filled(**changed, **{button: "1"}))
    assert answer.status_code == 200
    assert "write the credential again" in answer.content.decode()
    kept = Source.objects.get(pk=held.pk)
    assert (kept.settings, kept.secret) == (held.settings, "right")
    assert administrator.post(URL, filled(**changed, secret="other")).status_code == 302
    assert Source.objects.get(pk=held.pk).secret == "other"


def test_a_test_sends_the_stored_credential_nowhere_else(
    administrator: Client, held: Source
) -> None:
    with jira.Practice(jira.State.of(STORY), mode="cloud", port=0) as practice:
        before = len(practice.requests)
        given = filled(set_address=practice.url, test="1")
        assert "write the credential again" in administrator.post(URL, given).content.decode()
        assert len(practice.requests) == before
        held.settings |= {"address": practice.url}
        held.save()
        same = administrator.post(URL, given | {"set_address": f" {practice.url}/ "})
    assert "The connection works" in same.content.decode()


def test_the_same_place_in_other_words_and_other_settings_keep_the_credential(
    administrator: Client, held: Source
) -> None:
    given = filled(set_address="jira.example/", set_projects="DOC", name="New name")
    assert administrator.post(URL, given).status_code == 302
    kept = Source.objects.get(pk=held.pk)
    assert (kept.secret, kept.name, kept.settings["projects"]) == ("right", "New name", ["DOC"])


@pytest.mark.parametrize("address", ["https://mia:s3cret@jira.example", "mia@jira.example"])
def test_an_address_with_a_name_or_a_password_is_not_kept(
    administrator: Client, held: Source, address: str
) -> None:
    before = Source.objects.count()
    for url in (URL, "/sources/add/?kind=jira"):
        answer = administrator.post(url, filled(set_address=address, secret="tok"))
        assert "An address holds no user name and no password" in answer.content.decode()
    assert Source.objects.count() == before
    assert Source.objects.get(pk=held.pk).settings == held.settings


def test_saving_leaves_a_sync_under_way_its_claim_and_its_time(held: Source) -> None:
    """The form was opened before the sync began, and is saved while it runs."""
    given = filled(name="New name")
    as_it_is = SourceForm("jira", filled(), source=held)
    assert as_it_is.is_valid(), as_it_is.errors
    Source.objects.filter(pk=held.pk).update(settings=held.settings | as_it_is.settings())
    opened = Source.objects.get(pk=held.pk)
    claim, later = uuid4(), timezone.now() + timedelta(minutes=9)
    Source.objects.filter(pk=held.pk).update(claim=claim, next_sync_at=later, paused=True)
    form = SourceForm("jira", given, source=opened)
    assert form.is_valid(), form.errors
    form.save()
    kept = Source.objects.get(pk=held.pk)
    assert (kept.claim, kept.next_sync_at, kept.paused) == (claim, later, True)
    assert (kept.name, kept.reading) == ("New name", "")


def test_a_credential_that_was_stored_meanwhile_for_another_place_is_not_used(
    held: Source,
) -> None:
    opened = Source.objects.get(pk=held.pk)
    form = SourceForm("jira", filled(), source=opened)
    assert form.is_valid(), form.errors
    moved = Source.objects.get(pk=held.pk)
    moved.settings = moved.settings | {"address": "https://elsewhere.example"}
    moved.secret = "theirs"
    moved.save()
    assert form.save().secret == ""
    kept = Source.objects.get(pk=held.pk)
    assert (kept.settings["address"], kept.secret) == ("https://jira.example", "")
