"""Misbehaviour on request, as any HTTP client sees it."""

import json
import time
import urllib.error
import urllib.request
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from demo.neptune import Fault, tokens
from demo.neptune.documents import BACKEND
from demo.neptune.faults import expired, too_many, unavailable
from tests.demo_neptune.writing import PROJECT


@pytest.fixture
def ask(practice):
    def answer(lives: float = 60.0):
        url = f"{practice.url}{BACKEND}/projects/get?projectIdentifier={PROJECT}"
        token = tokens.jwt("ann", practice.issuer, lives=lives, kind="Bearer")
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=5) as response:
            return json.load(response)

    return answer


def refused(ask, **options):
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(**options)
    with error.value:
        return error.value.code, error.value.headers, json.load(error.value)


def test_without_a_fault_it_answers(ask):
    assert ask()["projectKey"] == "DOC"


def test_it_is_unavailable_as_often_as_it_was_told(ask, practice):
    practice.fault(unavailable("getProject", times=2))
    assert [refused(ask)[0], refused(ask)[0]] == [503, 503]
    assert ask()["projectKey"] == "DOC"


def test_it_asks_for_patience(ask, practice):
    practice.fault(too_many("getProject", "7"))
    status, headers, _ = refused(ask)
    assert (status, headers["Retry-After"]) == (429, "7")


def test_it_hangs_up_without_a_word(ask, practice):
    practice.fault(Fault("*", drop=True))
    with pytest.raises(RemoteDisconnected):
        ask()


def test_it_hangs_up_half_way(ask, practice):
    practice.fault(Fault("getProject", cut=True))
    with pytest.raises(IncompleteRead):
        ask()


def test_it_takes_its_time(ask, practice):
    practice.fault(Fault("getProject", slow=0.3))
    began = time.monotonic()
    ask()
    assert time.monotonic() - began > 0.3


def test_a_token_runs_out_and_can_be_told_to(ask, practice):
    status, _, body = refused(ask, lives=-1.0)
    assert (status, body["errorType"]) == (401, "AUTHORIZATION_TOKEN_EXPIRED")
    practice.fault(expired("getProject"))
    assert refused(ask)[2]["errorType"] == "AUTHORIZATION_TOKEN_EXPIRED"


def test_a_fault_strikes_what_it_was_meant_for_only(ask, practice):
    practice.fault(Fault("listProjects", status=503))
    practice.fault(Fault("getProject", status=503, when=lambda query: "other" in query))
    assert ask()["projectKey"] == "DOC"
