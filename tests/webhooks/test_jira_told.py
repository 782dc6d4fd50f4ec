"""A Jira's delivery as a hint: believed only when signed, and never for what it says is so."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.connectors.base import Refused
from sources.connectors.jira.webhook import told

SECRET = "s3cret"


def signed(body: bytes, secret: str = SECRET, method: str = "sha256") -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature": f"{method}={made}", "x-atlassian-webhook-identifier": "w-1"}


def body(**parts: Any) -> bytes:
    return json.dumps({"webhookEvent": "jira:issue_updated", "timestamp": 1} | parts).encode()


def test_the_example_of_the_documents_is_signed_as_they_say() -> None:
    """Atlassian's own: this secret, this body, this signature."""
    given = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    with pytest.raises(Refused, match="no JSON"):  # believed, and then it is only a word
        told({"x-hub-signature": given}, b"Hello World!", "It's a Secret to Everybody", signed=True)


def test_an_issue_is_named_by_its_id() -> None:
    sent = body(issue={"id": "10002", "key": "DOC-2", "fields": {"summary": "believe me"}})
    hint = told(signed(sent), sent, SECRET, signed=True)
    assert (hint.identifier, hint.event, hint.ids) == ("w-1", "jira:issue_updated", ("10002",))
    assert not hint.lists


@pytest.mark.parametrize(
    ("event", "parts", "ids", "lists"),
    [
        ("comment_created", {"comment": {"id": "7"}, "issue": {"id": 10003}}, ("10003",), ()),
        ("worklog_updated", {"worklog": {"id": "9", "issueId": "10004"}}, ("10004",), ()),
        (
            "issuelink_created",
            {"issueLink": {"sourceIssueId": 1, "destinationIssueId": 2}},
            ("1", "2"),
            (),
        ),
        ("jira:issue_deleted", {"issue": {"id": "10002"}}, ("10002",), ()),
        ("sprint_closed", {"sprint": {"id": 49}}, (), ("sprints",)),
        ("jira:version_released", {"version": {"id": "1"}}, (), ("releases",)),
        ("project_updated", {"project": {"id": 1}}, (), ("projects",)),
        ("user_created", {"user": {"name": "mia"}}, (), ()),
    ],
)
def test_what_events_are_about(
    event: str, parts: dict[str, Any], ids: tuple[str, ...], lists: tuple[str, ...]
) -> None:
    sent = body(**parts, webhookEvent=event)
    hint = told(signed(sent), sent, SECRET, signed=True)
    assert (hint.event, hint.ids, hint.lists) == (event, ids, lists)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "no signature"),
        ({"x-hub-signature": "sha1=abc"}, "other than sha256"),
        ({"x-hub-signature": "sha256=abc"}, "not made with this secret"),
        ({"x-hub-signature": "sha256"}, "not made with this secret"),
        ({"x-hub-signature": "sha256=é"}, "not made with this secret"),
    ],
)
def test_what_is_not_signed_is_refused_in_words(headers: dict[str, str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        told(headers, body(), SECRET, signed=True)


def test_a_changed_byte_and_another_secret_are_refused() -> None:
    sent = body(issue={"id": "1"})
    for headers, what in ((signed(sent), sent + b" "), (signed(sent, "other"), sent)):
        with pytest.raises(Refused, match="not made with"):
            told(headers, what, SECRET, signed=True)


def test_where_nothing_can_be_signed_a_wrong_signature_is_refused_all_the_same() -> None:
    sent = body(issue={"id": "1"})
    assert told({}, sent, SECRET, signed=False).ids == ("1",)
    with pytest.raises(Refused):
        told(signed(sent, "other"), sent, SECRET, signed=False)


def test_without_an_identifier_the_same_body_is_the_same_delivery() -> None:
    sent, other = body(issue={"id": "1"}), body(issue={"id": "1"}, timestamp=2)
    names = [told({}, one, "", signed=False).identifier for one in (sent, sent, other)]
    assert names[0] == names[1] != names[2]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)


@given(said=st.dictionaries(st.sampled_from(["webhookEvent", "issue", "worklog", "x"]), ANY))
def test_any_json_is_a_hint_with_ids_that_are_numbers(said: dict[str, Any]) -> None:
    hint = told({}, json.dumps(said).encode(), "", signed=False)
    assert all(one.isdecimal() for one in hint.ids)


@pytest.mark.parametrize("sent", [b"", b"[]", b"\xff\xfe", b"{", b"12", b'"words"'])
def test_a_body_that_is_no_object_is_refused(sent: bytes) -> None:
    with pytest.raises(Refused, match="JSON"):
        told({}, sent, "", signed=False)
