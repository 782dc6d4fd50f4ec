"""`column = ANY(keys)`: a condition for the rows of a page."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, UUIDField, Value


def among(column: str, keys: Iterable[UUID]) -> Func:
    """What `column__in=keys` says, with one parameter where that has one a key:
    to bind a hundred takes a millisecond a query, and a page asks a dozen."""
    several = Value(list(keys), output_field=ArrayField(UUIDField()))
    return Func(
        F(column),
        several,
        template="%(expressions)s)",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
