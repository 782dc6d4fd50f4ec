"""Numbers as people write them, and a parameter's value as Postgres reads it."""

import math

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Func,
    JSONField,
    Q,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from tracking.runs.language import Misread

# Django's own key look-up takes a parameter that is called "0" for a place in a list.


def value_of(name: str) -> Func:
    """jsonb; SQL's null for a parameter that is absent, or null itself."""
    return Func(
        F("parameters"),
        Cast(Value(name), TextField()),
        template="NULLIF(%(expressions)s, 'null'::jsonb)",
        arg_joiner=" -> ",
        output_field=JSONField(),
    )


def text_of(name: str) -> Func:
    """The value as text: 0.001, true, [64, 128]."""
    return Func(
        F("parameters"),
        Cast(Value(name), TextField()),
        template="(%(expressions)s)",
        arg_joiner=" ->> ",
        output_field=TextField(),
    )


def sure(where: Q) -> Q:
    """False where Postgres would answer null: so that `not` is the rest of the runs."""
    answer = ExpressionWrapper(where, output_field=BooleanField())
    return Q(Coalesce(answer, Value(value=False), output_field=BooleanField()))


def number(text: str, asked: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Misread(f"“{asked}” is a number; found “{text}”.") from None


def finite(text: str, asked: str) -> float:
    found = number(text, asked)
    if not math.isfinite(found):
        raise Misread(f"“{asked}” can be compared with a finite number only; found “{text}”.")
    return found
