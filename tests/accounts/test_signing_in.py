"""Signing in: what is let in, what is refused, and what a refusal tells."""

import re
from datetime import timedelta
from statistics import median
from time import process_time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from portal.accounts.invitations import CONSOLE
from tests.accounts.making import PASSWORD, code_of, person, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(name, password=PASSWORD, client=None, **more):
    client = client or Client()
    return client.post(LOGIN, {"login": name, "password": password}, **more)


def said(answer):
    """What the page tells a person, without its token."""
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="[^"]*"', "", body)


@pytest.mark.parametrize("name", ["mara", "mara@lab.test", "MARA@lab.test"])
def test_one_signs_in_by_name_or_by_address(name):
    person()
    assert sign_in(name).url == "/"


def test_a_wrong_password_and_an_unknown_name_are_told_alike():
    person()
    asleep = person("otto")
    User.objects.filter(pk=asleep.pk).update(is_active=False)
    pages = [
        said(sign_in(name, "wrong-password"))
        for name in ("mara", "nobody", "mara@lab.test", "nobody@lab.test", "otto")
    ]
    assert "not correct" in pages[0]
    by_name, by_address = {pages[0], pages[1], pages[4]}, {pages[2], pages[3]}
    assert len(by_name) == len(by_address) == 1


def test_an_unknown_name_takes_as_long_as_a_wrong_password(settings, dear_hashes):
    """Both are hashed; without that an unknown name answers at once."""
    settings.ACCOUNT_RATE_LIMITS = False
    assert "argon2id$v=19$m=102400,t=2," in person().password

    def took(name):
        begun = process_time()  # of the processor: others' load is not in it
        sign_in(name, "wrong-password")
        return process_time() - begun

    known = median(took("mara") for _ in range(3))
    unknown = median(took("nobody") for _ in range(3))
    assert 0.5 < known / unknown < 2, (known, unknown)


def test_the_sixth_failed_attempt_is_refused_even_with_the_right_password():
    person()
    tries = [sign_in("mara", f"wrong-{number}") for number in range(5)]
    assert {answer.status_code for answer in tries} == {200}
    sixth = sign_in("mara")
    assert sixth.status_code in {200, 429}
    assert "_auth_user_id" not in sixth.client.session
    assert "Too many" in sixth.content.decode()


def test_a_refusal_for_too_many_attempts_tells_nothing_of_the_account():
    person()
    for number in range(5):
        sign_in("mara", f"wrong-{number}")
        sign_in("nobody", f"wrong-{number}", REMOTE_ADDR="127.0.0.2")
    known, unknown = sign_in("mara"), sign_in("nobody", REMOTE_ADDR="127.0.0.2")
    assert known.status_code == unknown.status_code
    assert said(known) == said(unknown)


def test_attempts_are_counted_for_the_person_behind_the_proxy(settings):
    """Ten failures from one address stop that address, not everybody's proxy."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    person()
    for number in range(11):
        sign_in(f"nobody{number}", "wrong", headers={"X-Forwarded-For": "9.9.9.9, 203.0.113.7"})
    stopped = sign_in("mara", headers={"X-Forwarded-For": "203.0.113.7"})
    assert stopped.status_code != 302
    assert sign_in("mara", headers={"X-Forwarded-For": "203.0.113.8"}).status_code == 302


def test_signing_in_gives_a_new_session():
    """Whoever planted the old one is left outside."""
    person()
    client = Client()
    client.get("/accounts/2fa/authenticate/")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    assert sign_in("mara", client=client).status_code == 302
    after = client.cookies["sessionid"].value
    assert after != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(
    "away", ["//evil.test/", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(away):
    person()
    answer = Client().post(f"{LOGIN}?next={away}", {"login": "mara", "password": PASSWORD})
    assert answer.url == "/"
    person("otto")
    told = {"login": "otto", "password": PASSWORD, "next": away}
    assert Client().post(LOGIN, told).url == "/"


def test_signing_in_leads_to_where_one_wanted_to_go():
    person()
    wanted = Client().get("/runs/?q=a%20b").url
    assert wanted == "/accounts/login/?next=/runs/%3Fq%3Da%2520b"
    assert Client().post(wanted, {"login": "mara", "password": PASSWORD}).url == "/runs/?q=a%20b"


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signs_up(method):
    told = {
        "email": "eve@evil.test",
        "username": "eve",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    answer = getattr(Client(), method)("/accounts/signup/", told)
    assert "Accounts are made by an administrator" in answer.content.decode()
    assert not User.objects.exists()


def test_a_password_that_was_forgotten_tells_nobody_who_is_here(mailoutbox):
    person()
    answers = [
        Client().post("/accounts/password/reset/", {"email": email})
        for email in ("mara@lab.test", "nobody@lab.test")
    ]
    assert answers[0].url == answers[1].url


def test_without_a_mail_server_no_link_is_written_to_the_log(settings, capfd, caplog):
    settings.MAILERS = {"default": {"BACKEND": CONSOLE}}
    person()
    Client().post("/accounts/password/reset/", {"email": "mara@lab.test"})
    told = "".join(capfd.readouterr()) + caplog.text
    assert "mail is not set up" in told
    assert "/accounts/password/reset/key/" not in told


def test_an_address_is_changed_on_the_settings_page_only():
    answer = signed_in(person()).get("/accounts/email/")
    assert answer.url == "/settings/"


# ── the second factor ────────────────────────────────────────────────────────


def confirmed(client, address):
    """The page, once the password was given again."""
    asked = client.get(address)
    assert asked.url.startswith("/accounts/reauthenticate/")
    return client.post(asked.url, {"password": PASSWORD}, follow=True)


def enrol(client):
    """As a person does: password again, the secret from the page, its code."""
    page = confirmed(client, "/accounts/2fa/totp/activate/")
    secret = re.search(r'value="([A-Z2-7]{32})"', page.content.decode())[1]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def enrolled():
    person()
    client = Client()
    sign_in("mara", client=client)
    secret = enrol(client)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    listed = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    return secret, listed.split()


def test_a_second_factor_is_enrolled_and_asked_for_from_then_on():
    secret, _ = enrolled()
    client = Client()
    answer = sign_in("mara", client=client)
    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/settings/").status_code == 302  # not in yet
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):  # another code by then
        answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.url == "/"
    assert client.get("/settings/").status_code == 200


def test_a_code_works_once():
    secret, _ = enrolled()
    code = code_of(secret)
    for let_in in (True, False):
        client = Client()
        sign_in("mara", client=client)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is let_in


def test_a_recovery_code_works_once_in_place_of_the_app():
    _, codes = enrolled()
    assert len(codes) == 10
    for status in (302, 200):
        client = Client()
        sign_in("mara", client=client)
        answer = client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert answer.status_code == status


def test_who_lost_the_second_factor_gets_in_when_an_administrator_takes_it_away():
    enrolled()
    client = signed_in(person("ada", "administrator"))
    for held in Authenticator.objects.all():
        page = client.get(f"/admin/mfa/authenticator/{held.pk}/change/").content.decode()
        assert held.data.get("secret", "no such") not in page
        client.post(f"/admin/mfa/authenticator/{held.pk}/delete/", {"post": "yes"})
    assert sign_in("mara").url == "/"


def test_the_page_of_passkeys_opens():
    client = Client()
    person()
    sign_in("mara", client=client)
    assert "No key yet." in client.get("/accounts/2fa/webauthn/").content.decode()
    page = confirmed(client, "/accounts/2fa/webauthn/add/")
    assert "Passwordless" in page.content.decode()
