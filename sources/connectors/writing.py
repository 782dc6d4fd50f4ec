"""What every connector that writes speaks: an effect, and how it was declined or put off."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sources.connectors.base import Unauthorized, Unavailable
from sources.http import Limits, Reply
from sources.http.waits import after, asked_wait

# A request must be over well before its lease: a second one would then be under way.
# Sent once: whoever writes tries again by itself, later, and holds up no worker till then.
LIMITS = Limits(connect=5.0, read=20.0, total=30.0, attempts=1)
JUDGED = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429})
PATIENCE = 60.0  # seconds, where the other side wants a rest and does not say how long


class Declined(Unauthorized):
    """The other side does not do this as it was asked: a person must change something.
    The text is what it said, and nothing was changed over there."""


class Conflict(Declined):
    """Others changed it since it was asked for, and nothing was done: a person is asked.
    `seen` is how it stands now: of a move the status, of a comment a digest of its words."""

    def __init__(self, text: str, *, seen: str) -> None:
        super().__init__(text)
        self.seen = seen


class Busy(Unavailable):
    """The other side wants a rest `until` then, and has done nothing. `whole`: for the
    account, not only for the one thing that was written to."""

    def __init__(self, text: str, *, until: datetime, whole: bool) -> None:
        super().__init__(f"{text}: not before {until:%H:%M:%S} UTC", retry_at=until)
        self.until = until
        self.whole = whole


@dataclass(frozen=True, slots=True)
class Effect:
    """What there is over there now. `found`: it was so already, of an earlier try.
    `seen`: of a comment a digest of its words."""

    id: str = ""
    key: str = ""
    found: bool = False
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, below the interface's root."""

    method: str
    path: str
    body: Any = None


def busy(reply: Reply, name: str, *, whole: bool = True) -> Busy:
    """Of a 429: not before the time that it names."""
    now = datetime.now(UTC)
    wait = asked_wait(reply.headers, now)
    until = after(now, PATIENCE if wait is None else wait)
    return Busy(f"{name} wants a rest", until=until, whole=whole)
