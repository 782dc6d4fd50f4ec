"""The desk: who is calling, and what do we answer? Knows nothing of sockets."""

import base64
import binascii
import json
from collections import Counter
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from demo.jira.render.voice import Voice
from demo.jira.search import Searcher
from demo.jira.state import State
from demo.jira.things import User
from demo.jira.verbs.refusals import Refused
from demo.jira.views import ROUTES
from demo.jira.web import Reply, Request, Route, refusal

type Mode = Literal["cloud", "dc"]


class Desk:
    """Answers calls on one state, one at a time."""

    def __init__(self, state: State, mode: Mode) -> None:
        self.state = state
        self.cloud = mode == "cloud"
        self.base = ""
        self.page_cap = 1000  # Data Center's, which an administrator sets
        self.requests: Counter[str] = Counter()
        self._searcher = Searcher(state)
        self._routes = [route for route in ROUTES if route.manner in ("both", mode)]

    def answer(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        raw: bytes,
        *,
        stranger: bool = False,
    ) -> Reply:
        """The reply to a call; `stranger` forgets who is calling."""
        address = urlsplit(target)
        with self.state.lock:
            try:
                caller = self._caller(headers.get("authorization", ""))
                route, words = self._demand_route(method, address.path)
                voice = self._voice(words, None if stranger else caller)
                query = parse_qs(address.query, keep_blank_values=True)
                return route.view(self._request(voice, query, _body(raw), words))
            except Refused as error:
                return refusal(error)

    def count(self, method: str, target: str) -> None:
        """Count a call under its route, whatever becomes of it."""
        path = urlsplit(target).path
        route, _ = self._route(method, path)
        self.requests[f"{method} {route.pattern if route else path}"] += 1

    def _request(
        self, voice: Voice, query: dict[str, list[str]], body: Any, words: dict[str, str]
    ) -> Request:
        return Request(self.state, self._searcher, voice, query, body, words, self.page_cap)

    def _voice(self, words: dict[str, str], caller: User | None) -> Voice:
        return Voice(self.state, self.cloud, self._version(words), self.base, caller)

    def _demand_route(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        route, words = self._route(method, path)
        if route is None:
            raise Refused(404, f"null for uri: {self.base}{path}")
        return route, words

    def _route(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        for route in self._routes:
            words = route.matches(method, path)
            if words is not None:
                return route, {name: unquote(word) for name, word in words.items()}
        return None, {}

    def _version(self, words: dict[str, str]) -> str:
        """`latest` is the newest that there is; the Agile API speaks like v2."""
        newest = "3" if self.cloud else "2"
        api = words.get("api", "2")
        if api == "latest":
            return newest
        if api not in ("2", newest):
            raise Refused(404, f"There is no version {api} of this API.")
        return api

    def _caller(self, header: str) -> User | None:
        """Cloud wants Basic email:token, Data Center Bearer and a token of its own."""
        if not header:
            return None
        scheme, _, word = header.partition(" ")
        wanted = ("basic", _basic) if self.cloud else ("bearer", _bearer)
        if scheme.lower() == wanted[0]:
            for user in self.state.users.values():
                if user.token and user.active and wanted[1](word, user):
                    return user
        raise Refused(401, "Client must be authenticated to access this resource.")


def _basic(word: str, user: User) -> bool:
    try:
        return base64.b64decode(word).decode() == f"{user.email}:{user.token}"
    except (binascii.Error, UnicodeDecodeError):
        return False


def _bearer(word: str, user: User) -> bool:
    return word == user.token


def _body(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise Refused(400, "Invalid request payload: it is no JSON.") from None
