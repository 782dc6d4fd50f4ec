"""The answer, and what a name says."""

import re
from dataclasses import dataclass

ENDING = re.compile(r"(?:.*[^/])?(\.[A-Za-z][A-Za-z0-9]{0,9})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sniffed:
    """`ending` begins with a dot, and is empty when nothing fits. `notes` are
    clauses for people: "pickled: opening it can run any code"."""

    media_type: str
    ending: str
    notes: tuple[str, ...] = ()


def ending_of(name: str) -> str:
    """In lower case; empty for none. `v1.2` has no ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    found = ENDING.fullmatch(last)
    return found[1].lower() if found and found[1] != last else ""
