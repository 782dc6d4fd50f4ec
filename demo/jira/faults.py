"""Faults on request: what a Jira, or the way to it, does wrong.

A fault waits for requests whose method and path fit, lets the first `skip`
pass, breaks the next `times` (0: all of them), and is then used up. Kinds:

    status        answer `status` (429, 500, 502, 503, 504, ...), without acting
    unauthorized  401, as for a wrong token
    anonymous     the token has expired: lists are empty, with 200
    forbidden     403, as a missing right on one `project` gives
    reset         the connection is reset, without acting
    lost          the request is carried out, and then the connection is reset
    lost-status   the request is carried out, and then `status` is answered
    truncated     the right answer, cut in the middle
    garbage       200 with bytes that are no JSON
    html          200 with a login page
    slow          the right answer, after `seconds`
    drip          the right answer, one byte every `seconds`, for ever

`retry_after` puts that header on a `status`: seconds, or an HTTP date so many
seconds away when `as_date` is said. None: no such header. `extra` are headers
besides, such as {"RateLimit-Reason": "jira-quota-tenant-based"}.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from threading import Lock
from typing import Any

KINDS = (
    "status",
    "unauthorized",
    "anonymous",
    "forbidden",
    "reset",
    "lost",
    "lost-status",
    "truncated",
    "garbage",
    "html",
    "slow",
    "drip",
)


@dataclass(slots=True)
class Fault:
    """One fault; `done` counts the requests that it has broken."""

    kind: str
    path: str = ""  # a regular expression, searched in the path; empty: any
    method: str = ""
    times: int = 1
    skip: int = 0
    status: int = 503
    retry_after: int | None = None
    as_date: bool = False
    project: str = ""
    seconds: float = 0.5
    extra: dict[str, str] = field(default_factory=dict)
    done: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault {self.kind!r}; the kinds are {', '.join(KINDS)}")

    def fits(self, method: str, path: str) -> bool:
        """Whether it is about this request."""
        if self.method and self.method != method:
            return False
        return bool(re.search(self.path, path)) and _names(path, self.project)

    def headers(self, now: int) -> dict[str, str]:
        """The headers of a refusal."""
        if self.retry_after is None:
            return self.extra
        if self.as_date:
            date = formatdate(now / 1000 + self.retry_after, usegmt=True)
            return self.extra | {"Retry-After": date}
        return self.extra | {"Retry-After": str(self.retry_after)}


class Faults:
    """The faults that are waiting. Python and `/__practice__/faults` fill it."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = Lock()

    def add(self, kind: str, **details: Any) -> Fault:
        """Let a fault wait; the words of `details` are those of Fault."""
        fault = Fault(kind, **details)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this request."""
        with self._lock:
            for fault in self._waiting:
                if fault.fits(method, path) and self._strikes(fault):
                    return fault
        return None

    def told(self) -> list[Mapping[str, Any]]:
        """What is waiting, as JSON."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def _strikes(self, fault: Fault) -> bool:
        if fault.skip > 0:
            fault.skip -= 1
            return False
        fault.done += 1
        if fault.times and fault.done >= fault.times:
            self._waiting.remove(fault)
        return True


def from_json(text: bytes) -> dict[str, Any]:
    """A fault out of a control request; a ValueError says what is wrong with it."""
    said = json.loads(text)
    if not isinstance(said, dict) or "kind" not in said:
        raise ValueError("a fault is an object with a kind")
    unknown = set(said) - set(Fault.__dataclass_fields__)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(sorted(unknown))}")
    return said


def _names(path: str, project: str) -> bool:
    """Whether a path is about the project: itself, or an issue by its key."""
    return not project or bool(re.search(rf"/{re.escape(project)}(-\d+)?(/|$)", path))
