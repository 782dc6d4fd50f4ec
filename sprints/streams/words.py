"""Look-ups in Jira's JSON, and what an issue is called here. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sources.connectors.jira.values import instant
from sources.store import clean

type Key = Callable[[str, object], UUID]
type Record = Mapping[str, Any]

# The first half of every key: what kind of thing an external id names.
TASK, PROJECT, BOARD, SPRINT = "task", "jira-project", "board", "sprint"
MEMBER, COMMENT, WORKLOG, RELEASE = "member", "comment", "worklog", "release"
EVENT, LINK = "task-event", "task-link"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which sub-tasks are hypotheses: by issue type or by label, in any case."""

    types: frozenset[str] = frozenset({"hypothesis"})
    labels: frozenset[str] = frozenset({"hypothesis"})

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Rule":
        """From a source's `hypothesis_types` and `hypothesis_labels`; absent: the usual."""
        usual = cls()
        return cls(
            _folded(settings.get("hypothesis_types"), usual.types),
            _folded(settings.get("hypothesis_labels"), usual.labels),
        )

    def holds(self, type_name: str, labels: Iterable[str]) -> bool:
        return type_name.casefold() in self.types or any(
            label.casefold() in self.labels for label in labels
        )


def _folded(words: Any, usual: frozenset[str]) -> frozenset[str]:
    if not isinstance(words, list):
        return usual
    return frozenset(str(word).casefold() for word in words)


def part(value: Any, *names: str) -> Any:
    """The value at the end of these names; None as soon as one leads nowhere."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any, *names: str) -> str:
    """Text at the end of these names, storable; a number is written out, all else is empty."""
    found = part(value, *names)
    if isinstance(found, str):
        return clean(found)
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def texts(value: Any, *names: str) -> list[str]:
    """The texts of a list, or the names of its objects."""
    found = part(value, *names)
    words = (clean(one) if isinstance(one, str) else text(one, "name") for one in rows(found))
    return [word for word in words if word]


def rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def dicts(value: Any) -> list[Record]:
    """The objects of a list; what is none of them is passed over."""
    return [one for one in rows(value) if isinstance(one, dict)]


def needed(value: Any, *names: str) -> str:
    """As `text`; a ValueError where there is none."""
    if found := text(value, *names):
        return found
    raise ValueError(f"it has no {' '.join(names)}")


def day(value: Any) -> date | None:
    """A date without a time; Jira says 2026-03-20."""
    moment = instant(value)
    return moment.date() if moment else None
