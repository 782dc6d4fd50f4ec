"""Each fault, as a caller sees it."""

import json
import time
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead, RemoteDisconnected

import pytest

from demo.jira import Practice
from tests.demo_jira.caller import Caller, calling
from tests.demo_jira.story import started, state

NEW = {"fields": {"project": {"key": "DOC"}, "issuetype": {"name": "Task"}, "summary": "Only once"}}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_refusal_strikes_as_often_as_asked_and_does_nothing(caller: Caller, status: int) -> None:
    caller.practice.faults.add("status", status=status, times=2)
    for _ in range(2):
        assert caller.call("POST", "/api/2/issue", NEW).status == status
    assert len(caller.practice.state.issues) == 5
    assert caller.call("POST", "/api/2/issue", NEW).status == 201


def test_retry_after_is_seconds_a_date_or_nothing(caller: Caller) -> None:
    add = caller.practice.faults.add
    add("status", status=429, retry_after=7)
    add("status", status=429, retry_after=7, as_date=True)
    add("status", status=429, extra={"RateLimit-Reason": "jira-quota-tenant-based"})
    answers = [caller.call("GET", "/api/2/myself") for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 429]
    seconds, date, nothing = (answer.headers["Retry-After"] for answer in answers)
    assert (seconds, nothing) == ("7", None)
    wait = parsedate_to_datetime(date).timestamp() - time.time()
    assert 5 <= wait <= 8
    assert answers[0].headers["X-RateLimit-Remaining"] == "0"
    assert answers[2].headers["RateLimit-Reason"] == "jira-quota-tenant-based"


def test_a_fault_waits_for_its_path_its_method_and_its_turn(caller: Caller) -> None:
    fault = caller.practice.faults.add("status", path=r"/issue/\w+-\d+$", method="GET", skip=1)
    paths = ("/api/2/myself", "/api/2/issue/DOC-1", "/api/2/issue/DOC-2", "/api/2/issue/DOC-3")
    assert [caller.call("GET", path).status for path in paths] == [200, 200, 503, 200]
    assert fault.done == 1


def test_a_fault_may_last_until_it_is_cleared(caller: Caller) -> None:
    caller.practice.faults.add("unauthorized", times=0)
    assert [caller.call("GET", "/api/2/myself").status for _ in range(3)] == [401, 401, 401]
    caller.practice.faults.clear()
    assert caller.call("GET", "/api/2/myself").status == 200


def test_a_reset_does_nothing(caller: Caller) -> None:
    caller.practice.faults.add("reset")
    with pytest.raises(ConnectionResetError):
        caller.call("POST", "/api/2/issue", NEW)
    assert len(caller.practice.state.issues) == 5


def test_a_lost_answer_was_carried_out(caller: Caller) -> None:
    caller.practice.faults.add("lost")
    with pytest.raises(ConnectionResetError):
        caller.call("POST", "/api/2/issue", NEW)
    assert caller.practice.state.need("DOC-4").summary == "Only once"


def test_a_lost_status_was_carried_out_too(caller: Caller) -> None:
    caller.practice.faults.add("lost-status", status=503)
    assert caller.call("POST", "/api/2/issue", NEW).status == 503
    assert caller.practice.state.need("DOC-4").summary == "Only once"


def test_a_truncated_body_ends_early(caller: Caller) -> None:
    caller.practice.faults.add("truncated")
    with pytest.raises(IncompleteRead):
        caller.call("GET", "/api/2/field")
    caller.connection.close()
    assert caller.call("GET", "/api/2/field").status == 200


@pytest.mark.parametrize("kind", ["garbage", "html"])
def test_a_body_that_is_no_json_comes_with_200(caller: Caller, kind: str) -> None:
    caller.practice.faults.add(kind)
    with pytest.raises(ValueError, match=r"Expecting value|can't decode"):
        caller.call("GET", "/api/2/field")


def test_a_slow_answer_comes_late(caller: Caller) -> None:
    caller.practice.faults.add("slow", seconds=0.3)
    began = time.monotonic()
    assert caller.call("GET", "/api/2/myself").status == 200
    assert time.monotonic() - began >= 0.3


def test_a_dripping_answer_never_ends_and_does_not_hold_up_the_end() -> None:
    with started("cloud") as practice, calling(practice) as caller:
        practice.faults.add("drip", seconds=0.01)
        caller.connection.request("GET", "/rest/api/3/myself", headers=caller.headers)
        answer = caller.connection.getresponse()
        read = b"".join(answer.read(1) for _ in range(12))
        assert read == b'{"self": "ht'
        answer.close()
        began = time.monotonic()
    assert time.monotonic() - began < 2


def test_an_expired_token_gives_empty_lists_with_200(caller: Caller) -> None:
    caller.practice.faults.add("anonymous", times=0)
    assert caller.search("project = DOC") == []
    assert caller.get("/api/2/project") == []
    assert caller.get("/agile/1.0/board")["values"] == []
    assert caller.call("GET", "/api/2/myself").status == 401


def test_a_missing_right_on_one_project_is_403_there_only(caller: Caller) -> None:
    caller.practice.faults.add("forbidden", project="DOC", times=0)
    for path in ("project/DOC", "project/DOC/versions", "issue/DOC-2", "issue/DOC-2/remotelink"):
        assert caller.call("GET", f"/api/2/{path}").status == 403
    for path in ("project/NEW", "issue/NEW-1", "myself"):
        assert caller.call("GET", f"/api/2/{path}").status == 200


def control(caller: Caller, method: str, name: str, body: bytes = b"") -> tuple[int, object]:
    caller.connection.request(method, f"/__practice__/{name}", body)
    answer = caller.connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_faults_are_asked_for_over_http(caller: Caller) -> None:
    status, told = control(caller, "POST", "faults", b'{"kind": "status", "status": 502}')
    assert (status, told[0]["status"]) == (200, 502)
    assert caller.call("GET", "/api/2/myself").status == 502
    control(caller, "POST", "faults", b'{"kind": "reset", "times": 0}')
    assert control(caller, "DELETE", "faults") == (200, [])
    assert caller.call("GET", "/api/2/myself").status == 200
    assert control(caller, "GET", "requests") == (200, {"GET /rest/api/{api}/myself": 2})


@pytest.mark.parametrize(
    "body", [b"nonsense", b"[]", b'{"kind": "flood"}', b'{"kind": "reset", "x": 1}']
)
def test_a_fault_that_there_is_not_is_refused(caller: Caller, body: bytes) -> None:
    status, told = control(caller, "POST", "faults", body)
    assert status == 400
    assert told["error"]


def test_one_connection_serves_many_calls_and_the_port_is_free_again() -> None:
    practice = Practice(state()).start()
    port = int(practice.url.rpartition(":")[2])
    with calling(practice) as caller:
        for _ in range(3):
            caller.get("/api/2/myself")
        kept = caller.connection.sock.getsockname()
        caller.call("PUT", "/api/2/issue/DOC-1", {"fields": {"summary": "204 keeps it, too"}})
        assert caller.connection.sock.getsockname() == kept
        practice.stop()
        with pytest.raises((RemoteDisconnected, ConnectionError)):
            caller.call("GET", "/api/2/myself")
    with Practice(state(), port=port) as again, calling(again) as caller:
        assert caller.get("/api/2/myself")["displayName"] == "Mia Ode"
