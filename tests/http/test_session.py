"""One session type over two libraries, against a server that misbehaves on request."""

import gzip
import json
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from jira.resilientsession import ResilientSession

from sources.connectors.base import Trouble, Unauthorized, Unavailable
from sources.http import Budget, Limits, RequestsWire, Session
from sources.http.words import read_json
from tests.http.conftest import SHORT
from tests.http.faulty import answer, dripping, faulty, raw, reset, silent

OK = answer(body=b'{"who": "me"}')


def test_an_answer_comes_with_its_json_and_is_counted(make):
    with faulty(OK) as server:
        session = make()
        reply = session.json(
            "GET", f"{server.url}/myself", query={"a": "b c"}, headers={"X-A": "1"}
        )
    assert reply.value == {"who": "me"}
    assert session.requests == 1
    assert b"GET /myself?a=b" in server.seen[0]
    assert b"x-a: 1" in server.seen[0].lower()


def test_a_body_is_sent_as_json(make):
    with faulty(OK) as server:
        make().json("POST", server.url, body={"ids": [1]}, reading=True)
    assert b"application/json" in server.seen[0].lower()
    assert server.seen[0].replace(b" ", b"").endswith(b'{"ids":[1]}')


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_status_is_asked_again(make, status):
    with faulty(answer(status), answer(status), OK) as server:
        session = make()
        assert session.json("GET", server.url).value == {"who": "me"}
    assert (session.requests, session.retries) == (3, 2)


@pytest.mark.parametrize("fault", [reset, silent, answer(body=b'{"cut":'), answer(body=b"<html>")])
def test_a_passing_accident_is_asked_again(make, fault):
    with faulty(fault, OK) as server:
        assert make().json("GET", server.url).value == {"who": "me"}
    assert len(server.seen) == 2


@pytest.mark.parametrize("fault", [answer(503), answer(429, retry_after="0"), reset, silent])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_is_sent_once_whatever_happens_to_it(make, fault, method):
    with faulty(fault, OK) as server, pytest.raises(Unavailable):
        make().json(method, server.url, body={"fields": {}})
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_that_may_be_repeated_is_repeated(make, method):
    with faulty(answer(503), OK) as server:
        make().json(method, server.url, body={})
    assert len(server.seen) == 2


def test_a_post_that_only_reads_is_repeated(make):
    with faulty(answer(503), OK) as server:
        make().json("POST", server.url, body={"jql": "x"}, reading=True)
    assert len(server.seen) == 2


def test_attempts_end_and_the_last_words_are_told(make):
    busy = answer(503, b'{"errorMessages": ["Down for repairs"]}')
    with faulty(busy) as server, pytest.raises(Unavailable) as trouble:
        make().json("GET", f"{server.url}/rest/api/3/myself")
    assert len(server.seen) == SHORT.attempts
    assert str(trouble.value) == (
        "Jira at http://here answered 503 to GET /rest/api/3/myself: Down for repairs"
    )
    assert trouble.value.retry_at is None


def test_pauses_grow_and_are_jittered(make):
    limits = Limits(backoff=2.0, attempts=4)
    session = make(limits=limits, jitter=lambda: 1.25)
    with faulty(answer(500)) as server, pytest.raises(Unavailable):
        session.json("GET", server.url)
    assert session.pauses == [2.5, 5.0, 10.0]
    assert session.budget.waited == 17.5


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_kept_and_never_shortened(make, status):
    with faulty(answer(status, retry_after="7"), OK) as server:
        session = make(jitter=lambda: 0.7)
        session.json("GET", server.url)
    assert session.pauses == [7.0]


def test_retry_after_zero_means_now(make):
    with faulty(answer(429, retry_after="0"), OK) as server:
        session = make(limits=Limits(backoff=9.0))
        session.json("GET", server.url)
    assert session.pauses == [0.0]


def test_retry_after_as_a_date_is_read_by_the_servers_clock(make):
    slow_clock = datetime(2020, 1, 1, tzinfo=UTC)
    headers = {
        "Date": format_datetime(slow_clock, usegmt=True),
        "Retry_After": format_datetime(slow_clock + timedelta(seconds=9), usegmt=True),
    }
    with faulty(answer(429, **headers), OK) as server:
        session = make()
        session.json("GET", server.url)
    assert session.pauses == [9.0]


def test_a_rate_limits_reset_is_used_where_retry_after_is_missing(make):
    headers = {"Date": "Tue, 24 Nov 2026 10:59:30 GMT", "X_RateLimit_Reset": "2026-11-24T11:00Z"}
    with faulty(answer(429, **headers), OK) as server:
        session = make()
        session.json("GET", server.url)
    assert sum(session.pauses) == 30.0


def test_a_long_rest_gives_the_worker_back_with_the_time_to_come_again(make):
    session = make()
    with faulty(answer(429, retry_after="1800")) as server, pytest.raises(Unavailable) as trouble:
        session.json("GET", server.url)
    assert len(server.seen) == 1
    assert session.pauses == []
    away = trouble.value.retry_at - datetime.now(UTC)
    assert timedelta(seconds=1790) < away <= timedelta(seconds=1802)


def test_small_rests_add_up_to_the_budget(make):
    session = make(budget=Budget(waiting=10), limits=Limits(attempts=9))
    with faulty(answer(429, retry_after="4")) as server, pytest.raises(Unavailable) as trouble:
        session.json("GET", server.url)
    assert session.pauses == [4.0, 4.0]
    assert trouble.value.retry_at is not None


def test_the_request_budget_counts_attempts_and_stops(make):
    with faulty(answer(500), OK) as server:
        session = make(budget=Budget(requests=2))
        session.json("GET", server.url)
        with pytest.raises(Unavailable, match="has made its 2 requests; the next one goes on"):
            session.json("GET", server.url)
    assert len(server.seen) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_account_needs_a_person_and_is_not_asked_again(make, status):
    refusal = answer(status, b'{"message": "No."}')
    words = rf"answered {status} to GET /: No\."
    with faulty(refusal) as server, pytest.raises(Unauthorized, match=words):
        make().json("GET", f"{server.url}/")
    assert len(server.seen) == 1


def test_a_removed_address_is_told_in_the_servers_words(make):
    gone = answer(410, b'{"errorMessages":["The requested API has been removed."],"errors":{}}')
    with faulty(gone) as server, pytest.raises(Unavailable, match=r"410 .* has been removed\."):
        make().json("GET", f"{server.url}/rest/api/3/search")
    assert len(server.seen) == 1


def test_a_status_that_the_caller_judges_comes_back(make):
    with faulty(
        answer(404, b"<html><title>No such  issue</title>", content_type="text/html")
    ) as server:
        reply = make().json("GET", server.url, answers={404})
    assert (reply.status, reply.value) == (404, "No such issue")


def test_a_redirect_is_not_followed_and_its_target_is_named(make):
    away = answer(302, b"", location="https://sso.example/login?ticket=s3cret")
    with faulty(away) as server, pytest.raises(Unavailable) as trouble:
        make().json("GET", server.url)
    assert "sends us on to https://sso.example/login" in str(trouble.value)
    assert "s3cret" not in str(trouble.value)
    assert len(server.seen) == 1


def test_a_web_page_instead_of_json_is_called_one(make):
    page = answer(body=b"<!DOCTYPE html><title>Log in</title>", content_type="text/html")
    with (
        faulty(page) as server,
        pytest.raises(Unavailable, match=r'a web page \("Log in"\) instead'),
    ):
        make().json("GET", server.url)
    assert len(server.seen) == SHORT.attempts


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"issues": [{"id": "1"', "text that is broken or cut off"),
        (b"\xff\xfe\x00", "something else"),
        (b"[" * 200_000, "text that is broken or cut off"),
        (b"[" + b"9" * 5_000 + b"]", "text that is broken or cut off"),
        (b'{"a": "\xff"}', "text that is broken or cut off"),
    ],
)
def test_broken_json_is_called_so(make, body, words):
    with faulty(answer(body=body)) as server, pytest.raises(Unavailable, match=words):
        make().json("GET", server.url)


def test_an_empty_body_is_no_value(make):
    with faulty(answer(204, b"")) as server:
        assert make().json("DELETE", server.url).value is None


SHORT_OF = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b'{"a": '
CHUNK_CUT = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n'
PACKED = gzip.compress(b'{"a": "' + bytes(range(48, 57)) * 9_000 + b'"}')
PACKED_CUT = (
    f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(PACKED)}\r\n\r\n".encode()
    + PACKED[:80]
)


@pytest.mark.parametrize("whole", [SHORT_OF, CHUNK_CUT, PACKED_CUT])
def test_a_truncated_body_is_called_so(make, whole):
    with faulty(raw(whole)) as server, pytest.raises(Unavailable, match="broke off in the middle"):
        make().json("GET", server.url)
    assert len(server.seen) == SHORT.attempts


def test_a_body_that_does_not_decompress_is_called_so(make):
    bad = answer(body=b"not gzip at all", content_encoding="gzip")
    with faulty(bad) as server, pytest.raises(Unavailable, match="cannot be decompressed"):
        make().json("GET", server.url)


def test_a_compressed_body_is_read(make):
    packed = answer(body=gzip.compress(b'{"who": "me"}'), content_encoding="gzip")
    with faulty(packed) as server:
        assert make().json("GET", server.url).value == {"who": "me"}


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_beyond_the_limit_is_dropped_and_not_asked_for_again(make, packed):
    big = b'"' + b"x" * 2_000_000 + b'"'
    body, headers = (gzip.compress(big), {"content_encoding": "gzip"}) if packed else (big, {})
    words = r"more than 0\.95.* MB in one answer"
    with faulty(answer(body=body, **headers)) as server, pytest.raises(Unavailable, match=words):
        make().json("GET", server.url)
    assert len(server.seen) == 1


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("before", "drop"),
    [(HEAD, b"x"), (CHUNKED, b"1\r\nx\r\n"), (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")],
    ids=["body", "chunks", "headers"],
)
def test_a_server_that_drips_for_ever_ends_at_the_deadline(make, before, drop):
    limits = Limits(read=0.4, total=0.5, attempts=1)
    began = time.monotonic()
    with faulty(dripping(before, drop)) as server:
        with pytest.raises(Unavailable, match=r"did not finish its answer within 0\.5 s"):
            make(limits=limits).json("GET", server.url)
        took = time.monotonic() - began
        server.open = False
    assert 0.45 < took < 1.5


def test_a_server_that_says_nothing_ends_at_the_read_limit(make):
    limits = Limits(read=0.2, total=5, attempts=1)
    began = time.monotonic()
    with (
        faulty(silent) as server,
        pytest.raises(Unavailable, match=r"did not answer within 0\.2 s"),
    ):
        make(limits=limits).json("GET", server.url)
    assert time.monotonic() - began < 1.5


def test_a_closed_port_is_out_of_reach(make):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable, match=r"cannot be reached \(connection refused\)"):
        make().json("GET", f"http://127.0.0.1:{port}/")


def test_a_host_that_takes_no_connection_ends_at_the_connect_limit(make):
    """A listener whose queue is full drops the handshake, as a dead host does."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"did not take a connection within 0\.3 s"):
            make(limits=Limits(connect=0.3, attempts=1)).json(
                "GET", f"http://127.0.0.1:{address[1]}"
            )
        assert time.monotonic() - began < 1.5
        for one in waiting:
            one.close()


def test_a_name_that_does_not_exist_is_out_of_reach(make):
    with pytest.raises(Unavailable, match=r"cannot be reached \(name or service not known\)"):
        make(limits=Limits(attempts=1)).json("GET", "http://jira.invalid/")


@pytest.mark.parametrize("url", ["http://", "jira.example", "http://[::1", "http:///x"])
def test_an_address_that_is_none_ends_in_words(make, url):
    with pytest.raises(Unavailable, match="cannot be reached"):
        make().json("GET", url)


def test_a_secret_is_struck_out_of_every_message(make):
    telltale = answer(400, b'{"message": "bad token tok-123456 for bWU6dG9rLTEyMzQ1Ng=="}')
    session = make(secrets=["tok-123456", "bWU6dG9rLTEyMzQ1Ng=="])
    with faulty(telltale) as server, pytest.raises(Unavailable) as trouble:
        session.json("GET", f"{server.url}/a?token=tok-123456")
    assert str(trouble.value).endswith("GET /a: bad token [hidden] for [hidden]")
    assert trouble.value.__cause__ is None


def test_an_errors_words_are_one_short_printable_line(make):
    noise = b'{"message": "' + b"a\\n\\u0000\\u202eb" * 500 + b'"}'
    with faulty(answer(400, noise)) as server, pytest.raises(Unavailable) as trouble:
        make().json("GET", server.url)
    assert str(trouble.value).isprintable()
    assert len(str(trouble.value)) < 400


def test_the_jira_packages_session_is_only_a_key_ring():
    """Its own request() would sleep, retry and raise; ours must decide."""
    carrier = ResilientSession(timeout=(1, 1), max_retries=0)
    carrier.headers["X-Kept"] = "yes"
    with faulty(answer(503), answer(404), OK) as server:
        session = Session(RequestsWire(carrier), name="Jira", pause=lambda _: None)
        assert session.json("GET", server.url, answers={404}).status == 404
        assert session.json("GET", server.url).value == {"who": "me"}
    assert all(b"X-Kept: yes" in seen for seen in server.seen)
    carrier.close()


# ── beats ────────────────────────────────────────────────────────────────────


class Beats:
    """Counts them, and raises at the one it was told to."""

    def __init__(self, *, ends_at: int = 0) -> None:
        self.heard, self.ends_at = 0, ends_at

    def __call__(self) -> None:
        self.heard += 1
        if self.heard == self.ends_at:
            raise RuntimeError("the claim is gone")


def test_each_request_beats_and_each_mebibyte(make):
    body = b'"' + b"x" * (3 << 20) + b'"'
    with faulty(answer(503), answer(body=body)) as server:
        session = make(limits=Limits(backoff=0.0))
        session.beat = Beats()
        session.json("GET", server.url)
    assert session.beat.heard == 2 + 3


def test_a_long_wait_beats_and_can_be_ended(make):
    with faulty(answer(429, retry_after="35"), OK) as server:
        session = make()
        session.beat = Beats(ends_at=3)
        with pytest.raises(RuntimeError, match="claim is gone"):
            session.json("GET", server.url)
    assert session.pauses == [10.0, 10.0]
    assert len(server.seen) == 1


# ── quotas ───────────────────────────────────────────────────────────────────

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
AT_NOON = {"Date": format_datetime(NOON, usegmt=True), "X_RateLimit_Reset": "2026-11-24T12:01Z"}


def test_a_long_wait_is_not_slept_but_told(make):
    with faulty(answer(429, retry_after="61")) as server:
        session = make()
        with pytest.raises(Unavailable) as trouble:
            session.json("GET", server.url)
    assert session.pauses == []
    assert trouble.value.retry_at - datetime.now(UTC) > timedelta(seconds=58)


def test_a_quota_that_names_no_time_begins_anew_with_the_hour(make):
    headers = {
        "Date": format_datetime(NOON + timedelta(minutes=50), usegmt=True),
        "RateLimit_Reason": "jira-quota-tenant-based",
    }
    with faulty(answer(429, **headers)) as server, pytest.raises(Unavailable) as trouble:
        make().json("GET", server.url)
    left = trouble.value.retry_at - datetime.now(UTC)
    assert timedelta(minutes=9) < left < timedelta(minutes=11)


def test_near_the_end_of_a_quota_requests_are_spread_until_its_reset(make):
    near = {"X_RateLimit_NearLimit": "true", "X_RateLimit_Remaining": "11"}
    with faulty(answer(**AT_NOON, **near), OK) as server:
        session = make()
        session.json("GET", server.url)
        assert session.pauses == []
        session.json("GET", server.url)
    assert session.pauses == [5.0]


def test_a_quota_with_nothing_left_is_not_asked_again_before_its_reset(make):
    spent = AT_NOON | {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "2026-11-24T12:40Z"}
    with faulty(answer(**spent), OK) as server:
        session = make()
        session.json("GET", server.url)
        with pytest.raises(Unavailable, match="quota is nearly used up") as trouble:
            session.json("GET", server.url)
        assert len(server.seen) == 1
    assert trouble.value.retry_at - datetime.now(UTC) > timedelta(minutes=39)


def test_plenty_of_quota_is_no_reason_to_rest(make):
    with faulty(answer(**AT_NOON, X_RateLimit_Remaining="340"), OK) as server:
        session = make()
        session.json("GET", server.url)
        session.json("GET", server.url)
    assert session.pauses == []


# ── Test connection ──────────────────────────────────────────────────────────


def test_a_hurried_question_is_asked_once(make):
    with faulty(answer(503)) as server:
        session = make()
        with session.hurried(), pytest.raises(Unavailable):
            session.json("GET", server.url)
        assert len(server.seen) == 1
        with pytest.raises(Unavailable):
            session.json("GET", server.url)
    assert len(server.seen) == 1 + SHORT.attempts


def test_hurried_questions_end_together(make, monkeypatch):
    monkeypatch.setattr("sources.http.session.TESTED_WITHIN", 0.6)
    began = time.monotonic()
    with faulty(dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", b" ")) as server:
        session = make()
        with session.hurried():
            with pytest.raises(Unavailable, match=r"did not finish its answer within 0\.\d s"):
                session.json("GET", server.url)
            with pytest.raises(Unavailable, match="did not answer all that was asked"):
                session.json("GET", server.url)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("answered", "kind"),
    [
        (answer(401), "token"), (answer(403), "hidden"), (answer(404), "address"),
        (answer(302), "address"), (answer(400), "broken"), (answer(503), "broken"),
        (answer(429), "quota"), (reset, "away"), (silent, "slow"),
    ],
)  # fmt: skip
def test_a_trouble_has_the_kind_that_says_what_to_do(make, answered, kind):
    with faulty(answered) as server, pytest.raises(Trouble) as trouble:
        make(limits=replace(SHORT, attempts=1)).json("GET", server.url)
    assert trouble.value.kind == kind


def test_an_address_that_is_none_and_one_where_nobody_is_are_told_apart(make):
    for url, kind in (("http://127.0.0.1:1/", "away"), ("nonsense", "address")):
        with pytest.raises(Unavailable) as trouble:
            make().json("GET", url)
        assert trouble.value.kind == kind


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 18446744073709551616, "b": [-9223372036854775809]}',
        b'{"a": 1.5, "b": "5f31776112349857612349857612398a", "c": 0.0012345678901234567}',
        b"[NaN, Infinity, -Infinity, 1e999, -0, -0.0]",
        b'["\\ud83d", "\\u0000"]',
        b"18446744073709551616",
        b"\xef\xbb\xbf{}",
        b"[" * 2_000 + b"]" * 2_000,
        '{"ü": "猫"}'.encode("utf-16"),
    ],
)
def test_json_is_read_quickly_and_as_python_reads_it(body):
    assert repr(read_json(body)) == repr(json.loads(body))
