"""MLflow's spellings of moments and numbers. Pure.

Its JSON is protobuf's: a 64-bit integer may come as a number or as text, and
what is zero or empty may be left out.
"""

from datetime import UTC, datetime
from math import inf
from typing import Any

from sources.connectors.base import Json

LATEST = 253_402_300_799_000  # the last millisecond that a datetime can be
SQL_INFINITY = 1.7976931348623157e308  # its database has no infinity and keeps this instead


def whole(told: Any) -> int:
    """0 for what is left out."""
    return int(told or 0)


def moment(told: Any) -> datetime | None:
    """Epoch milliseconds; none for what cannot be a run's time."""
    milliseconds = whole(told)
    if not 0 < milliseconds <= LATEST:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def number(told: Any) -> float:
    """A metric's value: a number, or one of the names that JSON has none for."""
    value = float(told or 0)
    if abs(value) == SQL_INFINITY:
        return inf if value > 0 else -inf
    return value


def pairs(listed: Any) -> dict[str, str]:
    """A list of {key, value} as a dictionary; an empty value may be left out."""
    return {one["key"]: one.get("value", "") for one in listed or ()}


def spoken(told: str) -> Json:
    """A parameter as it was before MLflow made text of it, where that is certain.

    Only what Python itself would have written so: `0012` and `1.10` are no
    numbers, they are names and versions.
    """
    if told in {"True", "False"}:
        return told == "True"
    try:
        return _spoken_number(told)
    except ValueError:
        return told


def _spoken_number(told: str) -> Json:
    if told.removeprefix("-").isdecimal():
        return int(told) if str(int(told)) == told else told
    value = float(told)
    if value != value or value in {inf, -inf}:
        return told
    written = "e" in told.lower() or repr(value) == told
    return value if written and told.isascii() and "_" not in told else told
