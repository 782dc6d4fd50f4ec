"""Misbehaviour on request."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What to do in place of, or before, the answer of an operation.

    `status` refuses with that status, `drop` closes the connection without a
    word, `cut` closes it half way through the body, `slow` waits that many
    seconds first, `drip` that many after each byte of the body. It strikes the
    first `times` matching requests; `when` narrows down which match, by their query.
    """

    operation: str  # an operation's name, or "*"
    status: int = 0
    error_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: bool = False
    slow: float = 0.0
    drip: float = 0.0
    times: int = 1
    when: Callable[[Mapping[str, str]], bool] = lambda _: True


class Faults:
    """The faults yet to strike, and a count of all requests by operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def strike(self, operation: str, query: Mapping[str, str]) -> Fault | None:
        """The fault for this request, counted down, or None."""
        with self._lock:
            for fault in self._waiting:
                if fault.operation in ("*", operation) and fault.times > 0 and fault.when(query):
                    fault.times -= 1
                    return fault
        return None


def unavailable(operation: str, *, times: int = 1) -> Fault:
    return Fault(operation, status=503, times=times)


def too_many(operation: str, retry_after: str, *, times: int = 1) -> Fault:
    return Fault(operation, status=429, headers={"Retry-After": retry_after}, times=times)


def expired(operation: str, *, times: int = 1) -> Fault:
    return Fault(operation, status=401, error_type="AUTHORIZATION_TOKEN_EXPIRED", times=times)
