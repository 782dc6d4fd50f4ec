"""One HTTP session for every connector: limits, retries, waits, plain words."""

import math
import random
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sources.connectors.base import (
    Beat,
    Trouble,
    TroubleKind,
    Unauthorized,
    Unavailable,
    no_beat,
)
from sources.http.limits import HASTY, TESTED_WITHIN, Budget, Limits
from sources.http.lost import Lost
from sources.http.waits import after, asked_wait, breather
from sources.http.wire import Asked, Reply, Wire
from sources.http.words import own_words, parsed

REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
HIDDEN = "[hidden]"
NAP = 10.0  # seconds of waiting between two beats
AT_ONCE = 4  # requests of one sync, where none needs another's answer


class _Passing(Exception):
    """A fault that may be gone at the next attempt; `wait` is what was asked."""

    def __init__(self, text: str, wait: float | None = None, kind: TroubleKind = "away") -> None:
        super().__init__(text)
        self.wait = wait
        self.kind = kind


class Session:
    """Asks one outside system. Raises Unauthorized or Unavailable, nothing else.

    `name` begins every message ("Jira at https://acme.atlassian.net").
    `secrets` are struck out of every message. Several threads may ask at once: those
    of `together`, and one that draws the next page ahead.
    `beat` is called before every request, with every MiB of an answer and while
    it waits: whoever holds a claim sets it, and what it raises ends the asking.
    `pause` and `jitter` (a factor round 1) are there for tests of the waiting.
    """

    def __init__(
        self,
        wire: Wire,
        *,
        name: str,
        limits: Limits | None = None,
        budget: Budget | None = None,
        secrets: Sequence[str] = (),
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: random.uniform(0.7, 1.3),  # noqa: S311 - not for secrets
    ) -> None:
        self.name = name
        self.limits = limits or Limits()
        self.budget = budget or Budget()
        self.beat: Beat = no_beat
        self._breather = 0.0  # seconds, before the next request
        self._wire = wire
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        self._pause = pause
        self._jitter = jitter

    @property
    def requests(self) -> int:
        """Requests made so far, retries included."""
        return self.budget.made

    @property
    def retries(self) -> int:
        """Those among them that asked the same again, after a fault."""
        return self.budget.repeated

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """For Test connection, while a person waits: no second attempt, and all
        that is asked meanwhile answers within ten seconds, or is Unavailable."""
        usual = self.limits
        self.limits, self.budget.ends_at = HASTY, time.monotonic() + TESTED_WITHIN
        try:
            yield
        finally:
            self.limits, self.budget.ends_at = usual, math.inf

    def json(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str | int | list[str]] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        reading: bool = False,
        answers: Collection[int] = (),
    ) -> Reply:
        """One answer with its JSON in `value`.

        `reading` marks a POST that only reads, so that it may be repeated; any
        other POST or PATCH is sent once, whatever happens to it. `answers` are
        the error statuses that come back as replies, for the caller to judge.
        """
        asked = Asked(
            method=method,
            url=url,
            query=query or {},
            body=body,
            headers=headers or {},
            repeatable=reading or method in REPEATABLE,
            answers=frozenset(answers),
        )
        return self._reply(asked)

    def together[Answer](self, calls: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """The answers of calls that need nothing of each other, in their order; a
        few of them are asked at once. The first trouble ends all.

        This thread only waits, and beats: a claim is kept by who reads.
        """
        if len(calls) < 2:
            return [call() for call in calls]
        with futures.ThreadPoolExecutor(AT_ONCE, thread_name_prefix="ask") as pool:
            asked = [pool.submit(call) for call in calls]
            try:
                while futures.wait(asked, timeout=1, return_when=futures.FIRST_EXCEPTION).not_done:
                    self.beat()
                    if any(one.done() and one.exception() for one in asked):
                        break
                failed = next((one for one in asked if one.done() and one.exception()), None)
                return [failed.result()] if failed else [one.result() for one in asked]
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _reply(self, asked: Asked) -> Reply:
        attempt = 1
        self._ease()
        while True:
            self.beat()
            self.budget.spend_request(self.name)
            try:
                return self._once(asked)
            except _Passing as fault:
                self._rest(asked, fault, attempt)
            attempt += 1
            self.budget.repeat()

    def _once(self, asked: Asked) -> Reply:
        try:
            reply = self._wire.exchange(asked, self._limits_now(), self.beat)
            self._breather = breather(reply.headers, datetime.now(UTC))
            self._judge(asked, reply)
            return Reply(reply.status, reply.headers, reply.body, self._value(asked, reply))
        except Lost as fault:
            text = self._text(f"{self.name} {fault} ({_place(asked)}).")
            if not fault.passing:
                raise Unavailable(text, kind=fault.kind) from None
            raise _Passing(text, kind=fault.kind) from None

    def _limits_now(self) -> Limits:
        left = round(self.budget.left, 1)
        if left > self.limits.total:
            return self.limits
        longest = max(left, 0.1)
        return replace(
            self.limits,
            connect=min(self.limits.connect, longest),
            read=min(self.limits.read, longest),
            total=longest,
        )

    def _ease(self) -> None:
        """Slower near the end of a quota, which others share; at its end not at all."""
        wait, self._breather = self._breather, 0.0
        if not wait:
            return
        if not self.budget.spend_wait(wait):
            raise Unavailable(
                f"{self.name}: its quota is nearly used up, and others need the rest.",
                retry_at=after(datetime.now(UTC), wait),
                kind="quota",
            )
        self._sleep(wait)

    def _value(self, asked: Asked, reply: Reply) -> Any:
        """An error status that the caller judges need not be JSON."""
        if reply.status in asked.answers:
            return own_words(reply)
        return parsed(reply)

    def _judge(self, asked: Asked, reply: Reply) -> None:
        if 200 <= reply.status < 300 or reply.status in asked.answers:
            return
        if reply.status in PASSING:
            wait = asked_wait(reply.headers, datetime.now(UTC))
            kind: TroubleKind = "quota" if reply.status == 429 else "broken"
            raise _Passing(self._refusal(asked, reply), wait, kind)
        raise self._final(asked, reply)

    def _final(self, asked: Asked, reply: Reply) -> Trouble:
        if reply.status in (401, 403):
            kind: TroubleKind = "token" if reply.status == 401 else "hidden"
            return Unauthorized(self._refusal(asked, reply), kind=kind)
        if 300 <= reply.status < 400:
            target = _bare(reply.headers.get("location", ""))
            return Unavailable(
                self._text(
                    f"{self.name} sends us on to {target or 'nowhere'} ({_place(asked)}). "
                    "Set the address that it really has, or let this account in without a "
                    "login page."
                ),
                kind="address",
            )
        return Unavailable(
            self._refusal(asked, reply), kind="address" if reply.status == 404 else "broken"
        )

    def _refusal(self, asked: Asked, reply: Reply) -> str:
        words = own_words(reply)
        said = f": {words}" if words else ""
        return self._text(f"{self.name} answered {reply.status} to {_place(asked)}{said}")

    def _rest(self, asked: Asked, fault: _Passing, attempt: int) -> None:
        """Sleep before the next attempt, or say that there is none."""
        now = datetime.now(UTC)
        retry_at = None if fault.wait is None else after(now, fault.wait)
        if not asked.repeatable or attempt >= self.limits.attempts:
            raise Unavailable(str(fault), retry_at=retry_at, kind=fault.kind)
        wait = self._wait(fault, attempt)
        if not self.budget.spend_wait(wait):
            raise Unavailable(str(fault), retry_at=retry_at, kind=fault.kind)
        self._sleep(wait)

    def _sleep(self, seconds: float) -> None:
        while seconds > NAP:
            self._pause(NAP)
            self.beat()
            seconds -= NAP
        self._pause(seconds)

    def _wait(self, fault: _Passing, attempt: int) -> float:
        """Never sooner than asked; else 2, 4, 8 ... seconds, give or take."""
        if fault.wait is None:
            longer: float = 2.0 ** (attempt - 1)
            return self.limits.backoff * longer * self._jitter()
        return fault.wait * max(self._jitter(), 1.0)

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text


def _place(asked: Asked) -> str:
    try:
        return f"{asked.method} {urlsplit(asked.url).path or '/'}"
    except ValueError:
        return asked.method


def _bare(url: str) -> str:
    """An address without its user, query and fragment: these may be secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else parts.path
