"""API tokens: made once, shown once, and ended at once."""

import re
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from portal.accounts.models import ApiToken, digest
from portal.api.problems import TYPE
from sources.models import Source
from tests.accounts.making import bearer, person, signed_in, token_of

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
MADE = {"name": "nightly", "scopes": ["read", "files"], "days": "30"}
TEXT = re.compile(r"ll_[\w-]{43}")


def make(client, **changed):
    return client.post("/settings/tokens/", {**MADE, **changed})


def test_a_tokens_text_is_shown_once_and_stored_nowhere():
    client = signed_in(person())
    page = make(client)
    (text,) = set(TEXT.findall(page.content.decode()))
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    token = ApiToken.objects.get()
    assert token.digest == digest(text)
    assert text not in str(ApiToken.objects.values().get())
    again = client.get("/settings/tokens/").content.decode()
    assert not TEXT.search(again)
    assert token.prefix in again
    assert text not in str([session.get_decoded() for session in Session.objects.all()])


def test_a_token_lasts_ninety_days_unless_it_is_said_otherwise():
    page = signed_in(person()).get("/settings/tokens/").content.decode()
    assert re.search(r'name="days"[^>]*value="90"|value="90"[^>]*name="days"', page)


@pytest.mark.parametrize(
    "wrong", [{"days": "0"}, {"days": "366"}, {"scopes": ["root"]}, {"scopes": []}, {"name": ""}]
)
def test_a_token_that_asks_too_much_is_not_made(wrong):
    page = make(signed_in(person()), **wrong)
    assert page.status_code == 200
    assert not ApiToken.objects.exists()
    assert 'class="errors"' in page.content.decode()


def test_a_token_of_a_year_ends_after_a_year():
    make(signed_in(person()), days="365")
    left = ApiToken.objects.get().expires_at - timezone.now()
    assert timedelta(days=364, hours=23) < left <= timedelta(days=365)


def test_only_ones_own_tokens_are_listed_and_revoked():
    mine, theirs = person("mara"), person("otto")
    token, _ = token_of(theirs)
    client = signed_in(mine)
    assert token.prefix not in client.get("/settings/tokens/").content.decode()
    assert client.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_a_revoked_token_opens_nothing_from_then_on():
    user = person()
    token, text = token_of(user)
    assert Client().get("/api/v1/me/", headers=bearer(text)).status_code == 200
    answer = signed_in(user).post(f"/settings/tokens/{token.pk}/revoke/")
    assert answer.url == "/settings/tokens/"
    refused(Client().get("/api/v1/me/", headers=bearer(text)), 401)
    assert "revoked" in signed_in(user).get("/settings/tokens/").content.decode()


def test_revoking_twice_keeps_the_first_time():
    user = person()
    token, _ = token_of(user)
    signed_in(user).post(f"/settings/tokens/{token.pk}/revoke/")
    first = ApiToken.objects.get().revoked_at
    signed_in(user).post(f"/settings/tokens/{token.pk}/revoke/")
    assert ApiToken.objects.get().revoked_at == first


def test_revoking_needs_a_post():
    user = person()
    token, _ = token_of(user)
    assert signed_in(user).get(f"/settings/tokens/{token.pk}/revoke/").status_code == 405


@pytest.mark.parametrize("tokens", [1, 60])
def test_the_list_costs_the_same_for_one_token_and_for_sixty(tokens, django_assert_num_queries):
    user = person()
    for _ in range(tokens):
        token_of(user)
    client = signed_in(user)
    client.get("/settings/tokens/")
    # session, user, profile, tokens, and the frame's two (sources and their times, inbox)
    with django_assert_num_queries(6):
        page = client.get("/settings/tokens/")
    assert page.content.decode().count("/revoke/") == tokens


def refused(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == TYPE
    assert answer.json()["status"] == status
    assert "sessionid" not in answer.cookies


def test_an_expired_token_is_refused_with_a_problem_document():
    _, text = token_of(person(), days=1)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        refused(Client().get("/api/v1/me/", headers=bearer(text)), 401)


@pytest.mark.parametrize("text", ["ll_" + "x" * 43, "ll_", "sk-other", "\xff\xfe"])
def test_a_foreign_token_is_refused_with_a_problem_document(text):
    refused(Client().get("/api/v1/me/", headers=bearer(text)), 401)


def test_no_token_at_all_is_a_401_that_names_the_scheme():
    answer = Client().get("/api/v1/me/")
    refused(answer, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="labledger"'


def test_a_token_of_a_deactivated_person_is_refused():
    user = person()
    _, text = token_of(user)
    user.is_active = False
    user.save()
    refused(Client().get("/api/v1/me/", headers=bearer(text)), 401)


def test_a_missing_scope_is_a_403():
    user = person(role="lead")
    Source.objects.create(slug="lab", name="Lab", kind="jira")
    _, text = token_of(user, "read")
    refused(Client().post("/api/v1/sources/lab/sync/", headers=bearer(text)), 403)


def test_a_scope_gives_no_more_than_the_person_may():
    user = person(role="viewer")
    source = Source.objects.create(slug="lab", name="Lab", kind="jira")
    source.viewers.set(user.groups.all())
    _, text = token_of(user, "sync")
    refused(Client().post("/api/v1/sources/lab/sync/", headers=bearer(text)), 403)


def test_a_tokens_request_makes_no_session_and_needs_no_csrf_token():
    user = person(role="lead")
    _, text = token_of(user, "sync")
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/api/v1/sources/none/sync/", **JSON, headers=bearer(text))
    assert answer.status_code == 404  # past the door: there is no such source
    assert not answer.cookies
    assert not Session.objects.exists()


def test_a_sessions_post_to_the_api_needs_a_csrf_token():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(person(role="lead"))
    answer = strict.post("/api/v1/sources/none/sync/", **JSON)
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]
    strict.get("/settings/")
    cookie = strict.cookies["csrftoken"].value
    answer = strict.post("/api/v1/sources/none/sync/", **JSON, headers={"X-CSRFToken": cookie})
    assert answer.status_code == 404


def test_the_last_use_is_written_at_most_once_a_minute():
    token, text = token_of(person())
    start = timezone.now()
    seen = []
    for seconds in (0, 30, 59, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            Client().get("/api/v1/me/", headers=bearer(text))
        token.refresh_from_db()
        seen.append(round((token.last_used_at - start).total_seconds()))
    assert seen == [0, 0, 0, 61]


def test_tokens_lose_a_scope_that_opened_nothing_and_keep_the_others():
    gone = import_module("portal.accounts.migrations.0008_no_scope_that_does_nothing")
    both, _ = ApiToken.make(person("bo", "viewer"), name="a", scopes=["read", "records:write"])
    other, _ = ApiToken.make(both.user, name="b", scopes=["records", "sync"])
    gone.take_away(apps, None)
    both.refresh_from_db()
    other.refresh_from_db()
    assert (both.scopes, other.scopes) == (["read"], ["records", "sync"])
