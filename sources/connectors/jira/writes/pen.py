"""One account's hand in one Jira: what is sent once, and what an answer means."""

import base64
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Literal

from sources.connectors.base import Beat, Trouble, Unauthorized, Unavailable, no_beat
from sources.connectors.jira.site import Mode, Record, Site, account_id
from sources.connectors.writing import JUDGED, LIMITS, Declined, busy
from sources.http import Limits, Reply

NO_WORDS = "Jira gives no reason"
ONE_ISSUE = "jira-per-issue-on-write"
PAGE = 100
MOST_PAGES = 60  # Jira holds at most 5,000 comments, and as many worklogs, an issue


class Pen:
    """Writes as the account of one token. Raises Declined (or its parent
    Unauthorized), Busy or Unavailable; after a plain Unavailable nobody knows
    whether the write arrived.

    `going` is called right before a request that would have its effect twice when
    sent twice; `beat` before every request. What they raise ends the try.
    """

    def __init__(
        self,
        address: str,
        *,
        mode: Mode = "auto",
        email: str = "",
        token: str,
        limits: Limits = LIMITS,
        going: Beat = no_beat,
        beat: Beat = no_beat,
    ) -> None:
        self.site = Site(address, mode=mode, email=email, token=token, limits=limits)
        self.site.session.beat = beat
        self.going = going
        both = base64.b64encode(f"{email}:{token}".encode()).decode()
        self._secrets = [word for word in (both, token) if word]

    def __enter__(self) -> "Pen":
        return self

    def __exit__(self, *_: object) -> None:
        self.site.close()

    @property
    def cloud(self) -> bool:
        return self.site.cloud

    def who(self) -> tuple[str, str]:
        """The account's id and name; Unauthorized when it is nobody's."""
        account = self.site.who()
        number = account_id(account)
        return number, str(account.get("displayName") or number)

    # ── reading ──────────────────────────────────────────────────────────────

    def get(self, path: str, **query: str | int) -> Any:
        """What is there now. Declined when it is gone, or hidden from this account."""
        return self._told("GET", path, query=query).value

    def find(self, path: str) -> Any | None:
        """The same; None where there is no such thing."""
        reply = self._told("GET", path, answers={404})
        return None if reply.status == 404 else reply.value

    def pages(self, path: str, key: str, **query: str | int) -> Iterator[Record]:
        """The rows of a list that Jira gives by positions."""
        start = 0
        for _ in range(MOST_PAGES):
            told = self.get(path, startAt=start, maxResults=PAGE, **query)
            rows = self.site.rows(told, key, path)
            yield from rows
            start += len(rows)
            if not rows or start >= _total(told):
                return

    # ── writing ──────────────────────────────────────────────────────────────

    def put(self, path: str, sent: Any, *, answers: Collection[int] = ()) -> Reply:
        """For what has its effect once, however often it is sent."""
        return self._told("PUT", path, sent=sent, answers=answers)

    def post(self, path: str, sent: Any, **query: str | int) -> Any:
        """Sent once, whatever happens to it. The answer has a JSON object or nothing."""
        return self._told("POST", path, sent=sent, query=query).value

    def post_once(self, path: str, sent: Any, **query: str | int) -> Any:
        """The same for what would have its effect twice."""
        self.going()
        return self.post(path, sent, **query)

    def delete(self, path: str, **query: str | int) -> None:
        """What is gone already is no trouble."""
        self._told("DELETE", path, query=query, answers={404})

    def _told(
        self,
        method: Literal["GET", "PUT", "POST", "DELETE"],
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        sent: Any = None,
        answers: Collection[int] = (),
    ) -> Reply:
        url = f"{self.site.address}/rest/api/{'3' if self.cloud else '2'}/{path}"
        reply = self.site.session.json(method, url, query=query, body=sent, answers=JUDGED)
        if reply.status in JUDGED and reply.status not in answers:
            raise self._trouble(reply)
        return reply

    def _trouble(self, reply: Reply) -> Trouble:
        words = self.hidden(str(reply.value or "")) or NO_WORDS
        if reply.status == 429:
            whole = reply.headers.get("ratelimit-reason", "") != ONE_ISSUE
            return busy(reply, self.site.name, whole=whole)
        if reply.status == 401:
            return Unauthorized(
                f"{self.site.name} does not take this token (401): {words}. Store another."
            )
        if reply.status == 409:
            return Unavailable(f"{self.site.name} was changing the issue just then: {words}.")
        return Declined(f"{words} ({reply.status})")

    def hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[hidden]")
        return text


def _total(told: Any) -> int:
    found = told.get("total") if isinstance(told, Mapping) else None
    return found if isinstance(found, int) else 0
