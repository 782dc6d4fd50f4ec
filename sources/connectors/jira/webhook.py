"""What a Jira's webhook tells: whose change it was. What the change is, is asked for.

Signed as WebSub says, over the raw body: `X-Hub-Signature: sha256=<hex>`. Older
Data Centers cannot sign. Deliveries come late, twice and out of order.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sources.connectors.base import Refused, Told

SIGNATURE = "x-hub-signature"
IDENTIFIER = "x-atlassian-webhook-identifier"  # the same in every retry
LISTS = {
    "sprint_": "sprints",
    "board_": "boards",
    "project_": "projects",
    "jira:version_": "releases",
}
ISSUE = re.compile(r"[0-9]{1,18}")


def told(headers: Mapping[str, str], body: bytes, secret: str, *, signed: bool) -> Told:
    """The hint in a delivery; headers' names in lower case. Raises Refused."""
    _check(headers.get(SIGNATURE, ""), body, secret, signed=signed)
    try:
        said = json.loads(body)
    except ValueError:
        raise Refused("Its body is no JSON.") from None
    if not isinstance(said, dict):
        raise Refused("Its body is no JSON object.")
    event = str(said.get("webhookEvent") or "")[:80]
    return Told(
        identifier=headers.get(IDENTIFIER, "")[:200] or hashlib.sha256(body).hexdigest(),
        event=event,
        ids=tuple(dict.fromkeys(_issues(said))),
        lists=tuple(name for start, name in LISTS.items() if event.startswith(start)),
    )


def _check(given: str, body: bytes, secret: str, *, signed: bool) -> None:
    if not given:
        if signed:
            raise Refused("It carries no signature.")
        return
    method, _, digest = given.partition("=")
    if method.strip().lower() != "sha256":
        raise Refused("Its signature is of a method other than sha256.")
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(made.encode(), digest.strip().lower().encode()):
        raise Refused("Its signature was not made with this secret.")


def _issues(said: Mapping[str, Any]) -> Iterator[str]:
    """Ids of the issues that it is about; a key could be another's by now."""
    named = (
        _within(said, "issue", "id"),
        _within(said, "worklog", "issueId"),
        _within(said, "issueLink", "sourceIssueId"),
        _within(said, "issueLink", "destinationIssueId"),
    )
    return (str(one) for one in named if ISSUE.fullmatch(str(one)))


def _within(said: Mapping[str, Any], part: str, name: str) -> Any:
    held = said.get(part)
    return held.get(name) if isinstance(held, dict) else None
