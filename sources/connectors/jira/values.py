"""Single values as Jira spells them: times, sprint lists, people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sources.connectors.jira.markup import plain

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS = 1e11  # seconds would be the year 5138 by then
DIGITS = re.compile(r"\d{9,20}")
KNOWN_YEARS = range(1900, 2200)  # beyond them are null dates of other systems, not moments
SPRINT_ID = re.compile(r"(?<=[\[,])id=(\d+)(?=[,\]])")
SPRINT_SEQUENCE = re.compile(r"(?<=[\[,])sequence=(\d+)(?=[,\]])")
LONGEST_ID = 19  # digits
ID_LIST = re.compile(r"\s*\d+(\s*,\s*\d+)*\s*,?\s*")


def instant(value: object) -> datetime | None:
    """A moment in UTC, however it was written; None when it is none.

    Understood: offsets with and without a colon, Z, epoch seconds or
    milliseconds (numbers or digits), and dates without a zone, which are UTC.
    """
    if isinstance(value, bool):
        return None
    try:
        moment = _moment(value)
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year in KNOWN_YEARS else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, int | float):
        return _from_epoch(value)
    return _from_text(value.strip()) if isinstance(value, str) else None


def _from_epoch(number: float) -> datetime:
    if abs(number) >= MILLISECONDS:
        return EPOCH + timedelta(milliseconds=number)
    return EPOCH + timedelta(seconds=number)


def _from_text(text: str) -> datetime:
    if DIGITS.fullmatch(text):
        return _from_epoch(int(text))
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """Epoch milliseconds, rounded down: what JQL compares without any zone."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def sprint_ids(value: object) -> list[int]:
    """The ids in a sprint field, in its order, each once.

    Cloud gives objects, Data Center strings of a Java object whose names and
    goals hold any character, a changelog "12, 13". Only the id is taken: what
    else a string tells is read from the sprint itself.
    """
    values = value if isinstance(value, list) else [value]
    found = (number for part in values for number in _ids_in(part))
    return list(dict.fromkeys(found))


def _ids_in(part: Any) -> list[int]:
    if isinstance(part, Mapping):
        return _ids_in(part.get("id"))
    if isinstance(part, int) and not isinstance(part, bool):
        return [part] if abs(part) < 10**LONGEST_ID else []
    if not isinstance(part, str):
        return []
    if ID_LIST.fullmatch(part):
        return [int(number) for number in re.findall(r"\d+", part) if len(number) <= LONGEST_ID]
    return _id_of_java_text(part)


def _id_of_java_text(text: str) -> list[int]:
    """A name may itself hold ",id=7,": then the one that `sequence` repeats
    (it begins as the id), else the first, where Jira writes it."""
    ids = SPRINT_ID.findall(text)
    if not ids:
        return []
    sequences = set(SPRINT_SEQUENCE.findall(text))
    number = next((one for one in ids if one in sequences), ids[0])
    return [int(number)] if len(number) <= LONGEST_ID else []


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as an issue mentions them. Often nothing but an id and a name."""

    id: str
    name: str
    email: str = ""
    active: bool = True


def person(value: object) -> Person | None:
    """Cloud knows people by accountId; Data Center by key, which outlives a
    renaming, or by name."""
    if not isinstance(value, dict):
        return None
    identity = _word(value.get("accountId")) or _word(value.get("key")) or _word(value.get("name"))
    if not identity:
        return None
    return Person(
        id=identity,
        name=_word(value.get("displayName")) or "Former user",
        email=_word(value.get("emailAddress")),
        active=value.get("active") is not False,
    )


def _word(value: Any) -> str:
    return plain(value) if isinstance(value, str) else ""
