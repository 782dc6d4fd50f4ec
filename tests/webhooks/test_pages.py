"""A webhook's page, the mark of open pages, and what logs say of it all."""

import logging

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.logs import cut_short
from sources.models import Source
from sources.webhooks.models import Webhook
from tests.pages.conftest import client_of
from tests.sprints.made import Lab


@pytest.fixture
def lab(db: None) -> Lab:
    return Lab()


@pytest.fixture
def chief(lab: Lab) -> Client:
    return client_of(User.objects.create_superuser("root"))


def test_the_secret_is_shown_once_and_the_address_always(chief: Client) -> None:
    url = "/sources/jira/webhook/"
    assert "Make the webhook" in chief.get(url).text
    made = chief.post(url)
    held = Webhook.objects.get()
    assert held.signed
    assert held.secret in made.text
    again = chief.get(url)
    assert held.secret not in again.text
    assert f"http://testserver/hooks/{held.token}/" in again.text
    assert again.headers["Cache-Control"].count("no-store") == 1


def test_it_is_made_anew_without_signatures_and_closed(chief: Client, lab: Lab) -> None:
    chief.post("/sources/jira/webhook/")
    old = Webhook.objects.get().token
    chief.post("/sources/jira/webhook/", {"unsigned": "1"})
    held = Webhook.objects.get()
    assert (held.signed, held.token == old) == (False, False)
    assert "0 heard" in chief.get("/sources/jira/").text
    chief.post("/sources/jira/webhook/", {"close": "1"})
    assert not Webhook.objects.exists()


def test_only_an_administrator_opens_it_and_only_where_there_are_webhooks(
    chief: Client, lab: Lab
) -> None:
    url = "/sources/jira/webhook/"
    assert client_of(lab.lead).get(url).status_code == 403
    assert client_of(lab.lead).post(url).status_code == 403
    assert Client().get(url).status_code == 302
    assert chief.get("/sources/tracker/webhook/").status_code == 404
    assert chief.get("/sources/nothing/webhook/").status_code == 404
    assert not Webhook.objects.exists()


def test_the_mark_changes_when_a_source_that_one_sees_does(lab: Lab) -> None:
    seeing, blind = client_of(lab.viewer), client_of(lab.stranger)
    marks = [one.get("/moved/").headers["ETag"] for one in (seeing, blind)]
    for one, mark in zip((seeing, blind), marks, strict=True):
        assert one.get("/moved/", headers={"If-None-Match": mark}).status_code == 304
    Source.objects.filter(slug="jira").update(moved_at=timezone.now())
    answers = [
        one.get("/moved/", headers={"If-None-Match": mark})
        for one, mark in zip((seeing, blind), marks, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [204, 304]
    assert answers[0].content == b""


def test_only_pages_of_a_sprint_under_way_renew_themselves(lab: Lab) -> None:
    reader = client_of(lab.viewer)
    lab.task("DOC-1", sprint=lab.sprint(49))
    lab.task("DOC-2", sprint=lab.sprint(48, state="closed"))
    for url, live in (("/sprints/49/", 1), ("/t/DOC-1/", 1), ("/sprints/48/", 0), ("/t/DOC-2/", 0)):
        assert reader.get(url).text.count('data-live="/moved/"') == live, url


def test_no_log_line_holds_an_address_that_opens_a_door(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    line = '{"request": "POST /hooks/abc-DEF_1/", "x": "Not Found: /accounts/invitation/tok en"}'
    cut = cut_short(None, "", line)
    assert cut == '{"request": "POST /hooks/…/", "x": "Not Found: /accounts/invitation/… en"}'
    formatter = next(one.formatter for one in logging.getLogger().handlers if one.formatter)
    Client().post("/hooks/guessed-token/")
    assert caplog.records
    written = [formatter.format(one) for one in caplog.records]
    assert not any("guessed-token" in one for one in written)
