"""The seed's words into the ids that a state keeps."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from demo.jira.truth import Truth

DAY = 86_400_000


class BadSeed(ValueError):
    """The seed file says something impossible; the text says where."""


class Times:
    """Reads the seed's times, all moved by the same whole days."""

    def __init__(self, shift_days: int = 0) -> None:
        self.shift = shift_days

    @classmethod
    def moving(cls, as_of: str | None, today: date | None) -> "Times":
        """Such that `as_of` becomes `today`; nothing moves when one of them is absent."""
        if as_of is None or today is None:
            return cls()
        return cls((today - date.fromisoformat(as_of)).days)

    def moment(self, text: str) -> int:
        """Epoch milliseconds."""
        read = datetime.fromisoformat(text)
        if read.tzinfo is None:
            raise BadSeed(f"{text!r} is a time without an offset: write Z or +05:30 behind it")
        return round(read.timestamp() * 1000) + self.shift * DAY

    def optional(self, text: str | None) -> int | None:
        """The same, or None for None."""
        return None if text is None else self.moment(text)

    def day(self, text: str) -> str:
        """A day as YYYY-MM-DD, or empty for empty."""
        if not text:
            return ""
        return date.fromordinal(date.fromisoformat(text).toordinal() + self.shift).isoformat()


class Words:
    """Looks the seed's names up; a name that is not there is a BadSeed."""

    def __init__(self, truth: Truth, times: Times, keys: dict[str, int]) -> None:
        self.truth = truth
        self.times = times
        self.keys = keys
        self._statuses = {known.name: known.id for known in truth.statuses.values()}
        self._types = {known.name: known.id for known in truth.types.values()}
        self._readers: dict[str, Callable[[Any], Any]] = {
            "status": lambda name: _known(self._statuses, name, "status"),
            "type": lambda name: _known(self._types, name, "issue type"),
            "assignee": self.person,
            "reporter": self.person,
            "labels": tuple,
            "components": tuple,
            "versions": self._versions,
            "sprints": self._sprints,
            "points": float,
            "parent": lambda key: _known(self.keys, key, "issue"),
            "due": times.day,
        }

    def inward(self, name: str, value: Any) -> Any:
        """A value of an issue, as the seed says it, in a state's ids."""
        if value is None or name not in self._readers:
            return value
        return self._readers[name](value)

    def person(self, name: str) -> str:
        """A user name that is in the seed."""
        if name not in self.truth.users:
            raise BadSeed(f"there is no user {name!r}")
        return name

    def _sprints(self, ids: list[int]) -> tuple[int, ...]:
        for sprint in ids:
            _known(self.truth.sprints, sprint, "sprint")
        return tuple(ids)

    def _versions(self, names: list[str]) -> tuple[str, ...]:
        known = {
            version.name: version.id
            for project in self.truth.projects.values()
            for version in project.versions
        }
        return tuple(_known(known, name, "version") for name in names)


def _known[Key, Value](table: dict[Key, Value], key: Key, what: str) -> Value:
    if key not in table:
        raise BadSeed(f"there is no {what} {key!r}")
    return table[key]
