"""What the runs table asks about tasks, which are of the floor above it.

Alone it knows their keys from what runs' words name, and nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from tracking.models import Mention


class Named(NamedTuple):
    """What a run's words name; `kind` is key or sprint, `place` is tag, name or description."""

    kind: str
    value: str
    place: str


class Names(NamedTuple):
    """`tasks` are those that a run belongs to, by its words or by hand; `lost` are keys
    that it names and that no visible task has or had."""

    tasks: list[str]
    lost: list[str]

    @property
    def told(self) -> list[str]:
        """Keys: of tasks as they are called now, and those of none."""
        return [*self.tasks, *self.lost]


class Tasks(Protocol):
    def of(self, keys: Sequence[str]) -> Q:
        """Of runs: they belong to a task that has, or had, one of these keys (upper case)."""

    def none(self) -> Q:
        """Of runs: they belong to no task and name none."""

    def names(self, words: Mapping[UUID, Sequence[Named]]) -> Mapping[UUID, Names]:
        """By run, whose words are given: a constant number of queries."""


class ByWords:
    """Every key that a run's words name is taken for its task."""

    def of(self, keys: Sequence[str]) -> Q:
        return Q(pk__in=Mention.objects.filter(kind="key", value__in=keys).values("run"))

    def none(self) -> Q:
        return ~Q(Exists(Mention.objects.filter(run=OuterRef("pk"), kind="key")))

    def names(self, words: Mapping[UUID, Sequence[Named]]) -> Mapping[UUID, Names]:
        return {run: Names(keys_in(several), []) for run, several in words.items()}


def keys_in(words: Iterable[Named]) -> list[str]:
    return [one.value for one in words if one.kind == "key"]
