"""The walk along one word: the runs that a tag or a sprint names, in the order of time.

The index of mentions holds them so. Where a query asks for one word among what must
all be true, that index is walked, and what costs more is asked only of the runs in it:
Postgres looks at a run's parameters last, where it would look at them first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, FilteredRelation, Q

from tracking.runs.conditions import sprint_of
from tracking.runs.fields import Field
from tracking.runs.language import Both, Compare, Node

BEGINNING = Field("started", "own", "started_at")


@dataclass(frozen=True, slots=True)
class Walk:
    """A word, and what else must be true of its runs."""

    kind: str
    value: str
    rest: Node | None

    def along(self, runs: Any) -> Any:
        """With `sort_value`, when each began: a run is named by a word once at most."""
        word = Q(mentions__kind=self.kind, mentions__value=self.value)
        named = runs.alias(word=FilteredRelation("mentions", condition=word))
        return named.filter(word__isnull=False).annotate(sort_value=F("word__started_at"))


def walk(where: Node | None, fields: Mapping[str, Field], order: Field | None) -> Walk | None:
    """None where the order is another, or no single word must be there."""
    if where is None or not (order is None or order.same_as(BEGINNING)):
        return None
    several = where.of if isinstance(where, Both) and where.kind == "and" else (where,)
    for node in several:
        if isinstance(node, Compare) and _is_one_word(node, fields[node.field]):
            rest = tuple(other for other in several if other is not node)
            return Walk(*_word(node, fields[node.field]), Both("and", rest) if rest else None)
    return None


def _is_one_word(node: Compare, field: Field) -> bool:
    return field.kind in {"tag", "sprint"} and node.sign == "=" and len(node.values) == 1


def _word(node: Compare, field: Field) -> tuple[str, str]:
    text = node.values[0].text
    return field.kind, text if field.kind == "tag" else sprint_of(text)
