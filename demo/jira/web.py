"""Requests, replies, and the table that brings one to the other."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.jira.render.voice import Voice
from demo.jira.search import Searcher
from demo.jira.state import State
from demo.jira.verbs.refusals import Refused

type Query = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """One call, with its caller's voice. `words` are the named parts of the path."""

    state: State
    searcher: Searcher
    voice: Voice
    query: Query
    body: Any
    words: dict[str, str]
    page_cap: int

    def text(self, name: str, default: str = "") -> str:
        """The last value of a query parameter."""
        return self.query.get(name, [default])[-1]

    def texts(self, name: str) -> list[str]:
        """All values of a parameter, those joined by commas, too."""
        joined = ",".join(self.query.get(name, ()))
        return [word for word in joined.split(",") if word]

    def number(self, name: str, default: int) -> int:
        """A whole number that is not negative."""
        return whole(self.text(name) or default, name)

    def sent(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise Refused(400, "Invalid request payload. Refer to the REST API documentation.")
        return self.body

    @property
    def caller(self) -> str:
        """The caller's user name; a stranger is refused."""
        self.demand_login()
        return self.voice.viewer or ""

    def demand_login(self) -> None:
        """Refuse a stranger."""
        if self.voice.viewer is None:
            raise Refused(401, "Client must be authenticated to access this resource.")


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back; a None body is no body at all."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


type View = Callable[[Request], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """`manner` is cloud, dc or both. `{words}` of the pattern match one part."""

    method: str
    pattern: str
    view: View
    manner: str = "both"

    def matches(self, method: str, path: str) -> dict[str, str] | None:
        """The named parts, or None when it is another's call."""
        found = _expression(self.pattern).fullmatch(path) if method == self.method else None
        return None if found is None else found.groupdict()


_EXPRESSIONS: dict[str, re.Pattern[str]] = {}


def _expression(pattern: str) -> re.Pattern[str]:
    if pattern not in _EXPRESSIONS:
        _EXPRESSIONS[pattern] = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))
    return _EXPRESSIONS[pattern]


def refusal(error: Refused) -> Reply:
    """An error in Jira's shape."""
    return Reply({"errorMessages": list(error.messages), "errors": error.errors}, error.status)


def whole(value: Any, name: str) -> int:
    """A number out of a query or a body."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise Refused(400, f"'{value}' is no number for {name}.") from None
    if number < 0:
        raise Refused(400, f"{name} must not be negative.")
    return number


def page[Thing](
    request: Request, things: Sequence[Thing], *, most: int, default: int = 50
) -> tuple[list[Thing], dict[str, Any]]:
    """The slice that `startAt` and `maxResults` ask for, and the words around it."""
    start = request.number("startAt", 0)
    size = min(request.number("maxResults", default), most)
    shown = list(things[start : start + size])
    last = start + len(shown) >= len(things)
    return shown, {"startAt": start, "maxResults": size, "total": len(things), "isLast": last}
