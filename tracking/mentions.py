"""The grammar of mentions: words of a run that look like a task or a sprint.

No task is known here. A key of an unknown project, `UTF-8` say, is a mention
like any other; it links to nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

type Kind = Literal["key", "sprint"]
type Place = Literal["tag", "name", "description"]


@dataclass(frozen=True, slots=True)
class Mention:
    """`value` is canonical: `DOC-2698`, `sprint 49`."""

    kind: Kind
    value: str
    place: Place


# A tag is a deliberate mark, so the whole of it may be written in any case.
# A project has at least two letters in its key: `v1-2` is a version.
TAG_KEY = re.compile(r"([A-Za-z](?=\w*[A-Za-z])[A-Za-z0-9_]{1,49})-([1-9][0-9]{0,9})", re.ASCII)
TAG_SPRINT = re.compile(r"(?:[Ss][Pp][Rr][Ii][Nn][Tt][\s\-_#:.]{0,3}|[Ss])([0-9]{1,6})", re.ASCII)

# In prose only forms that mean nothing else. A key may be followed by words, as
# in the branch name DOC-2698-focal-loss, and never by another number.
TEXT_KEY = re.compile(
    r"(?<![\w/\\.@%&+$\-])"
    r"([A-Z]{2}[A-Z0-9_]{0,48})-([1-9][0-9]{0,9})"
    r"(?![^\W_]|[-_.,:]?[0-9]|\.[A-Za-z]|[/\\@%&+$=])"
)
TEXT_SPRINT = re.compile(
    r"(?<![\w/\\.@%&+$\-])"
    r"[Ss][Pp][Rr][Ii][Nn][Tt](?:[ \t]{0,2}[#:\-_]?[ \t]?)([0-9]{1,6})"
    r"(?![^\W_]|[-_.,:]?[0-9]|\.[A-Za-z]|[/\\@%&+$=])"
    r"(?!\s{0,2}-?(?:days?|weeks?|hours?|months?)\b)"
)
# Lengths are bounded so that a hostile text costs no more than its length.
ADDRESS = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]{0,20}://|www\.)\S+")

MONTH = re.compile(
    r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|JANUARY|FEBRUARY|MARCH|APRIL|JUNE|JULY"
    r"|AUGUST|SEPT|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)"
)
YEARS = range(1900, 2100)
DAYS = range(1, 32)
SHORT, MANY = 100, 20_000  # characters of a tag, and tags, that are remembered


def mentions(*, tags: Iterable[str] = (), name: str = "", description: str = "") -> list[Mention]:
    """Each mentioned thing once, at the strongest place: tags, then the name,
    then the description. The order is that in which they were found."""
    found: dict[tuple[Kind, str], Mention] = {}
    for mention in _all(tags, name, description):
        found.setdefault((mention.kind, mention.value), mention)
    return list(found.values())


def _all(tags: Iterable[str], name: str, description: str) -> Iterator[Mention]:
    for tag in tags:
        told = tag.strip()
        yield from _remembered(told) if len(told) <= SHORT else _of_tag(told)
    yield from _of_text(name, "name")
    yield from _of_text(description, "description")


def _of_tag(tag: str) -> tuple[Mention, ...]:
    if sprint := TAG_SPRINT.fullmatch(tag):
        return (_sprint(sprint[1], "tag"),)
    if (key := TAG_KEY.fullmatch(tag)) and not _is_date(key[1], key[2]):
        return (Mention("key", f"{key[1].upper()}-{key[2]}", "tag"),)
    return ()


_remembered = lru_cache(MANY)(_of_tag)  # many runs have one tag


def _of_text(text: str, place: Place) -> Iterator[Mention]:
    prose = ADDRESS.sub(" ", text)
    for sprint in TEXT_SPRINT.finditer(prose):
        yield _sprint(sprint[1], place)
    for key in TEXT_KEY.finditer(prose):
        if key[1] != "SPRINT" and not _is_date(key[1], key[2]):
            yield Mention("key", f"{key[1]}-{key[2]}", place)


def _sprint(number: str, place: Place) -> Mention:
    return Mention("sprint", f"sprint {int(number)}", place)


def _is_date(word: str, number: str) -> bool:
    """`mar-2024` and `Mar-12` are dates. `MAR-12` may be a project's task."""
    if not MONTH.fullmatch(word.upper()):
        return False
    return int(number) in YEARS or (int(number) in DAYS and word != word.upper())
