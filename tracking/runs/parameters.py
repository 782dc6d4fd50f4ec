"""Conditions on parameters: JSON values, compared as what they are.

Equality goes through the GIN index, or walks the newest runs when the value is
common (sampling.py): the same condition, in `sure`, which no index answers. An
order compares numbers with numbers only: Postgres's own order of jsonb puts every
truth value above every number.
"""

import json
import operator
import re
from functools import reduce
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.lookups import Exact, IContains

from tracking.models import Run
from tracking.runs.fields import Field
from tracking.runs.language import Compare
from tracking.runs.language import Value as Written
from tracking.runs.sampling import is_common
from tracking.runs.values import finite, sure, text_of, value_of
from tracking.streams.mapping import typed

EVERYTHING = 2**31
INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
NAMED = {"nan": "NaN", "inf": "Infinity", "infinity": "Infinity", "-inf": "-Infinity"}
WORDS: dict[str, Any] = {"true": True, "false": False, "none": None, "null": None}


def condition(node: Compare, field: Field) -> Q:
    if node.sign == "=":
        meant = [one for value in node.values for one in meanings(value)]
        if is_common(field.name, meant):
            return sure(reduce(operator.or_, (_equals(field.name, one) for one in meant)))
        return Q(pk__in=_found(field.name, meant))
    if node.sign == "~":
        return sure(Q(IContains(text_of(field.name), node.values[0].text)))
    return sure(Q(_in_order(field.name, node.sign, finite(node.values[0].text, field.asked))))


def _found(name: str, values: list[Any]) -> QuerySet[Run, Any]:
    """Equality by the index. The limit is a fence: without it the planner folds
    this into the walk that it was meant to replace."""
    found = Run.objects.filter(reduce(operator.or_, (_equals(name, one) for one in values)))
    return found.order_by().values("pk")[:EVERYTHING]


def _equals(name: str, value: Any) -> Q:
    """A list contains each list of some of its members, so lists are compared as well."""
    held = Q(parameters__contains={name: value})
    return held & sure(Q(Exact(value_of(name), value))) if isinstance(value, list) else held


def _in_order(name: str, sign: str, edge: float) -> Func:
    return Func(
        F("parameters"),
        Value(f"$.{json.dumps(name)} {sign} {edge!r}"),
        template="(%(expressions)s::jsonpath)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )


def meanings(value: Written) -> list[Any]:
    """What a written value may be in JSON: 3 is a number, or the text "3"; (64, 128)
    is a list, as trackers turn tuples into text."""
    text = value.text
    if isinstance(listed := typed(text), list):
        return [listed, text]
    if value.quoted:
        return [text]
    lowered = text.lower()
    if lowered in WORDS:
        return [WORDS[lowered], text]
    if lowered in NAMED:
        return [NAMED[lowered], text]
    plain = _number(text)
    return [text] if plain is None else [plain, text]


def _number(text: str) -> int | float | None:
    """Whole numbers keep every digit: a seed may be longer than a float's 53 bits."""
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) and float(text) < float("inf") else None
