"""What `labledger doctor` looks at. Each check says what it found, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    GOOD = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` says what is so; when it is wrong, also what to do."""

    grade: Grade
    text: str


type Findings = Iterator[Finding]
type Check = Callable[[], Findings]


def good(text: str) -> Finding:
    return Finding(Grade.GOOD, text)


def note(text: str) -> Finding:
    return Finding(Grade.NOTE, text)


def wrong(text: str) -> Finding:
    return Finding(Grade.WRONG, text)
