"""What opens for whom, over every address; and what each answer carries."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from sources.models import Source
from tests.accounts.addresses import KEY, every
from tests.accounts.making import person, signed_in

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "contributor", "lead", "deployer", "administrator")

# Without a login. Everything else leads to it, or is a 401 of the API.
OPEN = {
    "/healthz",
    "/healthz/workers",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/x/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/x-x/",
    "/accounts/password/reset/key/done/",
    "/accounts/invitation/NONE-1/",
    "/accounts/2fa/webauthn/login/",
    "/accounts/logout/",
    "/accounts/2fa/authenticate/",
    "/accounts/email/",
}


def shut(answer):
    to_login = answer.status_code == 302 and answer.url.startswith("/accounts/login/")
    return to_login or answer.status_code == 401


def test_a_stranger_reaches_the_login_and_little_else():
    client = Client()
    found = {address for address in every() if not shut(client.get(address))}
    # Our own page of the API's documentation says nothing, not even that it is there.
    found = {one for one in found if client.get(one).status_code != 404}
    assert found <= OPEN, found - OPEN


def test_a_strangers_post_changes_nothing_either():
    client = Client()
    found = {one for one in every() if not shut(client.post(one))}
    found = {one for one in found if client.post(one).status_code not in {404, 405}}
    assert found <= OPEN, found - OPEN


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("who", ["stranger", "administrator"])
def test_every_answer_carries_the_walls(who):
    client = Client() if who == "stranger" else signed_in(person("ada", "administrator"))
    client.raise_request_exception = False
    for address in [*every(), "/no/such/page/"]:
        answer = client.get(address)
        assert answer.status_code < 500, address
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        assert "frame-ancestors 'none'" in policy, address
        for name, value in HEADERS.items():
            assert answer[name] == value, (address, name)


def test_a_form_without_its_token_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "mara"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "This form was not accepted" in page
    assert "<style" not in page


def test_cookies_are_closed_to_scripts_and_to_other_sites():
    person()
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "mara", "password": "correct-horse-9-battery"})
    session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
    assert session["httponly"]
    for cookie in (session, csrf):
        assert cookie["samesite"] == "Lax"
        assert not cookie["secure"]


def test_with_https_cookies_never_go_over_plain_http(settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 60
    person()
    client = Client()
    page = client.get("/accounts/login/", secure=True)
    assert page["Strict-Transport-Security"] == "max-age=60"
    told = {"login": "mara", "password": "correct-horse-9-battery"}
    client.post("/accounts/login/", told, secure=True)
    assert client.cookies["sessionid"]["secure"]
    assert client.cookies["csrftoken"]["secure"]


# ── what each role may do ────────────────────────────────────────────────────

EVERYBODY = set(ROLES)
AUTHORS = {"contributor", "lead", "administrator"}
LEADS = {"lead", "administrator"}
RECORDERS = {"contributor", "lead", "deployer", "administrator"}
ADMINISTRATORS = {"administrator"}
# (address, roles that may, what they then get; what is not there is a 404)
READS = [
    ("/", 200),
    ("/sprints/", 200),
    ("/hypotheses/", 200),
    ("/inbox/", 200),
    ("/runs/", 200),
    ("/records/", 200),
    ("/sources/", 200),
    ("/sources/lab/", 200),
    ("/search/?q=a", 200),
    ("/settings/", 200),
    ("/settings/tokens/", 200),
    ("/api/v1/docs/", 200),
    ("/api/v1/me/", 200),
    ("/api/v1/runs/", 200),
    ("/api/v1/records/", 200),
]
ONLY = [
    ("/sources/add/", ADMINISTRATORS, 200),
    ("/sources/lab/edit/", ADMINISTRATORS, 200),
    ("/settings/people/", ADMINISTRATORS, 200),
    ("/admin/", ADMINISTRATORS, 200),
    ("/admin/sources/source/", ADMINISTRATORS, 200),
    ("/admin/pghistory/events/", ADMINISTRATORS, 200),
]
ACTS = [
    ("/sources/none/sync/", LEADS, 404),
    ("/sources/none/pause/", LEADS, 404),
    ("/api/v1/sources/none/sync/", EVERYBODY, 404),
    ("/api/v1/sources/lab/sync/", LEADS, 202),
    (f"/t/id/{KEY}/runs/", AUTHORS, 404),
    (f"/h/id/{KEY}/claim/", AUTHORS, 404),
    (f"/h/id/{KEY}/verdict/", AUTHORS, 404),
    (f"/runs/{KEY}/tie/", AUTHORS, 404),
    (f"/records/{KEY}/state/", RECORDERS, 404),
    (f"/records/{KEY}/seal/", LEADS, 404),
    ("/settings/people/7/role/", ADMINISTRATORS, 302),
    ("/settings/people/7/deactivate/", ADMINISTRATORS, 404),
    ("/settings/people/7/activate/", ADMINISTRATORS, 404),
    ("/settings/people/7/link/", ADMINISTRATORS, 404),
]


@pytest.fixture
def source(db):
    held = Source.objects.create(slug="lab", name="Lab", kind="jira", settings={"address": "x"})
    held.viewers.set(Group.objects.all())
    return held


def opened(client, address):
    """As a browser: the admin's way round by its own login counts as refused."""
    answer = client.get(address, follow=True)
    return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_what_it_may(source, role):
    client = signed_in(person("someone", role))
    seen = {address: opened(client, address) for address, _ in READS}
    assert seen == dict(READS)
    seen = {address: opened(client, address) for address, _, _ in ONLY}
    assert seen == {address: status if role in may else 403 for address, may, status in ONLY}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_it_may(source, role):
    client = signed_in(person("someone", role))
    done = {
        address: client.post(address, content_type="application/json").status_code
        if address.startswith("/api/")
        else client.post(address).status_code
        for address, _, _ in ACTS
    }
    assert done == {address: status if role in may else 403 for address, may, status in ACTS}


def test_a_person_without_a_role_sees_nothing_that_was_mirrored(source):
    client = signed_in(person("someone", ""))
    assert client.get("/sources/lab/").status_code == 404
    assert client.get("/sources/").status_code == 200
    assert "Lab" not in client.get("/sources/").content.decode().replace("Labledger", "")
