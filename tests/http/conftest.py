"""Each test of the session runs over both libraries that can carry it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sources.http import Budget, HttpxWire, Limits, RequestsWire, Session, timed_client

SHORT = Limits(connect=1.0, read=0.4, total=0.8, body=1_000_000, attempts=4, backoff=0.0)


@pytest.fixture(params=["requests", "httpx"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Session]]:
    """`make(limits=..., budget=...)` gives a session; pauses land in `session.pauses`."""
    opened: list[Any] = []

    def session(**options: Any) -> Session:
        carrier = requests.Session() if request.param == "requests" else timed_client()
        opened.append(carrier)
        wire = RequestsWire(carrier) if request.param == "requests" else HttpxWire(carrier)
        pauses: list[float] = []
        given = {"limits": SHORT, "budget": Budget(), "pause": pauses.append, "jitter": lambda: 1.0}
        made = Session(wire, name="Jira at http://here", **(given | options))
        made.pauses = pauses
        return made

    yield session
    for carrier in opened:
        carrier.close()
