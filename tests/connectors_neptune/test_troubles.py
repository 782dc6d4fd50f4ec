"""What goes wrong, in words. Pure: errors in, a verdict out."""

from importlib import import_module
from types import SimpleNamespace

import jwt
import pytest
import requests

from sources.connectors.base import Unauthorized, Unavailable
from sources.connectors.neptune import session
from sources.connectors.neptune.troubles import Denied, NotThere, failures, judged, title_of

HOST = "neptune.example.com"


@pytest.fixture(autouse=True, scope="module")
def imported():
    session.import_client()


def oauth(name: str) -> Exception:
    return getattr(import_module("oauthlib.oauth2.rfc6749.errors"), name)()


def client(name: str, *words: str) -> Exception:
    for module in ("neptune.common.exceptions", "neptune.exceptions"):
        found = getattr(import_module(module), name, None)
        if found:
            return found(*words)
    raise AssertionError(name)


def refused(status: int, body: object = None, **headers: str) -> Exception:
    answer = SimpleNamespace(status_code=status, headers=headers, json=lambda: body or {})
    return requests.HTTPError(response=answer)


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (lambda: requests.exceptions.SSLError("x"), Unavailable, "certificate cannot be trusted"),
        (lambda: requests.exceptions.ReadTimeout("x"), Unavailable, "did not answer in time"),
        (lambda: requests.exceptions.ConnectionError("x"), Unavailable, "could not be reached"),
        (lambda: requests.exceptions.JSONDecodeError("x", "", 0), Unavailable, "else than JSON"),
        (lambda: jwt.DecodeError("x"), Unavailable, "something else than a token"),
        (lambda: oauth("InvalidGrantError"), Unauthorized, "ended the session"),
        (lambda: oauth("InsecureTransportError"), Unauthorized, "plain http"),
        (lambda: client("NeptuneInvalidApiTokenException"), Unauthorized, "refused the API token"),
        (lambda: client("CannotResolveHostname", "x"), Unavailable, "could not be reached"),
        (lambda: client("Forbidden"), Unauthorized, "may not see this"),
        (lambda: refused(404), NotThere, ""),
        (lambda: refused(403), Denied, "may not see this"),
        (lambda: refused(429), Unavailable, "slow down"),
    ],
)
def test_every_failure_has_a_verdict_in_clean_words(error, kind, said):
    failed = error()
    assert isinstance(failed, failures())
    trouble = judged(failed, HOST).trouble
    assert isinstance(trouble, kind)
    assert said in str(trouble)
    assert "\x1b" not in str(trouble)
    assert "\n" not in str(trouble)


def test_the_last_failure_speaks_for_a_client_that_gave_up():
    lost = client("NeptuneConnectionLostException", "x")
    lost.__cause__ = refused(429, **{"Retry-After": "12"})
    verdict = judged(lost, HOST)
    assert (verdict.wait, verdict.again) == (12.0, True)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_what_will_not_get_better_is_not_asked_again(status):
    assert not judged(refused(status), HOST).again


def test_a_servers_title_is_cleaned_before_it_is_shown():
    assert title_of({"title": "\n\x1b[95mSyntax \x1b[0m\n error" + "x" * 500}).startswith(
        "Syntax error"
    )
    assert len(title_of({"title": "x" * 500})) == 200
    assert title_of({}) == "no reason given"
