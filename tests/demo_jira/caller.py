"""A plain HTTP caller: what a client library would hide is what these tests look at."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from typing import Any
from urllib.parse import urlencode

from demo.jira import Practice
from tests.demo_jira.story import MIA


@dataclass(frozen=True)
class Answer:
    """A status, the headers, and the body as JSON (None: there was none)."""

    status: int
    headers: HTTPMessage
    body: Any


class Caller:
    """Talks to a practice Jira over one kept connection, as mia unless told."""

    def __init__(self, practice: Practice, account: tuple[str, str] | None = MIA) -> None:
        host = practice.url.removeprefix("http://")
        self.practice = practice
        self.connection = HTTPConnection(host, timeout=5)
        self.headers = {"Authorization": _login(practice, account)} if account else {}

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        """`path` begins behind /rest; keyword arguments are the query."""
        target = f"/rest{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        sent = None if body is None else json.dumps(body)
        headers = self.headers | ({"Content-Type": "application/json"} if sent else {})
        self.connection.request(method, target, sent, headers)
        answer = self.connection.getresponse()
        raw = answer.read()
        return Answer(answer.status, answer.headers, json.loads(raw) if raw else None)

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET that must succeed."""
        answer = self.call("GET", path, **query)
        assert answer.status == 200, answer
        return answer.body

    def post(self, path: str, body: Any, expect: int = 200) -> Any:
        """The body of a POST that must be answered so."""
        answer = self.call("POST", path, body)
        assert answer.status == expect, answer
        return answer.body

    def search(self, jql: str, **query: Any) -> list[str]:
        """The keys that a search finds, over all its pages."""
        return [issue["key"] for issue in self.issues(jql, fields="summary", **query)]

    def issues(self, jql: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Search page by page, in the manner of this Jira."""
        if self.practice.mode == "cloud":
            yield from self._by_token(jql, query)
        else:
            yield from self._by_position(jql, query)

    def _by_token(self, jql: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        page = self.get("/api/3/search/jql", jql=jql, **query)
        yield from page["issues"]
        while not page["isLast"]:
            token = page["nextPageToken"]
            page = self.get("/api/3/search/jql", jql=jql, nextPageToken=token, **query)
            yield from page["issues"]

    def _by_position(self, jql: str, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen, total = 0, 1
        while seen < total:
            page = self.get("/api/2/search", jql=jql, startAt=seen, **query)
            seen, total = seen + len(page["issues"]), page["total"]
            yield from page["issues"]


@contextmanager
def calling(practice: Practice, account: tuple[str, str] | None = MIA) -> Iterator[Caller]:
    """A caller whose connection is closed at the end."""
    caller = Caller(practice, account)
    try:
        yield caller
    finally:
        caller.connection.close()


def _login(practice: Practice, account: tuple[str, str]) -> str:
    if practice.mode == "cloud":
        return "Basic " + base64.b64encode(":".join(account).encode()).decode()
    return f"Bearer {account[1]}"
