"""Asking the index: one query of one caller, kept while nothing changes."""

import base64
import binascii
import json
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from demo.jira.jql import Query, compiled
from demo.jira.jql.scope import Scope
from demo.jira.things import Issue
from demo.jira.truth import Truth
from demo.jira.verbs.refusals import Refused

KEPT_RESULTS = 16
TOKEN_LIFE = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a query matches, in its order."""

    query: Query
    scope: Scope
    issues: list[Issue]
    keys: list[tuple[Any, ...]]

    def after(self, place: list[Any]) -> int:
        """The position behind this place, wherever things have moved since."""
        return bisect_right(self.keys, self.query.key(place))


class Searcher:
    """Runs queries for callers, and remembers the last few results."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self._kept: dict[tuple[object, ...], Found] = {}

    def find(
        self, text: str, viewer: str | None, zone: ZoneInfo, *, reconcile: Iterable[int] = ()
    ) -> Found:
        """The matches, read as of now; issues of `reconcile` as they truly are."""
        now = self.truth.now()
        self.truth.index.catch_up(now)
        wanted = tuple(sorted(reconcile))
        state = (self.truth.version, self.truth.index.generation, now // 60_000)
        question = (text, viewer, zone.key, wanted, *state)
        if question not in self._kept:
            self._keep(question, self._find(text, viewer, zone, wanted, now))
        return self._kept[question]

    def _find(
        self, text: str, viewer: str | None, zone: ZoneInfo, wanted: tuple[int, ...], now: int
    ) -> Found:
        index = self.truth.index
        picture = index.catch_up(now)
        if wanted:
            picture = index.reconciled((one, self.truth.issues.get(one)) for one in wanted)
        scope = Scope(self.truth, picture, viewer, zone, now)
        if viewer is None:  # a stranger sees nothing, and is told of no error either
            return Found(compiled(scope, ""), scope, [], [])
        query = compiled(scope, text)
        issues = [
            issue
            for issue in picture.values()
            if query.matches(issue) and self.truth.visible(issue, viewer)
        ]
        keyed = sorted(
            ((query.key(query.place(scope, issue)), issue) for issue in issues),
            key=lambda pair: pair[0],
        )
        return Found(query, scope, [issue for _, issue in keyed], [key for key, _ in keyed])

    def _keep(self, question: tuple[object, ...], found: Found) -> None:
        while len(self._kept) >= KEPT_RESULTS:
            del self._kept[next(iter(self._kept))]
        self._kept[question] = found


def token(text: str, place: list[Any], now: int) -> str:
    """An opaque word for "go on behind this place of this query"."""
    said = json.dumps({"of": _mark(text), "at": now, "after": place})
    return base64.urlsafe_b64encode(said.encode()).decode()


def place_of(word: str, text: str, now: int) -> list[Any]:
    """What a token says; a foreign, old or broken one is refused."""
    try:
        said = json.loads(base64.urlsafe_b64decode(word.encode()))
        mark, at, after = said["of"], said["at"], said["after"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise Refused(400, "The provided next page token is invalid.") from error
    if mark != _mark(text) or now - at > TOKEN_LIFE:
        raise Refused(400, "The provided next page token is invalid or expired.")
    return list(after)


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]
